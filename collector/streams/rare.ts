/** The small streams: jobs, offsets, NiFi, Druid. */
import type { JobEvent } from '../../model/job-event.ts';
import type { OffsetRow, QueueLagRow } from '../../model/offset-row.ts';
import type { MetricGroup } from '../../model/sample.ts';
import { decodeDruid } from '../decode/druid.ts';
import { decodeJob } from '../decode/job.ts';
import { MAX_AHEAD_MS } from '../decode/metric.ts';
import { decodeNifi } from '../decode/nifi.ts';
import { decodeOffsets } from '../decode/offsets.ts';
import { guarded, Rejected, type RejectedAt } from '../decode/rejected.ts';
import type { PipelineContext, TakeBatch } from '../pipeline.ts';
import type { RawBatch, RawRecord } from '../source.ts';
import { storeMetrics } from './metrics.ts';

/** Takes job submissions, statuses, tables, reports and lineage events. */
export const takeJobs: TakeBatch = async (batch, context, _options, signal) => {
  const events: JobEvent[] = [];
  const rejected = decodeEach(batch, record => {
    const event = decodeJob(record.value, record.recordTs, context.redactor);
    if (event instanceof Rejected) return event;
    events.push(event);
    return null;
  });
  if (events.length > 0) await context.jobEvents.accept(events, batch.arrivedAt, signal);
  return rejected;
};

/** Takes consumer positions; what is stored is the lag that follows from them. */
export const takeOffsets: TakeBatch = async (batch, context, options, signal) => {
  const rows: OffsetRow[] = [];
  const rejected = decodeEach(batch, record => {
    const row = decodeOffsets(record.value);
    if (row instanceof Rejected) return row;
    const late = outOfTime(row.ts, batch, context);
    if (late) return late;
    rows.push(row);
    return null;
  });
  await storeMetrics([], rows, batch.arrivedAt, context, options, signal);
  return rejected;
};

/** Takes NiFi status reports. The queues of one report may come as records of their own: the worst of a group counts. */
export const takeNifi: TakeBatch = async (batch, context, options, signal) => {
  const groups: MetricGroup[] = [];
  const worst = new Map<string, QueueLagRow>();
  const rejected = decodeEach(batch, record => {
    const decoded = decodeNifi(record.value, record.recordTs, batch.arrivedAt);
    if (decoded instanceof Rejected) return decoded;
    const late = firstOutOfTime(decoded.groups, batch, context);
    if (late) return late;
    groups.push(...decoded.groups);
    for (const row of decoded.rows) {
      const key = `${row.ts} ${row.hop}`;
      if (row.ms >= (worst.get(key)?.ms ?? 0)) worst.set(key, row);
    }
    return null;
  });
  await storeMetrics(groups, [...worst.values()], batch.arrivedAt, context, options, signal);
  return rejected;
};

/** Takes Druid's metrics feed. */
export const takeDruid: TakeBatch = async (batch, context, options, signal) => {
  const groups: MetricGroup[] = [];
  const rows: OffsetRow[] = [];
  const rejected = decodeEach(batch, record => {
    const decoded = decodeDruid(record.value, record.recordTs, batch.arrivedAt);
    if (decoded instanceof Rejected) return decoded;
    const late = outOfTime(decoded.group.ts, batch, context);
    if (late) return late;
    if (context.config.keepsMetric(decoded.group.values[0]?.[0] ?? '')) groups.push(decoded.group);
    if (decoded.row) rows.push(decoded.row);
    return null;
  });
  await storeMetrics(groups, rows, batch.arrivedAt, context, options, signal);
  return rejected;
};

function decodeEach(batch: RawBatch, take: (record: RawRecord) => Rejected | null): RejectedAt[] {
  const rejected: RejectedAt[] = [];
  batch.records.forEach((record, index) => {
    const failure = guarded(() => take(record));
    if (failure) rejected.push({ index, rejected: failure });
  });
  return rejected;
}

function outOfTime(ts: number, batch: RawBatch, context: PipelineContext): Rejected | null {
  if (ts > batch.arrivedAt + MAX_AHEAD_MS) return new Rejected('ts-future', `ts is ${ts - batch.arrivedAt} ms ahead`);
  if (ts >= batch.arrivedAt - context.config.metricRetentionMs) return null;
  return new Rejected('ts-expired', 'ts is older than the retention');
}

function firstOutOfTime(groups: readonly MetricGroup[], batch: RawBatch, context: PipelineContext): Rejected | null {
  for (const group of groups) {
    const failure = outOfTime(group.ts, batch, context);
    if (failure) return failure;
  }
  return null;
}
