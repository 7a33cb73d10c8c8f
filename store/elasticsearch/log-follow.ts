/**
 * Following logs in Elasticsearch. Every line bears the time at which the daemon that stored it sent it (`tw.arrived`, one for a bulk); it
 * becomes searchable some time later, and not in that order. So each look counts the lines of the last times of arrival, and reads
 * those times that have more lines than it knows of: nothing is told twice, nothing is passed over, and what is left out is counted.
 */
import type { Clock } from '../../model/clock.ts';
import type { LogArrivals, LogFollow, LogFollower, LogItem } from '../log-store.ts';
import type { Clause } from './log-query.ts';
import { SeenLines } from './log-seen.ts';

/** A line is looked for this long after it was sent, in ms: every so many looks, and the shorter time at each. */
const LONG_MS = 120_000;
const SHORT_MS = 30_000;
const LOOKS_TO_LONG = 10;
/** Times of arrival counted and read in one look. */
const MAX_STAMPS = 10_000;
const MAX_CHANGED = 1000;
/** Lines one request may read. */
const MAX_LINES = 10_000;
/** Followers whose memory is kept for when they come back after having been cut off. */
const MAX_KEPT = 64;

const NEWEST = ['tw.arrived', 'tw.ts', 'tw.topic', 'tw.partition', 'tw.offset'].map(field => ({
  [field]: { order: 'desc', unmapped_type: 'long' },
}));

interface ArrivedHit {
  readonly _index: string;
  readonly _id: string;
  readonly sort?: readonly (number | string)[];
}

interface StampCounts {
  readonly buckets: readonly { readonly key: string | number; readonly doc_count: number }[];
  readonly sum_other_doc_count?: number;
}

/** What following needs of the store; a hit's items are made by it. */
export interface FollowedLogs<Hit extends ArrivedHit> {
  readonly clock: Clock;
  /** How long lines that are stored may not be searchable, ms. */
  readonly refreshMs: number;
  readonly search: (
    body: object,
    signal?: AbortSignal,
  ) => Promise<{
    readonly hits: { readonly hits: readonly Hit[] };
    readonly aggregations?: Readonly<Record<string, StampCounts>>;
  }>;
  readonly itemOf: (hit: Hit) => LogItem;
  readonly idOf: (hit: Hit) => string;
  /** When a line was sent; null for one that is not there, or from before that was noted. */
  readonly arrivedAt: (id: string, signal?: AbortSignal) => Promise<number | null>;
  /** What is followed, as it reads now. */
  readonly filter: () => readonly Clause[];
}

interface Kept {
  readonly what: string;
  readonly seen: SeenLines;
}

/** The followers of one store, and what they have told. */
export class LogFollowers {
  readonly #kept: Kept[] = [];

  /** Begins to follow; null when `follow.after` is not known. */
  async follow<Hit extends ArrivedHit>(
    logs: FollowedLogs<Hit>,
    { query, from, to, limit, after }: LogFollow,
    signal?: AbortSignal,
  ): Promise<LogFollower | null> {
    const what = JSON.stringify([query, from, to]);
    const seen = await this.#begin(logs, what, after, signal);
    if (seen === null) return null;
    this.#kept.push({ what, seen });
    if (this.#kept.length > MAX_KEPT) this.#kept.shift();
    let looks = 0;
    return { next: each => look(logs, seen, looks++ % LOOKS_TO_LONG === 0 ? LONG_MS : SHORT_MS, limit, each) };
  }

  async #begin<Hit extends ArrivedHit>(
    logs: FollowedLogs<Hit>,
    what: string,
    after: string | undefined,
    signal: AbortSignal | undefined,
  ): Promise<SeenLines | null> {
    if (after === undefined) return seenUpTo(logs, null, null, signal);
    for (const { what: followed, seen } of this.#kept.toReversed()) {
      const back = followed === what ? seen.backTo(after) : null;
      if (back !== null) return back;
    }
    const mark = /^@[0-9a-z]{1,10}$/.test(after) ? Number.parseInt(after.slice(1), 36) : null;
    const stamp = mark ?? (await logs.arrivedAt(after, signal));
    if (stamp === null) return null;
    return seenUpTo(logs, stamp, mark === null ? after : null, signal);
  }
}

/** What somebody has seen who saw all that was sent up to a time (null: until now), of which the line `last` was the last (null: all of it). */
async function seenUpTo<Hit extends ArrivedHit>(
  logs: FollowedLogs<Hit>,
  stamp: number | null,
  last: string | null,
  signal: AbortSignal | undefined,
): Promise<SeenLines> {
  const lookedAt = Math.min(stamp ?? Number.POSITIVE_INFINITY, logs.clock.now());
  const arrived = { gte: floorOf(logs, lookedAt, LONG_MS), ...(stamp === null ? {} : { lte: stamp }) };
  const answer = await logs.search(
    {
      size: MAX_LINES,
      _source: false,
      query: { bool: { filter: [...logs.filter(), { range: { 'tw.arrived': arrived } }] } },
      sort: NEWEST,
      track_total_hits: false,
      aggs: countStamps(MAX_STAMPS),
    },
    signal,
  );
  const hits = answer.hits.hits;
  const lines = hits.map(hit => ({ id: logs.idOf(hit), stamp: Number(hit.sort?.[0]) }));
  const place = last === null ? 0 : lines.findIndex(({ id }) => id === last);
  const unseen = lines.slice(0, Math.max(0, place)).filter(line => line.stamp === stamp);
  const idsOf = Map.groupBy(lines, line => line.stamp);
  const oldest = hits.length < MAX_LINES ? Number.NEGATIVE_INFINITY : (lines.at(-1)?.stamp ?? 0);
  const seen = new SeenLines(lookedAt);
  for (const [each, count] of countsOf(answer.aggregations)) {
    const ids = new Set((idsOf.get(each) ?? []).map(({ id }) => id));
    for (const { id } of each === stamp ? unseen : []) ids.delete(id);
    seen.know(each, each === stamp ? count - unseen.length : count, each > oldest ? ids : null);
  }
  return seen;
}

