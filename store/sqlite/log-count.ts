/** Counts of the lines a query finds in one file. Every line's minute and level is in the rollup; the rest is full text. */
import type { SQLInputValue } from 'node:sqlite';
import { LOG_LEVELS } from '../../model/log-record.ts';
import type { LogQuery } from '../log-query.ts';
import type { CompiledQuery } from './log-compile.ts';
import type { DayQuery, DayReader, Run } from './log-day-reader.ts';
import { BUCKET_MS, bucketSql, DAY_MS, levelSql } from './log-id.ts';
import { rangeSql, splitMinutes, type TimeRange } from './log-range.ts';
import { ALL_RUNS, MINUTE_MS } from './log-rollup.ts';

/** Lines found, counted up to `limit`. */
export function countLines(
  reader: DayReader,
  { match, negated }: CompiledQuery,
  range: TimeRange,
  limit: number,
): number {
  if (!negated) return match === null ? 0 : countMatches(reader, match, range, limit);
  const all = countAll(reader, range);
  // what is left out has to be counted to its end: it may be all but a few
  return match === null ? Math.min(all, limit) : Math.min(all - countMatches(reader, match, range, all), limit);
}

function countMatches(reader: DayReader, match: string, range: TimeRange, limit: number): number {
  const found = `SELECT 1 FROM ft WHERE ft MATCH ? AND ${rangeSql('ft.rowid', range, reader.day)} LIMIT ?`;
  return numberOf(reader, `SELECT count(*) AS n FROM (${found})`, match, limit);
}

function countAll(reader: DayReader, range: TimeRange): number {
  const { minutes, edges } = splitMinutes(range);
  let n =
    minutes === null
      ? 0
      : numberOf(reader, `SELECT sum(n) AS n FROM rollup WHERE run = ${ALL_RUNS} AND ${minuteSql(minutes)}`);
  for (const edge of edges)
    n += numberOf(reader, `SELECT count(*) AS n FROM line WHERE ${rangeSql('line.id', edge, reader.day)}`);
  return n;
}

/** Adds counts by bucket start and level: `add(t, level, n)`; n may be negative, the sum never is. */
export type AddCount = (t: number, level: number, n: number) => void;

/** Counts lines in buckets aligned to multiples of `intervalMs`. */
export function countBuckets(
  { reader, query: compiled }: DayQuery,
  query: LogQuery,
  range: TimeRange,
  intervalMs: number,
  nameOf: (run: Run) => string,
  add: AddCount,
): void {
  if (compiled.match === null && !compiled.negated) return;
  const rolled = intervalMs % MINUTE_MS === 0 ? rollupOf(reader, query, nameOf) : null;
  const { minutes, edges } = rolled === null ? { minutes: null, edges: [range] } : splitMinutes(range);
  if (rolled !== null && minutes !== null) addRollup(reader, rolled, minutes, intervalMs, add);
  for (const edge of edges) {
    if (compiled.match !== null) addMatches(reader, compiled.match, edge, intervalMs, compiled.negated ? -1 : 1, add);
    if (compiled.negated) addAll(reader, edge, intervalMs, add);
  }
}

interface Rolled {
  /** Null: every run. */
  readonly runs: readonly number[] | null;
  readonly levels: readonly number[];
}

const ALL_LEVELS = LOG_LEVELS.map((_, number) => number);

/** What part of the rollup answers a query exactly; null for a query that asks for more than jobs and levels. */
function rollupOf(reader: DayReader, query: LogQuery, nameOf: (run: Run) => string): Rolled | null {
  if (query.kind === 'all') return { runs: null, levels: ALL_LEVELS };
  if (query.kind === 'level') return { runs: null, levels: query.levels.map(level => LOG_LEVELS.indexOf(level)) };
  if (query.kind === 'field' && query.field === 'job')
    return { runs: reader.runsNamed(query.value, query.prefix, nameOf), levels: ALL_LEVELS };
  if (query.kind !== 'and') return null;
  let all: Rolled = { runs: null, levels: ALL_LEVELS };
  for (const part of query.of) {
    const rolled = rollupOf(reader, part, nameOf);
    if (rolled === null) return null;
    const { runs } = all;
    all = {
      runs: runs === null ? rolled.runs : rolled.runs === null ? runs : rolled.runs.filter(run => runs.includes(run)),
      levels: all.levels.filter(level => rolled.levels.includes(level)),
    };
  }
  return all;
}

