/** Freshness objectives (新鲜度目标) of reports: what a report promises, as documents write it and as the daemon keeps it. */
import { z } from 'zod';
import { parseDuration } from './duration.ts';
import { isZone } from './zone.ts';

/** When minutes count; local wall-clock time of `zone`. `to` <= `from` reaches into the next day; equal times are the whole day. */
export interface ObjectiveCalendar {
  readonly zone: string;
  /** 0 = Sunday. A span over midnight belongs to the day it begins on. */
  readonly days: readonly number[];
  /** `HH:MM`; `to` may be `24:00`. */
  readonly from: string;
  readonly to: string;
}

/** The report is no older than `ageMs` in a share of `target` of the minutes of the period that count. */
export interface ReportObjective {
  readonly ageMs: number;
  /** In (0, 1]. */
  readonly target: number;
  /** A rolling span such as `30d` (1 to 92 days), or the calendar's `week`, `month` or `quarter`; absent = 30d. */
  readonly period?: string;
  readonly calendar?: ObjectiveCalendar;
  /** False: no burn-rate rules are made for the report. */
  readonly alerts?: boolean;
}

/** Rolling when no period is given. */
export const DEFAULT_PERIOD = '30d';
const DAY_MS = 86_400_000;
/** The longest quarter. */
export const MAX_PERIOD_DAYS = 92;
const CALENDAR_PERIODS = new Set(['week', 'month', 'quarter']);
const EVERY_DAY = [0, 1, 2, 3, 4, 5, 6];

const timeOfDay = z.string().regex(/^(?:[01]\d|2[0-3]):[0-5]\d$|^24:00$/, 'expected HH:MM');

const calendar = {
  zone: z.string().refine(isZone, { error: 'expected an IANA zone such as Asia/Shanghai' }).default('UTC'),
  days: z.array(z.int().min(0).max(6)).min(1).max(7).default(EVERY_DAY),
  from: timeOfDay.default('00:00'),
  to: timeOfDay.default('24:00'),
};

const duration = z.string().transform((text, context) => {
  const ms = parseDuration(text);
  if (ms !== null && ms > 0) return ms;
  context.addIssue({ code: 'custom', message: `"${text}" is not a duration; write it as 90s, 5m or 1h` });
  return z.NEVER;
});

const period = z.string().transform((text, context) => {
  const name = text.replace(/^calendar /, '');
  if (CALENDAR_PERIODS.has(name)) return name;
  const ms = parseDuration(text);
  if (ms !== null && ms >= DAY_MS && ms <= MAX_PERIOD_DAYS * DAY_MS && ms % DAY_MS === 0) return text;
  context.addIssue({
    code: 'custom',
    message: `"${text}" is not a period; write 1d to ${MAX_PERIOD_DAYS}d, week, month or quarter`,
  });
  return z.NEVER;
});

const fields = {
  age_limit: duration.optional(),
  age: duration.optional(),
  age_ms: z.number().positive().optional(),
  target: z.number().gt(0).lte(1).default(0.99),
  period: period.optional(),
  alerts: z.boolean().optional(),
};

/** An objective as a document of the configuration states it: the age as `age_limit` or `age` (a duration), or as `age_ms`. */
export const ObjectiveDocument = z
  .strictObject({ ...fields, calendar: z.strictObject(calendar).optional() })
  .transform(toObjective);

/** The same in a record, where fields nobody knows are ignored. */
export const ObjectiveRecord = z.object({ ...fields, calendar: z.object(calendar).optional() }).transform(toObjective);

interface Stated extends Omit<ReportObjective, 'ageMs' | 'period' | 'calendar' | 'alerts'> {
  readonly age_limit?: number | undefined;
  readonly age?: number | undefined;
  readonly age_ms?: number | undefined;
  readonly period?: string | undefined;
  readonly calendar?: ObjectiveCalendar | undefined;
  readonly alerts?: boolean | undefined;
}

function toObjective(stated: Stated, context: z.RefinementCtx): ReportObjective {
  const { age_limit, age, age_ms, target, period: per, calendar: counted, alerts } = stated;
  const [ageMs, ...more] = [age_limit, age, age_ms].filter(limit => limit !== undefined);
  if (ageMs === undefined || more.length > 0) {
    context.addIssue({ code: 'custom', path: ['age_limit'], message: 'expected one of age_limit, age and age_ms' });
    return z.NEVER;
  }
  return {
    ageMs,
    target,
    ...(per !== undefined && { period: per }),
    ...(counted !== undefined && { calendar: counted }),
    ...(alerts !== undefined && { alerts }),
  };
}
