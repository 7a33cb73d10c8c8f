import { findBottleneck } from './bottleneck.ts';
import { FACT_KINDS, type Fact, type Facts, fact } from './fact.ts';
import { flowFacts } from './flow-facts.ts';
import type { JobInput, Samples, TaskInput } from './inputs.ts';
import { lifeFacts } from './life-facts.ts';
import { loadFacts } from './load-facts.ts';
import type { Advice } from './parallelism.ts';

/** Every fact about a job, by kind. */
export function factsOf(input: JobInput, advice: readonly Advice[]): Facts {
  const guarded = withoutFirstReports(input);
  const found = [
    ...loadFacts(guarded),
    ...flowFacts(guarded),
    ...lifeFacts(guarded),
    capacityShort(guarded.tasks, advice),
  ];
  const byKind = new Map(found.map(known => [known.kind, known]));
  const entries = FACT_KINDS.map(kind => [kind, byKind.get(kind) ?? fact(kind, null)] as const);
  return Object.fromEntries(entries) as Record<Fact['kind'], Fact>;
}

/**
 * The job without what its subtasks said before the last restart and in the first interval after it: busy time then reads 1000 ms/s
 * whatever they do, and counters begin anew.
 */
export function withoutFirstReports(input: JobInput): JobInput {
  const { runningMs, stepMs } = input;
  if (runningMs === null) return input;
  const guard = (samples: Samples): Samples =>
    samples.map((value, i) => ((samples.length - 1 - i) * stepMs + stepMs <= runningMs ? value : null));
  return {
    ...input,
    tasks: input.tasks.map(task => ({
      ...task,
      subtasks: task.subtasks.map(subtask => ({
        ...subtask,
        busyRatio: guard(subtask.busyRatio),
        backPressuredRatio: guard(subtask.backPressuredRatio),
        idleRatio: guard(subtask.idleRatio),
        inPerSecond: guard(subtask.inPerSecond),
      })),
    })),
  };
}

/** The bottleneck could not take in what it should be able to. */
function capacityShort(tasks: readonly TaskInput[], advice: readonly Advice[]): Fact {
  const found = findBottleneck(tasks);
  if (found === 'unknown' || found === null) return fact('capacity-short', found === null ? false : null);
  const { task } = found.task;
  const { truePerSecond = null, neededPerSecond = null } = advice.find(({ id }) => id === task) ?? {};
  const holds = truePerSecond === null || neededPerSecond === null ? null : truePerSecond < neededPerSecond;
  return fact('capacity-short', holds, { truePerSecond, neededPerSecond }, { task });
}
