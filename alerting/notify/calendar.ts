/** A daily span of local time (静默时段): from and to in a zone, over midnight where `to` is not after `from`. */
import { z } from 'zod';
import { isZone, zoneOffset } from '../../model/zone.ts';

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

const timeOfDay = z.string().regex(/^(?:[01]\d|2[0-3]):[0-5]\d$|^24:00$/, 'expected HH:MM');

/** `days` 0 = Sunday; a span over midnight belongs to the day it begins on. Equal times are the whole day. */
export const CalendarDocument = z.strictObject({
  zone: z.string().refine(isZone, { error: 'expected an IANA zone such as Asia/Shanghai' }).default('UTC'),
  from: timeOfDay,
  to: timeOfDay,
  days: z.array(z.int().min(0).max(6)).min(1).max(7).optional(),
});
export type CalendarDocument = z.output<typeof CalendarDocument>;

/** True when local clocks show a time within the span at the instant. Clock changes move with the clocks: an hour that comes twice counts twice. */
export function isWithin(calendar: CalendarDocument, instant: number): boolean {
  const local = instant + zoneOffset(calendar.zone, instant);
  const minute = Math.floor((((local % DAY_MS) + DAY_MS) % DAY_MS) / MINUTE_MS);
  const today = new Date(local).getUTCDay();
  const [from, to] = [minutesOf(calendar.from), minutesOf(calendar.to)];
  const counts = (day: number): boolean => calendar.days === undefined || calendar.days.includes(day);
  if (from < to) return counts(today) && minute >= from && minute < to;
  return (counts(today) && minute >= from) || (counts((today + 6) % 7) && minute < to);
}

/** Minutes since local midnight of `HH:MM`. */
export function minutesOf(time: string): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return hours * 60 + minutes;
}
