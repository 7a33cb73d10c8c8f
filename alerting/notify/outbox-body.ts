/** What an outbox row carries: the message, every alert it speaks of, and what became of its attempts. */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Json } from '../../model/json.ts';
import type { Labels } from '../../model/labels.ts';
import type { OutboxRow } from '../../store/state-store.ts';
import { INTENT_KINDS, type Intent, type IntentKind, SEVERITIES } from '../intent.ts';
import { alertStatus } from './compose.ts';
import type { Withheld } from './judge.ts';
import type { Message, MessageAlert } from './message.ts';
import type { Recipient } from './notifier.ts';

/** Attempts kept for the delivery log. */
const MAX_ATTEMPTS_KEPT = 20;

const labels = z.record(z.string(), z.string());
const status = z.enum(['firing', 'resolved', 'nodata', 'stale', 'flapping', 'meta']);
const recipientStatus = z.enum(['delivered', 'retryable', 'permanent']);

const bilingual = z.object({ zh: z.string(), en: z.string() });

const messageAlert = z.object({
  status,
  labels,
  startsAt: z.number(),
  endsAt: z.number().nullable(),
  summary: z.string(),
  formula: z.string(),
  annotations: z.array(z.object({ name: z.string(), value: z.string() })),
  values: z.array(z.number().nullable()),
  reason: z.string().optional(),
  url: z.string(),
  owner: z.string(),
  affects: z.array(z.string()),
  cause: bilingual.optional(),
  logLine: z
    .object({ ts: z.number(), text: z.string(), url: z.string(), context: z.array(z.string()).optional() })
    .optional(),
  ackUrl: z.string().optional(),
  ackedBy: z.string().optional(),
  alsoAffected: z.array(z.string()).optional(),
  chart: z
    .object({
      title: z.string(),
      about: bilingual.extend({ of: z.string() }).optional(),
      points: z.array(z.tuple([z.number(), z.number().nullable()])),
      threshold: z.number().optional(),
      firingFrom: z.number(),
      firingTo: z.number().optional(),
      unit: z.string(),
    })
    .optional(),
});

const digest = z.object({
  from: z.number(),
  to: z.number(),
  owner: z.string(),
  judged: z.number(),
  lateReports: z.number(),
  lateMinutes: z.number(),
  unknownMinutes: z.number(),
  sentLate: z.boolean(),
  rows: z.array(
    z.object({
      report: z.string(),
      url: z.string(),
      level: z.enum(['ok', 'warning', 'critical', 'unknown']),
      state: bilingual,
      text: bilingual,
      attainment: z.number().nullable(),
      target: z.number().nullable(),
      budgetLeft: z.number().nullable(),
      late: z.number(),
      unknown: z.number(),
      culprits: z.array(z.object({ hop: z.string(), minutes: z.number() })),
      incidents: z.array(z.object({ from: z.number(), to: z.number(), hops: z.array(z.string()) })),
      more: z.number(),
    }),
  ),
  omitted: z.number(),
});

const message = z.object({
  status: z.enum(['firing', 'resolved', 'info']),
  severity: z.enum(SEVERITIES),
  title: z.string(),
  groupKey: z.string(),
  groupLabels: labels,
  receiver: z.string(),
  at: z.number(),
  toldAt: z.number().optional(),
  zone: z.string(),
  alerts: z.array(messageAlert),
  omitted: z.number(),
  stillFiring: z.number().optional(),
  url: z.string(),
  digest: digest.optional(),
}) satisfies z.ZodType<Message>;

/** One alert a row speaks of. */
export interface AlertRef {
  /** Rule and group: what must be told in order. */
  readonly key: string;
  readonly episode: string;
  readonly status: MessageAlert['status'];
  readonly labels: Labels;
  readonly startsAt?: number | undefined;
  /** The channel has not heard of the alert before. */
  readonly first?: boolean | undefined;
}

/** One attempt, for the delivery log. */
export interface Attempt {
  readonly at: number;
  readonly outcome: string;
  readonly class?: string;
  readonly error?: string;
}

