import { Curve } from '../tables/curve.ts';
import type { PartitionPositions } from '../tables/hop-topic.ts';

/**
 * Positions whose output stays, of a partition whose job was set back and whose output a restart undoes: what a completed
 * checkpoint had taken in, and beyond it only what was never read again. `checkpoints`: completion time -> barrier time.
 */
export function settledPositions(own: PartitionPositions, checkpoints: Curve | null): Curve {
  const { raw } = own;
  const settled = new Curve();
  const n = raw.length;
  const neverReadAgain = new Float64Array(n);
  let least = Number.POSITIVE_INFINITY;
  for (let i = n - 1; i >= 0; i--) neverReadAgain[i] = least = Math.min(least, raw.valueOf(i));
  let committed = Number.NEGATIVE_INFINITY;
  let k = 0;
  for (let i = 0; i < n; i++) {
    for (; checkpoints !== null && k < checkpoints.length && checkpoints.valueOf(k) <= raw.timeOf(i); k++) {
      const at = raw.indexAt(checkpoints.valueOf(k));
      if (at >= 0) committed = Math.max(committed, raw.valueOf(at));
    }
    settled.put(raw.timeOf(i), Math.max(committed, neverReadAgain[i]!));
  }
  return settled;
}

/**
 * Positions of a consumer known by its commits alone: what stands committed at a poll was read by the barrier of the last checkpoint
 * complete by then. Commits seen before the first known barrier stay at the time they were seen.
 */
export function barrierPositions(own: PartitionPositions, checkpoints: Curve): Curve {
  const placed = new Curve();
  for (let i = 0; i < own.visible.length; i++) {
    const seen = own.visible.timeOf(i);
    const last = checkpoints.indexAt(seen);
    if (last < 0 && seen >= checkpoints.valueOf(0)) continue;
    placed.putRising(last < 0 ? seen : Math.min(seen, checkpoints.valueOf(last)), own.visible.valueOf(i));
  }
  return placed;
}
