import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { LogLevel } from '../../model/log-record.ts';
import { LOG_LEVELS } from '../../model/log-record.ts';
import { LogGroupCounts } from '../log-group-counts.ts';
import type { LogQuery } from '../log-query.ts';
import {
  type LinesPage,
  LOG_TOTAL_BOUND,
  type LogBucket,
  type LogGroupCount,
  type LogItem,
  type LogPage,
} from '../log-store.ts';
import { linesSince, newestArrival } from './log-arrivals.ts';
import { countBuckets, countLines } from './log-count.ts';
import { type DayQuery, DayReader, type FoundLine, type Run } from './log-day-reader.ts';
import { countValues } from './log-facet.ts';
import { countGroups } from './log-group-count.ts';
import type { NameChanges, ReaderRequests } from './log-messages.ts';
import { decodeCursor, decodeLineId, decodeMark, encodeCursor } from './log-order.ts';
import { ALWAYS, type TimeRange } from './log-range.ts';
import { dayFile, listDays, openDayToRead } from './log-schema.ts';
import { type Walk, walkDays } from './log-walk.ts';

/** Files the reader keeps open between requests. */
const MAX_OPEN = 16;

type Args<Name extends keyof ReaderRequests> = ReaderRequests[Name]['args'];

/** The reading half of the store; lives in a thread of its own and answers one request after another. */
export class LogReader {
  readonly #dir: string;
  /** By day; the least recently used first. */
  readonly #open = new Map<number, DayReader>();
  readonly #names = new Map<string, string>();
  readonly #nameOf = (run: Run): string => this.#names.get(run.jobId) ?? run.job;

  constructor(dir: string) {
    this.#dir = dir;
  }

  /** Takes note of job names learnt or lost since the last request. */
  learn(changes: NameChanges): void {
    for (const [jobId, name] of changes) {
      if (name === null) this.#names.delete(jobId);
      else this.#names.set(jobId, name);
    }
  }

  search({ query, limit, cursor, ...filter }: Args<'search'>): LogPage {
    const range = rangeOf(filter);
    const days = this.#compile(query);
    const page = this.#page(days, { range, direction: 'newest-first' }, limit, cursor);
    const complete = cursor === undefined && page.next === null;
    const found = complete ? page.items.length : countUpTo(days, range, LOG_TOTAL_BOUND + 1);
    const bounded = found > LOG_TOTAL_BOUND;
    return { ...page, total: { value: bounded ? LOG_TOTAL_BOUND : found, relation: bounded ? 'gte' : 'eq' } };
  }

  forward({ query, limit, cursor, ...filter }: Args<'forward'>): LinesPage {
    return this.#page(this.#compile(query), { range: rangeOf(filter), direction: 'oldest-first' }, limit, cursor);
  }

  standing({ after }: Args<'standing'>): ReaderRequests['standing']['answer'] {
    const newest = newestArrival(this.#compile({ kind: 'none' }));
    if (after === undefined) return { place: { arrival: newest } };
    const mark = decodeMark(after);
    if (mark !== null) return { place: { arrival: Math.min(mark, newest) } };
    const line = this.#find(after);
    const reader = line && this.#day(line.day);
    const arrival = line && reader?.guard(() => reader.arrivalOf(line.id));
    return { place: line === null || typeof arrival !== 'number' ? null : { arrival, id: line.id } };
  }

  arrivals({ query, after, limit, ...filter }: Args<'arrivals'>): ReaderRequests['arrivals']['answer'] {
    const days = this.#compile(query);
    const newest = newestArrival(days);
    const { lines, missed } = linesSince(days, rangeOf(filter), after, newest, limit);
    const items = lines.flatMap(({ of: { reader }, id }) => {
      const line = reader.guard(() => reader.find(id));
      return line === null ? [] : [reader.guard(() => reader.item(line))];
    });
    return { items, missed, place: { arrival: newest } };
  }

  histogram({ query, intervalMs, ...filter }: Args<'histogram'>): LogBucket[] {
    const buckets = new Map<number, number[]>();
    for (const day of this.#compile(query)) {
      day.reader.guard(() =>
        countBuckets(day, query, rangeOf(filter), intervalMs, this.#nameOf, (t, level, n) => {
          const counts = buckets.get(t) ?? LOG_LEVELS.map(() => 0);
          counts[level] = (counts[level] ?? 0) + n;
          buckets.set(t, counts);
        }),
      );
    }
    return [...buckets]
      .filter(([, counts]) => counts.some(n => n > 0))
      .sort(([a], [b]) => a - b)
      .map(([t, counts]) => ({ t, counts: countsByLevel(counts) }));
  }

  facet({ query, field, limit, ...filter }: Args<'facet'>): { value: string; count: number }[] {
    const counts = new Map<string, number>();
    for (const day of this.#compile(query)) {
      day.reader.guard(() =>
        countValues(day, rangeOf(filter), field, this.#nameOf, (value, n) =>
          counts.set(value, (counts.get(value) ?? 0) + n),
        ),
      );
    }
    return [...counts]
      .filter(([value, count]) => value !== '' && count > 0)
      .sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
      .slice(0, limit)
      .map(([value, count]) => ({ value, count }));
  }

