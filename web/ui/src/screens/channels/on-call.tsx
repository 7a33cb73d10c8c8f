import type { JSX } from 'preact';
import { getRotas, getSchedule, type Rota } from '../../api/channels.ts';
import { useLive } from '../../api/live.ts';
import { link } from '../../app/router.ts';
import { notificationWords } from '../../i18n/notification.ts';
import { Card } from '../../parts/card.tsx';
import { Empty, Region } from '../../parts/states.tsx';
import { OnCallStrip } from './on-call-strip.tsx';

/** Each rota with who is on call now and over the next two weeks. */
export function OnCallBoard(): JSX.Element {
  const { onCall: w } = notificationWords();
  const live = useLive('rotas', getRotas);
  return (
    <div class="stack" style={{ gap: '16px' }}>
      <p>
        <a class="button primary" href={link('/on-call/new')}>
          {w.create}
        </a>
      </p>
      <Region live={live}>
        {({ items }) =>
          items.length === 0 ? (
            <section class="card">
              <Empty title={w.none}>
                <p>{w.noneHow}</p>
              </Empty>
            </section>
          ) : (
            <div class="rotas">
              {items.map(rota => (
                <RotaCard key={rota.id} rota={rota} />
              ))}
            </div>
          )
        }
      </Region>
    </div>
  );
}

function RotaCard({ rota }: { rota: Rota }): JSX.Element {
  const { onCall: w, form } = notificationWords();
  const live = useLive(`schedule/${rota.id}`, signal => getSchedule(rota.id, signal), { every: 12 });
  const to = `/on-call/${encodeURIComponent(rota.id)}`;
  return (
    <Card
      title={rota.name}
      more={
        <div class="row wrap">
          <span class="muted">{rota.zone ?? 'UTC'}</span>
          {rota.managed ? (
            <a class="button" href={link(to)}>
              {form.show}
            </a>
          ) : (
            <>
              <a class="button" href={link(to, { override: 1 })}>
                {w.addOverride}
              </a>
              <a class="button" href={link(to)}>
                {form.edit}
              </a>
            </>
          )}
        </div>
      }
    >
      <Region live={live} rows={2}>
        {schedule => (
          <div class="card-body stack" data-testid="rota">
            <OnCallStrip schedule={schedule} />
            {rota.comment && <p class="soft">{rota.comment}</p>}
          </div>
        )}
      </Region>
    </Card>
  );
}
