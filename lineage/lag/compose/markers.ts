import type { Curve } from '../tables/curve.ts';

/** A commit's markers appear in the end offsets about when its checkpoint completes; reports of either may be this much apart, ms. */
const SLOP_MS = 5_000;
/** Markers taken to stand behind the last record of a quiet partition whose writers' checkpoints nobody tells. */
const MAX_MARKERS = 4;

/**
 * The commits of a topic's transactional writers, each a curve completion time -> barrier time; empty where none is known. A commit
 * puts a marker behind the records of each partition it wrote to. A marker has an offset and is no record: a reader's position stays before it.
 */
export type Commits = readonly Curve[];

/** A commit ends the transactions of failed checkpoints before it too: at most this many markers a partition. */
export const MOST_PER_COMMIT = 4;

/**
 * The position past all offsets behind `x` that may be markers: those that came, as sampled until `until`, with no more growth
 * than `perCommit` for each commit completed meanwhile. Growth without a commit is records.
 */
export function pastMarkers(commits: Commits, x: number, ends: Curve, until: number, perCommit = 1): number {
  let position = x;
  for (let next = ends.firstAbove(x); next > 0 && next < ends.length && ends.timeOf(next) <= until; ) {
    const [from, to] = [ends.timeOf(next - 1) - SLOP_MS, ends.timeOf(next) + SLOP_MS];
    let completed = 0;
    for (const commit of commits) completed += commit.indexAt(to) - commit.indexAt(from);
    if (ends.valueOf(next) - position > completed * perCommit) return position;
    position = ends.valueOf(next);
    next = ends.firstAbove(position);
  }
  return position;
}

/**
 * The position past a last marker that is certainly one: what has not grown since before the barrier of a completed checkpoint is
 * committed, and then the last offset is the commit's marker.
 */
export function pastLastMarker(commits: Commits, x: number, ends: Curve, t: number): number {
  const i = ends.indexAt(t);
  if (i < 0 || commits.length === 0 || x !== ends.valueOf(i) - 1) return x;
  const grew = ends.timeOf(ends.firstAbove(x));
  const isCommitted = commits.every(commit => {
    const last = commit.indexAt(t - 2 * SLOP_MS);
    return last >= 0 && commit.valueOf(last) >= grew;
  });
  return isCommitted ? ends.valueOf(i) : x;
}

/** The same where no writer's checkpoints are known: a small gap that has not moved for `span`, at either end, is markers. */
export function pastQuietGap(x: number, positions: Curve, ends: Curve, at: number, span: number): number {
  const end = ends.valueOf(ends.indexAt(at));
  const isGap = x < end && x + MAX_MARKERS >= end;
  return isGap && isFlat(ends, at, span) && isFlat(positions, at, span) ? end : x;
}

/** No growth over `span` before `at`. */
export function isFlat(curve: Curve, at: number, span: number): boolean {
  if (curve.length === 0 || curve.firstT > at - span) return false;
  return curve.valueOf(curve.indexAt(at)) === curve.valueOf(curve.indexAt(at - span));
}
