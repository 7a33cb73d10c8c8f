import { RUNS_ON } from '../../model/runs-on.ts';
import type { MetricGroup } from '../../model/sample.ts';

/**
 * Where jobs run, as points of the series `runs_on{job,tm_id}` with the value 1: one for each report that a task manager makes of a
 * job's tasks. Kept over time they tell which task managers' own metrics speak of a job, then as now.
 */
export class JobPlacement {
  readonly #seen = new Map<string, MetricGroup>();

  /** Takes a group of the scope task. */
  take({ ts, labels, attrs, arrivedAt }: MetricGroup): void {
    const { job, host } = labels;
    const tm = attrs['tm_id'];
    if (job === undefined || tm === undefined) return;
    const key = `${ts} ${tm} ${job}`;
    if (this.#seen.has(key)) return;
    const { app_id, container_id } = attrs;
    this.#seen.set(key, {
      ts,
      labels: { job, tm_id: tm },
      attrs: { ...(app_id && { app_id }), ...(container_id && { container_id }), ...(host && { host }) },
      arrivedAt,
      values: [[RUNS_ON, 1]],
    });
  }

  groups(): Iterable<MetricGroup> {
    return this.#seen.values();
  }
}
