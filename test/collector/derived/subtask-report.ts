/** Reports of one subtask as the decoder hands them over, for the tests of what is derived from them. */
import type { DecodedGroup } from '../../../collector/decode/metric.ts';
import { Derivation, type Derived } from '../../../collector/derived/derivation.ts';

/** Second 0 of the tests. */
export const T0 = 1_795_255_880_000;
const GRAPH = '9d1b8f8fba31ffbfa00b4bc6bc2ffb11';

/** A task's own group at `second`; metric names without `flink.task.`. */
export function task(
  second: number,
  values: Readonly<Record<string, number>>,
  more: { attempt?: number; graph?: string; subtask?: string; attrs?: Record<string, string> } = {},
): DecodedGroup {
  const { attempt = 0, graph = GRAPH, subtask = '0' } = more;
  const named = Object.entries(values).map(([name, value]) => [`flink.task.${name}`, value] as const);
  return {
    ts: T0 + second * 1000,
    scope: 'task',
    labels: { host: 'h1', job: 'etl', task: 'Source', subtask },
    attrs: {
      job_id: 'a1',
      task_id: 'cbc3',
      tm_id: 'tm-1',
      task_attempt_id: `${graph}_cbc3_${subtask}_${attempt}`,
      task_attempt_num: String(attempt),
      ...more.attrs,
    },
    values: named,
    counters: named.map(([name]) => name).filter(name => /\.num[A-Z]\w+(?<!PerSecond)$/.test(name)),
    arrivedAt: T0 + second * 1000 + 200,
  };
}

/** Takes each group as a batch of its own; answers what all of them gave. */
export function takeEach(groups: readonly DecodedGroup[], derivation = new Derivation()): Derived[] {
  return groups.map(group => {
    const derived = derivation.take([group]);
    derived.commit();
    return derived;
  });
}

/** The points of one metric, in order: seconds after `T0` and value. */
export function pointsOf(all: readonly Derived[], name: string): [second: number, value: number][] {
  return all
    .flatMap(derived => derived.groups)
    .flatMap(({ ts, values }) => {
      const found = values.findLast(([known]) => known === name);
      return found ? [[(ts - T0) / 1000, found[1]] as [number, number]] : [];
    });
}
