import type { DruidSpec, JobSpec } from './estate.ts';
import type { Random } from './random.ts';
import type { Release } from './sql.ts';
import type { TopicState } from './topic-state.ts';

export type JobStatus = 'RUNNING' | 'RESTARTING' | 'FAILED';

/** One subtask's second: what it read, and how busy it was. */
export interface SubtaskState {
  busyRatio: number;
  recordsIn: number;
  recordsOut: number;
  /** Rates smoothed over a minute, as Flink's meters are. */
  inPerSecond: number;
  outPerSecond: number;
  busyMs: number;
  backPressuredRatio: number;
  containerIndex: number;
}

/** Anything that reads topics: a Flink job or a Druid supervisor. */
export interface HopState {
  readonly name: string;
  readonly inputs: readonly TopicState[];
  /** [input][partition] next offset to read. */
  readonly position: number[][];
  /** [input][partition] position at the last completed checkpoint. */
  readonly committed: number[][];
  readonly subtasks: SubtaskState[];
  /** Records/s one subtask can take. */
  readonly capacityPerSubtask: number;
}

/** A Flink job: how it stands, and what a fault has done to it. */
export interface JobState extends HopState {
  readonly spec: JobSpec;
  /** What is deployed instead of the usual SQL. */
  release: Release | null;
  readonly output: TopicState;
  jobId: string;
  readonly appId: string;
  containers: string[];
  status: JobStatus;
  /** Second at which the present status began. */
  since: number;
  startedAt: number;
  restarts: number;
  attempt: number;
  /** 1 = healthy; a slow operator lowers it. */
  speed: number;
  /** Where the slowness sits: in the source chain or behind the shuffle (then the source is back-pressured). */
  slowAt: 'source' | 'downstream';
  lastWindow: number;
  recordsOut: number;
  /** Last checkpoint whose commit the brokers' poll has told. */
  toldCheckpoint: number;
  checkpoint: {
    id: number;
    completedAt: number;
    durationMs: number;
    failures: number;
    sizeBytes: number;
    completed: number;
  };
}

export interface DruidState extends HopState {
  readonly spec: DruidSpec;
  /** Event time of the newest ingested row, in seconds. */
  newestRow: number;
}

const WATERMARK_DELAY_S = 5;
const WINDOW_S = 60;

/** Starts level with its inputs. */
export function createHop(
  name: string,
  inputs: readonly TopicState[],
  parallelism: number,
  capacityPerSubtask: number,
): HopState {
  return {
    name,
    inputs,
    position: inputs.map(t => [...t.end]),
    committed: inputs.map(t => [...t.end]),
    capacityPerSubtask,
    subtasks: Array.from({ length: parallelism }, (_, i) => ({
      busyRatio: 0,
      recordsIn: 0,
      recordsOut: 0,
      inPerSecond: 0,
      outPerSecond: 0,
      busyMs: 0,
      backPressuredRatio: 0,
      containerIndex: 1 + Math.floor(i / 2),
    })),
  };
}

/** Reads one second's worth; partition p belongs to subtask p mod parallelism. Returns the records read. */
export function consume(hop: HopState, speed: number): number {
  let total = 0;
  const parallelism = hop.subtasks.length;
  hop.subtasks.forEach((subtask, s) => {
    const mine: [input: number, partition: number, backlog: number][] = [];
    hop.inputs.forEach((topic, i) => {
      for (let p = s % parallelism; p < topic.end.length; p += parallelism)
        mine.push([i, p, topic.end[p]! - hop.position[i]![p]!]);
    });
    const backlog = mine.reduce((sum, [, , b]) => sum + b, 0);
    const capacity = hop.capacityPerSubtask * speed;
    const share = backlog <= capacity ? 1 : capacity / backlog;
    for (const [i, p, b] of mine) hop.position[i]![p]! += b * share;
    const read = backlog * share;
    subtask.recordsIn += read;
    subtask.inPerSecond += (read - subtask.inPerSecond) / 20;
    subtask.busyRatio = capacity > 0 ? Math.min(1, read / capacity) : 0;
    subtask.busyMs += subtask.busyRatio * 1000;
    total += read;
  });
  return total;
}

/** What a job writes in this second: a share of what it read, or whole windows that its watermark has passed. */
export function produce(job: JobState, read: number): number {
  const { kind, selectivity } = job.spec;
  if (kind === 'filter' || kind === 'enrich' || kind === 'dedup') return read * selectivity;
  const window = Math.floor((dataTime(job) - WATERMARK_DELAY_S) / WINDOW_S);
  const windows = Math.max(0, Math.min(window - job.lastWindow, 30));
  job.lastWindow = Math.max(window, job.lastWindow);
  return windows * selectivity;
}

/** The second up to which a hop has read all of its inputs. */
export function dataTime(hop: HopState): number {
  let oldest = Number.POSITIVE_INFINITY;
  hop.inputs.forEach((topic, i) => {
    for (let p = 0; p < topic.end.length; p++) oldest = Math.min(oldest, topic.dated(p, hop.position[i]![p]!));
  });
  return oldest;
}

/** Records not yet read, over all inputs. */
export function backlog(hop: HopState): number {
  let sum = 0;
  hop.inputs.forEach((topic, i) => {
    for (let p = 0; p < topic.end.length; p++) sum += topic.end[p]! - hop.position[i]![p]!;
  });
  return sum;
}

/** New containers, as YARN gives them to a new application attempt: the JobManager's first. */
export function newContainers(appId: string, attempt: number, count: number, random: Random): string[] {
  const number = appId.replace(/^application_/, '');
  const first = random.int(1, 60) * 10;
  return Array.from({ length: count }, (_, i) => {
    const sequence = i === 0 ? 1 : first + i;
    return `container_e07_${number}_${String(attempt).padStart(2, '0')}_${String(sequence).padStart(6, '0')}`;
  });
}
