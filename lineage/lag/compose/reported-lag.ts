import type { Curve } from '../tables/curve.ts';
import { PartitionPositions, type TopicEnds } from '../tables/hop-topic.ts';
import type { Estimate } from './progress.ts';

/**
 * Positions of a partition whose consumer reports lags: end offset minus lag, where the end offset at the report's time is known
 * only between two samples. `low` takes the sample before, `high` the one after.
 */
export function boundedPositions(own: PartitionPositions, ends: Curve, estimate: Estimate): PartitionPositions {
  const bounded = new PartitionPositions();
  for (let i = 0; own.lag !== null && i < own.lag.length; i++) {
    const t = own.lag.timeOf(i);
    const end = sampleBeside(ends, t, estimate);
    if (end !== null) bounded.move(t, Math.max(0, end - own.lag.valueOf(i)));
  }
  return bounded;
}

/**
 * F(at) of a consumer that tells only the lag of its topic as a whole. The summed end offsets give the estimate, and no partition
 * can be further than that; for the safe bound all of the lag is taken to lie in one partition.
 */
export function wholeProgress(own: PartitionPositions, ends: TopicEnds, at: number, estimate: Estimate): number | null {
  const curves = [...ends.partitions.values()].map(({ curve }) => curve).filter(curve => curve.length > 0);
  const lags = own.lag;
  if (lags === null || curves.length === 0 || own.visible.length === 0) return null;
  if (estimate === 'low') return lowWhole(lags, curves, at);
  return estimate === 'high' ? highWhole(lags, curves, at) : pointWhole(own.visible, curves, at);
}

/** The estimate within the table; after the last report the lag is taken to stay as it was. */
function pointWhole(visible: Curve, curves: readonly Curve[], at: number): number {
  const t = Math.min(Math.max(at, visible.firstT), visible.lastT);
  return Math.min(at, at - (t - passed(curves, visible.at(t) ?? visible.lastX, t)));
}

function lowWhole(lags: Curve, curves: readonly Curve[], at: number): number | null {
  const i = lags.indexAt(at);
  if (i < 0) return null;
  let min = at;
  for (const curve of curves) {
    const end = sampleBeside(curve, lags.timeOf(i), 'low');
    const above = end === null ? 0 : curve.firstAbove(end - lags.valueOf(i));
    if (above === 0) return null;
    min = Math.min(min, curve.timeOf(above - 1));
  }
  return min;
}

function highWhole(lags: Curve, curves: readonly Curve[], at: number): number {
  let i = lags.indexAt(at);
  if (i < 0 || lags.timeOf(i) < at) i++;
  if (i === lags.length) return at;
  let position = -lags.valueOf(i);
  for (const curve of curves) {
    const end = sampleBeside(curve, lags.timeOf(i), 'high');
    if (end === null) return at;
    position += end;
  }
  // The instant is found to within a millisecond.
  const t = passed(curves, position, at) + 1;
  let high = t;
  for (const curve of curves) {
    const next = curve.indexAt(t) + 1;
    if (next < curve.length) high = Math.max(high, curve.timeOf(next));
  }
  return Math.min(at, high);
}

/** The end offset sampled at `t`, or the sample before (`low`) or after it (`high`); null when there is none. */
function sampleBeside(ends: Curve, t: number, estimate: Estimate): number | null {
  const i = ends.indexAt(t);
  if (i >= 0 && (estimate === 'low' || ends.timeOf(i) === t)) return ends.valueOf(i);
  return estimate === 'low' || i + 1 >= ends.length ? null : ends.valueOf(i + 1);
}

/** When the sum of end offsets was `x` for the last time at or before `at`. */
function passed(curves: readonly Curve[], x: number, at: number): number {
  const sumAt = (t: number): number => {
    let sum = 0;
    for (const curve of curves) sum += t >= curve.lastT ? curve.lastX : (curve.at(t) ?? curve.valueOf(0));
    return sum;
  };
  if (sumAt(at) <= x) return at;
  let low = Math.min(at, ...curves.map(curve => curve.firstT));
  let high = at;
  while (high - low > 1) {
    const middle = (low + high) / 2;
    if (sumAt(middle) <= x) low = middle;
    else high = middle;
  }
  return low;
}
