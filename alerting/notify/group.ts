/**
 * Notification groups between flushes: what was told of which alert on which channels, and when something has to be said without news. The
 * flush itself is `flush.ts`. Pure.
 */
import { z } from 'zod';
import type { Json } from '../../model/json.ts';
import { INTENT_KINDS, type Intent, SEVERITIES } from '../intent.ts';
import type { FiringAlert } from './inhibit.ts';
import type { Judge } from './judge.ts';
import type { Target } from './route.ts';

const labels = z.record(z.string(), z.string());

/** An intent as committed by evaluation. */
export const StoredIntentBody = z.object({
  id: z.string(),
  ruleId: z.string(),
  ruleName: z.string(),
  groupKey: z.string(),
  t: z.number(),
  kind: z.enum(INTENT_KINDS),
  episode: z.string(),
  labels,
  severity: z.enum(SEVERITIES),
  activeAt: z.number(),
  startsAt: z.number(),
  endsAt: z.number().nullable(),
  values: z.array(z.number().nullable()),
  formula: z.string(),
  summary: z.string(),
  annotations: z.array(z.object({ name: z.string(), value: z.string() })),
  reason: z.string().optional(),
  late: z.boolean(),
  code: z.string().optional(),
  receivers: z.array(z.string()),
  zone: z.string(),
  repeatMs: z.number().optional(),
  maxRepeats: z.number().optional(),
}) satisfies z.ZodType<Intent>;

/** An alert that goes on, as far as this group is concerned. Instants of the wall clock, epoch ms. */
export interface Told {
  /** Channels that heard of it; empty while its first word is withheld. */
  readonly channels: readonly string[];
  readonly ruleId?: string | undefined;
  /** Its last transition; kept where it may have to be told without news. */
  readonly intent?: Intent | undefined;
  /** A word was withheld that has to be said once nothing keeps it back: the first one, or one that was due. */
  readonly owed?: boolean | undefined;
  /** Not before this instant: the repeat interval counts from the last word, also where that was a debt. */
  readonly owedFrom?: number | undefined;
  /** When a withheld word was said late. */
  readonly paidAt?: number | undefined;
  /** When it was told first. */
  readonly since?: number | undefined;
  /** When it was told last, or would have been. */
  readonly at?: number | undefined;
  /** Escalation levels told. */
  readonly level?: number | undefined;
  /** Repeats told since its last news. */
  readonly repeats?: number | undefined;
}

/** State of a group between flushes, as stored. */
export interface GroupState {
  /** Identity of the group's present life: the intent that began it. */
  readonly episode: string;
  /** Flushes of this life so far. */
  readonly n: number;
  /** By episode. Bounded by the live alerts of the rules routed here. */
  readonly told: Readonly<Record<string, Told>>;
  readonly lastFlushAt: number | null;
  /** When waiting news are told; null while there are none. */
  readonly nextFlushAt: number | null;
  /** Intents told here that another group still has to tell; they stay open until then. */
  readonly shared: readonly string[];
}

const StoredGroup = z.object({
  episode: z.string(),
  n: z.number(),
  told: z.record(
    z.string(),
    z.object({
      channels: z.array(z.string()),
      ruleId: z.string().optional(),
      intent: StoredIntentBody.optional(),
      owed: z.boolean().optional(),
      owedFrom: z.number().optional(),
      paidAt: z.number().optional(),
      since: z.number().optional(),
      at: z.number().optional(),
      level: z.number().optional(),
      repeats: z.number().optional(),
    }),
  ),
  lastFlushAt: z.number().nullable(),
  nextFlushAt: z.number().nullable(),
  shared: z.array(z.string()),
}) satisfies z.ZodType<GroupState>;

/** A group nobody has told anything. */
export function emptyGroup(): GroupState {
  return { episode: '', n: 0, told: {}, lastFlushAt: null, nextFlushAt: null, shared: [] };
}

/** Reads a stored group; null when it is not one. */
export function decodeGroup(body: Json): GroupState | null {
  const parsed = StoredGroup.safeParse(body);
  return parsed.success ? parsed.data : null;
}

/** The group as the store takes it: plain JSON without `undefined`. */
export function encodeGroup(state: GroupState): Json {
  return JSON.parse(JSON.stringify(state)) as Json;
}

/** True when nothing of the group needs to be remembered. */
export function isForgettable(state: GroupState): boolean {
  return Object.keys(state.told).length === 0 && state.shared.length === 0;
}

/**
 * When news must be told: at once without timing; else `group_wait` after the first news of a new group, and not before `group_interval` after
 * the last flush of a living one.
 */
export function newsTime(state: GroupState, timing: Target['timing'], now: number): number {
  if (!timing) return now;
  if (state.nextFlushAt !== null) return state.nextFlushAt;
  return state.lastFlushAt === null ? now + timing.waitMs : Math.max(now, state.lastFlushAt + timing.intervalMs);
}

/** True when something must be said although nothing is new: a repeat, an escalation, or a word that was withheld. */
export function speaksWithoutNews(state: GroupState, target: Target, judge: Judge, now: number): boolean {
  const { timing } = target;
  const paced = timing === null || state.lastFlushAt === null || state.lastFlushAt + timing.intervalMs <= now;
  return Object.values(state.told).some(
    entry =>
      repeatIsDue(entry, timing, now) ||
      dueLevels(entry, target, judge, now).length > 0 ||
      (paced && owedWord(entry, judge, now) !== null),
  );
}

/** Whether the route's own repeat interval has passed for an alert that was told. */
export function repeatIsDue(entry: Told, timing: Target['timing'], now: number): boolean {
  const { intent, at, channels, repeats = 0 } = entry;
  if (!timing?.repeatMs || intent === undefined || at === undefined || channels.length === 0) return false;
  return at + timing.repeatMs <= now && (intent.maxRepeats === undefined || repeats < intent.maxRepeats);
}

/** The word that was withheld and may be said now. A repeat stays owed while the alert is acknowledged. */
export function owedWord(entry: Told, judge: Judge, now: number): Intent | null {
  const { intent, owed, owedFrom = 0, channels } = entry;
  if (!owed || intent === undefined || owedFrom > now || judge.withheld(alertOf(intent), now) !== null) return null;
  return channels.length > 0 && judge.acked(intent.episode, intent.severity) !== null ? null : intent;
}

/** Escalation levels whose time has come for an alert that was told, that nobody has acknowledged and nothing keeps quiet. */
export function dueLevels(entry: Told, target: Target, judge: Judge, now: number): Target['escalation'] {
  const { intent, since, level = 0 } = entry;
  if (intent === undefined || since === undefined || level >= target.escalation.length) return [];
  const due = target.escalation.slice(level).filter(({ afterMs }) => since + afterMs <= now);
  if (due.length === 0 || judge.acked(intent.episode, intent.severity) !== null) return [];
  return judge.withheld(alertOf(intent), now) === null ? due : [];
}

/** An intent's alert, as silences and inhibitions see it. */
export function alertOf(intent: Intent): FiringAlert {
  return { id: intent.episode, labels: intent.labels, startsAt: intent.startsAt };
}
