import { LOG_LEVELS } from '../../model/log-record.ts';
import type { LogFacetField } from '../log-store.ts';
import type { DayQuery, Run } from './log-day-reader.ts';
import { levelSql } from './log-id.ts';
import { rangeSql, type TimeRange } from './log-range.ts';

/** The column of `line` a field's value hangs on, and how to read the value of its code. */
export const FACET_COLUMNS = {
  job: ['line.run', 'run', null],
  app: ['line.origin', 'origin', 'app'],
  container: ['line.origin', 'origin', 'container'],
  host: ['line.origin', 'origin', 'host'],
  logger: ['line.logger', 'logger', 'name'],
  exception: ['line.exception', 'exception', 'class'],
  level: [levelSql('line.id'), null, null],
} as const satisfies Record<LogFacetField, readonly [string, string | null, string | null]>;

/** Adds the lines found in one file by value of a field; `add(value, n)`, n may be negative, the sum never is. */
export function countValues(
  { reader, query: { match, negated } }: DayQuery,
  range: TimeRange,
  field: LogFacetField,
  nameOf: (run: Run) => string,
  add: (value: string, n: number) => void,
): void {
  const [code, table, column] = FACET_COLUMNS[field];
  const counts = new Map<number | null, number>();
  const addCodes = (sql: string, parameters: string[], sign: 1 | -1): void => {
    for (const row of reader.db.prepare(sql).iterate(...parameters)) {
      const key = row['code'] === null ? null : Number(row['code']);
      counts.set(key, (counts.get(key) ?? 0) + sign * Number(row['n']));
    }
  };
  if (match !== null) {
    const sql = `SELECT ${code} AS code, count(*) AS n FROM ft JOIN line ON line.id = ft.rowid
      WHERE ft MATCH ? AND ${rangeSql('ft.rowid', range, reader.day)} GROUP BY 1`;
    addCodes(sql, [match], negated ? -1 : 1);
  }
  if (negated)
    addCodes(
      `SELECT ${code} AS code, count(*) AS n FROM line WHERE ${rangeSql('line.id', range, reader.day)} GROUP BY 1`,
      [],
      1,
    );
  if (counts.size === 0) return;

  const runs = field === 'job' ? new Map(reader.runs().map(run => [run.code, nameOf(run)])) : null;
  const findValue =
    column === null ? null : reader.db.prepare(`SELECT ${column} AS value FROM ${table} WHERE code = ?`);
  for (const [key, n] of counts) {
    if (key === null) continue;
    if (runs !== null) add(runs.get(key) ?? '', n);
    else if (findValue !== null) add(String(findValue.get(key)?.['value'] ?? ''), n);
    else add(LOG_LEVELS[key] ?? '', n);
  }
}
