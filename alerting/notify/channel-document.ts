/** The channel document of contracts.md section 6: the part every type shares, and what of it may be shown. */
import { z } from 'zod';
import { formatDuration } from '../../model/duration.ts';
import type { InputIssue } from '../../model/errors.ts';
import { UserError } from '../../model/errors.ts';
import type { Json } from '../../model/json.ts';
import type { ReporterRegistry, ReporterType, RetryPolicy } from './channel.ts';
import { durationField } from './fields.ts';

/** What a secret reads as; sent back unchanged it keeps the stored one. */
const HIDDEN = '<secret>';

const DEFAULT_RETRY: RetryPolicy = { minMs: 1_000, maxMs: 300_000, giveUpMs: 86_400_000 };

const Head = z.looseObject({
  name: z
    .string()
    .regex(/^[\p{L}\p{N}][\p{L}\p{N}_. -]{0,99}$/u, 'expected 1 to 100 letters, digits, "_", ".", "-" or spaces'),
  type: z.string(),
  fallback: z.string().min(1).optional(),
  retry: z
    .strictObject({
      min: durationField.prefault(formatDuration(DEFAULT_RETRY.minMs)),
      max: durationField.prefault(formatDuration(DEFAULT_RETRY.maxMs)),
      give_up: durationField.prefault(formatDuration(DEFAULT_RETRY.giveUpMs)),
    })
    .refine(retry => retry.min <= retry.max, { path: ['min'], error: 'must not be more than max' })
    .prefault({}),
  throttle_floor: durationField.optional(),
});

/** A document taken apart: the shared part compiled, the reporter's own part as written. */
export interface ParsedChannel {
  readonly name: string;
  readonly type: string;
  readonly reporter: ReporterType;
  readonly fallback: string | null;
  readonly retry: RetryPolicy;
  readonly throttleFloorMs: number;
  readonly own: { readonly [key: string]: unknown };
}

/** A stored or posted channel document. */
export type ChannelDocument = { readonly [key: string]: Json | undefined };

/** Checks the whole document, the reporter's part included. Throws `UserError` bad-request with every issue at once. */
export function parseChannel(document: unknown, registry: ReporterRegistry): ParsedChannel {
  const parsed = Head.safeParse(document);
  const issues: InputIssue[] = [];
  if (!parsed.success) {
    for (const issue of parsed.error.issues) issues.push({ path: issue.path.join('.'), message: issue.message });
    throw refused(issues);
  }
  const { name, type, fallback, retry, throttle_floor, ...own } = parsed.data;
  const reporter = Object.hasOwn(registry, type) ? registry[type] : undefined;
  if (!reporter) {
    throw refused([
      { path: 'type', message: `unknown type "${type}"; use one of ${Object.keys(registry).join(', ')}` },
    ]);
  }
  issues.push(...reporter.check(own));
  for (const path of reporter.secrets) {
    if (own[path] === HIDDEN)
      issues.push({ path, message: `${HIDDEN} is what a stored secret reads as: give the secret` });
  }
  if (fallback === name) issues.push({ path: 'fallback', message: 'a channel cannot be its own fallback' });
  if (issues.length > 0) throw refused(issues);
  return {
    name,
    type,
    reporter,
    fallback: fallback ?? null,
    retry: { minMs: retry.min, maxMs: retry.max, giveUpMs: retry.give_up },
    throttleFloorMs: throttle_floor ?? reporter.throttleFloorMs,
    own,
  };
}

/** The document as anyone may see it: secrets read `<secret>`. */
export function hideSecrets(document: ChannelDocument, registry: ReporterRegistry): ChannelDocument {
  const hidden: Record<string, Json | undefined> = { ...document };
  for (const field of secretFields(document, registry)) if (hidden[field] !== undefined) hidden[field] = HIDDEN;
  return hidden;
}

/** A document sent back after reading it: `<secret>` stands for what is stored. */
export function restoreSecrets(
  document: ChannelDocument,
  stored: ChannelDocument,
  registry: ReporterRegistry,
): ChannelDocument {
  const restored: Record<string, Json | undefined> = { ...document };
  for (const field of secretFields(document, registry)) {
    if (restored[field] === HIDDEN && document['type'] === stored['type']) restored[field] = stored[field];
  }
  return restored;
}

function secretFields(document: ChannelDocument, registry: ReporterRegistry): readonly string[] {
  const type = document['type'];
  return typeof type === 'string' && Object.hasOwn(registry, type)
    ? (registry[type]?.secrets ?? [])
    : Object.keys(document);
}

function refused(issues: readonly InputIssue[]): UserError {
  const first = issues[0];
  return new UserError('bad-request', `channel: ${first?.path ? `${first.path}: ` : ''}${first?.message ?? ''}`, {
    issues,
  });
}
