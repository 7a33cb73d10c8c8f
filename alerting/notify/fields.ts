import { z } from 'zod';
import { parseDuration } from '../../model/duration.ts';

/** A duration of a channel or route document, such as `30s`; milliseconds after parsing. */
export const durationField = z.string().transform((text, context) => {
  const ms = parseDuration(text);
  if (ms !== null) return ms;
  context.addIssue({ code: 'custom', message: `"${text}" is not a duration; write it as 30s, 5m or 1h30m` });
  return z.NEVER;
});
