/** What follows from Flink's metrics alone: derived series, consumer positions, job names, topics read. Pure. */
import type { JobIdSeen, TopicRead } from '../model/job-event.ts';
import type { OffsetsRow } from '../model/offset-row.ts';
import type { MetricGroup } from '../model/sample.ts';

const HEAP_USED = '.Status.JVM.Memory.Heap.Used';
const HEAP_MAX = '.Status.JVM.Memory.Heap.Max';
const CHECKPOINT_COMPLETED = 'flink.job.lastCheckpointCompletedTimestamp';
const CURRENT_OFFSET = 'flink.operator.KafkaSourceReader.currentOffset';
const COMMITTED_OFFSET = 'flink.operator.KafkaSourceReader.committedOffset';

type Value = readonly [name: string, value: number];

/**
 * Derived values to store beside a group's own: `heap_used_ratio` (0 to 1; only where the JVM has a heap limit) and
 * `checkpoint_age_ms` (Flink 2.x tells when the last checkpoint completed; before the first one there is no age; for 1.x see
 * `derived/checkpoints.ts`).
 */
export function derivedValues(ts: number, values: readonly Value[]): Value[] {
  const derived: Value[] = [];
  let used: number | undefined;
  let max: number | undefined;
  for (const [name, value] of values) {
    if (name.endsWith(HEAP_USED)) used = value;
    else if (name.endsWith(HEAP_MAX)) max = value;
    else if (name === CHECKPOINT_COMPLETED && value > 0) derived.push(['checkpoint_age_ms', Math.max(0, ts - value)]);
  }
  if (used !== undefined && max !== undefined && max > 0) derived.push(['heap_used_ratio', used / max]);
  return derived;
}

/**
 * Positions of a job's Kafka sources: `currentOffset` is the last record emitted, so the position is one more;
 * `committedOffset` already is the next offset. Negative values mean "none yet".
 */
export function positionsOf(group: MetricGroup): OffsetsRow | null {
  const { job, topic, partition } = group.labels;
  if (!job || !topic || partition === undefined || !/^\d{1,9}$/.test(partition)) return null;
  let position: number | undefined;
  let committed: number | undefined;
  for (const [name, value] of group.values) {
    if (value < 0 || !Number.isSafeInteger(value)) continue;
    if (name === CURRENT_OFFSET) position = value + 1;
    else if (name === COMMITTED_OFFSET) committed = value;
  }
  if (position === undefined && committed === undefined) return null;
  return {
    type: 'offsets',
    ts: group.ts,
    hop: job,
    topic,
    partition: Number(partition),
    ...(position !== undefined && { position }),
    // The gauge says the same until the next checkpoint, and a row with `committed` counts as a commit: it stands in only while
    // there is no position, as after a restart.
    ...(position === undefined && committed !== undefined && { committed }),
    ...(group.labels['group'] !== undefined && { group: group.labels['group'] }),
  };
}

/** The run a group belongs to, when it names both the job and its id. */
export function jobIdOf(group: MetricGroup): JobIdSeen | null {
  const jobId = group.attrs['job_id'];
  const jobName = group.labels['job'];
  if (!jobId || !jobName) return null;
  const appId = group.attrs['app_id'];
  return { type: 'job_id', ts: group.ts, jobId, jobName, ...(appId && { appId }) };
}

/** The topic a job reads, seen in the positions of its source. */
export function topicReadOf(row: OffsetsRow): TopicRead {
  return { type: 'topic_read', ts: row.ts, jobName: row.hop, topic: row.topic };
}
