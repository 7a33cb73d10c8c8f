import type { DatabaseSync, SQLOutputValue, StatementSync } from 'node:sqlite';
import { LOG_LEVELS, type LogException } from '../../model/log-record.ts';
import type { LogField, LogQuery } from '../log-query.ts';
import type { LogItem } from '../log-store.ts';
import type { SharedKind } from './log-batch.ts';
import { type CompiledQuery, compileLogQuery } from './log-compile.ts';
import { CrowdCache } from './log-crowd.ts';
import { SHARED_COLUMNS } from './log-dictionary.ts';
import { BUCKET_MS, bucketOfId, bucketStart, firstIdOf, levelOfId } from './log-id.ts';
import type { KeyKind } from './log-keys.ts';
import { encodeLineId, type LineKey } from './log-order.ts';
import type { TimeRange } from './log-range.ts';
import { hasArrivals, toStoreError } from './log-schema.ts';

/** One run of a job as a file knows it: the environment's name and the id. */
export interface Run {
  readonly code: number;
  readonly job: string;
  readonly jobId: string;
}

/** One file and a query compiled for it. */
export interface DayQuery {
  readonly reader: DayReader;
  readonly query: CompiledQuery;
}

const FIELD_KEYS = {
  app: ['origin', 'app'],
  container: ['origin', 'container'],
  host: ['origin', 'host'],
  role: ['origin', 'role'],
  logger: ['logger', 'name'],
  thread: ['thread', 'name'],
  exception: ['exception', 'class'],
  job_id: ['run', 'job_id'],
} as const satisfies Record<Exclude<LogField, 'job'>, readonly [KeyKind, string]>;

/** Columns of a line as they are read, in this order. */
const LINE_COLUMNS = 'ms, part, off, run, origin, logger, thread, exception, ts_original, message, xmessage, stack';

/** A line read once: where it stands, and the rest of its row for whoever shows it. */
export interface FoundLine extends LineKey {
  readonly row: readonly SQLOutputValue[];
}

/** Shared things remembered; beyond it they are looked up again. */
const MAX_CACHED = 20_000;

/** One file as a reader sees it: what its codes mean, and single lines. */
export class DayReader {
  readonly day: number;
  readonly db: DatabaseSync;
  readonly crowds = new CrowdCache();
  readonly #line: StatementSync;
  readonly #ends: StatementSync;
  #arrivalOfLine: StatementSync | null = null;
  #hasArrivals = false;
  readonly #findShared: Readonly<Record<SharedKind, StatementSync>>;
  readonly #shared = new Map<string, readonly string[]>();
  readonly #runs: Run[] = [];

