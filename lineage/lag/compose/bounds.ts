import type { Curve } from '../tables/curve.ts';
import type { PartitionPositions } from '../tables/hop-topic.ts';
import { COMMIT_MS } from './landed.ts';
import { type Commits, MOST_PER_COMMIT, pastLastMarker, pastMarkers } from './markers.ts';
import { mayHaveFallen, type Silences } from './settled.ts';

/** Table point on the left, for the last position sampled at or before `at`: F is not before it. */
export function lowProgress(positions: Curve, ends: Curve, at: number, commits: Commits | null): number | null {
  const i = positions.indexAt(at);
  if (i < 0) return null;
  const x = positions.valueOf(i);
  const above = ends.firstAbove(commits === null ? x : pastLastMarker(commits, x, ends, at));
  return above === 0 ? null : Math.min(at, ends.timeOf(above - 1));
}

/** Table point on the right, for the first position sampled at or after `at`; without one the hop may be level. */
export function highProgress(positions: Curve, ends: Curve, at: number, commits: Commits | null): number {
  let i = positions.indexAt(at);
  if (i < 0 || positions.timeOf(i) < at) i++;
  if (i === positions.length) return at;
  const x = positions.valueOf(i);
  const past = commits === null ? x : pastMarkers(commits, x, ends, positions.timeOf(i), MOST_PER_COMMIT);
  const above = ends.firstAbove(past);
  return above === ends.length ? at : Math.min(at, ends.timeOf(above));
}

/**
 * Before a position fell it may have been further than any sample says, up to the end: F was at most the time of the sample
 * that shows the fall. The latest fall that may have begun by `at`; -Infinity without one. `gaps`: times that lack a report, in which the job may
 * have been set back and read most of it again before it told so.
 */
export function beforeFall(own: PartitionPositions, gaps: Silences, at: number): number {
  if (!own.rewound && gaps.length === 0) return Number.NEGATIVE_INFINITY;
  const { raw } = own;
  for (let i = Math.min(raw.length - 1, raw.indexAt(at) + 1); i > 0; i--) {
    if (mayHaveFallen(own, gaps, i)) return Math.min(at, raw.timeOf(i));
  }
  return Number.NEGATIVE_INFINITY;
}

/**
 * The latest F of a consumer known by its commits: it may be ahead of them, but by the barrier of a later checkpoint it was where the
 * first commit says that was seen once that checkpoint's own had come to the brokers.
 */
export function highCommitted(own: PartitionPositions, ends: Curve, at: number, checkpoints: Curve | null): number {
  for (let k = checkpoints?.indexAt(at) ?? 0; checkpoints !== null && k < checkpoints.length; k++) {
    if (k >= 0 && checkpoints.valueOf(k) >= at) {
      return Math.min(at, highProgress(own.visible, ends, checkpoints.timeOf(k) + COMMIT_MS, null));
    }
  }
  return at;
}
