/** Walks over the lines a query finds, in order, across files and without reading more than is asked for. */
import type { DatabaseSync } from 'node:sqlite';
import type { CompiledQuery } from './log-compile.ts';
import { type Crowd, orderCrowd } from './log-crowd.ts';
import type { DayQuery, DayReader, FoundLine } from './log-day-reader.ts';
import { BUCKET_MS, bucketOf, bucketOfId, bucketStart, DAY_MS } from './log-id.ts';
import { compareLines, type LinePlace } from './log-order.ts';
import { intersect, rangeSql, type TimeRange } from './log-range.ts';
import { toStoreError } from './log-schema.ts';

export type Direction = 'newest-first' | 'oldest-first';

/** Lines of one bucket above which their order is worked out without reading them, and remembered. */
const CROWDED = 4000;

export interface Walk {
  readonly range: TimeRange;
  readonly direction: Direction;
  /** Only lines behind this place, seen in the walk's direction. */
  readonly behind?: LinePlace;
}

/**
 * The lines found in several files as one sequence. A file is not searched before the walk comes to its time. Stop the iteration
 * early or run it to its end: both give back the statements.
 */
export function* walkDays(days: readonly DayQuery[], walk: Walk): Generator<FoundLine, void, undefined> {
  const sign = walk.direction === 'newest-first' ? -1 : 1;
  const waiting = days
    .flatMap(day => {
      const span = day.reader.guard(() => day.reader.span());
      if (span === null) return [];
      const range = intersect(span, walk.range);
      return range.from < range.to ? [{ day, nearest: sign * (sign < 0 ? range.to - 1 : range.from) }] : [];
    })
    .sort((a, b) => a.nearest - b.nearest);
  const active: { head: FoundLine; lines: Generator<FoundLine, void, undefined> }[] = [];
  try {
    for (;;) {
      let first = nearestOf(active, sign);
      for (
        let next = waiting[0];
        next !== undefined && (first === undefined || next.nearest <= sign * first.head.ts);
        next = waiting[0]
      ) {
        waiting.shift();
        const lines = walkDay(next.day, walk);
        const head = lines.next();
        if (!head.done) active.push({ head: head.value, lines });
        first = nearestOf(active, sign);
      }
      if (first === undefined) return;
      yield first.head;
      const head = first.lines.next();
      if (head.done) active.splice(active.indexOf(first), 1);
      else first.head = head.value;
    }
  } finally {
    for (const { lines } of active) lines.return();
  }
}

function nearestOf<T extends { readonly head: FoundLine }>(active: readonly T[], sign: number): T | undefined {
  let nearest = active[0];
  for (const one of active) if (nearest !== undefined && sign * compareLines(one.head, nearest.head) < 0) nearest = one;
  return nearest;
}

/** Ids give the order of buckets; the lines within one are put in order here. */
function* walkDay({ reader, query }: DayQuery, walk: Walk): Generator<FoundLine, void, undefined> {
  const { behind } = walk;
  let bucket: number | null = null;
  let found: number[] = [];
  try {
    let rest =
      behind === undefined ? walk.range : intersect(walk.range, timesBehind(behind, walk.direction, reader.day));
    const known = behind && knownCrowd(reader, query, walk, behind);
    if (known) {
      yield* crowdInOrder(reader, known, walk);
      rest = beyond(rest, known.bucket, walk.direction, reader.day);
    }
    for (const id of matchingIds(reader, query, rest, walk.direction)) {
      if (bucketOfId(id) !== bucket) {
        yield* inOrder(reader, query, walk, bucket, found);
        found = [];
        bucket = bucketOfId(id);
      }
      found.push(id);
    }
  } catch (error) {
    throw toStoreError(error, reader.day);
  }
  yield* inOrder(reader, query, walk, bucket, found);
}

/** The lines of one bucket, of which these ids were found. */
function* inOrder(
  reader: DayReader,
  query: CompiledQuery,
  walk: Walk,
  bucket: number | null,
  found: readonly number[],
): Generator<FoundLine, void, undefined> {
  if (bucket === null) return;
  if (found.length > CROWDED) {
    const crowd = { bucket, ids: orderCrowd(reader.db, found), highest: reader.highestOf(bucket) };
    reader.crowds.set(walkKey(query, walk), crowd);
    yield* crowdInOrder(reader, crowd, walk);
    return;
  }
  const sign = signOf(walk);
  const { behind } = walk;
  const lines: FoundLine[] = [];
  for (const id of found) {
    const line = reader.find(id);
    if (line !== null && (behind === undefined || sign * compareLines(line, behind) > 0)) lines.push(line);
  }
  yield* lines.sort((a, b) => sign * compareLines(a, b));
}