  constructor(db: DatabaseSync, day: number) {
    this.db = db;
    this.day = day;
    this.#line = db.prepare(`SELECT ${LINE_COLUMNS} FROM line WHERE id = ?`);
    this.#line.setReturnArrays(true);
    this.#ends = db.prepare('SELECT (SELECT min(id) FROM line) AS low, (SELECT max(id) FROM line) AS high');
    const find = (kind: SharedKind): StatementSync =>
      db.prepare(`SELECT ${SHARED_COLUMNS[kind].join(', ')} FROM ${kind} WHERE code = ?`);
    this.#findShared = {
      run: find('run'),
      origin: find('origin'),
      logger: find('logger'),
      thread: find('thread'),
      exception: find('exception'),
      part: find('part'),
    };
  }

  /** Runs what may meet SQLite's errors; throws `StoreAwayError` in their place. */
  guard<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw toStoreError(error, this.day);
    }
  }

  /** Event times of the file's lines, rounded outwards to buckets; null while it has none. */
  span(): TimeRange | null {
    const row = this.#ends.get();
    if (typeof row?.['low'] !== 'number' || typeof row['high'] !== 'number') return null;
    return {
      from: bucketStart(bucketOfId(row['low']), this.day),
      to: bucketStart(bucketOfId(row['high']), this.day) + BUCKET_MS,
    };
  }

  /** The highest id of a bucket: it rises with every line that comes. */
  highestOf(bucket: number): number {
    const row = this.db
      .prepare('SELECT max(id) AS id FROM line WHERE id >= ? AND id < ?')
      .get(firstIdOf(bucket), firstIdOf(bucket + 1));
    return Number(row?.['id'] ?? Number.NaN);
  }

  /** The number of the newest transaction that stored lines; 0 when none is known. */
  newestArrival(): number {
    if (!this.#keepsArrivals()) return 0;
    return Number(this.db.prepare('SELECT max(seq) AS seq FROM arrival').get()?.['seq'] ?? 0);
  }

  /** Transactions with first <= number <= last, the newest first, and how many lines each stored. */
  arrivals(first: number, last: number, limit: number): (readonly [arrival: number, lines: number])[] {
    if (!this.#keepsArrivals()) return [];
    const found = this.db.prepare('SELECT seq, n FROM arrival WHERE seq BETWEEN ? AND ? ORDER BY seq DESC LIMIT ?');
    return found.all(first, last, limit).map(row => [Number(row['seq']), Number(row['n'])] as const);
  }

  /** The transaction that stored a line; null when the line is gone, or older than arrivals are kept for. */
  arrivalOf(id: number): number | null {
    if (!this.#keepsArrivals()) return null;
    this.#arrivalOfLine ??= this.db.prepare('SELECT arrival FROM line WHERE id = ?');
    const arrival = this.#arrivalOfLine.get(id)?.['arrival'];
    return typeof arrival === 'number' ? arrival : null;
  }

  /** Every run in the file. `code` rises, so only new ones are read. */
  runs(): readonly Run[] {
    const rows = this.db.prepare('SELECT code, job, job_id FROM run WHERE code > ?').all(this.#runs.at(-1)?.code ?? 0);
    for (const row of rows)
      this.#runs.push({ code: Number(row['code']), job: String(row['job']), jobId: String(row['job_id']) });
    return this.#runs;
  }

  /** `nameOf` gives a run's job name as people see it. */
  compile(query: LogQuery, nameOf: (run: Run) => string): CompiledQuery {
    return compileLogQuery(query, (field, value, prefix) => {
      if (field === 'job') return { kind: 'run', codes: this.runsNamed(value, prefix, nameOf) };
      const [kind, column] = FIELD_KEYS[field];
      return { kind, codes: this.#codes(kind, column, value, prefix) };
    });
  }

  /** Codes of the runs whose job has the name, or a name that begins so. */
  runsNamed(name: string, prefix: boolean, nameOf: (run: Run) => string): number[] {
    const fits = (run: Run): boolean => (prefix ? nameOf(run).startsWith(name) : nameOf(run) === name);
    return this.runs()
      .filter(fits)
      .map(run => run.code);
  }

  /** Null when the line is gone. */
  find(id: number): FoundLine | null {
    const row = rowOf(this.#line.get(id));
    if (row === null) return null;
    const [ms, part, offset] = row;
    const [epoch = '', topic = '', partition] = this.#tuple('part', part);
    return {
      day: this.day,
      id,
      ts: bucketStart(bucketOfId(id), this.day) + Number(ms),
      topic,
      partition: Number(partition),
      offset: Number(offset),
      epoch,
      row,
    };
  }

  /** A line of this file as people see it. The job name is the environment's. */
  item({ id, ts, row }: FoundLine): LogItem {
    const [, , , run, origin, loggerCode, threadCode, exceptionCode, tsOriginal, message, xmessage, stack] = row;
    const [jobName = '', jobId = ''] = this.#tuple('run', run);
    const [appId = '', containerId = '', host = '', role = ''] = this.#tuple('origin', origin);
    const [logger = ''] = this.#tuple('logger', loggerCode);
    const [thread = ''] = this.#tuple('thread', threadCode);
    const exception = exceptionCode === null ? null : this.#exception(exceptionCode, xmessage, stack);
    return {
      id: encodeLineId(this.day, id),
      ts,
      ...(tsOriginal === null ? {} : { tsOriginal: Number(tsOriginal) }),
      level: LOG_LEVELS[levelOfId(id)] ?? 'INFO',
      logger,
      thread,
      message: String(message),
      ...(exception === null ? {} : { exception }),
      jobName,
      jobId,
      appId,
      containerId,
      host,
      role,
    };
  }

  close(): void {
    this.db.close();
  }

  /** Once a file does, it always does. */
  #keepsArrivals(): boolean {
    this.#hasArrivals ||= hasArrivals(this.db);
    return this.#hasArrivals;
  }

  #codes(kind: KeyKind, column: string, value: string, prefix: boolean): number[] {
    const condition = prefix ? `substr(${column}, 1, length(?1)) = ?1` : `${column} = ?1`;
    const rows = this.db.prepare(`SELECT code FROM ${kind} WHERE ${condition}`).all(value);
    return rows.map(row => Number(row['code']));
  }

  #exception(code: SQLOutputValue | undefined, message: unknown, stack: unknown): LogException {
    const [name = '', root = ''] = this.#tuple('exception', code);
    return { class: name, message: String(message), stack: String(stack), ...(root === '' ? {} : { root }) };
  }

  /** The strings a code stands for. Codes are never reused, so what was read once stays true. */
  #tuple(kind: SharedKind, code: SQLOutputValue | undefined): readonly string[] {
    const key = `${kind} ${code}`;
    const known = this.#shared.get(key);
    if (known !== undefined) return known;
    const row = this.#findShared[kind].get(code ?? null) ?? {};
    const tuple = SHARED_COLUMNS[kind].map(column => String(row[column]));
    if (this.#shared.size >= MAX_CACHED) this.#shared.clear();
    this.#shared.set(key, tuple);
    return tuple;
  }
}

/** Statements that return arrays are still typed as if they returned objects. */
function rowOf(row: unknown): readonly SQLOutputValue[] | null {
  return Array.isArray(row) ? row : null;
}
