/**
 * PORT MetricStore: points in, windows of points out. Adapters: `sqlite/metric-store.ts` (embedded),
 * `elasticsearch/metric-store.ts`. `test/contract/metric-store.ts` is the suite both pass.
 */
import type { Labels, Matcher } from '../model/labels.ts';
import type { MetricGroup, Point } from '../model/sample.ts';
import type { Across } from './across.ts';

export const METRIC_OPS = [
  'MAX',
  'MIN',
  'AVG',
  'SUM',
  'LAST',
  'FIRST',
  'COUNT',
  'RATE',
  'DELTA',
  'P50',
  'P75',
  'P90',
  'P95',
  'P99',
  'STDDEV',
] as const;
export type MetricOp = (typeof METRIC_OPS)[number];

/**
 * A stored metric name; `scale` multiplies every value (alias units). With `unless` a series counts only where its label set has none of
 * that name: a stand-in, so that the two never mix.
 */
export interface StoredName {
  readonly name: string;
  readonly scale?: number;
  readonly unless?: string;
}

/** Which series: the stored names an alias or bare name stands for, and label or attribute filters. */
export interface SeriesSelector {
  /** A series matches when its name is one of these. */
  readonly names: readonly StoredName[];
  readonly matchers: readonly Matcher[];
  /** Also takes the series of these task managers (label `tm_id`) that match these matchers instead; set by `process-join.ts`. */
  readonly also?: { readonly taskManagers: readonly string[]; readonly matchers: readonly Matcher[] };
}

/** A series without its points. */
export interface SeriesInfo {
  readonly name: string;
  readonly labels: Labels;
  /** Latest attributes. */
  readonly attrs: Labels;
}

export interface MetricStats {
  readonly series: number;
  readonly points: number;
  readonly bytes: number;
  readonly refused: number;
}

export interface WindowQuery extends SeriesSelector {
  /** Labels that stay apart (不聚合的维度); `*` keeps every label apart. A group's labels are exactly these, missing ones ''. */
  readonly groupBy: readonly string[] | '*';
  readonly op: MetricOp;
  /** The group's series are first made one series, a point per reporting interval (`across.ts`); absent: one bag of all points. */
  readonly across?: Across;
  readonly windowMs: number;
  /** Instants; each looks at points with t - windowMs < ts <= t (the caller has already subtracted any offset). */
  readonly at: readonly number[];
  /** Only points that had arrived by t + arrivedWithinMs (backtests as of arrival). */
  readonly arrivedWithinMs?: number;
}

/** One group's answer; instants whose window holds no point are left out (COUNT too: the caller knows its groups). */
export interface WindowGroup {
  readonly labels: Labels;
  readonly points: readonly Point[];
}

export interface SeriesPoints {
  readonly name: string;
  readonly labels: Labels;
  readonly points: readonly Point[];
}

export interface AppendedPoints {
  readonly written: number;
  /** Points of new series refused because `max_series` is reached. */
  readonly refused: number;
}

export interface MetricStore {
  /**
   * Stores points; resolves when they are durable and the next query sees them (`visible: false` lets a store with a refresh
   * interval answer before that). A point's identity is (name, labels, ts), the last write wins. Rejects with
   * `StoreAwayError` when nothing is certain: the caller repeats the same groups.
   */
  append(groups: readonly MetricGroup[], options: { visible?: boolean }, signal?: AbortSignal): Promise<AppendedPoints>;
  /**
   * A positive matcher on `job` or `app_id` also selects series of task managers on which such a job ran in the window.
   * All points of all series of a group inside the window form one bag and `op` runs over it (RATE and DELTA: per series,
   * then summed). Percentiles interpolate linearly between the closest ranks. LAST of several series at one ts: the series whose
   * canonical labels sort last.
   */
  window(query: WindowQuery, signal?: AbortSignal): Promise<readonly WindowGroup[]>;
  /** Stored points of every matching series, from <= t <= to, oldest first, at most `limit` series after `after` (its key). */
  points(
    query: SeriesSelector & { from: number; to: number; limit: number; after?: string },
    signal?: AbortSignal,
  ): Promise<{ readonly series: readonly SeriesPoints[]; readonly next: string | null }>;
  /** Stored metric names with the number of their series. */
  names(signal?: AbortSignal): Promise<readonly { readonly name: string; readonly series: number }[]>;
  /** Matching series with their attributes, at most `limit`. */
  series(query: SeriesSelector & { limit: number }, signal?: AbortSignal): Promise<readonly SeriesInfo[]>;
  /** Label names of a selection, or the values of one label, sorted; bounded by `limit`. */
  labels(query: SeriesSelector & { label?: string; limit: number }, signal?: AbortSignal): Promise<readonly string[]>;
  expire(
    now: number,
    retention: { rawMs: number; rollupMs: number },
    signal?: AbortSignal,
  ): Promise<{ readonly dropped: number }>;
  stats(signal?: AbortSignal): Promise<MetricStats>;
  ping(signal?: AbortSignal): Promise<void>;
  /** Waits for appends under way, then releases everything. Idempotent. */
  close(): Promise<void>;
}
