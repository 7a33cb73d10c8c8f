import type { MetricGroup } from '../../model/sample.ts';
import type { DecodedGroup } from '../decode/metric.ts';
import { type Attempt, attemptOf, compareAttempts } from './attempt.ts';
import { advance, copyReadings, noReadings, type Readings, rateOver, SUBTASK_RATES, SUBTASK_TIMES } from './rates.ts';
import type { Recent, Stage } from './recent.ts';

/** The newest attempt of a subtask. */
export interface Subtask {
  /** Time of its newest report. */
  readonly ts: number;
  readonly attempt: Attempt;
  /** Time of its first report seen. */
  readonly firstTs: number;
}

/** An attempt as its last report left it. Each has its own: those of two task managers may be read from two partitions at once. */
export interface AttemptReadings {
  ts: number;
  /** Time of the attempt's first report; NaN when it may have run long before the daemon looked. */
  readonly bornAt: number;
  /** Time of the last report of the attempt it replaced; NaN when none is known. */
  readonly before: number;
  /** By position in `SUBTASK_RATES`. */
  readonly readings: Readings;
}

type Value = readonly [name: string, value: number];

/** Flink updates its time gauges every 5 s: before the second update of an attempt they say anything, busy 1000 at first, ms. */
const GAUGES_SETTLE_MS = 10_000;
/** A meter's 60 s begin filled with zeros: until then it is too low, ms. */
const METERS_SETTLE_MS = 60_000;
/** A counter's zero lies at most this long before the first report of its attempt, so that no rate is drawn out over a long stop, ms. */
const MAX_ZERO_BACK_MS = 60_000;

const RATE_OF = new Map(SUBTASK_RATES.map((rate, index) => [rate.from, index]));
const AVERAGED_TIMES = new Set(
  ['busy', 'idle', 'backPressured', 'softBackPressured', 'hardBackPressured', 'changelogBusy'].map(
    kind => `flink.task.${kind}TimeMsPerSecond`,
  ),
);
const METERS = new Set(
  ['numRecordsIn', 'numRecordsOut', 'numBytesIn', 'numBytesOut'].map(name => `flink.task.${name}PerSecond`),
);

/** One look-up a value: position in `SUBTASK_RATES`, or that it is an average. */
const AVERAGE = -1;
const ROLE_OF = new Map([...RATE_OF, ...[...AVERAGED_TIMES, ...METERS].map(name => [name, AVERAGE] as const)]);

/** What follows from one report of a subtask. */
export interface SubtaskReport {
  /** The group with its rates, and without the values that an attempt's first seconds distort; the same object when nothing changed. */
  readonly group: MetricGroup;
  /** Counters that a new attempt began at zero, to be stored before the group; null when there are none. */
  readonly zeros: MetricGroup | null;
  readonly heldBack: number;
}

/**
 * Exact rates of subtasks: the difference of two reports' counters and accumulated times over the time between them, per attempt.
 *
 * - The first report of an attempt is compared with nothing, unless its accumulated times tell that it has run for 10 s: then the
 *   rate is that of its life so far.
 * - When an attempt is seen to replace another, each of its counters gets a point of 0 after the last report of the other. So
 *   RATE counts what came since, also where the new attempt has already counted further than the old one had.
 * - Values averaged by Flink are held back while the attempt is known to be too young for them.
 * - A report that is late or told twice changes nothing and yields no rate. Only an earlier attempt may be told of after its successor,
 *   when a backlog of two task managers is read from two partitions.
 */
export class SubtaskRates {
  readonly #subtasks: Stage<Subtask>;
  readonly #attempts: Stage<AttemptReadings>;

  constructor(subtasks: Recent<Subtask>, attempts: Recent<AttemptReadings>) {
    this.#subtasks = subtasks.stage();
    this.#attempts = attempts.stage();
  }

  get refused(): number {
    return this.#subtasks.refused + this.#attempts.refused;
  }

  commit(): void {
    this.#subtasks.commit();
    this.#attempts.commit();
  }

  /** Takes a group of the scopes task or operator. */
  take(group: DecodedGroup): SubtaskReport {
    if (group.scope === 'operator' && group.counters.length === 0) return unchanged(group);
    const key = keyOf(group);
    const attempt = key === null ? null : this.#attempt(key, group);
    if (attempt === null) return unchanged(group);
    const isReplacement = group.ts === attempt.bornAt && !Number.isNaN(attempt.before);
    const zeros = isReplacement ? zeroPoints(group, attempt) : null;
    return group.scope === 'task' ? { ...taskReport(group, attempt), zeros } : { group, zeros, heldBack: 0 };
  }

  /** The group's attempt, as this batch may change it; null when it was given up on, or nothing can be remembered of it. */
  #attempt(key: string, group: DecodedGroup): AttemptReadings | null {
    const { ts } = group;
    const isTask = group.scope === 'task';
    const seen = attemptOf(group.attrs);
    const newest = this.#subtasks.get(key)?.value;
    const relation = newest === undefined ? 'newer' : compareAttempts(newest.attempt, seen);
    // An operator's group matters only in the first report of an attempt; there are many of them.
    if (!isTask && relation === 'same' && ts !== newest?.firstTs) return null;
    const ownKey = `${key} ${seen.id || seen.number}`;
    if (newest !== undefined && relation === 'newer') {
      if (ts <= newest.ts) return null;
      this.#subtasks.put(key, { ts, attempt: seen, firstTs: ts });
      return this.#begin(ownKey, ts, ts, newest.ts);
    }
    if (newest !== undefined && relation === 'older' && ts >= newest.firstTs) return null;
    if (!isTask) return this.#attempts.get(ownKey)?.value ?? null;
    if (newest === undefined) {
      if (!this.#subtasks.put(key, { ts, attempt: seen, firstTs: ts })) return null;
    } else if (relation === 'same' && ts > newest.ts) this.#subtasks.put(key, { ...newest, ts });
    return this.#own(ownKey) ?? this.#begin(ownKey, ts, showsNoMeasurement(group) ? ts : Number.NaN, Number.NaN);
  }

