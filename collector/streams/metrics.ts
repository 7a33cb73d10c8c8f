import type { JobEvent } from '../../model/job-event.ts';
import type { OffsetRow } from '../../model/offset-row.ts';
import type { MetricGroup } from '../../model/sample.ts';
import { decodeMetrics } from '../decode/metric.ts';
import { NotForwardedError } from '../derive.ts';
import { eventLagsOf } from '../derived/event-lags.ts';
import { jobIdOf, positionsOf, topicReadOf } from '../derived-metrics.ts';
import type { PipelineContext, TakeBatch } from '../pipeline.ts';
import { timed } from './timed.ts';

/** Takes Flink metrics: points and exact rates, then what follows from them (lag, checkpoints, watermarks, job names, topics read). */
export const takeMetrics: TakeBatch = async (batch, context, options, signal) => {
  const { groups, rejected, dropped } = decodeMetrics(batch.records, {
    arrivedAt: batch.arrivedAt,
    retentionMs: context.config.metricRetentionMs,
    keeps: context.config.keepsMetric,
    dotted: context.config.dotted,
  });
  const derived = context.derivation.take(groups);
  const rows: OffsetRow[] = [...derived.checkpoints, ...derived.watermarks, ...eventLagsOf(groups)];
  const events: JobEvent[] = [];
  for (const group of groups) {
    const jobId = jobIdOf(group);
    if (jobId) events.push(jobId);
    const row = positionsOf(group);
    if (!row) continue;
    rows.push(row);
    events.push(topicReadOf(row));
  }
  const news = context.seen.unseen(events);
  const isTold = await orWithNextReport(context, 'offsets', () =>
    storeMetrics(derived.groups, rows, batch.arrivedAt, context, options, signal),
  );
  derived.commit({ rowsTold: isTold });
  if (news.length > 0) {
    const isKnown = await orWithNextReport(context, 'jobs', () =>
      context.jobEvents.accept(news, batch.arrivedAt, signal),
    );
    if (isKnown) context.seen.mark(news);
  }
  for (const [code, count] of dropped) context.telemetry.pointsDropped.inc({ code }, count);
  if (derived.heldBack > 0) context.telemetry.pointsDropped.inc({ code: 'young-attempt' }, derived.heldBack);
  if (derived.refused > 0) context.telemetry.ratesRefused.inc(derived.refused);
  return rejected;
};

/** Stores points and, before it resolves, the lag that follows from the offset rows. */
export async function storeMetrics(
  groups: readonly MetricGroup[],
  rows: readonly OffsetRow[],
  arrivedAt: number,
  context: PipelineContext,
  options: { readonly visible: boolean },
  signal?: AbortSignal,
): Promise<void> {
  await append(groups, context, options, signal);
  if (rows.length > 0) await context.offsets.take(rows, arrivedAt, options, signal);
}

/** Metrics do not wait for the daemon that owns lag: what it was not told comes again with the next report. False when it was not told. */
async function orWithNextReport(
  context: PipelineContext,
  stream: 'offsets' | 'jobs',
  work: () => Promise<void>,
): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    if (!(error instanceof NotForwardedError)) throw error;
    context.telemetry.forwardFailures.inc({ stream });
    return false;
  }
}

async function append(
  groups: readonly MetricGroup[],
  context: PipelineContext,
  options: { readonly visible: boolean },
  signal?: AbortSignal,
): Promise<void> {
  if (groups.length === 0) return;
  await timed(context, 'metrics', () => context.metricStore.append(groups, options, signal));
}
