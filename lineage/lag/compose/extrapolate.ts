import type { Curve } from '../tables/curve.ts';
import type { HopTopic } from '../tables/hop-topic.ts';
import { pastMarkers } from './markers.ts';
import type { TopicSteps } from './steps.ts';

/** A partition's reader after its last position, asked about at `at`; `f` is how far that position reaches, `reach` how far another does. */
export interface Extrapolation {
  readonly visible: Curve;
  readonly ends: Curve;
  readonly steps: TopicSteps;
  readonly at: number;
  readonly intervalMs: number;
  readonly f: number;
  readonly reach: (x: number, t: number) => number;
}

/**
 * F after the last position. Of a topic of committed records: the reader goes on to the last commit's barrier as fast as it ever has.
 * Otherwise frozen where the position stood still before a backlog, kept behind by its lag where that is below an interval, else the position
 * goes on at its last rate. The position, not F itself: F leaps where the topic paused.
 */
export function extrapolate({ visible, ends, steps, at, intervalMs, f, reach }: Extrapolation): number {
  const n = visible.length;
  const last = visible.lastT;
  const { commits } = steps;
  if (commits !== null && commits.length > 0 && n > 1) {
    if (isStalled(visible, ends, steps)) return f;
    const rate = steps.rateOf(visible, ends);
    return Math.max(f, reach(steps.readsOn(ends, { t: last, x: visible.lastX, rate }, at), at));
  }
  if (isFrozen(visible, ends)) return f;
  if (n < 2 || last - f < intervalMs) return f + (at - last);
  const rate = (visible.lastX - visible.valueOf(n - 2)) / (last - visible.timeOf(n - 2));
  const position = visible.lastX + rate * (at - last);
  return position >= ends.lastX ? Math.max(f, ends.lastT) : Math.max(f, reach(position, at));
}

/** It did not move between its last two reports though committed records lay before it. */
function isStalled(positions: Curve, ends: Curve, steps: TopicSteps): boolean {
  const before = positions.length - 2;
  if (positions.valueOf(before) !== positions.lastX) return false;
  const then = positions.timeOf(before);
  return !steps.isLevel(ends, pastMarkers(steps.commits ?? [], positions.lastX, ends, then), then);
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
