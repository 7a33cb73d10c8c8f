import { z } from 'zod';
import { parseDuration } from '../model/duration.ts';

/** A duration such as `30s`; the parsed value is in milliseconds. */
export const durationField = z
  .string({ error: 'expected a duration such as 30s, 5m or 1d' })
  .transform((text, context) => {
    const ms = parseDuration(text);
    if (ms !== null) return ms;
    context.addIssue({ code: 'custom', message: `"${text}" is not a duration; write it as 30s, 5m, 1h30m or 1d` });
    return z.NEVER;
  });

/** `host:port`, IPv6 in brackets. */
export const brokerField = z.string().regex(/^(\[[0-9a-fA-F:.]+\]|[^\s:[\]/]+):\d{1,5}$/, 'expected host:port');

/** An http or https address. */
export const urlField = z
  .string()
  .refine(text => /^https?:\/\/[^\s/]/.test(text) && URL.canParse(text), 'expected an http:// or https:// address');
