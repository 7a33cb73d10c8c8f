/**
 * PORTS the pipeline hands derived facts to; `app` wires them to lineage. Both are synchronous and idempotent: the pipeline may
 * repeat a batch after a store was away.
 */
import type { JobEvent } from '../model/job-event.ts';
import type { OffsetRow } from '../model/offset-row.ts';
import type { MetricGroup } from '../model/sample.ts';

/** Takes positions and end offsets; returns the `lag_records` and `lag` points that follow from them. */
export interface LagDeriver {
  derive(rows: readonly OffsetRow[], arrivedAt: number): readonly MetricGroup[];
}

/** Takes what is known of jobs; persists it before it resolves. */
export interface JobEventSink {
  accept(events: readonly JobEvent[], arrivedAt: number, signal?: AbortSignal): Promise<void>;
}
