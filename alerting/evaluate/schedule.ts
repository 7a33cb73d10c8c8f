/**
 * Cron schedules (检测间隔) in an IANA zone. croner reads the pattern and finds matching days; the clock-change rules are here
 * (alerting.md rule 8): a fixed hour inside a gap runs once at the first instant after it, and once (the first) in a fold; with a
 * wildcard hour every physical interval counts, so both hours of a fold run and a gap has nothing to run.
 */
import { Cron, CronPattern } from 'croner';
import { UserError } from '../../model/errors.ts';
import { isZone, transition, zoneOffset } from '../../model/zone.ts';

const DAY = 86_400_000;
const HOUR = 3_600_000;
/** Zones lie between UTC-12 and UTC+14: a local day falls within these bounds around the same day in UTC. */
const WEST = 13 * HOUR;
const EAST = 15 * HOUR;
/** A pattern whose ticks are this far apart has none that matter (29 February on a given weekday is 28 to 40 years). */

const HORIZON_DAYS = 366 * 45;

/** A pattern ready to yield ticks; ticks are epoch ms, ascending and distinct. */
export interface Schedule {
  /** The first tick after `after`; null when none follows within 45 years. */
  next(after: number): number | null;
  /** Ticks in (after, upTo]; when there are more than `cap`, the newest `cap` and how many older ones were left out. */
  between(after: number, upTo: number, cap: number): { readonly ticks: readonly number[]; readonly dropped: number };
}

const compiled = new Map<string, Schedule>();
const MAX_COMPILED = 20_000;

/**
 * Reads a pattern of 5 or 6 fields (seconds first); equal patterns share one schedule, which remembers its last answer. Throws
 * `UserError` bad-schedule for a pattern or zone that cannot be read and for a pattern that never fires (31 February).
 */
export function compileSchedule(pattern: string, zone: string): Schedule {
  const key = `${zone} ${pattern}`;
  let schedule = compiled.get(key);
  if (schedule === undefined) {
    schedule = readSchedule(pattern, zone);
    if (compiled.size >= MAX_COMPILED) compiled.clear();
    compiled.set(key, schedule);
  }
  return schedule;
}

/** The next `n` ticks after `from`. */
export function nextTicks(pattern: string, zone: string, from: number, n: number): readonly number[] {
  const schedule = compileSchedule(pattern, zone);
  const ticks: number[] = [];
  for (let at = schedule.next(from); at !== null && ticks.length < n; at = schedule.next(at)) ticks.push(at);
  return ticks;
}

function readSchedule(pattern: string, zone: string): Schedule {
  if (!isZone(zone)) throw badSchedule(`there is no time zone "${zone}"`, 'zone');
  const fields = pattern.trim().split(/\s+/);
  if (fields.length !== 5 && fields.length !== 6)
    throw badSchedule(`a schedule has 5 or 6 fields, not ${fields.length}`, 'schedule');
  const [second, minute, hour, day, month, weekday] = fields.length === 6 ? fields : ['0', ...fields];
  let times: CronPattern;
  let days: Cron;
  try {
    times = new CronPattern(`${second} ${minute} ${hour} * * *`);
    days = new Cron(`0 0 0 ${day} ${month} ${weekday}`, { timezone: 'UTC', paused: true });
  } catch (error) {
    throw badSchedule((error as Error).message.replace(/^Cron\w+: /, ''), 'schedule');
  }
  if (days.nextRun(new Date(0)) === null) throw badSchedule('no date ever fits this schedule', 'schedule');
  const wildcardHour = /[*?]/.test(hour ?? '*');
  const everyDay = [day, month, weekday].every(field => field === '*' || field === '?');
  return new ZonedSchedule(new DayTicks(timesOfDay(times), wildcardHour, zone), everyDay ? null : days);
}

/** Offsets in ms into a day at which the time fields match, ascending. */
function timesOfDay(pattern: CronPattern): readonly number[] {
  const set = (flags: readonly number[]): number[] => flags.flatMap((flag, i) => (flag ? [i] : []));
  const times: number[] = [];
  for (const hour of set(pattern.hour)) {
    for (const minute of set(pattern.minute)) {
      for (const second of set(pattern.second)) times.push(hour * HOUR + minute * 60_000 + second * 1000);
    }
  }
  return times;
}