  #begin(key: string, ts: number, bornAt: number, before: number): AttemptReadings | null {
    const attempt = { ts, bornAt, before, readings: noReadings(SUBTASK_RATES.length) };
    return this.#attempts.put(key, attempt) ? attempt : null;
  }

  #own(key: string): AttemptReadings | null {
    const found = this.#attempts.get(key);
    if (found === undefined || found.own) return found?.value ?? null;
    const own = { ...found.value, readings: copyReadings(found.value.readings) };
    this.#attempts.put(key, own);
    return own;
  }
}

/** Of the run, not of the job's name: two clusters may run jobs of one name. */
function keyOf({ labels, attrs }: DecodedGroup): string | null {
  const { subtask } = labels;
  const run = attrs['job_id'] ?? labels['job'];
  const task = attrs['task_id'] ?? labels['task'];
  if (subtask === undefined || run === undefined || task === undefined) return null;
  return `${run} ${subtask} ${task}`;
}

function unchanged(group: MetricGroup): SubtaskReport {
  return { group, zeros: null, heldBack: 0 };
}

function zeroPoints(group: DecodedGroup, { bornAt, before }: AttemptReadings): MetricGroup | null {
  const { labels, attrs, arrivedAt } = group;
  const times = group.values.flatMap(([name]) => ((RATE_OF.get(name) ?? SUBTASK_TIMES) < SUBTASK_TIMES ? [name] : []));
  const names = [...group.counters, ...times];
  if (names.length === 0) return null;
  const ts = Math.max(before + 1, bornAt - MAX_ZERO_BACK_MS);
  return { ts, labels, attrs, arrivedAt, values: names.map(name => [name, 0]) };
}

function taskReport(group: DecodedGroup, attempt: AttemptReadings): Omit<SubtaskReport, 'zeros'> {
  const { ts, values } = group;
  const { bornAt, before, readings } = attempt;
  attempt.ts = Math.max(attempt.ts, ts);
  const { sources, life, averages } = survey(values);
  const age = life ?? (Number.isNaN(bornAt) ? Number.POSITIVE_INFINITY : ts - bornAt);
  const isWholeLife =
    life !== null &&
    ts === bornAt &&
    life >= GAUGES_SETTLE_MS &&
    // Longer than the time since the attempt before, it would not be the life of this one.
    !(life > ts - before);

  const rates: Value[] = [];
  const raised = new Map<string, Value>();
  for (const [index, value] of sources) {
    const rate = SUBTASK_RATES[index]!;
    const isFirst = Number.isNaN(readings.times[index]!);
    const found = advance(readings, index, rate, { ts, value });
    if (found !== null) rates.push([rate.to, found]);
    else if (isFirst && isWholeLife) rates.push([rate.to, rateOver(rate, value, age)]);
    // Stored as the highest so far, or RATE would take the sway for a new beginning.
    const reached = readings.values[index]!;
    if (readings.times[index] === ts && reached > value) raised.set(rate.from, [rate.from, reached]);
  }
  const isYoung = averages > 0 && age < METERS_SETTLE_MS;
  if (rates.length === 0 && raised.size === 0 && !isYoung) return { group, heldBack: 0 };
  const told: Value[] = [];
  for (const value of values) if (!isYoung || !isDistorted(value[0], age)) told.push(raised.get(value[0]) ?? value);
  const heldBack = values.length - told.length;
  told.push(...rates);
  return { group: { ...group, values: told }, heldBack };
}

/** The values rates are made of, by position in `SUBTASK_RATES`; how long the times say the attempt has run; how many averages there are. */
function survey(values: readonly Value[]): {
  readonly sources: readonly (readonly [index: number, value: number])[];
  readonly life: number | null;
  readonly averages: number;
} {
  const sources: [number, number][] = [];
  let life = 0;
  let times = 0;
  let averages = 0;
  for (const [name, value] of values) {
    const index = ROLE_OF.get(name);
    if (index === undefined) continue;
    if (index === AVERAGE) {
      averages++;
      continue;
    }
    sources.push([index, value]);
    if (index >= SUBTASK_TIMES) continue;
    life += value;
    times++;
  }
  return { sources, life: times === SUBTASK_TIMES ? life : null, averages };
}

function isDistorted(name: string, age: number): boolean {
  return METERS.has(name) || (age < GAUGES_SETTLE_MS && AVERAGED_TIMES.has(name));
}

/** Whether the group shows what Flink shows of an attempt before it has measured anything: busy 1000, all other times 0. */
function showsNoMeasurement({ values }: MetricGroup): boolean {
  let averaged = 0;
  for (const [name, value] of values) {
    if (!AVERAGED_TIMES.has(name)) continue;
    if (value !== (name === 'flink.task.busyTimeMsPerSecond' ? 1000 : 0)) return false;
    averaged++;
  }
  return averaged > 1;
}
