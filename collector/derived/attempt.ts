import type { Labels } from '../../model/labels.ts';

/** One execution of a subtask: Flink gives every restart a new id and number. Empty and NaN where a format does not tell. */
export interface Attempt {
  /** `<execution graph>_<vertex>_<subtask>_<number>` */
  readonly id: string;
  readonly number: number;
}

/** The attempt a group's attributes name. */
export function attemptOf(attrs: Labels): Attempt {
  return { id: attrs['task_attempt_id'] ?? '', number: Number(attrs['task_attempt_num'] ?? Number.NaN) };
}

/**
 * How `seen` stands to the attempt known so far. A lower number of the same execution graph is `older`: a task manager given up on
 * may report for a while beside its successor. A JobManager that took over builds a new graph and counts from 0 again.
 */
export function compareAttempts(known: Attempt, seen: Attempt): 'same' | 'newer' | 'older' {
  if (known.id !== '' && known.id === seen.id) return 'same';
  const sameGraph = known.id === '' || seen.id === '' || graphOf(known) === graphOf(seen);
  return sameGraph ? byNumber(known, seen) : 'newer';
}

function byNumber(known: Attempt, seen: Attempt): 'same' | 'newer' | 'older' {
  if (seen.number > known.number) return 'newer';
  return seen.number < known.number ? 'older' : 'same';
}

function graphOf({ id }: Attempt): string {
  const end = id.indexOf('_');
  // Before Flink 1.16 an id has no parts: every attempt has one of its own, so that only the number could tell an order.
  return end < 0 ? '' : id.slice(0, end);
}
