/** Gathers what diagnosis needs of one job, from the metric store and the graph, when it is asked; nothing runs for jobs nobody asks about. */
import { diagnose, type JobDiagnosis } from '../lineage/diagnosis/diagnose.ts';
import type { JobInput } from '../lineage/diagnosis/inputs.ts';
import { topicIdentity } from '../lineage/lag/tables/topic-identity.ts';
import type { LineageService } from '../lineage/service.ts';
import type { Matcher } from '../model/labels.ts';
import type { MetricStore } from '../store/metric-store.ts';
import { createJobMetrics } from './diagnosis/job-metrics.ts';
import { readActions, readCheckpoints, readDownstream } from './diagnosis/life.ts';
import { readReporting } from './diagnosis/reporting.ts';
import { readTaskManagers, readTasks } from './diagnosis/tasks.ts';
import { readTopics } from './diagnosis/topics.ts';

const RESTARTS_MS = 10 * 60_000;

export interface DiagnosisParts {
  readonly lineage: Pick<LineageService, 'job' | 'hopGraph' | 'impactOf' | 'versions'>;
  readonly metrics: () => Pick<MetricStore, 'window' | 'series'>;
}

/** Answers why a job is as it is at an instant; null for a job nobody knows. Rejects with `StoreAwayError`. */
export type DiagnoseJob = (job: string, at: number, signal?: AbortSignal) => Promise<JobDiagnosis | null>;

export function createDiagnosis(parts: DiagnosisParts): DiagnoseJob {
  return async (job, at, signal) => {
    const input = await readInputs(parts, job, at, signal);
    return input === null ? null : diagnose(input);
  };
}

async function readInputs(
  { lineage, metrics: store }: DiagnosisParts,
  job: string,
  at: number,
  signal?: AbortSignal,
): Promise<JobInput | null> {
  const info = lineage.job(job);
  if (info === null) return null;
  const metrics = store();
  const graph = lineage.hopGraph();
  const hops = graph.hops.filter(({ hop }) => hop === job);
  const { stepMs, silentIntervals } = await readReporting(metrics, job, at, signal);
  const own = createJobMetrics(metrics, { job, at, stepMs }, signal);
  const latest = { instants: [at], windowMs: 3 * stepMs };
  const outputs = hops.flatMap(({ output }) => (output === null ? [] : [topicIdentity(output).topic]));
  const [named, taskManagers, read, checkpoint, restarts, running, watermarks, arriving, downstream, actions] =
    await Promise.all([
      readTasks(own, metrics, { job, at }, signal),
      readTaskManagers(own, at, stepMs),
      readTopics(own, graph, at, stepMs),
      readCheckpoints(own, at),
      own.at('restarts', ['job'], 'DELTA', { instants: [at], windowMs: RESTARTS_MS }),
      own.at('flink.job.runningTime', ['job'], 'LAST', latest),
      own.samples('watermark_lag_ms', ['task', 'operator'], 'MAX', 4),
      arrivingAt(metrics, outputs, at, 3 * stepMs, signal),
      readDownstream(metrics, lineage.impactOf(job).reports, { at, stepMs }, signal),
      readActions(own, info, lineage.versions(job), at),
    ]);
  const sources = named.tasks.filter(task => task.isSource);
  const farthest = watermarks.toSorted((a, b) => (b.samples.at(-1) ?? -1) - (a.samples.at(-1) ?? -1))[0];
  const runningMs = running[0]?.samples[0] ?? null;
  return {
    job,
    at,
    stepMs,
    topologyKnown: named.topologyKnown,
    tasks: named.tasks.map(task => ({
      ...task,
      ...(task.isSource ? read.backlogOf(task.task, sources.length === 1) : { backlog: [], partitions: null }),
    })),
    taskManagers,
    topics: read.topics,
    checkpoint,
    restarts: restarts[0]?.samples[0] ?? null,
    // 0 while it restarts.
    runningMs: runningMs === 0 ? null : runningMs,
    silentIntervals,
    outputFlat: arriving === null ? null : arriving === 0,
    watermarkLagMs: farthest?.samples ?? [],
    visibleOnCheckpoint:
      hops.length === 0 ? null : hops.some(hop => hop.visibleOnCheckpoint === true || hop.delivery === 'exactly_once'),
    downstream,
    actions,
  };
}

/** Records per second that readers of these topics see come in; null where nobody reads them. */
async function arrivingAt(
  metrics: Pick<MetricStore, 'window'>,
  topics: readonly string[],
  at: number,
  windowMs: number,
  signal?: AbortSignal,
): Promise<number | null> {
  const all = createJobMetrics(metrics, { job: null, at, stepMs: windowMs }, signal);
  const found = await Promise.all(
    topics.map(topic => {
      const matchers: readonly Matcher[] = [{ label: 'topic', op: '=', value: topic }];
      return all.at('hop_arrival_per_second', ['topic'], 'MAX', { instants: [at], windowMs, matchers });
    }),
  );
  const known = found.flat().flatMap(({ samples }) => samples[0] ?? []);
  return known.length === 0 ? null : Math.max(...known);
}