/** The order of the bucket a cursor stands in, where it was worked out for an earlier page. */
function knownCrowd(reader: DayReader, query: CompiledQuery, walk: Walk, behind: LinePlace): Crowd | undefined {
  const bucket = bucketOf(behind.ts, reader.day);
  return bucket === null ? undefined : reader.crowds.get(walkKey(query, walk), bucket, () => reader.highestOf(bucket));
}

/** Read from where the walk stands, so that a page costs what a page holds. */
function* crowdInOrder(reader: DayReader, { ids: all }: Crowd, walk: Walk): Generator<FoundLine, void, undefined> {
  const sign = signOf(walk);
  const { behind } = walk;
  const at = (place: number): FoundLine | null => reader.find(all[sign > 0 ? place : all.length - 1 - place]!);
  let [first, end] = [0, behind === undefined ? 0 : all.length];
  while (behind !== undefined && first < end) {
    const middle = (first + end) >>> 1;
    const line = firstFrom(at, middle, end);
    if (line === null || sign * compareLines(line, behind) > 0) end = middle;
    else first = middle + 1;
  }
  for (let place = first; place < all.length; place++) {
    const line = at(place);
    if (line !== null && (behind === undefined || sign * compareLines(line, behind) > 0)) yield line;
  }
}

/** The line at a place, or the next one where retention has taken it since. */
function firstFrom(at: (place: number) => FoundLine | null, place: number, end: number): FoundLine | null {
  for (let next = place; next < end; next++) {
    const line = at(next);
    if (line !== null) return line;
  }
  return null;
}

function signOf({ direction }: Walk): 1 | -1 {
  return direction === 'newest-first' ? -1 : 1;
}

/** What lines of a bucket a walk finds, whatever its direction and place. */
function walkKey({ match, negated }: CompiledQuery, { range }: Walk): string {
  return `${range.from} ${range.to} ${negated} ${match}`;
}

/** Ids of the lines a query finds in a file, rising or falling. Run it to its end, or give it back. */
export function matchingIds(
  { db, day }: DayReader,
  { match, negated }: CompiledQuery,
  range: TimeRange,
  direction: Direction,
): Iterable<number> {
  const order = direction === 'newest-first' ? 'DESC' : 'ASC';
  if (range.from >= range.to) return [];
  const matched = (text: string): Generator<number, void, undefined> =>
    idsOf(
      db,
      `SELECT rowid AS id FROM ft WHERE ft MATCH ? AND ${rangeSql('ft.rowid', range, day)} ORDER BY rowid ${order}`,
      text,
    );
  if (!negated) return match === null ? [] : matched(match);
  const all = idsOf(db, `SELECT id FROM line WHERE ${rangeSql('line.id', range, day)} ORDER BY id ${order}`);
  return match === null ? all : without(all, matched(match), order === 'DESC' ? -1 : 1);
}

/** Times that may hold lines behind a place: whole buckets, since the order within one is worked out from all its lines. */
function timesBehind({ ts }: LinePlace, direction: Direction, day: number): TimeRange {
  const start = day * DAY_MS + Math.floor((ts - day * DAY_MS) / BUCKET_MS) * BUCKET_MS;
  return direction === 'newest-first' ? { from: -Infinity, to: start + BUCKET_MS } : { from: start, to: Infinity };
}

/** What of a range lies beyond a bucket, seen in the walk's direction. */
function beyond(range: TimeRange, bucket: number, direction: Direction, day: number): TimeRange {
  const start = bucketStart(bucket, day);
  return intersect(
    range,
    direction === 'newest-first' ? { from: -Infinity, to: start } : { from: start + BUCKET_MS, to: Infinity },
  );
}

function* idsOf(db: DatabaseSync, sql: string, ...parameters: string[]): Generator<number, void, undefined> {
  for (const row of db.prepare(sql).iterate(...parameters)) yield Number(row['id']);
}

/**
 * `all` without what `excluded` holds, both in the walk's order. SQLite gives statements that overlap on one connection the same
 * snapshot, so the two agree.
 */
function* without(
  all: Generator<number, void, undefined>,
  excluded: Generator<number, void, undefined>,
  sign: 1 | -1,
): Generator<number, void, undefined> {
  try {
    let gone = excluded.next();
    for (const id of all) {
      while (!gone.done && sign * (gone.value - id) < 0) gone = excluded.next();
      if (gone.done || gone.value !== id) yield id;
    }
  } finally {
    excluded.return();
  }
}
