/**
 * PORTS the pipeline hands derived facts to; `app` wires them to lineage. All are idempotent: the pipeline may repeat a batch after a
 * store was away. One daemon owns lag and lineage; on any other these ports pass on what they are given (`Forwarder`).
 */
import { StoreAwayError } from '../model/errors.ts';
import type { JobEvent } from '../model/job-event.ts';
import type { OffsetRow } from '../model/offset-row.ts';
import type { MetricGroup } from '../model/sample.ts';

/** Takes positions and end offsets; returns the `lag_records` and `lag` points that follow from them. */
export interface LagDeriver {
  derive(rows: readonly OffsetRow[], arrivedAt: number): readonly MetricGroup[];
}

/** Takes positions and end offsets; the lag that follows is stored, or the rows are with the owner of lag, when it resolves. */
export interface OffsetSink {
  take(
    rows: readonly OffsetRow[],
    arrivedAt: number,
    options: { readonly visible: boolean },
    signal?: AbortSignal,
  ): Promise<void>;
}

/** Takes what is known of jobs; it is persisted, or with the owner of the graph, when it resolves. */
export interface JobEventSink {
  accept(events: readonly JobEvent[], arrivedAt: number, signal?: AbortSignal): Promise<void>;
}

/** The way to the daemon that owns lag. Both reject with `NotForwardedError`. */
export interface Forwarder {
  rows(rows: readonly OffsetRow[]): Promise<void>;
  events(events: readonly JobEvent[]): Promise<void>;
  /** What kept the last rows or events from getting through, in words; empty when nothing did. */
  problem(): string;
  close(): Promise<void>;
}

/** The daemon that owns lag could not be told. What metrics say comes again with the next report; a request is answered 503. */
export class NotForwardedError extends StoreAwayError {
  constructor(message: string, cause?: unknown) {
    super(message, cause);
    this.name = 'NotForwardedError';
  }
}
