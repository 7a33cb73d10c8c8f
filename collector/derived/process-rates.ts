import type { MetricGroup } from '../../model/sample.ts';
import { advance, copyReadings, GC_RATE, noReadings, type Readings } from './rates.ts';
import type { Recent, Stage } from './recent.ts';

/** A task manager as its last report left it. */
export interface Process {
  ts: number;
  readonly readings: Readings;
}

const COLLECTOR = 'flink.taskmanager.Status.JVM.GarbageCollector.';

/** Time in garbage collection per second of each task manager, from the accumulated time of its collectors. */
export class ProcessRates {
  readonly #stage: Stage<Process>;

  constructor(memory: Recent<Process>) {
    this.#stage = memory.stage();
  }

  get refused(): number {
    return this.#stage.refused;
  }

  commit(): void {
    this.#stage.commit();
  }

  /** Takes a group of the scope taskmanager; answers it with its rate. */
  take(group: MetricGroup): MetricGroup {
    const spent = collectionTime(group);
    const { tm_id, container_id, host } = group.labels;
    if (spent === null || (tm_id === undefined && container_id === undefined)) return group;
    const key = `${host} ${tm_id} ${container_id}`;
    const found = this.#stage.get(key);
    const own = found?.own
      ? found.value
      : { ts: group.ts, readings: found ? copyReadings(found.value.readings) : noReadings(1) };
    if (!found?.own && !this.#stage.put(key, own)) return group;
    own.ts = Math.max(own.ts, found?.value.ts ?? own.ts, group.ts);
    const rate = advance(own.readings, 0, GC_RATE, { ts: group.ts, value: spent });
    return rate === null ? group : { ...group, values: [...group.values, [GC_RATE.to, rate]] };
  }
}

function collectionTime({ values }: MetricGroup): number | null {
  let sum: number | null = null;
  for (const [name, value] of values) {
    if (!name.startsWith(COLLECTOR)) continue;
    if (name === GC_RATE.from) return value;
    if (name.endsWith('.Time')) sum = (sum ?? 0) + value;
  }
  return sum;
}
