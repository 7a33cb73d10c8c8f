import type { Baseline, Samples, TopicInput } from '../../lineage/diagnosis/inputs.ts';
import type { HopGraph } from '../../lineage/lag/hop-graph.ts';
import { HOP_STATUSES } from '../../lineage/lag/hop-status.ts';
import { topicIdentity } from '../../lineage/lag/tables/topic-identity.ts';
import { type JobMetrics, medianOf, type Row } from './job-metrics.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const WEEK = 7;

/** What a job reads, and which task reads which partitions. */
export interface TopicsRead {
  readonly topics: readonly TopicInput[];
  /** Records waiting and partitions of a task's topics; topics read by several tasks are shared evenly. */
  backlogOf(task: string, isOnlySource: boolean): { readonly backlog: Samples; readonly partitions: number | null };
}

export async function readTopics(own: JobMetrics, graph: HopGraph, at: number, stepMs: number): Promise<TopicsRead> {
  const byTopic = ['topic'];
  const days = Array.from({ length: WEEK }, (_, i) => at - (i + 1) * DAY + HOUR / 2);
  const recent = { instants: [at], windowMs: 3 * stepMs };
  const [backlog, lag, arrival, processed, status, low, high, usualLag, usualArrival, moved, waiting] =
    await Promise.all([
      own.samples('lag', byTopic, 'AVG', 4),
      own.at('lag_ms', byTopic, 'LAST', recent),
      own.at('hop_arrival_per_second', byTopic, 'AVG', { instants: [at], windowMs: stepMs }),
      own.at('hop_processed_per_second', byTopic, 'AVG', { instants: [at], windowMs: stepMs }),
      own.at('hop_status', byTopic, 'LAST', recent),
      own.at('hop_eta_low_ms', byTopic, 'LAST', { instants: [at], windowMs: stepMs }),
      own.at('hop_eta_high_ms', byTopic, 'LAST', { instants: [at], windowMs: stepMs }),
      own.at('lag_ms', byTopic, 'P50', { instants: days, windowMs: HOUR }),
      own.at('hop_arrival_per_second', byTopic, 'P50', {
        instants: [at - WEEK * DAY + HOUR / 2, at - DAY + HOUR / 2, at - HOUR / 6],
        windowMs: HOUR,
      }),
      own.at('flink.operator.KafkaSourceReader.currentOffset', ['task', 'topic', 'partition'], 'DELTA', recent),
      own.at('lag_records', ['topic', 'partition'], 'LAST', recent),
    ]);
  const of = (rows: readonly Row[], topic: string): Samples =>
    rows.find(({ labels }) => labels['topic'] === topic)?.samples ?? [];
  const one = (rows: readonly Row[], topic: string): number | null => of(rows, topic)[0] ?? null;
  const names = [...new Set([...backlog, ...lag, ...status].flatMap(({ labels }) => labels['topic'] || []))].sort();
  const partitionsOf = (topic: string): TopicInput['partitions'] => {
    const known = moved.filter(row => row.labels['topic'] === topic && row.samples[0] != null);
    if (known.length === 0) return null;
    const left = new Map(
      waiting.filter(row => row.labels['topic'] === topic).map(row => [row.labels['partition'], row.samples[0] ?? 0]),
    );
    const silent = known.filter(row => row.samples[0] === 0 && (left.get(row.labels['partition'] ?? '') ?? 0) === 0);
    return { silent: silent.length, moving: known.filter(row => (row.samples[0] ?? 0) > 0).length };
  };
  const topics = names.map((topic): TopicInput => {
    const [etaLow, etaHigh] = [one(low, topic), one(high, topic)];
    return {
      topic,
      lagMs: one(lag, topic),
      usualLagMs: medianOf(of(usualLag, topic)),
      lagRecords: of(backlog, topic),
      arrivalPerSecond: one(arrival, topic),
      processedPerSecond: one(processed, topic),
      usualArrival: baselineOf(of(usualArrival, topic)),
      status: HOP_STATUSES[one(status, topic) ?? 0] ?? 'UNKNOWN',
      etaMs: etaLow === null || etaHigh === null ? null : { low: etaLow, high: etaHigh },
      partitions: partitionsOf(topic),
      producer: producerOf(graph, topic),
    };
  });
  return {
    topics,
    backlogOf(task, isOnlySource) {
      const read = new Set(
        moved.flatMap(({ labels }) => (labels['task'] === task && labels['topic'] ? [labels['topic']] : [])),
      );
      const mine = topics.filter(({ topic }) =>
        read.size > 0 ? read.has(topic) : isOnlySource || task.includes(topic),
      );
      if (mine.length === 0) return { backlog: [], partitions: null };
      const sharers = (topic: string): number =>
        new Set(moved.flatMap(({ labels }) => (labels['topic'] === topic ? (labels['task'] ?? []) : []))).size || 1;
      const length = Math.max(...mine.map(({ lagRecords }) => lagRecords.length));
      const summed = Array.from({ length }, (_, i) => {
        const known = mine.map(({ topic, lagRecords }) => {
          const records = lagRecords[i] ?? null;
          return records === null ? null : records / sharers(topic);
        });
        return known.includes(null) ? null : known.reduce<number>((sum, records) => sum + (records ?? 0), 0);
      });
      const partitions = waiting.filter(({ labels }) => mine.some(({ topic }) => topic === labels['topic'])).length;
      return { backlog: summed, partitions: partitions === 0 ? null : partitions };
    },
  };
}

/** The same hour last week; where nothing was there yet yesterday, else the hour before the last ten minutes. */
function baselineOf(samples: Samples): TopicInput['usualArrival'] {
  const baselines: readonly Baseline[] = ['last-week', 'yesterday', 'last-hour'];
  const found = baselines.findIndex((_, i) => samples[i] != null);
  return found < 0 ? null : { perSecond: samples[found]!, baseline: baselines[found]! };
}

function producerOf({ hops }: HopGraph, topic: string): string {
  return hops.find(({ output }) => output !== null && topicIdentity(output).topic === topic)?.hop ?? '';
}
