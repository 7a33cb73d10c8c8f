import type { JSX } from 'preact';
import type { Subtask } from '../../api/estate.ts';
import { link } from '../../app/router.ts';
import { shortId } from '../../format/flink-id.ts';
import { exact, rate } from '../../format/number.ts';
import { words } from '../../i18n/language.ts';
import { Meter } from '../../parts/meter.tsx';
import { Empty } from '../../parts/states.tsx';
import { tip } from '../../parts/tip.ts';

/** The subtasks to look at first; each leads to the log of its container. */
export function Subtasks({ subtasks, job }: { subtasks: readonly Subtask[]; job: string }): JSX.Element {
  const { job: w, jobs } = words();
  if (subtasks.length === 0) return <Empty title={w.noSubtasks} />;
  return (
    <div class="table-scroll">
      <table class="table">
        <thead>
          <tr>
            <th>{w.task}</th>
            <th class="num">{w.subtask}</th>
            <th class="num">{jobs.busy}</th>
            <th class="num">{jobs.backPressure}</th>
            <th class="num">{jobs.in}</th>
            <th>{w.container}</th>
          </tr>
        </thead>
        <tbody>
          {subtasks.slice(0, 12).map(s => (
            <tr key={`${s.task}/${s.subtask}`}>
              <td class="task-cell">
                <span class="ellipsis" {...tip(s.task)}>
                  {s.task}
                </span>
              </td>
              <td class="num">{s.subtask}</td>
              <td class="num">
                <Meter ratio={s.busy_ratio} how={jobs.busyHow} />
              </td>
              <td class="num">
                <Meter ratio={s.back_pressured_ratio} hot={0.1} full={0.5} how={jobs.backPressureHow} />
              </td>
              <td class="num" {...tip(`${exact(s.records_in_per_second, 1)}/s`)}>
                {rate(s.records_in_per_second)}
              </td>
              <td class="container-cell">
                {s.container_id ? (
                  <a class="mono" href={link('/logs', { job, container: s.container_id })} {...tip(s.container_id)}>
                    {shortId(s.container_id)}
                  </a>
                ) : (
                  '–'
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
