import type { JSX } from 'preact';
import type { AlertBrief } from '../../api/estate.ts';
import { now } from '../../api/live.ts';
import { link } from '../../app/router.ts';
import { duration } from '../../format/duration.ts';
import { clock } from '../../format/time.ts';
import { words } from '../../i18n/language.ts';
import { LevelShape, severityLevel } from '../../parts/level.tsx';
import { Empty } from '../../parts/states.tsx';

/** The newest firing alerts, each with its summary and how long it has been on. */
export function AlertList({ alerts }: { alerts: readonly AlertBrief[] }): JSX.Element {
  const { overview: w, alerts: a } = words();
  if (alerts.length === 0) {
    return (
      <Empty title={w.alertsCalm}>
        <p class="muted">{w.alertsCalmHow}</p>
      </Empty>
    );
  }
  return (
    <ul class="alert-list">
      {alerts.map(alert => {
        const since = alert.starts_at ?? alert.active_at;
        return (
          <li key={alert.id}>
            <a href={link(`/alerts/${encodeURIComponent(alert.id)}`)}>
              <LevelShape level={severityLevel(alert.severity)} />
              <span class="grow">
                <span class="ellipsis alert-summary">{alert.summary || alert.rule_name}</span>
                <span class="muted ellipsis alert-meta">
                  {alert.rule_name}
                  {since !== null && ` · ${a.since(clock(since), duration(now.value - since))}`}
                </span>
              </span>
            </a>
          </li>
        );
      })}
    </ul>
  );
}
