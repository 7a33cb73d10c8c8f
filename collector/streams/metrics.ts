import type { JobEvent } from '../../model/job-event.ts';
import type { OffsetRow } from '../../model/offset-row.ts';
import type { MetricGroup } from '../../model/sample.ts';
import { decodeMetrics } from '../decode/metric.ts';
import { jobIdOf, positionsOf, topicReadOf } from '../derived-metrics.ts';
import type { PipelineContext, TakeBatch } from '../pipeline.ts';
import { timed } from './timed.ts';

/** Takes Flink metrics: points, then what follows from them (lag, job names, topics read). */
export const takeMetrics: TakeBatch = async (batch, context, options, signal) => {
  const { groups, rejected, dropped } = decodeMetrics(batch.records, {
    arrivedAt: batch.arrivedAt,
    retentionMs: context.config.metricRetentionMs,
    keeps: context.config.keepsMetric,
    dotted: context.config.dotted,
  });
  const rows: OffsetRow[] = [];
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
  await storeMetrics(groups, rows, batch.arrivedAt, context, options, signal);
  if (news.length > 0) await context.jobEvents.accept(news, batch.arrivedAt, signal);
  context.seen.mark(news);
  for (const [code, count] of dropped) context.telemetry.pointsDropped.inc({ code }, count);
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
