/** Request fields that several routes share. */
import { z } from 'zod';
import { parseDuration } from '../../model/duration.ts';
import type { Json } from '../../model/json.ts';

/** As far from 1970 as JavaScript's calendar reaches, but for a year to count days in, ms. */
const FARTHEST_MS = 8.64e15 - 366 * 86_400_000;

/** A time: epoch ms, or ISO 8601; the parsed value is epoch ms. */
export const timeField = z.union([z.string(), z.number()]).transform((value, context) => {
  const text = String(value);
  const ms = /^-?\d+$/.test(text) ? Number(text) : Date.parse(text);
  if (Number.isSafeInteger(ms) && Math.abs(ms) <= FARTHEST_MS) return ms;
  context.addIssue({ code: 'custom', message: `"${text}" is not a time; use epoch milliseconds or ISO 8601` });
  return z.NEVER;
});

/** A duration such as `5m`; the parsed value is milliseconds, more than 0. */
export const positiveDuration = z.string().transform((text, context) => {
  const ms = parseDuration(text);
  if (ms !== null && ms > 0) return ms;
  context.addIssue({ code: 'custom', message: `"${text}" is not a duration; write it as 30s, 5m or 1d` });
  return z.NEVER;
});

/** A duration that may be 0. */
export const durationOrZero = z.string().transform((text, context) => {
  const ms = parseDuration(text);
  if (ms !== null) return ms;
  context.addIssue({ code: 'custom', message: `"${text}" is not a duration; write it as 0m, 5m or 1d` });
  return z.NEVER;
});

/** A document that its own service checks in full; what a JSON body holds is JSON. */
export const documentField = z.record(
  z.string(),
  z.unknown().transform(value => value as Json),
);

/** A whole number in a query string. */
export function intField(min: number, max: number, fallback: number) {
  return z.coerce.number().int().min(min).max(max).default(fallback);
}