function addRollup(
  reader: DayReader,
  { runs, levels }: Rolled,
  minutes: { first: number; end: number },
  intervalMs: number,
  add: AddCount,
): void {
  const perBucket = intervalMs / MINUTE_MS;
  const sql = `SELECT minute / ${perBucket} AS bucket, level, sum(n) AS n FROM rollup
    WHERE run IN (${runs === null ? ALL_RUNS : runs.join()}) AND level IN (${levels.join()}) AND ${minuteSql(minutes)} GROUP BY 1, 2`;
  addRows(reader, sql, [], intervalMs, 1, add);
}

function addMatches(
  reader: DayReader,
  match: string,
  range: TimeRange,
  intervalMs: number,
  sign: 1 | -1,
  add: AddCount,
): void {
  const sql = `SELECT ${intervalSql('ft.rowid', reader.day, intervalMs)} AS bucket, ${levelSql('ft.rowid')} AS level, count(*) AS n
    FROM ft WHERE ft MATCH ? AND ${rangeSql('ft.rowid', range, reader.day)} GROUP BY 1, 2`;
  addRows(reader, sql, [match], intervalMs, sign, add);
}

function addAll(reader: DayReader, range: TimeRange, intervalMs: number, add: AddCount): void {
  const { minutes, edges } = intervalMs % MINUTE_MS === 0 ? splitMinutes(range) : { minutes: null, edges: [range] };
  if (minutes !== null) addRollup(reader, { runs: null, levels: ALL_LEVELS }, minutes, intervalMs, add);
  for (const edge of edges) {
    const sql = `SELECT ${intervalSql('line.id', reader.day, intervalMs)} AS bucket, ${levelSql('line.id')} AS level, count(*) AS n
      FROM line WHERE ${rangeSql('line.id', edge, reader.day)} GROUP BY 1, 2`;
    addRows(reader, sql, [], intervalMs, 1, add);
  }
}

/** The number of a line's histogram bucket, from its id alone where the interval allows. */
function intervalSql(id: string, day: number, intervalMs: number): string {
  const sinceEpoch = `(${bucketSql(id)} + ${(day * DAY_MS) / BUCKET_MS})`;
  if (intervalMs % BUCKET_MS === 0) return `${sinceEpoch} / ${intervalMs / BUCKET_MS}`;
  return `(${sinceEpoch} * ${BUCKET_MS} + (SELECT exact.ms FROM line AS exact WHERE exact.id = ${id})) / ${intervalMs}`;
}

function addRows(
  reader: DayReader,
  sql: string,
  parameters: readonly SQLInputValue[],
  intervalMs: number,
  sign: 1 | -1,
  add: AddCount,
): void {
  for (const row of reader.db.prepare(sql).iterate(...parameters)) {
    add(Number(row['bucket']) * intervalMs, Number(row['level']), sign * Number(row['n']));
  }
}

/** Infinite ends stay out: they are not numbers of SQL. */
function minuteSql({ first, end }: { first: number; end: number }): string {
  const conditions = ['1'];
  if (Number.isFinite(first)) conditions.push(`minute >= ${first}`);
  if (Number.isFinite(end)) conditions.push(`minute < ${end}`);
  return conditions.join(' AND ');
}

function numberOf(reader: DayReader, sql: string, ...parameters: SQLInputValue[]): number {
  return Number(reader.db.prepare(sql).get(...parameters)?.['n'] ?? 0);
}
