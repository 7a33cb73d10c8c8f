import type { OffsetTables } from '../offsets.ts';
import type { HopTopic } from '../tables/hop-topic.ts';

/** Sample gaps of a consumer the rates are taken from. */
const RATE_SAMPLES = 32;
/** Stretch over which the age's own slope is taken, ms. */
export const SLOPE_MS = 60_000;

/** Time until a backlog is gone, ms: between the two estimates where both exist. */
export interface EtaRange {
  readonly low: number;
  readonly high: number;
}

/** What a consumer has before it and how fast it can take it; records and records per ms. */
export interface Drain {
  readonly backlog: number;
  readonly arrival: number;
  /** Best rate seen while there was a backlog. */
  readonly capacity: number;
}

/** Backlog, arrival and best rate of a consumer at `at`, over its last samples; null without two of them and end offsets. */
export function drainOf(tables: OffsetTables, consumer: HopTopic, at: number): Drain | null {
  const ends = tables.endsFor(consumer);
  if (ends === null) return null;
  let times: number[] = [];
  for (const { raw } of consumer.whole ? [consumer.whole] : consumer.partitions.values()) {
    const own: number[] = [];
    for (let i = raw.indexAt(at); i >= 0 && own.length < RATE_SAMPLES; i--) own.unshift(raw.timeOf(i));
    if (own.length > times.length) times = own;
  }
  const samples = times.flatMap(t => totalsAt(tables, consumer, t) ?? []);
  const first = samples[0];
  const last = samples.at(-1);
  if (first === undefined || last === undefined || last.t <= first.t) return null;
  let capacity = 0;
  for (let i = 1; i < samples.length; i++) {
    const a = samples[i - 1]!;
    const b = samples[i]!;
    if (a.end > a.position && b.end > b.position && b.t > a.t) {
      capacity = Math.max(capacity, (b.position - a.position) / (b.t - a.t));
    }
  }
  const recent = samples[Math.max(0, samples.length - 7)]!;
  return {
    backlog: Math.max(0, last.end - last.position),
    arrival: (last.end - recent.end) / (last.t - recent.t),
    capacity,
  };
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
  if (byDrain === 0) return { low: Math.round(bySlope), high: Math.round(bySlope) };
  return { low: Math.round(Math.min(bySlope, byDrain)), high: Math.round(Math.max(bySlope, byDrain)) };
}

interface Totals {
  readonly t: number;
  readonly end: number;
  readonly position: number;
}

/** Sums over the partitions read; null where one is unknown at `t`. */
function totalsAt(tables: OffsetTables, consumer: HopTopic, t: number): Totals | null {
  const ends = tables.endsFor(consumer);
  if (ends === null) return null;
  let end = 0;
  let position = 0;
  if (consumer.whole !== null) {
    for (const { curve } of ends.partitions.values()) end += curve.at(t) ?? curve.lastX;
    return { t, end, position: consumer.whole.raw.at(t) ?? consumer.whole.raw.lastX };
  }
  for (const [partition, { raw }] of consumer.partitions) {
    const curve = ends.partitions.get(partition)?.curve;
    if (curve === undefined || curve.length === 0 || raw.length === 0 || t < raw.firstT || t < curve.firstT)
      return null;
    end += curve.at(t) ?? curve.lastX;
    position += raw.at(t) ?? raw.lastX;
  }
  return { t, end, position };
}
