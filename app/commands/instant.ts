import { parseDuration } from '../../model/duration.ts';
import { UserError } from '../../model/errors.ts';
import { instantOf, isZone } from '../../model/zone.ts';

/** The zone of the machine the command runs on. */
export const OWN_ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone;

const ZONELESS = /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?)?$/;

/**
 * An option's time, epoch ms: ISO 8601, epoch milliseconds, `now`, or a duration for that long ago (`24h`). A time that names no zone is read
 * in `zone`. Throws `UserError` that names the option.
 */
export function instant(text: string, option: string, { now, zone }: { now: number; zone: string }): number {
  if (text === 'now') return now;
  const ago = parseDuration(text.replace(/^-/, ''));
  if (ago !== null) return now - ago;
  const ms = /^\d+$/.test(text) ? Number(text) : parsed(text, zone);
  if (Number.isSafeInteger(ms)) return ms;
  throw new UserError(
    'bad-request',
    `${option} ${text}: write 2026-11-20T08:00:00Z, epoch ms, now, or 24h for a day ago`,
  );
}

/** NaN for what is no time. A day alone is its midnight, which ISO 8601 leaves open and `Date.parse` puts in UTC. */
function parsed(text: string, zone: string): number {
  if (!ZONELESS.test(text)) return Date.parse(text);
  const local = Date.parse(`${text.length === 10 ? `${text}T00:00` : text.replace(' ', 'T')}Z`);
  return Number.isNaN(local) ? local : instantOf(zone, local);
}

/** Throws `UserError` for a zone that does not exist. */
export function checkZone(zone: string): string {
  if (isZone(zone)) return zone;
  throw new UserError('bad-request', `--zone ${zone}: expected an IANA zone such as Asia/Shanghai`);
}
