import type { TaskInput } from './inputs.ts';
import { across, latest, max, throughout } from './samples.ts';
import { busiestOf } from './subtask.ts';

export const SATURATED = 0.8;
/** Above it back pressure is high. */
export const HIGH_BACK_PRESSURE = 0.5;
/** A task that is itself held up this long is not what holds others up. */
const FREE = 0.2;

export interface Bottleneck {
  readonly task: TaskInput;
  /** Of its busiest subtask. */
  readonly busyRatio: number;
  /** Of the task before it; null when the source itself is the bottleneck. */
  readonly upstreamBackPressure: number | null;
}

/**
 * The task that holds the others up: busy and not held up itself, behind a back-pressured one, the most downstream of several; without
 * back pressure a busy source. `unknown` when no task tells how busy it is. Legacy sources do not, and are passed over.
 */
export function findBottleneck(tasks: readonly TaskInput[]): Bottleneck | null | 'unknown' {
  const loads = new Map(tasks.map(task => [task.task, loadOf(task)]));
  if ([...loads.values()].every(({ busy }) => latest(busy) === null)) return 'unknown';
  const depths = depthsOf(tasks);
  const candidates = tasks
    .filter(({ task }) => {
      const { busy, backPressured } = loads.get(task)!;
      const isFree = throughout(backPressured, q => q < FREE);
      return throughout(busy, b => b >= SATURATED) === true && isFree !== false;
    })
    .toSorted((a, b) => depths.get(b.task)! - depths.get(a.task)!);
  const isHeldUp = (name: string): boolean =>
    throughout(loads.get(name)?.backPressured ?? [], q => q >= HIGH_BACK_PRESSURE) === true;
  const behind = candidates.find(({ upstream }) => upstream.some(isHeldUp));
  const found = behind ?? (tasks.some(({ task }) => isHeldUp(task)) ? undefined : candidates.find(t => t.isSource));
  if (found === undefined) return null;
  const held = found.upstream.flatMap(name => latest(loads.get(name)?.backPressured ?? []) ?? []);
  return {
    task: found,
    busyRatio: latest(loads.get(found.task)!.busy) ?? 0,
    upstreamBackPressure: behind === undefined || held.length === 0 ? null : max(held),
  };
}

/** Of the busiest, and of the most held up subtask. */
function loadOf(task: TaskInput) {
  return {
    busy: busiestOf(task.subtasks)?.busyRatio ?? [],
    backPressured: across(
      task.subtasks.map(s => s.backPressuredRatio),
      max,
    ),
  };
}

/** Longest way from a source, in tasks. */
function depthsOf(tasks: readonly TaskInput[]): ReadonlyMap<string, number> {
  const byName = new Map(tasks.map(task => [task.task, task]));
  const depths = new Map<string, number>();
  const depthOf = (name: string, open: ReadonlySet<string>): number => {
    const known = depths.get(name);
    if (known !== undefined) return known;
    const before = (byName.get(name)?.upstream ?? []).filter(up => byName.has(up) && !open.has(up));
    const depth = before.length === 0 ? 0 : 1 + Math.max(...before.map(up => depthOf(up, new Set([...open, name]))));
    depths.set(name, depth);
    return depth;
  };
  for (const { task } of tasks) depthOf(task, new Set());
  return depths;
}
