/**
 * PORT Source: where records come from. Adapters: `kafka-source.ts` (consumer groups), `push-source.ts` (HTTP intake),
 * `file-source.ts` (`tidewatch replay`). A source hands batches to its sink and treats a batch as done only when the sink's
 * promise resolves; a rejected batch is handed over again.
 */
export const STREAMS = ['metrics', 'logs', 'jobs', 'offsets', 'nifi', 'druid'] as const;
export type StreamName = (typeof STREAMS)[number];

/** One record as received. `value` is valid only until the sink's promise settles. */
export interface RawRecord {
  readonly partition: number;
  readonly offset: number;
  /** Kafka timestamp or receipt, epoch ms. */
  readonly recordTs: number;
  readonly value: Uint8Array;
}

/** Records of one topic, in order per partition. */
export interface RawBatch {
  readonly stream: StreamName;
  readonly topic: string;
  readonly epoch: string;
  readonly records: readonly RawRecord[];
  /** When the daemon received them, epoch ms. */
  readonly arrivedAt: number;
  /** Log lines may name their own source position (`"source":{topic,partition,offset}`); true for HTTP and file intake. */
  readonly ownPositions?: boolean;
}

/** A record that was not taken: position in the batch, a stable code, words for people. */
export interface Rejection {
  readonly index: number;
  readonly code: string;
  readonly reason: string;
}

export interface BatchResult {
  readonly accepted: number;
  readonly rejected: readonly Rejection[];
}

/**
 * Takes a batch all the way into the stores. Resolves when everything in it is durable or dead-lettered; rejects with
 * `StoreAwayError` when it is not (the same batch may be handed over again: rows are unique by position). `visible`: the next
 * query must see the rows.
 */
export type BatchSink = (batch: RawBatch, options: { visible: boolean }, signal?: AbortSignal) => Promise<BatchResult>;

export interface Source {
  readonly name: string;
  /** Begins to deliver; resolves once running, and keeps trying in the background while its origin is away. */
  start(sink: BatchSink): Promise<void>;
  /** Stops taking in, waits for batches under way, commits their offsets. Idempotent. */
  stop(): Promise<void>;
  /** For /readyz and /api/v1/status. `watermark` = minimum over partitions of the event position reached; null when unknown. */
  status(): SourceStatus;
}

export interface SourceStatus {
  readonly ready: boolean;
  readonly detail: string;
  readonly streams: readonly {
    readonly stream: StreamName;
    readonly topic: string;
    readonly watermark: number | null;
    readonly lag: number | null;
    readonly paused: boolean;
  }[];
}
