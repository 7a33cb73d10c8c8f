/** Local time in an IANA zone, from the runtime's own time zone data. "Local ms" is a wall-clock reading written as if it were UTC. */

/** No zone changes its offset twice within two days. */
const DAY_MS = 86_400_000;

const formats = new Map<string, Intl.DateTimeFormat>();

/** True when the runtime knows the zone. */
export function isZone(zone: string): boolean {
  try {
    return formatOf(zone) !== null;
  } catch {
    return false;
  }
}

/** Offset of local time from UTC at an instant, ms; whole seconds. Throws `RangeError` for an unknown zone. */
export function zoneOffset(zone: string, instant: number): number {
  if (zone === 'UTC') return 0;
  const second = Math.floor(instant / 1000) * 1000;
  const fields: Record<string, number> = {};
  for (const { type, value } of formatOf(zone).formatToParts(second)) fields[type] = Number(value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second: sec = 0 } = fields;
  return Date.UTC(year, month - 1, day, hour, minute, sec) - second;
}

/**
 * The instant at which clocks of the zone show `local`: the first of two in a fold, and for a reading inside a gap the first instant after
 * it. Throws `RangeError` for an unknown zone.
 */
export function instantOf(zone: string, local: number): number {
  const [before, after] = [zoneOffset(zone, local - DAY_MS), zoneOffset(zone, local + DAY_MS)];
  const readings = [local - before, local - after].filter(at => at + zoneOffset(zone, at) === local);
  return readings.length > 0 ? Math.min(...readings) : transition(zone, local - DAY_MS, local + DAY_MS);
}

/** The instant in (before, after] at which the zone's offset stops being that of `before`. */
export function transition(zone: string, before: number, after: number): number {
  const offset = zoneOffset(zone, before);
  let low = before;
  let high = after;
  while (high - low > 1000) {
    const middle = Math.floor((low + high) / 2000) * 1000;
    if (middle <= low || middle >= high) break;
    if (zoneOffset(zone, middle) === offset) low = middle;
    else high = middle;
  }
  return Math.ceil(high / 1000) * 1000;
}

function formatOf(zone: string): Intl.DateTimeFormat {
  let format = formats.get(zone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    formats.set(zone, format);
  }
  return format;
}
