/** Which accumulating metrics of a subtask or process become which rate, and how a difference is made. Pure. */

/** A rate that two reports of an accumulating metric give exactly; Flink's own figure beside it is a 60 s average. */
export interface RateSource {
  /** Full name of the accumulating metric. */
  readonly from: string;
  /** The alias the rate is stored under (`store/catalog/aliases.ts`). */
  readonly to: string;
  /** Units of the rate in one unit of the metric per millisecond. */
  readonly scale: number;
  /**
   * A time: it sways. Flink adds the stretch under way by the wall clock and corrects it later (flink.md's run: 1171 ms, then
   * 1008 ms, in one attempt), so it is taken as the highest value seen, and the ratio is at most 1.
   */
  readonly isTime: boolean;
}

const time = (kind: string, to: string): RateSource => ({
  from: `flink.task.accumulate${kind}TimeMs`,
  to,
  scale: 1,
  isTime: true,
});
const counter = (name: string, to: string): RateSource => ({
  from: `flink.task.${name}`,
  to,
  scale: 1000,
  isTime: false,
});

/** Of a subtask. The first three together are as long as the attempt has run. */
export const SUBTASK_RATES: readonly RateSource[] = [
  time('Busy', 'busy_ratio'),
  time('BackPressured', 'back_pressured_ratio'),
  time('Idle', 'idle_ratio'),
  counter('numRecordsIn', 'records_in_per_second'),
  counter('numRecordsOut', 'records_out_per_second'),
  counter('numBytesIn', 'bytes_in_per_second'),
  counter('numBytesOut', 'bytes_out_per_second'),
];
/** How many of `SUBTASK_RATES`, from the first, are its times. */
export const SUBTASK_TIMES = 3;

/** Of a task manager; where Flink does not sum its collectors (before 1.17) their times are added up. */
export const GC_RATE: RateSource = {
  from: 'flink.taskmanager.Status.JVM.GarbageCollector.All.Time',
  to: 'gc_ms_per_second',
  scale: 1000,
  isTime: false,
};

/** Reports closer than this give no rate: they are one report told twice, ms. */
const MIN_INTERVAL_MS = 1000;
/** After a longer silence an average is no figure of now, ms. */
const MAX_INTERVAL_MS = 5 * 60_000;
/** A time that falls by more has begun again, though no attempt says so, ms. */
const MAX_SWAY_MS = 1000;

/** Newest values of some metrics and their times, by position; NaN before the first. */
export interface Readings {
  readonly values: number[];
  readonly times: number[];
}

export function noReadings(count: number): Readings {
  return { values: new Array<number>(count).fill(Number.NaN), times: new Array<number>(count).fill(Number.NaN) };
}

export function copyReadings({ values, times }: Readings): Readings {
  return { values: values.slice(), times: times.slice() };
}

/** Takes the next reading in; answers the rate since the one before, null where there is none or it says nothing. */
export function advance(
  readings: Readings,
  index: number,
  rate: RateSource,
  next: { readonly ts: number; readonly value: number },
): number | null {
  const { ts, value } = next;
  const before = readings.values[index]!;
  const from = readings.times[index]!;
  // Late or told twice: the newer reading stays.
  if (ts < from + MIN_INTERVAL_MS) return null;
  const sways = rate.isTime && value < before && before - value <= MAX_SWAY_MS;
  const reached = sways ? before : value;
  readings.values[index] = reached;
  readings.times[index] = ts;
  if (Number.isNaN(from) || ts - from > MAX_INTERVAL_MS) return null;
  // After a fall what has come since the new beginning counts.
  return rateOver(rate, reached >= before ? reached - before : reached, ts - from);
}

/** The rate of an increase within `ms`. */
export function rateOver(rate: RateSource, increase: number, ms: number): number {
  const value = (increase / ms) * rate.scale;
  return rate.isTime ? Math.min(1, value) : value;
}
