/** What else is known of a job: its alerts, the reports it feeds, its warnings and errors. */
import type { JSX } from 'preact';
import { getAlerts } from '../../api/alerts.ts';
import type { JobDetail } from '../../api/estate.ts';
import { useLive } from '../../api/live.ts';
import { searchLogs } from '../../api/logs.ts';
import { link } from '../../app/router.ts';
import { rangeKey, timeRange } from '../../app/time-range.ts';
import { clockSeconds, fullTime } from '../../format/time.ts';
import { words } from '../../i18n/language.ts';
import { Card } from '../../parts/card.tsx';
import { LevelShape, severityLevel } from '../../parts/level.tsx';
import { Empty, Region } from '../../parts/states.tsx';
import { tip } from '../../parts/tip.ts';

const LOG_ROWS = 8;

export function JobAlerts({ job }: { job: string }): JSX.Element {
  const { job: w, alerts: a } = words();
  const live = useLive('alerts/firing', signal => getAlerts('firing', signal));
  return (
    <Card title={w.alerts} more={<a href={link('/rules/generated', { job })}>{w.alertRules}</a>}>
      <Region live={live} rows={2}>
        {({ items }) => {
          const own = items.filter(alert => alert.labels['job'] === job);
          if (own.length === 0) return <p class="card-body muted">{w.noAlerts}</p>;
          return (
            <ul class="lines">
              {own.map(alert => (
                <li key={alert.id}>
                  <a class="row" href={link(`/alerts/${encodeURIComponent(alert.id)}`)}>
                    <LevelShape level={severityLevel(alert.severity)} />
                    <span class="ellipsis grow">{alert.summary || alert.rule_name}</span>
                    <span class="muted">{alert.state === 'firing' ? a.states.firing : alert.state}</span>
                  </a>
                </li>
              ))}
            </ul>
          );
        }}
      </Region>
    </Card>
  );
}

export function JobAffects({ affects }: Pick<JobDetail, 'affects'>): JSX.Element {
  if (affects.length === 0) return <p class="card-body muted">{words().job.noAffects}</p>;
  return (
    <ul class="lines">
      {affects.map(({ report, owner }) => (
        <li key={report}>
          <a class="row" href={link('/lineage', { root: report })}>
            <span class="ellipsis grow">{report}</span>
            <span class="muted">{owner}</span>
          </a>
        </li>
      ))}
    </ul>
  );
}

export function JobLogs({ job }: { job: string }): JSX.Element {
  const { job: w } = words();
  const filter = { q: 'level:>=WARN', job };
  const live = useLive(`joblogs/${job}/${rangeKey.value}`, signal =>
    searchLogs(filter, timeRange.peek(), { limit: LOG_ROWS }, signal),
  );
  return (
    <Card title={w.logs} more={<a href={link('/logs', { job })}>{w.allLogs}</a>}>
      <Region live={live}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title={w.noLogs} />
          ) : (
            <ul class="lines job-logs">
              {items.map(item => (
                <li key={item.id}>
                  <a class="row" href={link('/logs', { job, around: item.id })}>
                    <span class="muted" {...tip(fullTime(item.ts))}>
                      {clockSeconds(item.ts)}
                    </span>
                    <span class={`loglevel loglevel-${item.level}`}>{item.level}</span>
                    <span class="mono ellipsis grow">
                      {item.message}
                      {item.exception && <span class="soft"> {item.exception.class}</span>}
                    </span>
                  </a>
                </li>
              ))}
            </ul>
          )
        }
      </Region>
    </Card>
  );
}
