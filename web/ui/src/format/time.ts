/** Times in the browser's zone; every tooltip carries the zone. */
import { locale } from '../i18n/language.ts';

const formats = new Map<string, Intl.DateTimeFormat>();

function format(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = locale() + JSON.stringify(options);
  let found = formats.get(key);
  if (!found) {
    found = new Intl.DateTimeFormat(locale(), { hourCycle: 'h23', ...options });
    formats.set(key, found);
  }
  return found;
}

/** `10:42`, with the day in front when it is not `now`'s. */
export function clock(ts: number | null | undefined, now: number = Date.now()): string {
  if (ts === null || ts === undefined) return '–';
  const sameDay = new Date(ts).toDateString() === new Date(now).toDateString();
  if (sameDay) return format({ hour: '2-digit', minute: '2-digit' }).format(ts);
  return format({ month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit' }).format(ts);
}

/** `10:42:07`, with the day in front when it is not `now`'s. */
export function clockSeconds(ts: number, now: number = Date.now()): string {
  const time = format({ hour: '2-digit', minute: '2-digit', second: '2-digit' }).format(ts);
  if (new Date(ts).toDateString() === new Date(now).toDateString()) return time;
  return `${format({ month: 'short', day: 'numeric' }).format(ts)} ${time}`;
}

/** `10:42:07.123`: for log lines. */
export function clockMillis(ts: number): string {
  const time = format({ hour: '2-digit', minute: '2-digit', second: '2-digit' }).format(ts);
  return `${time}.${String(ts % 1000).padStart(3, '0')}`;
}

/** Day, time and zone in full, to the millisecond. */
export function fullTime(ts: number): string {
  const text = format({
    year: 'numeric',
    month: 'short',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    fractionalSecondDigits: 3,
    timeZoneName: 'short',
  });
  return text.format(ts);
}

/** The browser's zone as people write it: `GMT+8`. */
export function zoneName(): string {
  const parts = format({ timeZoneName: 'short' }).formatToParts(Date.now());
  return parts.find(part => part.type === 'timeZoneName')?.value ?? 'UTC';
}
