/**
 * Rows of the `tidewatch.offsets` stream (wire-formats: consumer positions), also derived by the daemon from Flink's source
 * metrics, NiFi's and Druid's own streams. `hop` is the consumer: job name, Druid supervisor, NiFi process group or consumer group.
 */
export type OffsetRow = OffsetsRow | CheckpointRow | QueueLagRow | LagRow | WatermarkRow | EventLagRow;

/** Positions of one partition at one instant. Without `position` and `committed` it is an end offset alone. */
export interface OffsetsRow {
  readonly type: 'offsets';
  readonly ts: number;
  /** '' for an end offset that belongs to no consumer. */
  readonly hop: string;
  readonly topic: string;
  readonly partition: number;
  /** Next offset the broker will assign; absent in rows derived from Flink's metrics, which know only positions. */
  readonly endOffset?: number;
  readonly lastStableOffset?: number;
  /** Next offset to read. */
  readonly position?: number;
  readonly committed?: number;
  readonly startOffset?: number;
  readonly cluster?: string;
  readonly group?: string;
  /**
   * Asked of the brokers by the daemon itself: `committed` is the commit that stands, made nobody knows when, and the end offsets come from
   * one observer, so that a fall means a topic made anew.
   */
  readonly polled?: true;
}

/** A checkpoint of `hop` completed at `ts`; its barrier left the sources at `barrierTs`. */
export interface CheckpointRow {
  readonly type: 'checkpoint';
  readonly ts: number;
  readonly hop: string;
  readonly barrierTs: number;
}

/** A hop without offsets (NiFi): age in ms of its oldest queued item. */
export interface QueueLagRow {
  readonly type: 'queue_lag';
  readonly ts: number;
  readonly hop: string;
  readonly ms: number;
  /** True when computed from queue length and output rate instead of reported. */
  readonly estimated?: boolean;
}

/** A hop that reports only how many records it is behind (Druid): position = end offset at `ts` - lagRecords. */
export interface LagRow {
  readonly type: 'lag';
  readonly ts: number;
  readonly hop: string;
  readonly topic: string;
  readonly partition?: number;
  readonly lagRecords: number;
  readonly cluster?: string;
  readonly group?: string;
}

/** How far the event time of `hop`'s windows had come at `ts`: the least over the subtasks that hold windows. */
export interface WatermarkRow {
  readonly type: 'watermark';
  readonly ts: number;
  readonly hop: string;
  /** Event time of the watermark, epoch ms: windows that end at or before the next millisecond are closed. Null: none yet. */
  readonly watermark: number | null;
  /** Records dropped since the job's start because their window was closed. */
  readonly lateDropped?: number;
}

/** How old the event of the record was that `hop` had emitted last from `topic` at `ts`, ms. */
export interface EventLagRow {
  readonly type: 'event_lag';
  readonly ts: number;
  readonly hop: string;
  readonly topic: string;
  readonly ms: number;
}
