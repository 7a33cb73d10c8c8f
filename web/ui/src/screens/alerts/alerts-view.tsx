import type { JSX } from 'preact';
import { useRef } from 'preact/hooks';
import { type AlertBrief, type AlertDetail, getAlert, getAlerts, isOver } from '../../api/alerts.ts';
import { now, useLive } from '../../api/live.ts';
import { link, param, setParams } from '../../app/router.ts';
import { duration } from '../../format/duration.ts';
import { clock, fullTime } from '../../format/time.ts';
import { words } from '../../i18n/language.ts';
import { LevelShape, severityLevel } from '../../parts/level.tsx';
import { Empty, Region } from '../../parts/states.tsx';
import { tip } from '../../parts/tip.ts';
import { AlertPage } from './alert-page.tsx';

const STATES = ['', 'firing', 'pending'] as const;
const RANK: Record<string, number> = { critical: 0, error: 1, warning: 2, info: 3 };

/** What is on its way to its end or not there yet waits behind what fires. */
const URGENCY: Record<string, number> = { recovering: 1, pending: 2 };

/** What fires first, gravest first, then the newest. */
function ranked(alerts: readonly AlertBrief[]): AlertBrief[] {
  const since = (alert: AlertBrief): number => alert.starts_at ?? alert.active_at ?? 0;
  const state = (alert: AlertBrief): number => URGENCY[alert.state] ?? 0;
  return [...alerts].sort(
    (a, b) => state(a) - state(b) || (RANK[a.severity] ?? 4) - (RANK[b.severity] ?? 4) || since(b) - since(a),
  );
}

/** Live alerts beside the one that was chosen. */
export function AlertsView({ id }: { id: string | undefined }): JSX.Element {
  const { alerts: w } = words();
  const state = param('state');
  const list = useLive(`alerts/${state}`, signal => getAlerts(state, signal));
  // Where there is room for both, the gravest alert is open; a narrow screen shows the list first.
  const shown = id ?? ranked(list.data?.items ?? [])[0]?.id;
  const over = useRef<AlertDetail | null>(null);
  const load = async (signal: AbortSignal): Promise<AlertDetail> => {
    // What is over stays as it is: read once, not at every beat.
    if (over.current && over.current.id === shown) return over.current;
    const alert = await getAlert(shown ?? '', signal);
    over.current = isOver(alert) ? alert : null;
    return alert;
  };
  const detail = useLive(shown ? `alert/${shown}` : null, load);
  return (
    <div class={`alerts-columns${id ? ' with-detail' : ''}`}>
      <section class="card alerts-list">
        <div class="card-head">
          {STATES.map(value => (
            <button
              key={value}
              type="button"
              class="button"
              aria-pressed={state === value}
              onClick={() => setParams({ state: value })}
            >
              {value === '' ? w.states.all : w.states[value]}
            </button>
          ))}
        </div>
        <Region live={list}>
          {({ items }) =>
            items.length === 0 ? (
              <Empty title={w.none}>
                <p class="muted">{w.noneHow}</p>
              </Empty>
            ) : (
              <ul class="lines">
                {ranked(items).map(alert => (
                  <Item key={alert.id} alert={alert} chosen={alert.id === shown} />
                ))}
              </ul>
            )
          }
        </Region>
      </section>
      <div class="alert-pane">
        {shown ? (
          <Region live={detail}>{alert => <AlertPage key={alert.id} alert={alert} />}</Region>
        ) : (
          <Empty title={w.choose} />
        )}
      </div>
    </div>
  );
}

function Item({ alert, chosen }: { alert: AlertBrief; chosen: boolean }): JSX.Element {
  const { alerts: w, severity } = words();
  const since = alert.starts_at ?? alert.active_at;
  const word = Object.hasOwn(severity, alert.severity)
    ? severity[alert.severity as keyof typeof severity]
    : alert.severity;
  return (
    <li data-testid="alert">
      <a
        class="row alert-item"
        href={link(`/alerts/${encodeURIComponent(alert.id)}`, { state: param('state') })}
        {...(chosen ? { 'aria-current': 'true' as const } : {})}
      >
        <LevelShape level={alert.state === 'pending' ? 'unknown' : severityLevel(alert.severity)} />
        <span class="grow">
          <span class="ellipsis alert-line strong">{alert.summary || alert.rule_name}</span>
          <span class="ellipsis alert-line muted">
            {alert.state === 'firing' ? word : (w.states[alert.state as 'pending'] ?? alert.state)} · {alert.rule_name}
            {alert.owner && ` · ${alert.owner}`}
          </span>
        </span>
        {since !== null && (
          <span class="muted num" {...tip(fullTime(since), w.since(clock(since), duration(now.value - since)))}>
            {duration(now.value - since)}
          </span>
        )}
      </a>
    </li>
  );
}