/** Days of ticks a schedule remembers. */
const RECENT_DAYS = 8;

/** Turns the local times of one local day into instants. */
class DayTicks {
  readonly #times: readonly number[];
  readonly #wildcardHour: boolean;
  readonly #zone: string;
  /** The days asked for lately: successive questions stay within a few. */
  readonly #recent = new Map<number, readonly number[]>();

  constructor(times: readonly number[], wildcardHour: boolean, zone: string) {
    this.#times = times;
    this.#wildcardHour = wildcardHour;
    this.#zone = zone;
  }

  /** Instants of the local day that starts at `local` (its midnight as local ms), ascending. */
  of(local: number): readonly number[] {
    let ticks = this.#recent.get(local);
    if (ticks === undefined) {
      ticks = this.#compute(local);
      if (this.#recent.size >= RECENT_DAYS) this.#recent.clear();
      this.#recent.set(local, ticks);
    }
    return ticks;
  }

  #compute(local: number): readonly number[] {
    const before = zoneOffset(this.#zone, local - EAST);
    const after = zoneOffset(this.#zone, local + DAY + WEST);
    if (before === after) return this.#times.map(time => local + time - before);
    const ticks = this.#times.flatMap(time => this.#instants(local + time, before, after, local));
    return [...new Set(ticks)].sort((a, b) => a - b);
  }

  #instants(reading: number, before: number, after: number, day: number): readonly number[] {
    const candidates = [reading - before, reading - after].filter(at => reading - at === zoneOffset(this.#zone, at));
    candidates.sort((a, b) => a - b);
    if (this.#wildcardHour) return candidates;
    const [first] = candidates;
    return [first ?? transition(this.#zone, day - EAST, day + DAY + WEST)];
  }
}

class ZonedSchedule implements Schedule {
  readonly #day: DayTicks;
  /** null: every day matches. */
  readonly #days: Cron | null;
  // Rules with one pattern ask the same question at the same instant: remember the last answer.
  #asked = Number.NaN;
  #answer: number | null = null;

  constructor(day: DayTicks, days: Cron | null) {
    this.#day = day;
    this.#days = days;
  }

  next(after: number): number | null {
    if (after !== this.#asked) {
      this.#answer = this.#find(after);
      this.#asked = after;
    }
    return this.#answer;
  }

  between(after: number, upTo: number, cap: number): { readonly ticks: readonly number[]; readonly dropped: number } {
    if (upTo <= after) return { ticks: [], dropped: 0 };
    const found: number[] = [];
    let dropped = 0;
    for (const day of this.#matchingDays(after, upTo)) {
      for (const tick of this.#day.of(day)) if (tick > after && tick <= upTo) found.push(tick);
      // Trim now and then, so that a long range never holds more than about twice the cap.
      if (found.length > 2 * cap + DAY / 1000) dropped += found.splice(0, found.length - cap).length;
    }
    found.sort((a, b) => a - b);
    const ticks = found.filter((tick, i) => tick !== found[i - 1]);
    const excess = Math.max(0, ticks.length - cap);
    return { ticks: ticks.slice(excess), dropped: dropped + excess };
  }

  #find(after: number): number | null {
    let best: number | null = null;
    let bestDay = 0;
    for (const day of this.#matchingDays(after, after + HORIZON_DAYS * DAY)) {
      // A fold across midnight can put a tick of one day behind the first of the next: look one day further.
      if (best !== null && day > bestDay + DAY) break;
      const tick = this.#day.of(day).find(at => at > after);
      if (tick === undefined || (best !== null && tick >= best)) continue;
      best = tick;
      bestDay = day;
    }
    return best;
  }

  /** Local midnights of matching days that may hold instants in (after, upTo], as local ms. */
  *#matchingDays(after: number, upTo: number): Generator<number> {
    const last = Math.floor((upTo + EAST) / DAY) * DAY;
    let day = Math.floor((after - WEST) / DAY) * DAY;
    if (this.#days === null) {
      for (; day <= last; day += DAY) yield day;
      return;
    }
    for (
      let run = this.#days.nextRun(new Date(day - 1000));
      run !== null && run.getTime() <= last;
      run = this.#days.nextRun(run)
    )
      yield run.getTime();
  }
}

function badSchedule(message: string, path: string): UserError {
  return new UserError('bad-schedule', message, { issues: [{ path, message }] });
}
