/** The operations (OP) of rules and queries over the points of one window. Pure: the same function serves live, replay and tests. */
import type { MetricOp } from './metric-store.ts';
import type { PointBag } from './point-bag.ts';

/**
 * Runs `op` over a bag; null when the bag gives no answer: no point at all, for RATE and DELTA no series with two points, or a
 * result beyond the range of a double.
 *
 * - MAX MIN AVG SUM COUNT: over all points of all series.
 * - LAST FIRST: the newest or oldest point; of several series at one instant the one added last (canonical labels sort last).
 * - P50 … P99: linear interpolation between the closest ranks, h = (n - 1)p (Hyndman & Fan 1996, type 7; as numpy and Prometheus).
 * - STDDEV: of the population, sqrt(sum((x - mean)^2) / n), in two passes (as Prometheus' `stddev_over_time`).
 * - RATE: per second; each series' increase between its first and last point of the window divided by the time between them, then
 *   summed. A fall is a counter reset: the counter began again at 0 (Prometheus' `increase` without its extrapolation). A fall of less
 *   than 1 % is none: accumulated times of Flink sway by that, and a counter begun again is not where it was.
 * - DELTA: last minus first of each series, summed; a fall counts as a fall.
 */
export function aggregate(op: MetricOp, bag: PointBag): number | null {
  if (bag.count === 0) return null;
  const result = compute(op, bag);
  return result !== null && Number.isFinite(result) ? result : null;
}

function compute(op: MetricOp, bag: PointBag): number | null {
  switch (op) {
    case 'MAX':
      return extreme(bag, 1);
    case 'MIN':
      return extreme(bag, -1);
    case 'SUM':
      return sum(bag.values, bag.count);
    case 'COUNT':
      return total(bag);
    case 'AVG':
      return sum(bag.values, bag.count) / total(bag);
    case 'LAST':
      return newest(bag);
    case 'FIRST':
      return oldest(bag);
    case 'STDDEV':
      return deviation(bag);
    case 'RATE':
      return perSeries(bag, rateOf);
    case 'DELTA':
      return perSeries(bag, (b, start, end) => b.values[end - 1]! - b.values[start]!);
    case 'P50':
    case 'P75':
    case 'P90':
    case 'P95':
    case 'P99':
      return percentile(bag, Number(op.slice(1)) / 100);
    default:
      return op satisfies never;
  }
}

/** Operations that rollups (min max sum count first last per minute) answer exactly on whole minutes. */
export const ROLLUP_OPS: ReadonlySet<MetricOp> = new Set(['MAX', 'MIN', 'AVG', 'SUM', 'COUNT', 'LAST', 'FIRST']);

function extreme(bag: PointBag, sign: 1 | -1): number {
  let best = -Infinity;
  for (let i = 0; i < bag.count; i++) {
    const value = bag.values[i]! * sign;
    if (value > best) best = value;
  }
  return best * sign;
}

function sum(values: Float64Array, count: number): number {
  let result = 0;
  for (let i = 0; i < count; i++) result += values[i]!;
  return result;
}

function total(bag: PointBag): number {
  return bag.weighted ? sum(bag.weights, bag.count) : bag.count;
}

function newest(bag: PointBag): number {
  let best = bag.seriesEnds[0]! - 1;
  for (const end of bag.seriesEnds) if (bag.times[end - 1]! >= bag.times[best]!) best = end - 1;
  return bag.values[best]!;
}

function oldest(bag: PointBag): number {
  let best = 0;
  let start = 0;
  for (const end of bag.seriesEnds) {
    if (bag.times[start]! <= bag.times[best]!) best = start;
    start = end;
  }
  return bag.values[best]!;
}

function deviation(bag: PointBag): number {
  const mean = sum(bag.values, bag.count) / bag.count;
  let squares = 0;
  for (let i = 0; i < bag.count; i++) squares += (bag.values[i]! - mean) ** 2;
  return Math.sqrt(squares / bag.count);
}

function percentile(bag: PointBag, p: number): number {
  const sorted = bag.values.slice(0, bag.count).sort();
  const rank = (bag.count - 1) * p;
  const below = Math.floor(rank);
  const low = sorted[below]!;
  const high = sorted[Math.min(below + 1, bag.count - 1)]!;
  return low + (high - low) * (rank - below);
}

/** A value that keeps this share of the one before has not begun again. */
const SWAY = 0.99;

function rateOf(bag: PointBag, start: number, end: number): number {
  let increase = 0;
  for (let i = start + 1; i < end; i++) {
    const before = bag.values[i - 1]!;
    const value = bag.values[i]!;
    if (value >= before) increase += value - before;
    else if (value < before * SWAY) increase += value;
  }
  return (increase * 1000) / (bag.times[end - 1]! - bag.times[start]!);
}

function perSeries(bag: PointBag, of: (bag: PointBag, start: number, end: number) => number): number | null {
  let result: number | null = null;
  let start = 0;
  for (const end of bag.seriesEnds) {
    if (end - start >= 2) result = (result ?? 0) + of(bag, start, end);
    start = end;
  }
  return result;
}
