/**
 * A flush: what a group says on which channel, what it keeps quiet about and why, and what it remembers. Pure. An end is told exactly where its
 * beginning was.
 */
import type { Intent } from '../intent.ts';
import { isEnd, sortIntents } from './compose.ts';
import { alertOf, dueLevels, type GroupState, owedWord, repeatIsDue, type Told } from './group.ts';
import type { Judge, Withheld } from './judge.ts';
import type { Target } from './route.ts';

/** What one channel is to be told by a flush: one message of problems or one of ends. */
export interface Notice {
  readonly channel: string;
  readonly kind: Intent['kind'];
  readonly intents: readonly Intent[];
  /** Episodes this channel hears of for the first time. */
  readonly first: ReadonlySet<string>;
}

/** What one channel is not told, and why. */
export interface Quiet {
  readonly channel: string;
  readonly kind: Intent['kind'];
  readonly intents: readonly Intent[];
  readonly why: Withheld;
}

export interface Flushed {
  readonly state: GroupState;
  readonly notices: readonly Notice[];
  readonly quiet: readonly Quiet[];
  /** Episodes that are over. */
  readonly ended: readonly string[];
}

/** An alert as evaluation has it by now; the given intent where nothing newer is known. */
export type Latest = (intent: Intent) => Intent;

const UNTOLD: Withheld = { reason: 'untold', by: '', detail: 'its beginning was told to nobody' };
const INTERVAL: Withheld = { reason: 'interval', by: '', detail: "the route's own repeat interval decides" };

const PAID = { owed: undefined, owedFrom: undefined, paidAt: undefined } as const;

/**
 * Applies intents, oldest first. Silence and inhibition are judged at each intent's tick; of several transitions of one episode the last that may
 * be told counts, and an end that overtakes its untold beginning replaces it. A withheld word is owed: it is said once, when nothing
 * keeps it back any more and the alert still goes on. An end is told where the beginning was, whatever is silenced by then. What is said
 * without news is said with `latest`, the alert as it stands.
 */
export function applyFlush(
  before: GroupState,
  batch: readonly Intent[],
  target: Target | null,
  judge: Judge,
  now: number,
  latest: Latest,
): Flushed {
  const flush = new Flush(before, target, judge, now, latest);
  for (const intents of byEpisode(batch).values()) flush.take(intents);
  if (target !== null) flush.sayWithoutNews(target);
  return flush.done(batch[0]?.id ?? '');
}

class Flush {
  readonly #before: GroupState;
  readonly #target: Target | null;
  readonly #channels: readonly string[];
  readonly #judge: Judge;
  readonly #now: number;
  readonly #latest: Latest;
  readonly #told: Record<string, Told>;
  readonly #ended: string[] = [];
  readonly #spoken = new Set<string>();
  readonly #said = new Map<string, { problems: Intent[]; ends: Intent[]; first: Set<string> }>();
  readonly #quiet = new Map<string, { channel: string; why: Withheld; intents: Intent[] }>();

  constructor(before: GroupState, target: Target | null, judge: Judge, now: number, latest: Latest) {
    this.#before = before;
    this.#target = target;
    this.#channels = target?.channels ?? [];
    this.#judge = judge;
    this.#now = now;
    this.#latest = latest;
    this.#told = { ...before.told };
  }

  /** The transitions of one episode, oldest first. */
  take(intents: readonly Intent[]): void {
    const last = intents.at(-1);
    if (last === undefined) return;
    const speakable = intents.filter(
      intent => !isEnd(intent) && this.#judge.withheld(alertOf(intent), intent.t) === null,
    );
    if (isEnd(last)) this.#end(last, speakable.length > 0);
    else this.#problem(last, speakable.at(-1) ?? null);
  }

  #end(end: Intent, overtakes: boolean): void {
    const entry = this.#told[end.episode];
    const known = entry?.channels ?? [];
    const why = this.#judge.withheld(alertOf(end), end.t);
    const channels = overtakes && why === null ? union(known, this.#channels) : known;
    for (const channel of channels) this.#say(channel, end, false);
    if (channels.length === 0) {
      const hushed = entry?.intent && this.#judge.withheld(alertOf(entry.intent), entry.intent.t);
      this.#keepQuiet(this.#channels, end, why ?? hushed ?? UNTOLD);
    }
    delete this.#told[end.episode];
    this.#ended.push(end.episode);
  }

