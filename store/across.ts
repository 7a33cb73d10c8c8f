import { PointBag } from './point-bag.ts';

/** How the series of a group become one before an operation runs over time. */
export const ACROSS = ['sum', 'max', 'min', 'avg'] as const;
export type Across = (typeof ACROSS)[number];

/**
 * Combines the series of a bag into one, a point per reporting interval (contracts.md section 3). Series need not report at the same
 * instants: a round ends when a series reports again, or an interval after it began, and a series that has not reported in a round
 * counts with its last point while that is younger than its own interval (the median gap between its points). So a total is
 * whole at every instant, also where the window cuts a round in two, and a series that stopped leaves it after one interval.
 */
export function combineSeries(bag: PointBag, across: Across): PointBag {
  if (bag.seriesEnds.length <= 1) return bag;
  const { order, seriesOf } = inTime(bag);
  const { own, common } = intervals(bag);
  const combined = new PointBag();
  const lastAt = new Float64Array(bag.seriesEnds.length).fill(Number.NEGATIVE_INFINITY);
  const lastValue = new Float64Array(bag.seriesEnds.length);
  let roundStart = Number.NaN;
  let roundEnd = Number.NaN;
  const close = (): void => combined.add(roundEnd, total(across, lastAt, lastValue, own, roundStart, roundEnd));
  for (const index of order) {
    const t = bag.times[index]!;
    const series = seriesOf[index]!;
    if (Number.isNaN(roundStart)) roundStart = t;
    else if (lastAt[series]! >= roundStart || t - roundStart >= common) {
      close();
      roundStart = t;
    }
    roundEnd = t;
    lastAt[series] = t;
    lastValue[series] = bag.values[index]!;
  }
  close();
  combined.endSeries();
  return combined;
}

function total(
  across: Across,
  lastAt: Float64Array,
  lastValue: Float64Array,
  own: Float64Array,
  from: number,
  to: number,
): number {
  let sum = 0;
  let least = Number.POSITIVE_INFINITY;
  let most = Number.NEGATIVE_INFINITY;
  let count = 0;
  for (let series = 0; series < lastAt.length; series++) {
    const at = lastAt[series]!;
    if (at < from && to - at >= own[series]!) continue;
    const value = lastValue[series]!;
    sum += value;
    least = Math.min(least, value);
    most = Math.max(most, value);
    count++;
  }
  return { sum, max: most, min: least, avg: sum / count }[across];
}

/** Indexes of all points, oldest first, and the series of each. */
function inTime(bag: PointBag): { order: Uint32Array; seriesOf: Uint32Array } {
  const order = new Uint32Array(bag.count);
  const seriesOf = new Uint32Array(bag.count);
  let start = 0;
  for (const [series, end] of bag.seriesEnds.entries()) {
    seriesOf.fill(series, start, end);
    start = end;
  }
  for (let i = 0; i < bag.count; i++) order[i] = i;
  order.sort((a, b) => bag.times[a]! - bag.times[b]! || a - b);
  return { order, seriesOf };
}

/** The interval of each series and of all, ms; a series with one point has that of all, which without any gap is endless. */
function intervals(bag: PointBag): { own: Float64Array; common: number } {
  const all: number[] = [];
  const own = new Float64Array(bag.seriesEnds.length).fill(Number.NaN);
  let start = 0;
  for (const [series, end] of bag.seriesEnds.entries()) {
    const gaps: number[] = [];
    for (let i = start + 1; i < end; i++) gaps.push(bag.times[i]! - bag.times[i - 1]!);
    if (gaps.length > 0) own[series] = middle(gaps);
    all.push(...gaps);
    start = end;
  }
  const common = all.length === 0 ? Number.POSITIVE_INFINITY : middle(all);
  for (let series = 0; series < own.length; series++) if (Number.isNaN(own[series]!)) own[series] = common;
  return { own, common };
}

/** The lower median: always a gap that occurs. */
function middle(gaps: number[]): number {
  return gaps.sort((a, b) => a - b)[(gaps.length - 1) >> 1]!;
}
