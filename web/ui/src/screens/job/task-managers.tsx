import type { JSX } from 'preact';
import type { TaskManager } from '../../api/estate.ts';
import { link } from '../../app/router.ts';
import { duration } from '../../format/duration.ts';
import { shortId } from '../../format/flink-id.ts';
import { bytes, exact, percent } from '../../format/number.ts';
import { words } from '../../i18n/language.ts';
import { Meter } from '../../parts/meter.tsx';
import { Empty } from '../../parts/states.tsx';
import { tip } from '../../parts/tip.ts';

/** The processes the job runs in, with the health of their JVM; each leads to its log. */
export function TaskManagers({ taskManagers }: { taskManagers: readonly TaskManager[] }): JSX.Element {
  const { job: w } = words();
  if (taskManagers.length === 0) return <Empty title={w.noTaskManagers} />;
  return (
    <div class="table-scroll">
      <table class="table">
        <thead>
          <tr>
            <th>{w.container}</th>
            <th>{w.host}</th>
            <th class="num">{w.subtaskCount}</th>
            <th class="num">{w.heap}</th>
            <th class="num">{w.gc}</th>
            <th class="num">{w.cpu}</th>
            <th class="num">{w.threads}</th>
          </tr>
        </thead>
        <tbody>
          {taskManagers.map(tm => (
            <tr key={tm.tm_id} data-testid="task-manager">
              <td>
                {tm.container_id ? (
                  <a
                    class="mono"
                    href={link('/logs', { container: tm.container_id })}
                    {...tip(tm.container_id, tm.tm_id)}
                  >
                    {shortId(tm.container_id)}
                  </a>
                ) : (
                  <span class="mono" {...tip(tm.tm_id)}>
                    {shortId(tm.tm_id)}
                  </span>
                )}
              </td>
              <td>{tm.host}</td>
              <td class="num">{exact(tm.subtasks)}</td>
              <td class="num">
                <Meter
                  ratio={tm.heap_used_ratio}
                  hot={0.8}
                  full={0.95}
                  how={`${bytes(tm.heap_used_bytes)}\n${w.heapHow}`}
                />
              </td>
              <td class="num" {...tip(w.gcHow)}>
                {tm.gc_ms_per_second === null ? '–' : `${duration(tm.gc_ms_per_second)}/s`}
              </td>
              <td class="num">{percent(tm.cpu_load)}</td>
              <td class="num">{exact(tm.threads)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
