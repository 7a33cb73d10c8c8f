import { parseDuration } from '../../model/duration.ts';
import { DEFAULT_PERIOD, MAX_PERIOD_DAYS, type ReportObjective } from '../../model/objective.ts';
import { instantOf } from '../../model/zone.ts';
import { localDay } from './calendar.ts';
import type { Span } from './spans.ts';

const DAY_MS = 86_400_000;

/**
 * The period of an objective that `at` lies in: the time up to `at` for a rolling one, else the whole calendar week (from Monday), month or
 * quarter in the calendar's zone.
 */
export function periodAt({ period = DEFAULT_PERIOD, calendar }: ReportObjective, at: number): Span {
  const rolling = parseDuration(period);
  if (rolling !== null) return { from: at - rolling, to: at };
  const zone = calendar?.zone ?? 'UTC';
  const today = localDay(zone, at);
  const midnight = (day: number): number => instantOf(zone, day * DAY_MS);
  if (period === 'week') {
    const monday = today - ((((today + 3) % 7) + 7) % 7);
    return { from: midnight(monday), to: midnight(monday + 7) };
  }
  const date = new Date(today * DAY_MS);
  const months = period === 'quarter' ? 3 : 1;
  const first = Math.floor(date.getUTCMonth() / months) * months;
  const dayOf = (month: number): number => Date.UTC(date.getUTCFullYear(), month, 1) / DAY_MS;
  return { from: midnight(dayOf(first)), to: midnight(dayOf(first + months)) };
}

/** Days of minutes an objective needs: its period and the day that is being left. */
export function daysKept({ period = DEFAULT_PERIOD }: ReportObjective): number {
  const rolling = parseDuration(period);
  if (rolling !== null) return Math.max(3, Math.ceil(rolling / DAY_MS)) + 1;
  return ({ week: 7, month: 31 }[period] ?? MAX_PERIOD_DAYS) + 1;
}
