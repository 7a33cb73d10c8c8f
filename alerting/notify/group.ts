/**
 * Notification groups: the pure half of dispatch. A group remembers which episodes were told on which channels, so that an end
 * is told exactly where its beginning was.
 */
import { z } from 'zod';
import type { Json } from '../../model/json.ts';
import { INTENT_KINDS, type Intent, SEVERITIES } from '../intent.ts';
import { isEnd, sortIntents } from './compose.ts';
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
}) satisfies z.ZodType<Intent>;

/** State of a group between flushes, as stored. */
export interface GroupState {
  /** Identity of the group's present life: the intent that began it. */
  readonly episode: string;
  /** Flushes of this life so far. */
  readonly n: number;
  /**
   * Episodes that were told and go on, with the channels that heard of them; the intent is kept only where a route repeats on
   * its own. Bounded by the live alerts of the rules routed here.
   */
  readonly told: Readonly<Record<string, { readonly channels: readonly string[]; readonly intent?: Intent }>>;
  readonly lastFlushAt: number | null;
  /** When waiting news are told; null while there are none. */
  readonly nextFlushAt: number | null;
  /** Intents told here that another group still has to tell; they stay open until then. */
  readonly shared: readonly string[];
}

const StoredGroup = z.object({
  episode: z.string(),
  n: z.number(),
  told: z.record(z.string(), z.object({ channels: z.array(z.string()), intent: StoredIntentBody.optional() })),
  lastFlushAt: z.number().nullable(),
  nextFlushAt: z.number().nullable(),
  shared: z.array(z.string()),
}) satisfies z.ZodType<GroupState>;

/** What one channel is to be told by a flush: one message of problems or one of ends. */
export interface Notice {
  readonly channel: string;
  readonly kind: Intent['kind'];
  readonly intents: readonly Intent[];
}

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

/**
 * When a group must be flushed: at once without timing; else `group_wait` after the first news of a new group, and not before
 * `group_interval` after the last flush of a living one. `news` says whether intents wait.
 */
export function flushTime(state: GroupState, timing: Target['timing'], news: boolean, now: number): number | null {
  if (!timing) return news ? now : null;
  if (!news) return repeatTime(state, timing);
  if (state.nextFlushAt !== null) return state.nextFlushAt;
  return state.lastFlushAt === null ? now + timing.waitMs : Math.max(now, state.lastFlushAt + timing.intervalMs);
}

/**
 * Applies intents, oldest first, and says what to tell on which channel. Of several transitions of one episode only the last
 * counts: an end that overtakes its untold beginning replaces it. An end is told on the channels that were told the beginning;
 * one nobody was told is dropped and counted in `untold`.
 */
export function applyFlush(
  before: GroupState,
  batch: readonly Intent[],
  target: Target | null,
  now: number,
): { readonly state: GroupState; readonly notices: readonly Notice[]; readonly untold: number } {
  const told: Record<string, GroupState['told'][string]> = { ...before.told };
  const repeatMs = target?.timing?.repeatMs ?? null;
  const perChannel = new Map<string, { problems: Intent[]; ends: Intent[] }>();
  const tell = (channel: string, intent: Intent): void => {
    const lists = perChannel.get(channel) ?? { problems: [], ends: [] };
    perChannel.set(channel, lists);
    (isEnd(intent) ? lists.ends : lists.problems).push(intent);
  };
  let untold = 0;

  for (const [episode, intents] of byEpisode(batch)) {
    const last = intents.at(-1);
    if (!last) continue;
    const known = told[episode]?.channels ?? [];
    const begins = intents.some(intent => !isEnd(intent));
    const channels = begins ? union(known, target?.channels ?? []) : known;
    if (isEnd(last)) {
      if (channels.length === 0) untold++;
      for (const channel of channels) tell(channel, last);
      delete told[episode];
      continue;
    }
    // The route's own interval replaces the rule's: the rule's repeats only refresh what will be repeated.
    const silent = last.kind === 'repeat' && repeatMs !== null && known.length > 0;
    if (!silent) for (const channel of target?.channels ?? []) tell(channel, last);
    told[episode] = { channels, ...(repeatMs === null ? {} : { intent: last }) };
  }

  if (target && repeatMs !== null && batch.length === 0) {
    for (const entry of Object.values(told)) {
      if (entry.intent) for (const channel of target.channels) tell(channel, { ...entry.intent, kind: 'repeat' });
    }
  }

  const notices = [...perChannel]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([channel, lists]) => toNotices(channel, lists));
  const state: GroupState = {
    episode: before.episode || (batch[0]?.id ?? ''),
    n: before.n + 1,
    told,
    lastFlushAt: notices.length > 0 ? now : before.lastFlushAt,
    nextFlushAt: null,
    shared: before.shared,
  };
  return { state, notices, untold };
}

/** True when nothing of the group needs to be remembered. */
export function isForgettable(state: GroupState): boolean {
  return Object.keys(state.told).length === 0 && state.shared.length === 0;
}

function repeatTime(state: GroupState, timing: NonNullable<Target['timing']>): number | null {
  if (!timing.repeatMs || state.lastFlushAt === null || Object.keys(state.told).length === 0) return null;
  return state.lastFlushAt + timing.repeatMs;
}

function toNotices(channel: string, lists: { problems: Intent[]; ends: Intent[] }): Notice[] {
  return [lists.problems, lists.ends]
    .filter(intents => intents.length > 0)
    .map(intents => {
      const sorted = sortIntents(intents);
      const kinds = new Set(sorted.map(intent => intent.kind));
      const ends = lists.ends === intents;
      const mixed = ends ? 'resolved' : 'firing';
      // Both ends of a meta alert are `meta`: one flush must not give them one id.
      const kind = kinds.size === 1 && !(ends && kinds.has('meta')) ? sorted[0]?.kind : mixed;
      return { channel, intents: sorted, kind: kind ?? mixed };
    });
}

function byEpisode(batch: readonly Intent[]): Map<string, Intent[]> {
  const episodes = new Map<string, Intent[]>();
  for (const intent of batch.toSorted((a, b) => a.t - b.t)) {
    const list = episodes.get(intent.episode) ?? [];
    list.push(intent);
    episodes.set(intent.episode, list);
  }
  return episodes;
}

function union(a: readonly string[], b: readonly string[]): string[] {
  return [...new Set([...a, ...b])].sort();
}
