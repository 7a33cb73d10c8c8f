/**
 * PORT LogStore: log lines in, searches out. Adapters: `sqlite/log-store.ts` (embedded), `elasticsearch/log-store.ts`.
 * `test/contract/log-store.ts` is the suite both pass.
 */
import type { JobNames } from '../model/job-names.ts';
import type { LogException, LogLevel, LogRecord } from '../model/log-record.ts';
import type { SourcePosition } from '../model/source-position.ts';
import type { LogQuery } from './log-query.ts';

/** A decoded line with its identity. */
export interface LogRow {
  readonly position: SourcePosition;
  /** Kafka timestamp or day of first receipt, epoch ms: names the daily index or file, never the clock. */
  readonly recordTs: number;
  readonly record: LogRecord;
  /** The line as received when it is in the native shape and nothing was redacted: may be stored without re-serialising. */
  readonly raw?: Uint8Array;
}

/** A row the store refused for good (not a duplicate; duplicates count as written). */
export interface RefusedRow {
  readonly index: number;
  readonly reason: string;
}

/** A found line as people see it: `jobName` is the run's name where its id is known. */
export interface LogItem {
  /** Opaque; `get` and `around` take it. */
  readonly id: string;
  readonly ts: number;
  readonly tsOriginal?: number;
  readonly level: LogLevel;
  readonly logger: string;
  readonly thread: string;
  readonly message: string;
  readonly exception?: LogException;
  readonly jobName: string;
  readonly jobId: string;
  readonly appId: string;
  readonly containerId: string;
  readonly host: string;
  readonly role: string;
}

/** Lines are counted exactly up to this many; beyond it the total is this number with relation `gte`. */
export const LOG_TOTAL_BOUND = 10_000;

export interface LinesPage {
  readonly items: readonly LogItem[];
  /** Pass back as `cursor` for the next page; null at the end. */
  readonly next: string | null;
}

/** How many lines, or at least how many. */
export interface LogTotal {
  readonly value: number;
  readonly relation: 'eq' | 'gte';
}

export interface LogPage extends LinesPage {
  readonly total: LogTotal;
}

export interface LogSearch {
  readonly query: LogQuery;
  /** from <= ts < to, epoch ms; either may be open. */
  readonly from?: number;
  readonly to?: number;
  readonly limit: number;
  readonly cursor?: string;
}

/** What is followed; the time range is that of the lines, whenever they arrive. */
export interface LogFollow extends Omit<LogSearch, 'cursor'> {
  /** A line's id, or a mark: what arrived behind it is told first. */
  readonly after?: string;
}

/** What arrived between two looks. */
export interface LogArrivals {
  /** In the order of their arrival, at most `limit`. */
  readonly items: readonly LogItem[];
  /** Lines that arrived before these and are left out because of the limit. */
  readonly missed: LogTotal;
  /** Stands for having seen all of this: pass back as `after`. */
  readonly mark: string;
}

/** Follows a search by the order in which its lines become searchable. Needs no closing. */
export interface LogFollower {
  /** What became searchable since the last call, whatever its time. Rejects with `StoreAwayError`: the next call goes on where it was. */
  next(signal?: AbortSignal): Promise<LogArrivals>;
}

export interface LogBucket {
  readonly t: number;
  readonly counts: Readonly<Partial<Record<LogLevel, number>>>;
}

export type LogFacetField = 'job' | 'app' | 'container' | 'level' | 'logger' | 'host' | 'exception';

/** Lines to be counted by group and step of time: step i is from + i * stepMs <= ts < from + (i + 1) * stepMs. */
export interface LogCountQuery {
  readonly query: LogQuery;
  /** from <= ts < to, epoch ms, whole. */
  readonly from: number;
  readonly to: number;
  readonly stepMs: number;
  readonly groupBy: readonly LogFacetField[];
  /** Groups at most; more are refused. */
  readonly limit: number;
}

/** One group with lines; a line without a value of a field has '' there. */
export interface LogGroupCount {
  readonly values: Readonly<Partial<Record<LogFacetField, string>>>;
  /** Steps with lines, ascending. */
  readonly counts: readonly (readonly [step: number, n: number])[];
}

export interface LogStore {
  /**
   * Stores rows; resolves when they are durable. A row whose position is already stored is left as it is and counts as
   * written, so a repeat changes nothing. `visible: true` also makes them searchable before it resolves. Rejects with
   * `StoreAwayError` when nothing is certain: the caller repeats the same rows.
   */
  append(rows: readonly LogRow[], options: { visible?: boolean }, signal?: AbortSignal): Promise<readonly RefusedRow[]>;
  /** Newest first by (ts, topic, partition, offset). Throws `UserError` bad-cursor. */
  search(search: LogSearch, names: JobNames, signal?: AbortSignal): Promise<LogPage>;
  /** The same lines oldest first, uncounted: a page costs what it holds, however many lines carry one time. */
  forward(search: LogSearch, names: JobNames, signal?: AbortSignal): Promise<LinesPage>;
  /** Follows what arrives from now on, or behind `after`; null when that is not known (any more). Every line is told once. */
  follow(follow: LogFollow, names: JobNames, signal?: AbortSignal): Promise<LogFollower | null>;
  /** Counts per level in buckets aligned to multiples of `intervalMs`; empty buckets are left out. */
  histogram(
    search: Pick<LogSearch, 'query' | 'from' | 'to'> & { intervalMs: number },
    names: JobNames,
    signal?: AbortSignal,
  ): Promise<readonly LogBucket[]>;
  /** The most frequent values of a field among the lines found, most frequent first. */
  facet(
    search: Pick<LogSearch, 'query' | 'from' | 'to'> & { field: LogFacetField; limit: number },
    names: JobNames,
    signal?: AbortSignal,
  ): Promise<readonly { readonly value: string; readonly count: number }[]>;
  /** Counts by group and step, exactly; groups in no order. Throws `UserError` too-many-groups. */
  counts(query: LogCountQuery, names: JobNames, signal?: AbortSignal): Promise<readonly LogGroupCount[]>;
  get(id: string, names: JobNames, signal?: AbortSignal): Promise<LogItem | null>;
  /** The lines before and after a line, oldest first, without the line itself; null when the id is unknown. */
  around(
    around: { id: string; scope: 'container' | 'job' | 'all'; before: number; after: number },
    names: JobNames,
    signal?: AbortSignal,
  ): Promise<{
    readonly before: readonly LogItem[];
    readonly line: LogItem;
    readonly after: readonly LogItem[];
  } | null>;
  /**
   * Drops what is past its retention at `now`; `retentionMs(jobName)` gives the retention of one job's lines and
   * `retentionMs('')` the default. Returns how many lines or whole days went.
   */
  expire(
    now: number,
    retentionMs: (jobName: string) => number,
    signal?: AbortSignal,
  ): Promise<{ readonly dropped: number }>;
  stats(
    signal?: AbortSignal,
  ): Promise<{ readonly lines: number; readonly bytes: number; readonly oldest: number | null }>;
  /** Resolves while the store answers; rejects with `StoreAwayError`. */
  ping(signal?: AbortSignal): Promise<void>;
  /** Waits for appends under way, then releases everything. Idempotent. */
  close(): Promise<void>;
}
