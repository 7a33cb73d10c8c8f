/** Counts of the lines a query finds in one file, by step of time and by what they share: what rules over logs read. */
import { LOG_LEVELS } from '../../model/log-record.ts';
import type { LogFacetField } from '../log-store.ts';
import type { DayQuery, Run } from './log-day-reader.ts';
import { FACET_COLUMNS } from './log-facet.ts';
import { BUCKET_MS, bucketSql, DAY_MS } from './log-id.ts';
import { rangeSql, type TimeRange } from './log-range.ts';

/** How lines are told apart. `stepMs` null: the whole range is one step. */
export interface Grouping {
  readonly fields: readonly LogFacetField[];
  readonly stepMs: number | null;
}

/** Adds counts: `add(values of the fields, step, n)`; n may be negative, the sum never is. */
export type AddGroupCount = (values: readonly string[], step: number, n: number) => void;

export function countGroups(
  { reader, query: { match, negated } }: DayQuery,
  range: TimeRange,
  { fields, stepMs }: Grouping,
  nameOf: (run: Run) => string,
  add: AddGroupCount,
): void {
  const codes = fields.map((field, i) => `${FACET_COLUMNS[field][0]} AS c${i}`);
  // Bound numbers reach SQLite as doubles: whole ones are written out.
  const since = `((${bucketSql('line.id')} + ${(reader.day * DAY_MS) / BUCKET_MS}) * ${BUCKET_MS} + line.ms - ${range.from})`;
  const step = stepMs === null ? '0' : `${since} / ${stepMs}`;
  const columns = [...codes, `${step} AS step`, 'count(*) AS n'].join(', ');
  const by = [...codes.keys().map(i => `c${i}`), 'step'].join(', ');
  const names = new Names(reader, nameOf);
  const run = (sql: string, parameters: readonly string[], sign: 1 | -1): void => {
    for (const row of reader.db.prepare(sql).iterate(...parameters)) {
      const values = fields.map((field, i) => names.of(field, row[`c${i}`] ?? null));
      add(values, Number(row['step']), sign * Number(row['n']));
    }
  };
  if (match !== null) {
    const found = `FROM ft JOIN line ON line.id = ft.rowid WHERE ft MATCH ? AND ${rangeSql('ft.rowid', range, reader.day)}`;
    run(`SELECT ${columns} ${found} GROUP BY ${by}`, [match], negated ? -1 : 1);
  }
  if (negated) run(`SELECT ${columns} FROM line WHERE ${rangeSql('line.id', range, reader.day)} GROUP BY ${by}`, [], 1);
}

/** What codes of one file stand for, each looked up once. */
class Names {
  readonly #reader: DayQuery['reader'];
  readonly #runs: ReadonlyMap<number, string>;
  readonly #known = new Map<string, string>();

  constructor(reader: DayQuery['reader'], nameOf: (run: Run) => string) {
    this.#reader = reader;
    this.#runs = new Map(reader.runs().map(run => [run.code, nameOf(run)]));
  }

  of(field: LogFacetField, code: unknown): string {
    if (code === null) return '';
    if (field === 'job') return this.#runs.get(Number(code)) ?? '';
    if (field === 'level') return LOG_LEVELS[Number(code)] ?? '';
    const key = `${field} ${code}`;
    let name = this.#known.get(key);
    if (name === undefined) {
      const [, table, column] = FACET_COLUMNS[field];
      const row = this.#reader.db.prepare(`SELECT ${column} AS value FROM ${table} WHERE code = ?`).get(Number(code));
      name = String(row?.['value'] ?? '');
      this.#known.set(key, name);
    }
    return name;
  }
}
