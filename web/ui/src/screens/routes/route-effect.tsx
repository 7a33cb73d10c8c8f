import type { JSX } from 'preact';
import { useLive } from '../../api/live.ts';
import { previewRoute, type RouteDocument } from '../../api/routes.ts';
import { link } from '../../app/router.ts';
import { notificationWords } from '../../i18n/notification.ts';
import { Card } from '../../parts/card.tsx';
import { Loading } from '../../parts/states.tsx';
import { useSettled } from '../../parts/use-settled.ts';
import { describeMatchers } from '../rules/rule-text.ts';

const PAUSE_MS = 400;
const SHOWN = 20;
/** Stands for receivers that are not chosen yet: which alerts match does not depend on them. */
const NOBODY = ['preview'];

/** The alerts of now a route would take, and those an earlier route takes before it. */
export function RouteEffect({ document, id }: { document: RouteDocument; id: string | undefined }): JSX.Element {
  const { routes: w } = notificationWords();
  const receivers = document.receivers.length === 0 ? NOBODY : document.receivers;
  const settled = useSettled(JSON.stringify({ ...document, receivers }), PAUSE_MS);
  const live = useLive(
    `route-preview/${id}/${settled}`,
    signal => previewRoute(JSON.parse(settled) as RouteDocument, id, signal),
    { keepOld: true },
  );
  const taken = live.data?.alerts.filter(({ taken_by }) => taken_by === null) ?? [];
  const missed = live.data?.alerts.filter(({ taken_by }) => taken_by !== null) ?? [];
  return (
    <Card title={w.preview}>
      {live.error ? (
        <p class="card-body muted">{w.previewNeeds}</p>
      ) : live.data === undefined ? (
        <Loading rows={2} />
      ) : (
        <div class="card-body stack" data-testid="route-effect">
          <p class="strong">{w.takes(taken.length)}</p>
          <Alerts alerts={taken} />
          {missed.length > 0 && (
            <>
              <p>{w.misses(missed.length)}</p>
              <Alerts alerts={missed} />
            </>
          )}
          {live.data.total > live.data.alerts.length && <p class="muted">{w.ofTotal(live.data.total)}</p>}
        </div>
      )}
    </Card>
  );
}

interface AlertsProps {
  readonly alerts: readonly {
    readonly id: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly taken_by: { readonly id: string; readonly name: string | null } | null;
  }[];
}

function Alerts({ alerts }: AlertsProps): JSX.Element | null {
  const { routes: w } = notificationWords();
  if (alerts.length === 0) return null;
  return (
    <ul class="stack">
      {alerts.slice(0, SHOWN).map(({ id, labels, taken_by: by }) => (
        <li key={id} class="route-alert">
          <a class="mono" href={link(`/alerts/${encodeURIComponent(id)}`)}>
            {describeMatchers(labels)}
          </a>
          {by && (
            <span class="muted">
              {' '}
              → <a href={link(`/routes/${encodeURIComponent(by.id)}`)}>{by.name ?? w.anotherRoute}</a>
            </span>
          )}
        </li>
      ))}
      {alerts.length > SHOWN && <li class="muted">{w.more(alerts.length - SHOWN)}</li>}
    </ul>
  );
}
