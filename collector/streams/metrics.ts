import type { JobEvent } from '../../model/job-event.ts';
import type { OffsetRow } from '../../model/offset-row.ts';
import type { MetricGroup } from '../../model/sample.ts';
import { decodeMetrics } from '../decode/metric.ts';
import { jobIdOf, positionsOf, topicReadOf } from '../derived-metrics.ts';
import type { PipelineContext, TakeBatch } from '../pipeline.ts';
import { timed } from './timed.ts';

/** Takes Flink metrics: points and exact rates, then what follows from them (lag, checkpoints, job names, topics read). */
export const takeMetrics: TakeBatch = async (batch, context, options, signal) => {
  const { groups, rejected, dropped } = decodeMetrics(batch.records, {
    arrivedAt: batch.arrivedAt,
    retentionMs: context.config.metricRetentionMs,
    keeps: context.config.keepsMetric,
    dotted: context.config.dotted,
  });
  const derived = context.derivation.take(groups);
  const rows: OffsetRow[] = [...derived.checkpoints];
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
  await storeMetrics(derived.groups, rows, batch.arrivedAt, context, options, signal);
  derived.commit();
  if (news.length > 0) await context.jobEvents.accept(news, batch.arrivedAt, signal);
  context.seen.mark(news);
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
  if (rows.length > 0 && context.lagDeriver)
    await append(context.lagDeriver.derive(rows, arrivedAt), context, options, signal);
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
