import type { JSX } from 'preact';
import type { Job } from '../../api/estate.ts';
import { link } from '../../app/router.ts';
import { rate } from '../../format/number.ts';
import { words } from '../../i18n/language.ts';
import { Lag } from '../../parts/lag.tsx';
import { LevelShape, statusLevel } from '../../parts/level.tsx';
import { Meter } from '../../parts/meter.tsx';

/** The few jobs that lag or fail most. */
export function WorstJobs({ jobs }: { jobs: readonly Job[] }): JSX.Element {
  const { jobs: w } = words();
  return (
    <div class="table-scroll">
      <table class="table">
        <thead>
          <tr>
            <th>{w.name}</th>
            <th class="num">{w.lag}</th>
            <th class="num wide">{w.in}</th>
            <th class="num wide">{w.busy}</th>
            <th>{w.status}</th>
          </tr>
        </thead>
        <tbody>
          {jobs.map(job => (
            <tr key={job.name}>
              <td class="job-cell">
                <a class="row" href={link(`/jobs/${encodeURIComponent(job.name)}`)}>
                  <LevelShape level={job.level} />
                  <span class="ellipsis">{job.name}</span>
                </a>
              </td>
              <td class="num">
                <Lag ms={job.lag_ms} records={job.lag_records} />
              </td>
              <td class="num wide">{rate(job.records_in_per_second)}</td>
              <td class="num wide">
                <Meter ratio={job.busy_ratio} how={w.busyHow} />
              </td>
              <td>
                <span class={`level-${statusLevel(job.status)} status`}>{job.status}</span>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
