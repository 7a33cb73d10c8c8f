/**
 * One batch, all the way: decode -> redact -> store -> dead letter. The same for every source. A bad record never stalls its
 * batch; a store that is away rejects the whole batch, which may be handed over again because every write is idempotent.
 */
import type { Clock } from '../model/clock.ts';
import type { Telemetry } from '../model/telemetry.ts';
import type { LogStore } from '../store/log-store.ts';
import type { MetricStore } from '../store/metric-store.ts';
import type { DeadLetter, DeadLetterEntry } from './dead-letter.ts';
import type { DottedMetric } from './decode/dotted.ts';
import type { RejectedAt } from './decode/rejected.ts';
import type { JobEventSink, OffsetSink } from './derive.ts';
import { Derivation } from './derived/derivation.ts';
import { createRedactor, type Redactor } from './redact.ts';
import { SeenEvents } from './seen-events.ts';
import type { BatchResult, BatchSink, RawBatch, StreamName } from './source.ts';
import { takeLogs } from './streams/logs.ts';
import { takeMetrics } from './streams/metrics.ts';
import { takeDruid, takeJobs, takeNifi, takeOffsets } from './streams/rare.ts';

export interface PipelineConfig {
  readonly logRetentionMs: number;
  readonly metricRetentionMs: number;
  /** Whether a metric of this full name is kept. */
  readonly keepsMetric: (name: string) => boolean;
  readonly dotted: (identifier: string) => DottedMetric | null;
  readonly redactor?: Redactor;
  /** Pass native log lines on as bytes; set where the log store can store them so. */
  readonly rawLogs?: boolean;
}

export interface PipelineParts {
  readonly logStore: LogStore;
  readonly metricStore: Pick<MetricStore, 'append'>;
  readonly offsets: OffsetSink;
  readonly jobEvents: JobEventSink;
  readonly deadLetter: DeadLetter;
  readonly telemetry: Telemetry;
  readonly clock: Clock;
  readonly config: PipelineConfig;
}

/** What the functions of the single streams work with. */
export interface PipelineContext extends PipelineParts {
  readonly redactor: Redactor;
  readonly seen: SeenEvents;
  readonly derivation: Derivation;
}

/** Takes a batch of one stream into the stores; answers the records it could not take. */
export type TakeBatch = (
  batch: RawBatch,
  context: PipelineContext,
  options: { readonly visible: boolean },
  signal?: AbortSignal,
) => Promise<readonly RejectedAt[]>;

const TAKE: Readonly<Record<StreamName, TakeBatch>> = {
  logs: takeLogs,
  metrics: takeMetrics,
  jobs: takeJobs,
  offsets: takeOffsets,
  nifi: takeNifi,
  druid: takeDruid,
};

/** Builds the sink every source delivers to. */
export function createPipeline(parts: PipelineParts): BatchSink {
  const context: PipelineContext = {
    ...parts,
    redactor: parts.config.redactor ?? createRedactor(),
    seen: new SeenEvents(),
    derivation: new Derivation(),
  };
  return async (batch, options, signal) => {
    const rejected = await TAKE[batch.stream](batch, context, options, signal);
    await context.deadLetter.write(letters(batch, rejected, context), signal);
    return account(batch, rejected, context.telemetry);
  };
}

function account(batch: RawBatch, rejected: readonly RejectedAt[], telemetry: Telemetry): BatchResult {
  const { stream } = batch;
  let bytes = 0;
  for (const record of batch.records) bytes += record.value.length;
  telemetry.recordsIn.inc({ stream }, batch.records.length);
  telemetry.bytesIn.inc({ stream }, bytes);
  for (const { rejected: why } of rejected) {
    telemetry.recordsRejected.inc({ stream, code: why.code });
    telemetry.deadLetters.inc({ stream, code: why.code });
  }
  return {
    accepted: batch.records.length - rejected.length,
    rejected: rejected.map(({ index, rejected: why }) => ({ index, code: why.code, reason: why.reason })),
  };
}

function letters(batch: RawBatch, rejected: readonly RejectedAt[], context: PipelineContext): DeadLetterEntry[] {
  const entries: DeadLetterEntry[] = [];
  for (const { index, rejected: why } of rejected) {
    const record = batch.records[index];
    if (!record) continue;
    entries.push({
      at: context.clock.now(),
      stream: batch.stream,
      epoch: batch.epoch,
      topic: batch.topic,
      partition: record.partition,
      offset: record.offset,
      recordTs: record.recordTs,
      code: why.code,
      reason: why.reason,
      value: maskedBytes(record.value, context.redactor),
    });
  }
  return entries;
}

/** Bytes without secrets; those that hold none are kept exactly, whatever their encoding. */
function maskedBytes(value: Uint8Array, redactor: Redactor): Uint8Array {
  const text = Buffer.from(value.buffer, value.byteOffset, value.length).toString('utf8');
  const masked = redactor.suspects(text) ? redactor.text(text) : text;
  return masked === text ? value : Buffer.from(masked);
}