  counts({ query, from, to, stepMs, groupBy, limit }: Args<'counts'>): readonly LogGroupCount[] {
    const counts = new LogGroupCounts(groupBy, limit);
    const grouping = { fields: groupBy, stepMs: stepMs < to - from ? stepMs : null };
    for (const day of this.#compile(query)) {
      day.reader.guard(() =>
        countGroups(day, { from, to }, grouping, this.#nameOf, (values, step, n) => counts.add(values, step, n)),
      );
    }
    return counts.all();
  }

  get(publicId: string): LogItem | null {
    const line = this.#find(publicId);
    return line === null ? null : (this.#items([line])[0] ?? null);
  }

  around({ id, scope, before, after }: Args<'around'>): ReaderRequests['around']['answer']['found'] {
    const place = this.#find(id);
    const [line] = place === null ? [] : this.#items([place]);
    if (place === null || line === undefined) return null;
    const days = this.#compile(this.#scopeQuery(scope, line));
    const walk = (direction: Walk['direction'], n: number): LogItem[] =>
      n > 0 ? this.#items(take(walkDays(days, { range: ALWAYS, direction, behind: place }), n)) : [];
    return { before: walk('newest-first', before).reverse(), line, after: walk('oldest-first', after) };
  }

  stats(): ReaderRequests['stats']['answer'] {
    let bytes = 0;
    for (const day of listDays(this.#dir)) {
      for (const suffix of ['', '-wal'])
        bytes += statSync(join(this.#dir, dayFile(day) + suffix), { throwIfNoEntry: false })?.size ?? 0;
    }
    const days = this.#compile({ kind: 'all' });
    const lines = countUpTo(days, ALWAYS, Number.MAX_SAFE_INTEGER);
    const [oldest] = take(walkDays(days, { range: ALWAYS, direction: 'oldest-first' }), 1);
    return { lines, bytes, oldest: oldest?.ts ?? null };
  }

  /** Closes a day's file, before it is removed. */
  forget(day: number): void {
    this.#open.get(day)?.close();
    this.#open.delete(day);
  }

  close(): void {
    for (const day of [...this.#open.keys()]) this.forget(day);
  }

  #page(days: readonly DayQuery[], walk: Walk, limit: number, cursor: string | undefined): LinesPage {
    const behind = cursor === undefined ? {} : { behind: decodeCursor(cursor) };
    const lines = take(walkDays(days, { ...walk, ...behind }), limit + 1);
    const shown = lines.slice(0, limit);
    const last = shown.at(-1);
    return { items: this.#items(shown), next: lines.length > limit && last !== undefined ? encodeCursor(last) : null };
  }

  #scopeQuery(scope: Args<'around'>['scope'], line: LogItem): LogQuery {
    if (scope === 'all') return { kind: 'all' };
    if (scope === 'container') return { kind: 'field', field: 'container', value: line.containerId, prefix: false };
    const job = this.#nameOf({ code: 0, job: line.jobName, jobId: line.jobId });
    return { kind: 'field', field: 'job', value: job, prefix: false };
  }

  /** The query for every file, newest first. Closes the files least used before it: the request itself may need them all. */
  #compile(query: LogQuery): DayQuery[] {
    for (const day of [...this.#open.keys()].slice(0, -MAX_OPEN)) this.forget(day);
    return listDays(this.#dir).flatMap(day => {
      const reader = this.#day(day);
      return reader === null ? [] : [{ reader, query: reader.guard(() => reader.compile(query, this.#nameOf)) }];
    });
  }

  #items(lines: readonly FoundLine[]): LogItem[] {
    return lines.flatMap(line => {
      const reader = this.#day(line.day);
      return reader === null ? [] : [reader.guard(() => reader.item(line))];
    });
  }

  #find(publicId: string): FoundLine | null {
    const at = decodeLineId(publicId);
    const reader = at === null ? null : this.#day(at.day);
    return at === null || reader === null ? null : reader.guard(() => reader.find(at.id));
  }

  /** Null for a day without a file, or one the writer is just making. */
  #day(day: number): DayReader | null {
    const known = this.#open.get(day);
    if (known !== undefined) {
      this.#open.delete(day);
      this.#open.set(day, known);
      return known;
    }
    const opened = openDayToRead(this.#dir, day);
    if (opened === null) return null;
    const reader = new DayReader(opened, day);
    this.#open.set(day, reader);
    return reader;
  }
}

function rangeOf({ from, to }: { readonly from?: number | undefined; readonly to?: number | undefined }): TimeRange {
  return { from: from ?? -Infinity, to: to ?? Infinity };
}

function take<T>(values: Generator<T, void, undefined>, n: number): T[] {
  const taken: T[] = [];
  for (const value of values) {
    taken.push(value);
    if (taken.length >= n) break;
  }
  return taken;
}

function countUpTo(days: readonly DayQuery[], range: TimeRange, limit: number): number {
  let n = 0;
  for (const { reader, query } of days) {
    if (n < limit) n += reader.guard(() => countLines(reader, query, range, limit - n));
  }
  return n;
}

function countsByLevel(counts: readonly number[]): LogBucket['counts'] {
  const byLevel: Partial<Record<LogLevel, number>> = {};
  counts.forEach((n, level) => {
    const name = LOG_LEVELS[level];
    if (n > 0 && name !== undefined) byLevel[name] = n;
  });
  return byLevel;
}
