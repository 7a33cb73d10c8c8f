import type { JSX } from 'preact';
import { getOnCall, getRotas, type OnCall, type Rota } from '../../api/channels.ts';
import { useLive } from '../../api/live.ts';
import { clock, fullTime } from '../../format/time.ts';
import { moreWords } from '../../i18n/alerting-more.ts';
import { Card } from '../../parts/card.tsx';
import { Empty, Region } from '../../parts/states.tsx';
import { tip } from '../../parts/tip.ts';

/** Handovers looked ahead. */
const AHEAD = 4;

/** Each rota with who is on call now and who comes next. */
export function OnCallBoard(): JSX.Element {
  const { onCall: w } = moreWords();
  const live = useLive('rotas', getRotas);
  return (
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
  );
}

function RotaCard({ rota }: { rota: Rota }): JSX.Element {
  const { onCall: w } = moreWords();
  const live = useLive(`on-call/${rota.id}`, signal => turns(rota.id, signal), { every: 12 });
  return (
    <Card title={rota.name} more={<span class="muted">{rota.zone ?? 'UTC'}</span>}>
      <Region live={live} rows={2}>
        {([current, ...next]) => (
          <div class="card-body stack" data-testid="rota">
            {current && (
              <div>
                <h3>{w.now}</h3>
                <p class="on-call-now">{current.members.join(', ') || w.nobody}</p>
                <p class="muted" {...exactly(current)}>
                  {describe(current)}
                </p>
              </div>
            )}
            <h3>{w.next}</h3>
            {next.length === 0 ? (
              <p class="muted">{w.noEnd}</p>
            ) : (
              <ul class="stack on-call-next">
                {next.map(turn => (
                  <li key={turn.at}>
                    <span class="strong">{turn.members.join(', ') || w.nobody}</span>{' '}
                    <span class="muted" {...exactly(turn)}>
                      {describe(turn)}
                    </span>
                  </li>
                ))}
              </ul>
            )}
            {rota.comment && <p class="soft">{rota.comment}</p>}
          </div>
        )}
      </Region>
    </Card>
  );
}

function exactly({ from, to }: OnCall): ReturnType<typeof tip> {
  return tip(from !== null && fullTime(from), to !== null && fullTime(to));
}

function describe({ by, at, from, to }: OnCall): string {
  const { onCall: w } = moreWords();
  const who = by === 'override' ? w.override : by === 'nobody' ? '' : by;
  const when = from !== null && to !== null ? w.from(clock(from), clock(to)) : clock(at);
  return [who, when].filter(Boolean).join(' · ');
}

/** Who is on call now, and at each handover that follows; shorter where no end is known. */
async function turns(rota: string, signal: AbortSignal): Promise<readonly OnCall[]> {
  const found: OnCall[] = [];
  let at: number | undefined;
  while (found.length <= AHEAD) {
    const turn = await getOnCall(rota, at, signal);
    found.push(turn);
    if (turn.to === null || turn.to <= turn.at) break;
    at = turn.to;
  }
  return found;
}
