/** What the metric store's main thread asks its worker, and what the worker answers. Typed arrays are transferred, not copied. */
import type { ColdColumns } from '../metric-gather.ts';
import type { MetricOp } from '../metric-store.ts';

/** A series as the worker stores it; labels and attributes are JSON it never looks into. `last` = newest point, epoch ms. */
export interface StoredSeries {
  readonly id: number;
  readonly name: string;
  readonly labels: string;
  readonly attrs: string;
  readonly last: number;
}

/** Every request by name: its arguments and its answer. */
export interface MetricRequests {
  /** What a start needs to know. */
  open: { args: Record<never, never>; answer: { rawFrom: number } };
  series: { args: { after: number; limit: number }; answer: { series: readonly StoredSeries[] } };
  /** Packed points (`MetricBatch`) of blocks later than `from`, metric by metric; `next` = -1 after the last. */
  recent: { args: { from: number; metric: number }; answer: { points: Uint8Array<ArrayBuffer>; next: number } };
  /** Packed journaled points later than `from`, of the batches after number `after`; `next` = -1 after the last. */
  journaled: { args: { from: number; after: number }; answer: { points: Uint8Array<ArrayBuffer>; next: number } };
  /** A batch, the series it is the first to name, and series whose attributes changed. Durable when answered. */
  append: {
    args: {
      points: Uint8Array<ArrayBuffer>;
      lateFrom: number;
      define: readonly StoredSeries[];
      attrs: readonly { id: number; attrs: string }[];
    };
    answer: Record<never, never>;
  };
  /** Moves everything journaled so far into blocks. */
  compact: { args: Record<never, never>; answer: Record<never, never> };
  /** Points with from < ts <= to; from rollups the column `op` needs. */
  read: {
    args: { series: Int32Array<ArrayBuffer>; from: number; to: number; op: MetricOp | 'POINTS'; maxPoints: number };
    answer: ColdColumns | { tooMany: true };
  };
  /** Turns raw points up to `rawTo` into rollups, drops rollups up to `rollupTo` and series nobody needs. */
  expire: {
    args: { rawTo: number; rollupTo: number; last: readonly { id: number; last: number }[]; forget: readonly number[] };
    answer: { dropped: number; late: number; rawFrom: number };
  };
  stats: { args: Record<never, never>; answer: { points: number; bytes: number } };
  close: { args: Record<never, never>; answer: Record<never, never> };
}

export type MetricRequestName = keyof MetricRequests;
