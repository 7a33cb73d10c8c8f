/** Walks over the lines a query finds, in order, across files and without reading more than is asked for. */
import type { DatabaseSync } from 'node:sqlite';
import type { CompiledQuery } from './log-compile.ts';
import type { DayQuery, DayReader, FoundLine } from './log-day-reader.ts';
import { bucketOfId } from './log-id.ts';
import { compareLines, type LinePlace } from './log-order.ts';
import { intersect, rangeSql, type TimeRange } from './log-range.ts';
import { toStoreError } from './log-schema.ts';

export type Direction = 'newest-first' | 'oldest-first';

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
  const sign = walk.direction === 'newest-first' ? -1 : 1;
  const { behind } = walk;
  let bucket: number | null = null;
  let lines: FoundLine[] = [];
  try {
    for (const id of ids(reader, query, walk)) {
      if (bucketOfId(id) !== bucket) {
        yield* lines.sort((a, b) => sign * compareLines(a, b));
        lines = [];
        bucket = bucketOfId(id);
      }
      const line = reader.find(id);
      if (line !== null && (behind === undefined || sign * compareLines(line, behind) > 0)) lines.push(line);
    }
  } catch (error) {
    throw toStoreError(error, reader.day);
  }
  yield* lines.sort((a, b) => sign * compareLines(a, b));
}

function ids({ db, day }: DayReader, { match, negated }: CompiledQuery, walk: Walk): Iterable<number> {
  const order = walk.direction === 'newest-first' ? 'DESC' : 'ASC';
  const range =
    walk.behind === undefined ? walk.range : intersect(walk.range, timesBehind(walk.behind, walk.direction));
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

function timesBehind({ ts }: LinePlace, direction: Direction): TimeRange {
  return direction === 'newest-first' ? { from: -Infinity, to: ts + 1 } : { from: ts, to: Infinity };
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