/** Body of an outbox row, as stored. `alerts[i]` is the reference of `message.alerts[i]` as far as the message reaches. */
export interface OutboxBody {
  readonly kind: IntentKind;
  readonly message: Message;
  readonly alerts: readonly AlertRef[];
  /** Newest last. */
  readonly tries: readonly Attempt[];
  readonly recipients: readonly Recipient[];
  readonly class?: string;
  readonly error?: string;
  /** Rows whose alerts were taken into this one. */
  readonly merged?: readonly string[];
  /** Channel that could not deliver it, when this row stands in as its fallback. */
  readonly insteadOf?: string;
  /** Why it is not told, or not yet. */
  readonly withheld?: Withheld | undefined;
}

const StoredBody = z.object({
  kind: z.enum(INTENT_KINDS),
  message,
  alerts: z.array(
    z.object({
      key: z.string(),
      episode: z.string(),
      status,
      labels,
      startsAt: z.number().optional(),
      first: z.boolean().optional(),
    }),
  ),
  tries: z.array(
    z.object({ at: z.number(), outcome: z.string(), class: z.string().optional(), error: z.string().optional() }),
  ),
  recipients: z.array(z.object({ address: z.string(), status: recipientStatus, error: z.string().optional() })),
  class: z.string().optional(),
  error: z.string().optional(),
  merged: z.array(z.string()).optional(),
  insteadOf: z.string().optional(),
  withheld: z
    .object({
      reason: z.enum(['silenced', 'inhibited', 'acked', 'interval', 'untold', 'no-receiver']),
      by: z.string(),
      detail: z.string(),
      source: z.string().optional(),
    })
    .optional(),
}) satisfies z.ZodType<OutboxBody>;

/** Reads a stored body; null when it is not one (written by another version, or damaged). */
export function decodeBody(body: Json): OutboxBody | null {
  const parsed = StoredBody.safeParse(body);
  return parsed.success ? parsed.data : null;
}

/** The body as the store takes it: plain JSON without `undefined`. */
export function encodeBody(body: OutboxBody): Json {
  return JSON.parse(JSON.stringify(body)) as Json;
}

/** A row that has not been tried yet. `message` must have been composed from `intents` in the same order. */
export function newRow(row: {
  readonly id: string;
  readonly channel: string;
  readonly at: number;
  readonly kind: OutboxBody['kind'];
  readonly message: Message;
  readonly alerts: readonly AlertRef[];
  readonly insteadOf?: string;
  readonly withheld?: Withheld;
}): OutboxRow {
  return {
    id: row.id,
    channel: row.channel,
    createdAt: row.at,
    nextAttemptAt: row.at,
    status: 'pending',
    attempts: 0,
    body: encodeBody({
      kind: row.kind,
      message: row.message,
      alerts: row.alerts,
      tries: [],
      recipients: [],
      ...(row.insteadOf === undefined ? {} : { insteadOf: row.insteadOf }),
      ...(row.withheld ? { withheld: row.withheld, class: row.withheld.reason, error: row.withheld.detail } : {}),
    }),
  };
}

/** The reference of an intent in a row. `first`: the channel has not heard of the alert before. */
export function refOf(intent: Intent, first: boolean): AlertRef {
  return {
    key: `${intent.ruleId}\u0001${intent.groupKey}`,
    episode: intent.episode,
    status: alertStatus(intent),
    labels: intent.labels,
    startsAt: intent.startsAt,
    ...(first ? { first } : {}),
  };
}

/** The attempts with one more; only the newest are kept. */
export function withAttempt(tries: readonly Attempt[], attempt: Attempt): Attempt[] {
  return [...tries, attempt].slice(-MAX_ATTEMPTS_KEPT);
}

/** The outbox id (alerting.md rule 17): the same notice always has the same id, which is also its idempotency key. */
export function outboxId(channel: string, groupKey: string, episode: string, kind: string, n: number | string): string {
  return createHash('sha256')
    .update(JSON.stringify([channel, groupKey, episode, kind, n]))
    .digest('hex')
    .slice(0, 32);
}
