import type { DatabaseSync, SQLInputValue, SQLOutputValue, StatementSync } from 'node:sqlite';
import type { StoredSeries } from './metric-messages.ts';

/** The metric file as its parts use it: prepared statements, transactions, the series it knows, counters that commit with the data. */
export class MetricDatabase {
  /** Points in blocks; saved by `transaction`. */
  points: number;
  readonly #db: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  readonly #metricIds = new Map<string, number>();
  readonly #metricOf = new Map<number, number>();
  readonly #seriesOf = new Map<number, number>();

  constructor(db: DatabaseSync) {
    this.#db = db;
    for (const row of this.all('SELECT id, name FROM metric'))
      this.#metricIds.set(String(row['name']), Number(row['id']));
    for (const row of this.all('SELECT id, metric FROM series')) this.#add(Number(row['id']), Number(row['metric']));
    this.points = this.meta('points');
  }

  /** Numbers of all metrics, rising. */
  metrics(): number[] {
    return [...this.#metricIds.values()].sort((a, b) => a - b);
  }

  /** The metric of a series; undefined when the series was never defined. */
  metricOf(series: number): number | undefined {
    return this.#metricOf.get(series);
  }

  /** How many series a metric has. */
  seriesOf(metric: number): number {
    return this.#seriesOf.get(metric) ?? 0;
  }

  /** Series in order of their numbers. */
  series(after: number, limit: number): StoredSeries[] {
    const rows = this.all(
      'SELECT series.id, name, labels, attrs, last FROM series JOIN metric ON metric.id = series.metric WHERE series.id > ? ORDER BY series.id LIMIT ?',
      after,
      limit,
    );
    return rows.map(row => ({
      id: Number(row['id']),
      name: String(row['name']),
      labels: String(row['labels']),
      attrs: String(row['attrs']),
      last: Number(row['last']),
    }));
  }

  /** Part of a transaction; a repeat changes nothing. */
  define({ id, name, labels, attrs, last }: StoredSeries): void {
    const known = this.#metricIds.get(name);
    const metric = known ?? Number(this.prepared('INSERT INTO metric (name) VALUES (?)').run(name).lastInsertRowid);
    this.#metricIds.set(name, metric);
    this.run(
      'INSERT OR REPLACE INTO series (id, metric, labels, attrs, last) VALUES (?, ?, ?, ?, ?)',
      id,
      metric,
      labels,
      attrs,
      last,
    );
    this.#add(id, metric);
  }

  /** Part of a transaction. */
  forget(series: number): void {
    this.run('DELETE FROM series WHERE id = ?', series);
    const metric = this.#metricOf.get(series);
    if (metric !== undefined) this.#seriesOf.set(metric, this.seriesOf(metric) - 1);
    this.#metricOf.delete(series);
  }

  /** All or nothing, with the counters. */
  transaction(work: () => void): void {
    const points = this.points;
    this.#db.exec('BEGIN IMMEDIATE');
    try {
      work();
      if (this.points !== points) this.saveMeta('points', this.points);
      this.#db.exec('COMMIT');
    } catch (error) {
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
      this.points = points;
      throw error;
    }
  }

  meta(key: string): number {
    return Number(this.all('SELECT value FROM meta WHERE key = ?', key)[0]?.['value'] ?? 0);
  }

  saveMeta(key: string, value: number): void {
    this.run('INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)', key, value);
  }

  bytes(): number {
    const size = (pragma: string): number => Number(this.all(`PRAGMA ${pragma}`)[0]?.[pragma]);
    return size('page_count') * size('page_size');
  }

  run(sql: string, ...values: SQLInputValue[]): void {
    this.prepared(sql).run(...values);
  }

  all(sql: string, ...values: SQLInputValue[]): Record<string, SQLOutputValue>[] {
    return this.prepared(sql).all(...values);
  }

  prepared(sql: string): StatementSync {
    const known = this.#statements.get(sql);
    if (known) return known;
    const statement = this.#db.prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  }

  close(): void {
    this.#db.close();
  }

  #add(series: number, metric: number): void {
    if (!this.#metricOf.has(series)) this.#seriesOf.set(metric, this.seriesOf(metric) + 1);
    this.#metricOf.set(series, metric);
  }
}

/** A BLOB column. */
export function bytesOf(value: SQLOutputValue | undefined): Uint8Array {
  return value instanceof Uint8Array ? value : new Uint8Array();
}
