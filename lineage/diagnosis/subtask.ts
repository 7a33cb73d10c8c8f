import type { Samples, SubtaskInput } from './inputs.ts';
import { meanOf } from './samples.ts';

/** The subtask that is busiest on average; undefined for none. One whose samples are partly lost still is itself. */
export function busiestOf(subtasks: readonly SubtaskInput[]): SubtaskInput | undefined {
  return subtasks.toSorted((a, b) => (meanOf(b.busyRatio) ?? -1) - (meanOf(a.busyRatio) ?? -1))[0];
}

/** Idle share of the time; where it is not reported what busy and back-pressured time leave, since the three make up all of it. */
export function idleOf({ idleRatio, busyRatio, backPressuredRatio }: SubtaskInput): Samples {
  const length = Math.max(idleRatio.length, busyRatio.length);
  return Array.from({ length }, (_, i) => {
    const [idle, busy, pressed] = [idleRatio[i] ?? null, busyRatio[i] ?? null, backPressuredRatio[i] ?? null];
    if (idle !== null) return idle;
    return busy === null || pressed === null ? null : Math.max(0, 1 - busy - pressed);
  });
}
