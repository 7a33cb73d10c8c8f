import type { Curve } from '../tables/curve.ts';
import type { HopTopic } from '../tables/hop-topic.ts';
import type { Commits } from './markers.ts';

/** Gaps between positions the best rate is taken from. */
const RATE_SAMPLES = 32;

/**
 * F after the last position: frozen where the position stood still before a backlog (until a commit it may have waited for), kept
 * behind by its lag where that is below an interval, else the position goes on at its last rate. The position, not F itself: F
 * leaps where the topic paused.
 */
export function extrapolate(
  visible: Curve,
  ends: Curve,
  at: number,
  intervalMs: number,
  commits: Commits | null,
  f: number,
  reach: (x: number, t: number) => number,
): number {
  const n = visible.length;
  const last = visible.lastT;
  const frozen = isFrozen(visible, ends);
  const commit = n > 1 ? lastCommit(commits ?? [], frozen ? last : visible.timeOf(n - 2), at) : null;
  if (commit !== null) {
    // From the old barrier to the new one no faster than it has ever read.
    const position = visible.lastX + bestRate(visible) * (at - Math.max(last, commit.completed));
    return Math.max(f, Math.min(commit.barrier, reach(position, at)));
  }
  if (frozen) return f;
  if (n < 2 || last - f < intervalMs) return f + (at - last);
  const rate = (visible.lastX - visible.valueOf(n - 2)) / (last - visible.timeOf(n - 2));
  const position = visible.lastX + rate * (at - last);
  return position >= ends.lastX ? Math.max(f, ends.lastT) : Math.max(f, reach(position, at));
}

/** No partition moved between its last two reports. */
export function stoodStill({ partitions }: HopTopic): boolean {
  for (const { raw } of partitions.values()) {
    if (raw.length < 2 || raw.valueOf(raw.length - 2) !== raw.lastX) return false;
  }
  return true;
}

/** The last two reports show the same position with records behind it. */
export function isFrozen(positions: Curve, ends: Curve): boolean {
  const before = positions.length - 2;
  if (before < 0 || positions.valueOf(before) !== positions.lastX) return false;
  return positions.lastX < (ends.at(positions.timeOf(before)) ?? ends.lastX);
}

/** The newest commit completed in (from, to]. */
function lastCommit(commits: Commits, from: number, to: number): { completed: number; barrier: number } | null {
  let newest: { completed: number; barrier: number } | null = null;
  for (const commit of commits) {
    const i = commit.indexAt(to);
    if (i < 0 || commit.timeOf(i) <= from || (newest !== null && newest.completed >= commit.timeOf(i))) continue;
    newest = { completed: commit.timeOf(i), barrier: commit.valueOf(i) };
  }
  return newest;
}

/** Most records per ms between two of the last samples. */
function bestRate(positions: Curve): number {
  let best = 0;
  for (let i = Math.max(1, positions.length - RATE_SAMPLES); i < positions.length; i++) {
    const gap = positions.timeOf(i) - positions.timeOf(i - 1);
    best = Math.max(best, (positions.valueOf(i) - positions.valueOf(i - 1)) / gap);
  }
  return best;
}
