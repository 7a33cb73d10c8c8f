/** Fields that several documents share. */
import { z } from 'zod';
import { parseDuration } from '../../model/duration.ts';

/** A duration of a channel or route document, such as `30s`; milliseconds after parsing. */
export const durationField = z.string().transform((text, context) => {
  const ms = parseDuration(text);
  if (ms !== null) return ms;
  context.addIssue({ code: 'custom', message: `"${text}" is not a duration; write it as 30s, 5m or 1h30m` });
  return z.NEVER;
});

/** An instant: epoch ms, or ISO 8601; epoch ms after parsing. */
export const instantField = z.union([z.number(), z.string()]).transform((value, context) => {
  const ms = typeof value === 'number' ? value : Date.parse(value);
  if (Number.isSafeInteger(ms)) return ms;
  context.addIssue({ code: 'custom', message: `"${value}" is not a time; use epoch milliseconds or ISO 8601` });
  return z.NEVER;
});
