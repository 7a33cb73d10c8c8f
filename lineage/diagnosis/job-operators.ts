import type { JobInput, TaskInput } from './inputs.ts';
import type { OperatorLoad } from './parallelism.ts';
import { latest, meanOf, slopes } from './samples.ts';

/** The tasks of a job as the parallelism formula takes them. Edges carry what goes through them now, spread evenly over the inputs. */
export function operatorsOf({ tasks, stepMs }: JobInput): readonly OperatorLoad[] {
  const rates = new Map(tasks.map(task => [task.task, rateOf(task)]));
  return tasks.map(task => {
    const { task: id, subtasks, upstream } = task;
    const own = rates.get(id) ?? null;
    const before = upstream.map(name => rates.get(name) ?? null);
    const total = before.includes(null) ? null : before.reduce<number>((sum, rate) => sum + (rate ?? 0), 0);
    const ratio = own === null || total === null || total <= 0 ? null : own / total;
    return {
      id,
      parallelism: subtasks.length,
      inPerSecond: own,
      busyRatio: meanOf(subtasks.map(s => meanOf(s.busyRatio))),
      backPressuredRatio: meanOf(subtasks.map(s => meanOf(s.backPressuredRatio))),
      upstream: ratio === null ? [] : upstream.map(name => ({ id: name, ratio })),
      source: task.isSource
        ? {
            backlog: latest(task.backlog),
            backlogPerSecond: meanOf(slopes(task.backlog, stepMs)),
            partitions: task.partitions,
          }
        : null,
      maxParallelism: null,
    };
  });
}

/** Records per second into all subtasks; null when one is not known. */
function rateOf({ subtasks }: TaskInput): number | null {
  const rates = subtasks.map(s => meanOf(s.inPerSecond));
  if (rates.length === 0 || rates.includes(null)) return null;
  return rates.reduce<number>((sum, rate) => sum + (rate ?? 0), 0);
}
