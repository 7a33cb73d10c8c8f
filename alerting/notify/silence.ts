/**
 * Silences (静默) and maintenance windows: alerts they match are evaluated as ever, and nobody is told. What matters is the tick an alert is
 * told of, so an ended silence is kept for as long as such ticks may still be told.
 */
import { z } from 'zod';
import { Matchers } from '../evaluate/document.ts';
import { CalendarDocument, isWithin } from './calendar.ts';
import { instantField } from './fields.ts';
import { compileDocumentMatchers, matchesAnything, type ReadLabel } from './matching.ts';

/**
 * `starts_at` to `ends_at` (ms), or a `calendar`, which the two may bound. Matchers read an alert's labels, and `owner` where no label of
 * that name exists: the owner of what the alert names. `purpose` makes it a maintenance window.
 */
export const SilenceDocument = z
  .strictObject({
    matchers: Matchers.refine(matchers => !matchesAnything(matchers), {
      error: 'would silence everything; name at least one label, such as {"alertname": {"op": "=~", "value": ".+"}}',
    }),
    starts_at: instantField.optional(),
    ends_at: instantField.optional(),
    calendar: CalendarDocument.optional(),
    comment: z.string().max(2000).default(''),
    created_by: z.string().max(200).default(''),
    purpose: z.string().min(1).max(200).optional(),
  })
  .refine(({ calendar, ends_at }) => calendar !== undefined || ends_at !== undefined, {
    path: ['ends_at'],
    error: 'a silence needs ends_at or a calendar',
  })
  .refine(({ starts_at, ends_at }) => starts_at === undefined || ends_at === undefined || starts_at <= ends_at, {
    path: ['ends_at'],
    error: 'must not be before starts_at',
  });
export type SilenceDocument = z.output<typeof SilenceDocument>;

/** A silence ready for use. */
export interface Silence {
  readonly id: string;
  readonly document: SilenceDocument;
  matches(read: ReadLabel): boolean;
  /** Whether it holds at an instant; the end itself is outside. */
  isActive(at: number): boolean;
}

export function compileSilence(id: string, document: SilenceDocument): Silence {
  const { starts_at = Number.NEGATIVE_INFINITY, ends_at = Number.POSITIVE_INFINITY, calendar } = document;
  return {
    id,
    document,
    matches: compileDocumentMatchers(document.matchers),
    isActive: at => at >= starts_at && at < ends_at && (calendar === undefined || isWithin(calendar, at)),
  };
}

/** How people see it: `active`, `pending` (also between two spans of a calendar), `expired`. */
export function silenceState(silence: Silence, now: number): 'active' | 'pending' | 'expired' {
  const { ends_at } = silence.document;
  if (ends_at !== undefined && ends_at <= now) return 'expired';
  return silence.isActive(now) ? 'active' : 'pending';
}
