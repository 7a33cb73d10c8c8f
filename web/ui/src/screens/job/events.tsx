import type { JSX } from 'preact';
import type { JobDetail, JobRun } from '../../api/estate.ts';
import { shortId } from '../../format/flink-id.ts';
import { clock, clockSeconds, fullTime } from '../../format/time.ts';
import { words } from '../../i18n/language.ts';
import { LevelBadge, statusLevel } from '../../parts/level.tsx';
import { Empty } from '../../parts/states.tsx';
import { tip } from '../../parts/tip.ts';

function Run({ run }: { run: JobRun }): JSX.Element {
  const { job: w } = words();
  return (
    <li class="row wrap" {...tip(`${w.jobId}: ${run.job_id}`, run.app_id, fullTime(run.from))}>
      <span class="mono">{shortId(run.job_id)}</span>
      <span class="soft">
        {w.since(clock(run.from))} {run.to === null ? `· ${w.current}` : w.ended(clock(run.to))}
      </span>
    </li>
  );
}

/** The API tells what happened in its order; who is called wants the end of it. */
function newestFirst(events: JobDetail['events']): JobDetail['events'] {
  return events.toReversed().toSorted((a, b) => b.ts - a.ts);
}

/** Changes of status, newest first, with the exception that caused them, then the runs of the job. */
export function JobEvents({ events, runs }: Pick<JobDetail, 'events' | 'runs'>): JSX.Element {
  const { job: w } = words();
  return (
    <>
      {events.length === 0 ? (
        <Empty title={w.noEvents} />
      ) : (
        <ol class="events">
          {newestFirst(events).map(event => (
            <li key={`${event.ts}${event.status}`}>
              <span class="muted event-time" {...tip(fullTime(event.ts))}>
                {clockSeconds(event.ts)}
              </span>
              <LevelBadge level={statusLevel(event.status)} text={event.status} />
              {event.flaps && <span class="muted">{w.flapped(event.flaps)}</span>}
              {event.exception && (
                <details class="event-exception">
                  <summary class="mono ellipsis">{event.exception.split('\n')[0]}</summary>
                  <pre class="mono">{event.exception}</pre>
                </details>
              )}
            </li>
          ))}
        </ol>
      )}
      {runs.length > 0 && (
        <div class="card-body runs">
          <h3>{w.runs}</h3>
          <ul>
            {runs.slice(0, 5).map(run => (
              <Run key={run.job_id} run={run} />
            ))}
          </ul>
        </div>
      )}
    </>
  );
}