async function look<Hit extends ArrivedHit>(
  logs: FollowedLogs<Hit>,
  seen: SeenLines,
  lateMs: number,
  limit: number,
  signal: AbortSignal | undefined,
): Promise<LogArrivals> {
  const now = logs.clock.now();
  // A follower that could not look for a while looks back to where it was.
  const before = Math.min(seen.lookedAt, now);
  const floor = floorOf(logs, before, lateMs);
  const since: Clause = { range: { 'tw.arrived': { gte: floor } } };
  const counted = await logs.search(
    {
      size: 0,
      query: { bool: { filter: [...logs.filter(), since] } },
      track_total_hits: false,
      aggs: countStamps(MAX_STAMPS),
    },
    signal,
  );
  const counts = countsOf(counted.aggregations);
  const changed = [...counts].filter(([stamp, count]) => count > seen.countOf(stamp)).map(([stamp]) => stamp);
  const open = changed.filter(stamp => seen.idsOf(stamp) !== null).slice(0, MAX_CHANGED);
  const known = open.reduce((sum, stamp) => sum + (seen.idsOf(stamp)?.size ?? 0), 0);
  const read = await readStamps(logs, open, Math.min(MAX_LINES, limit + known), signal);
  for (const [stamp, count] of read.counts) counts.set(stamp, count);
  // Retention has taken some.
  for (const [stamp, count] of counts) if (count < seen.countOf(stamp)) seen.know(stamp, count, seen.idsOf(stamp));

  const unseen = read.hits.filter(hit => !seen.idsOf(stampOf(hit))?.has(logs.idOf(hit)));
  const shown = unseen.slice(0, limit).reverse();
  const shownOf = Map.groupBy(shown, stampOf);
  const beyond = counted.aggregations?.['stamps']?.sum_other_doc_count ?? 0;
  // The oldest of more times of arrival than are counted: new only to a follower that was away for long.
  let missed = now - before > LONG_MS ? beyond : 0;
  for (const stamp of changed) {
    const count = counts.get(stamp) ?? 0;
    const told = shownOf.get(stamp) ?? [];
    const ids = seen.idsOf(stamp);
    const left = Math.max(0, count - seen.countOf(stamp) - told.length);
    missed += left;
    seen.know(stamp, count, ids === null || left > 0 ? null : new Set([...ids, ...told.map(logs.idOf)]));
  }
  const mark = `@${now.toString(36)}`;
  seen.tell(
    shown.map(hit => ({ id: logs.idOf(hit), stamp: stampOf(hit) })),
    mark,
  );
  seen.lookedAt = now;
  seen.forget(floorOf(logs, now, LONG_MS));
  return { items: shown.map(logs.itemOf), missed: { value: missed, relation: 'eq' }, mark };
}

/** The newest lines that bear one of some times of arrival, and how many bear each. */
async function readStamps<Hit extends ArrivedHit>(
  logs: FollowedLogs<Hit>,
  stamps: readonly number[],
  size: number,
  signal: AbortSignal | undefined,
): Promise<{ readonly hits: readonly Hit[]; readonly counts: ReadonlyMap<number, number> }> {
  if (stamps.length === 0) return { hits: [], counts: new Map() };
  const answer = await logs.search(
    {
      size,
      query: { bool: { filter: [...logs.filter(), { terms: { 'tw.arrived': stamps } }] } },
      sort: NEWEST,
      track_total_hits: false,
      aggs: countStamps(stamps.length),
    },
    signal,
  );
  return { hits: answer.hits.hits, counts: countsOf(answer.aggregations) };
}

/** From when on lines sent are looked for, by somebody who looked last at an instant. */
function floorOf({ refreshMs }: { readonly refreshMs: number }, lookedAt: number, lateMs: number): number {
  return lookedAt - lateMs - 2 * refreshMs;
}

function countStamps(size: number): object {
  return { stamps: { terms: { field: 'tw.arrived', size, order: { _key: 'desc' } } } };
}

/** Lines by time of arrival, the newest first. */
function countsOf(aggregations: Readonly<Record<string, StampCounts>> | undefined): Map<number, number> {
  return new Map((aggregations?.['stamps']?.buckets ?? []).map(({ key, doc_count }) => [Number(key), doc_count]));
}

function stampOf(hit: ArrivedHit): number {
  return Number(hit.sort?.[0]);
}
