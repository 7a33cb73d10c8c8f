import type { LogRow } from '../../store/log-store.ts';
import { type DecodedLog, decodeLog, type LogDecoding } from '../decode/log.ts';
import { guarded, Rejected, type RejectedAt } from '../decode/rejected.ts';
import type { PipelineContext, TakeBatch } from '../pipeline.ts';
import type { RawBatch, RawRecord } from '../source.ts';
import { timed } from './timed.ts';

/** Takes log lines. Rows the store refuses for good are rejected as `store-refused`. */
export const takeLogs: TakeBatch = async (batch, context, options, signal) => {
  const rows: LogRow[] = [];
  const indices: number[] = [];
  const rejected: RejectedAt[] = [];
  const decoding = decodingOf(context);
  batch.records.forEach((record, index) => {
    const decoded = guarded(() => decodeLog(record.value, record.recordTs, decoding));
    if (decoded instanceof Rejected) {
      rejected.push({ index, rejected: decoded });
      return;
    }
    if (decoded.redacted) context.telemetry.redactions.inc();
    rows.push(rowOf(batch, record, decoded));
    indices.push(index);
  });
  if (rows.length === 0) return rejected;

  const refused = await timed(context, 'logs', () => context.logStore.append(rows, options, signal));
  for (const { index, reason } of refused) {
    rejected.push({ index: indices[index] ?? -1, rejected: new Rejected('store-refused', reason) });
  }
  return refused.length > 0 ? rejected.sort((a, b) => a.index - b.index) : rejected;
};

function decodingOf(context: PipelineContext): LogDecoding {
  return {
    retentionMs: context.config.logRetentionMs,
    redactor: context.redactor,
    wantRaw: context.config.rawLogs ?? false,
    onCut: field => context.telemetry.logFieldsCut.inc({ field }),
  };
}

/**
 * A line that names its own source position keeps it, and the day it is stored under is that of its own time: the same line sent
 * again another day must meet itself.
 */
function rowOf(batch: RawBatch, record: RawRecord, decoded: DecodedLog): LogRow {
  if (decoded.source && batch.ownPositions) {
    return { position: decoded.source, recordTs: decoded.record.ts, record: decoded.record };
  }
  return {
    position: { epoch: batch.epoch, topic: batch.topic, partition: record.partition, offset: record.offset },
    recordTs: record.recordTs,
    record: decoded.record,
    ...(decoded.rawIsExact && { raw: record.value }),
  };
}
