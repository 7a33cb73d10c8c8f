import type { OffsetTables } from '../offsets.ts';
import type { HopTopic } from '../tables/hop-topic.ts';
import { readableEnds } from '../tables/stable-ends.ts';

/** Sample gaps of a consumer the best rate is taken from, and those that tell how it goes now. */
const RATE_SAMPLES = 32;
const RECENT_GAPS = 6;
/** Gaps in a row in which a backlog must move to have a trend, and by which share of what arrives. */
const TREND_GAPS = 3;
const TREND_SHARE = 0.05;
/** Stretch over which the age's own slope is taken, ms. */
export const SLOPE_MS = 60_000;

/** Time until a backlog is gone, ms: between the two estimates where both exist. */
export interface EtaRange {
  readonly low: number;
  readonly high: number;
}

/** `steady` is neither of the other two; null = too few samples. */
export type Trend = 'growing' | 'shrinking' | 'steady' | null;

/** What a consumer has before it and how fast it takes it; records and records per ms. */
export interface Drain {
  readonly backlog: number;
  readonly arrival: number;
  readonly processed: number;
  /** Best rate seen while there was a backlog; open transactions are none. */
  readonly capacity: number;
  readonly trend: Trend;
}

/** Backlog, rates and trend of a consumer at `at`, over its last samples; null without two of them and end offsets. */
export function drainOf(tables: OffsetTables, consumer: HopTopic, at: number): Drain | null {
  const ends = tables.endsFor(consumer);
  if (ends === null) return null;
  let times: number[] = [];
  for (const { raw } of consumer.whole ? [consumer.whole] : consumer.partitions.values()) {
    const last = raw.indexAt(at);
    const first = Math.max(0, last - RATE_SAMPLES + 1);
    if (last + 1 - first > times.length) {
      times = Array.from({ length: last + 1 - first }, (_, i) => raw.timeOf(first + i));
    }
  }
  const samples = times.flatMap(t => totalsAt(tables, consumer, t) ?? []);
  const first = samples[0];
  const last = samples.at(-1);
  if (first === undefined || last === undefined || last.t <= first.t) return null;
  let capacity = 0;
  for (let i = 1; i < samples.length; i++) {
    const a = samples[i - 1]!;
    const b = samples[i]!;
    if (a.readable > a.position && b.readable > b.position && b.t > a.t) {
      capacity = Math.max(capacity, (b.position - a.position) / (b.t - a.t));
    }
  }
  const recent = samples[Math.max(0, samples.length - 1 - RECENT_GAPS)]!;
  return {
    backlog: Math.max(0, last.readable - last.position),
    arrival: (last.end - recent.end) / (last.t - recent.t),
    processed: Math.max(0, last.position - recent.position) / (last.t - recent.t),
    capacity,
    trend: trendOf(samples),
  };
}

/** A backlog that has moved one way in each of the last gaps by more than a share of what arrived. */
function trendOf(samples: readonly Totals[]): Trend {
  if (samples.length <= TREND_GAPS) return null;
  let way: Trend = null;
  for (let i = samples.length - TREND_GAPS; i < samples.length; i++) {
    const a = samples[i - 1]!;
    const b = samples[i]!;
    const change = b.readable - b.position - (a.readable - a.position);
    const least = TREND_SHARE * (b.end - a.end);
    const now = change > least ? 'growing' : change < -least ? 'shrinking' : 'steady';
    if (now === 'steady' || (way !== null && way !== now)) return 'steady';
    way = now;
  }
  return way;
}

/**
 * Range of the time until the age is back to normal: by each hop's backlog over its spare rate, the slowest hop counting, and by
 * how fast the age itself shrinks. Null while it does not shrink, or a hop cannot take more than arrives.
 */
export function etaRange(
  drains: readonly Drain[],
  ageMs: number,
  wNow: number,
  wBefore: number | null,
): EtaRange | null {
  const gain = wBefore === null ? 0 : (wNow - wBefore) / SLOPE_MS - 1;
  if (gain <= 0) return null;
  const bySlope = ageMs / gain;
  let byDrain = 0;
  for (const { backlog, arrival, capacity } of drains) {
    if (backlog <= 0) continue;
    if (capacity <= arrival) return null;
    byDrain = Math.max(byDrain, backlog / (capacity - arrival));
  }
  return rangeOf(bySlope, byDrain === 0 ? bySlope : byDrain);
}

/** Range of the time until one consumer's backlog is gone: at its best rate and at the rate of now. Null while it does not shrink. */
export function hopEta({ backlog, arrival, processed, capacity }: Drain): EtaRange | null {
  if (backlog <= 0) return { low: 0, high: 0 };
  if (processed <= arrival) return null;
  return rangeOf(backlog / (processed - arrival), backlog / (Math.max(capacity, processed) - arrival));
}

function rangeOf(a: number, b: number): EtaRange {
  return { low: Math.round(Math.min(a, b)), high: Math.round(Math.max(a, b)) };
}

interface Totals {
  readonly t: number;
  readonly end: number;
  /** Of that, what a reader of committed records could have read. */
  readonly readable: number;
  readonly position: number;
}

/** Sums over the partitions read; null where one is unknown at `t`. */
function totalsAt(tables: OffsetTables, consumer: HopTopic, t: number): Totals | null {
  const ends = tables.endsFor(consumer);
  if (ends === null) return null;
  let end = 0;
  let readable = 0;
  let position = 0;
  if (consumer.whole !== null) {
    for (const { curve } of ends.partitions.values()) end += curve.at(t) ?? curve.lastX;
    return { t, end, readable: end, position: consumer.whole.raw.at(t) ?? consumer.whole.raw.lastX };
  }
  for (const [partition, { raw }] of consumer.partitions) {
    const own = ends.partitions.get(partition);
    if (own === undefined || own.curve.length === 0 || raw.length === 0 || t < raw.firstT || t < own.curve.firstT)
      return null;
    const stable = readableEnds(consumer, own, t);
    end += own.curve.at(t) ?? own.curve.lastX;
    readable += stable.at(t) ?? stable.lastX;
    position += raw.at(t) ?? raw.lastX;
  }
  return { t, end, readable, position };
}