  /** `word` is the newest transition that may be told; `last` the newest of all. */
  #problem(last: Intent, word: Intent | null): void {
    const entry = this.#told[last.episode];
    const known = entry?.channels ?? [];
    this.#spoken.add(last.episode);
    if (word !== last) {
      const why = this.#judge.withheld(alertOf(last), last.t);
      if (why !== null) this.#keepQuiet(this.#channels, last, why);
    }
    if (word === null) {
      this.#remember(last, { ...entry, channels: known, owed: true });
      return;
    }
    const isRepeat = word.kind === 'repeat' && known.length > 0;
    const ack = isRepeat ? this.#ackOf(word) : null;
    const paced = isRepeat && this.#repeatMs !== null;
    if (ack !== null || paced) {
      this.#keepQuiet(this.#channels, word, ack ?? INTERVAL);
      this.#remember(last, { ...entry, channels: known });
      return;
    }
    const early = isRepeat ? tooEarly(entry, word) : null;
    if (early !== null) {
      this.#keepQuiet(this.#channels, word, { ...INTERVAL, detail: 'it was told late, after something kept it quiet' });
      this.#remember(last, { ...entry, channels: known, owed: true, owedFrom: early });
      return;
    }
    // Who was told through escalation hears of what is new as well.
    const channels = isRepeat ? this.#channels : union(this.#channels, known);
    for (const channel of channels) this.#say(channel, word, !known.includes(channel));
    this.#remember(last, {
      ...entry,
      channels: union(known, channels),
      ...PAID,
      ...this.#wasSaid(entry, channels),
      repeats: isRepeat ? (entry?.repeats ?? 0) + 1 : 0,
    });
  }

  /** Withheld words that may be said now, repeats by the route's own interval, and escalation. */
  sayWithoutNews(target: Target): void {
    for (const [episode, entry] of Object.entries(this.#told)) {
      if (this.#spoken.has(episode) || entry.intent === undefined) continue;
      const levels = dueLevels(entry, target, this.#judge, this.#now);
      const repeats = repeatIsDue(entry, target.timing, this.#now);
      const owed = owedWord(entry, this.#judge, this.#now);
      let next = entry;
      if (owed !== null || repeats) next = this.#sayAgain(entry, entry.intent, owed !== null);
      if (levels.length > 0) next = this.#escalate(next, entry.intent, levels);
      this.#told[episode] = next;
    }
  }

  #sayAgain(entry: Told, intent: Intent, isOwed: boolean): Told {
    const withheld = isOwed ? null : this.#judge.withheld(alertOf(intent), this.#now);
    const why = withheld ?? this.#ackOf(intent);
    if (why !== null && entry.channels.length > 0) {
      this.#keepQuiet(this.#channels, { ...intent, kind: 'repeat' }, why);
      return { ...entry, at: this.#now, ...(withheld === null ? {} : { owed: true }) };
    }
    const word: Intent = { ...this.#latest(intent), kind: 'repeat' };
    for (const channel of this.#channels) this.#say(channel, word, !entry.channels.includes(channel));
    return {
      ...entry,
      channels: union(entry.channels, this.#channels),
      ...PAID,
      ...(isOwed ? { paidAt: this.#now } : {}),
      ...this.#wasSaid(entry, this.#channels),
      repeats: entry.channels.length > 0 ? (entry.repeats ?? 0) + 1 : 0,
    };
  }

  #escalate(entry: Told, intent: Intent, levels: Target['escalation']): Told {
    const level = (entry.level ?? 0) + levels.length;
    const channels = levels.reduce<string[]>((all, { channels: more }) => union(all, more), []);
    const note = { name: 'escalation', value: `level ${level}` };
    const now = this.#latest(intent);
    const word: Intent = { ...now, kind: 'repeat', annotations: [...now.annotations, note] };
    for (const channel of channels) this.#say(channel, word, !entry.channels.includes(channel));
    return { ...entry, channels: union(entry.channels, channels), level };
  }

  /** A repeat is the first word to a channel that has not heard of the alert. */
  #say(channel: string, intent: Intent, isFirst: boolean): void {
    const lists = this.#said.get(channel) ?? { problems: [], ends: [], first: new Set<string>() };
    this.#said.set(channel, lists);
    if (isFirst) lists.first.add(intent.episode);
    const list = isEnd(intent) ? lists.ends : lists.problems;
    const known = list.findIndex(other => other.episode === intent.episode);
    const said: Intent = isFirst && intent.kind === 'repeat' ? { ...intent, kind: 'firing' } : intent;
    if (known >= 0) list[known] = said;
    else list.push(said);
  }

  #keepQuiet(channels: readonly string[], intent: Intent, why: Withheld): void {
    for (const channel of channels) {
      const key = JSON.stringify([channel, why.reason, why.by, why.source]);
      const list = this.#quiet.get(key) ?? { channel, why, intents: [] };
      list.intents.push(intent);
      this.#quiet.set(key, list);
    }
  }

  #remember(intent: Intent, entry: Told): void {
    const keeps = entry.owed === true || this.#repeatMs !== null || (this.#target?.escalation.length ?? 0) > 0;
    this.#told[intent.episode] = { ...entry, ruleId: intent.ruleId, intent: keeps ? intent : undefined };
  }

  #wasSaid(entry: Told | undefined, channels: readonly string[]): Pick<Told, 'since' | 'at'> {
    if (channels.length === 0) return {};
    return { since: entry?.since ?? this.#now, at: this.#now };
  }

  #ackOf(intent: Intent): Withheld | null {
    const ack = this.#judge.acked(intent.episode, intent.severity);
    if (ack === null) return null;
    return {
      reason: 'acked',
      by: ack.by,
      detail: `acknowledged by ${ack.by} until ${new Date(ack.until).toISOString()}`,
    };
  }

  get #repeatMs(): number | null {
    return this.#target?.timing?.repeatMs || null;
  }

  done(begunBy: string): Flushed {
    const notices = [...this.#said]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .flatMap(([channel, lists]) => toNotices(channel, lists));
    const quiet = [...this.#quiet.values()].map(({ channel, why, intents }) => {
      const sorted = sortIntents(intents);
      return { channel, why, intents: sorted, kind: kindOf(sorted, intents.every(isEnd)) };
    });
    const state: GroupState = {
      episode: this.#before.episode || begunBy,
      n: this.#before.n + 1,
      told: this.#told,
      lastFlushAt: notices.length > 0 ? this.#now : this.#before.lastFlushAt,
      nextFlushAt: null,
      shared: this.#before.shared,
    };
    return { state, notices, quiet, ended: this.#ended };
  }
}

/** When a repeat may be told whose alert was told late, outside the rule's own rhythm; null when it may be told now. */
function tooEarly({ paidAt }: Told = { channels: [] }, repeat: Intent): number | null {
  if (paidAt === undefined || repeat.repeatMs === undefined) return null;
  return repeat.t < paidAt + repeat.repeatMs ? paidAt + repeat.repeatMs : null;
}

function toNotices(
  channel: string,
  lists: { problems: Intent[]; ends: Intent[]; first: ReadonlySet<string> },
): Notice[] {
  return [lists.problems, lists.ends]
    .filter(intents => intents.length > 0)
    .map(intents => {
      const sorted = sortIntents(intents);
      return { channel, intents: sorted, kind: kindOf(sorted, lists.ends === intents), first: lists.first };
    });
}

/** One word for a message of several transitions. Both ends of a meta alert are `meta`: one flush must not give them one id. */
function kindOf(intents: readonly Intent[], ends: boolean): Intent['kind'] {
  const kinds = new Set(intents.map(intent => intent.kind));
  const mixed = ends ? 'resolved' : 'firing';
  return (kinds.size === 1 && !(ends && kinds.has('meta')) ? intents[0]?.kind : mixed) ?? mixed;
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
