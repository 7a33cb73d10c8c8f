import { BUCKET_MS, bucketStart, clampedBucketOf, firstIdOf } from './log-id.ts';
import { MINUTE_MS } from './log-rollup.ts';

/** from <= ts < to; open ends are infinite. */
export interface TimeRange {
  readonly from: number;
  readonly to: number;
}

export const ALWAYS: TimeRange = { from: -Infinity, to: Infinity };

/**
 * SQL for a range over a column of line ids. Numbers are written out: bound ones reach SQLite as doubles, which FTS5 does not
 * take for limits. Only lines in a bucket the range cuts are looked up for their exact time.
 */
export function rangeSql(id: string, range: TimeRange, day: number): string {
  const low = clampedBucketOf(range.from, day);
  const high = clampedBucketOf(range.to, day);
  const ms = `(SELECT cut.ms FROM line AS cut WHERE cut.id = ${id})`;
  let sql = `${id} >= ${firstIdOf(low)}`;
  if (isCut(range.from))
    sql += ` AND (${id} >= ${firstIdOf(low + 1)} OR ${ms} >= ${range.from - bucketStart(low, day)})`;
  if (!isCut(range.to)) return `${sql} AND ${id} < ${firstIdOf(high)}`;
  return `${sql} AND ${id} < ${firstIdOf(high + 1)} AND (${id} < ${firstIdOf(high)} OR ${ms} < ${range.to - bucketStart(high, day)})`;
}

/** A range as whole minutes, which the rollup answers, and the pieces before and after them. */
export function splitMinutes(range: TimeRange): { minutes: { first: number; end: number } | null; edges: TimeRange[] } {
  const first = Math.ceil(range.from / MINUTE_MS);
  const end = Math.floor(range.to / MINUTE_MS);
  if (first >= end) return { minutes: null, edges: [range] };
  const edges = [
    { from: range.from, to: first * MINUTE_MS },
    { from: end * MINUTE_MS, to: range.to },
  ].filter(edge => edge.from < edge.to);
  return { minutes: { first, end }, edges };
}

export function intersect(a: TimeRange, b: TimeRange): TimeRange {
  return { from: Math.max(a.from, b.from), to: Math.min(a.to, b.to) };
}

function isCut(ts: number): boolean {
  return Number.isFinite(ts) && ts % BUCKET_MS !== 0;
}
