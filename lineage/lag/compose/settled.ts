import { Curve } from '../tables/curve.ts';
import type { HopTopic, PartitionPositions } from '../tables/hop-topic.ts';

/** Times between two reports of a consumer in which it was silent for longer than it should be. */
export type Silences = HopTopic['silences'];

/** Whether a job may have been set back between samples `i - 1` and `i`: its position fell, or it said nothing for a while. */
export function mayHaveFallen({ raw }: PartitionPositions, silences: Silences, i: number): boolean {
  if (raw.valueOf(i) < raw.valueOf(i - 1)) return true;
  const [before, after] = [raw.timeOf(i - 1), raw.timeOf(i)];
  return silences.some(([from, to]) => from < after && to > before);
}

/**
 * Positions whose output stays, of a partition whose job was set back and whose output a restart undoes: before a fall no more than
 * what the last checkpoint completed by then had taken in. `checkpoints`: completion time -> barrier time. The sample before a barrier
 * stands for it; without checkpoints, and where the likeliest is asked for and not the certain, what the fall shows does.
 */
export function settledPositions(
  own: PartitionPositions,
  silences: Silences,
  checkpoints: Curve | null,
  isCertain: boolean,
): Curve {
  const { raw } = own;
  const settled = new Curve();
  const committedAt = (t: number, otherwise: number): number => {
    for (let k = checkpoints?.indexAt(t) ?? -1; checkpoints !== null && k >= 0; k--) {
      const sample = raw.indexAt(checkpoints.valueOf(k));
      if (sample < 0) return otherwise;
      // A barrier behind a possible fall stands for less than the sample before it.
      const isAfterFall = sample + 1 < raw.length && mayHaveFallen(own, silences, sample + 1);
      if (!isAfterFall || raw.timeOf(sample) === checkpoints.valueOf(k)) return raw.valueOf(sample);
    }
    return otherwise;
  };
  let limit = Number.POSITIVE_INFINITY;
  for (let i = raw.length - 1; i >= 0; i--) {
    const [t, x] = [raw.timeOf(i), raw.valueOf(i)];
    settled.put(t, Math.max(Math.min(x, limit), committedAt(t, Number.NEGATIVE_INFINITY)));
    if (i > 0 && mayHaveFallen(own, isCertain ? silences : [], i)) {
      limit = Math.min(limit, isCertain ? committedAt(raw.timeOf(i - 1), x) : x);
    }
  }
  return settled;
}

/**
 * Positions of a consumer known by its commits alone: what stands committed at a poll was read by the barrier of the last checkpoint
 * complete by then. Commits seen before the first known barrier stay at the time they were seen, and so do all where no checkpoint
 * places one.
 */
export function barrierPositions(own: PartitionPositions, checkpoints: Curve): Curve {
  const placed = new Curve();
  for (let i = 0; i < own.visible.length; i++) {
    const seen = own.visible.timeOf(i);
    const last = checkpoints.indexAt(seen);
    if (last < 0 && seen >= checkpoints.valueOf(0)) continue;
    placed.putRising(last < 0 ? seen : Math.min(seen, checkpoints.valueOf(last)), own.visible.valueOf(i));
  }
  return placed.length > 0 ? placed : own.visible;
}
