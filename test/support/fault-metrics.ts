/**
 * Faults injected over simulated metrics: what a job of a random shape reports while one thing is wrong with it. Deterministic by seed;
 * with noise on every figure, samples that are lost and whole metrics that a job does not have.
 */

import { createRandom, type Random } from '../../demo/random.ts';
import type { DiagnosisKind } from '../../lineage/diagnosis/causes.ts';
import type {
  JobInput,
  Samples,
  SubtaskInput,
  TaskInput,
  TaskManagerInput,
  TopicInput,
} from '../../lineage/diagnosis/inputs.ts';

export const FAULT_KINDS = [
  'data-skew',
  'slow-instance',
  'gc-pressure',
  'external-sink-slow',
  'under-provisioned',
  'upstream-drop',
  'restart-loop',
  'dead-job',
  'checkpoint-bound',
  'idle-partition',
  'catching-up',
  'upstream-hop',
] as const satisfies readonly DiagnosisKind[];

export interface InjectedFault {
  readonly kind: DiagnosisKind | 'none';
  readonly input: JobInput;
}

const STEP_MS = 30_000;
const AT = 1_790_000_000_000;
/** Relative deviation of each figure. */
const NOISE = 0.1;
/** Share of samples that never arrive, and of jobs without a kind of metric. */
const LOST = 0.03;
const WITHOUT = 0.12;

/** A job before its reports are taken: means over the samples. */
interface Shape {
  readonly kind: InjectedFault['kind'];
  readonly parallelism: number;
  /** Source and sink in one task. */
  readonly single: boolean;
  readonly partitions: number;
  readonly perSecond: number;
  readonly random: Random;
}

/** One job with one fault, or with none. */
export function injectFault(kind: InjectedFault['kind'], seed: number): InjectedFault {
  const random = createRandom(seed);
  const parallelism = random.int(kind === 'data-skew' || kind === 'slow-instance' ? 2 : 1, 16);
  const shape: Shape = {
    kind,
    parallelism,
    // A chain that is both source and sink cannot show back pressure between them.
    single: kind !== 'external-sink-slow' && random.next() < 0.3,
    partitions: parallelism * random.int(1, 3),
    perSecond: random.int(200, 20_000),
    random,
  };
  return { kind, input: withGaps(inputOf(shape), random) };
}

function inputOf(shape: Shape): JobInput {
  const { kind, random } = shape;
  const noisy = noiseOf(random);
  const isDead = kind === 'dead-job';
  const isSilent = isDead || kind === 'restart-loop';
  const topic = topicOf(shape);
  const checkpointEvery = random.int(1, 10) * 60_000;
  const stuck = kind === 'checkpoint-bound';
  const elsewhere = kind === 'upstream-hop';
  const isLate = topic.lagMs !== null && topic.lagMs > 60_000;
  const age = elsewhere ? noisy(900_000) : isLate ? noisy(topic.lagMs! + 20_000) : noisy(25_000);
  const grows = isLate && kind !== 'catching-up' ? 20_000 : stuck ? STEP_MS : 0;
  return {
    job: 'dwd_job',
    at: AT,
    stepMs: STEP_MS,
    topologyKnown: true,
    tasks: isSilent ? [] : tasksOf(shape, topic),
    taskManagers: isSilent ? [] : taskManagersOf(shape),
    topics: [topic],
    checkpoint: {
      durationMs: stuck ? checkpointEvery * 1.4 : noisy(2_000),
      intervalMs: checkpointEvery,
      failures: stuck ? random.int(2, 5) : 0,
      alignmentMs: noisy(100),
      ageMs: stuck || isDead ? checkpointEvery * 4 : checkpointEvery * random.next(),
    },
    restarts: kind === 'restart-loop' ? random.int(3, 12) : random.next() < 0.05 ? 1 : 0,
    runningMs: isSilent ? null : 3_600_000,
    silentIntervals: isDead ? random.int(3, 40) : random.next(),
    outputFlat: isSilent || kind === 'upstream-drop',
    watermarkLagMs: series(4, i => (kind === 'idle-partition' ? 300_000 + i * STEP_MS : noisy(6_000))),
    visibleOnCheckpoint: stuck || random.next() < 0.3,
    downstream: [
      {
        name: '大盘',
        ageMs: series(4, i => (stuck ? 200_000 : age) - (3 - i) * grows),
        residenceMs: elsewhere
          ? { other_job: age * 0.9, dwd_job: age * 0.1 }
          : { dwd_job: age * 0.8, other_job: age * 0.2 },
      },
    ],
    actions: [],
  };
}

/** How busy each task is, and how its load is spread. */
function tasksOf(shape: Shape, topic: TopicInput): readonly TaskInput[] {
  const { kind, single, parallelism, random } = shape;
  const noisy = noiseOf(random);
  const hot = random.int(0, parallelism - 1);
  const rate = (topic.processedPerSecond ?? 0) / parallelism;
  const usual = shape.perSecond / parallelism / 0.55;
  const cold = 0.1 + 0.3 * random.next();
  const overloaded = kind === 'under-provisioned' || kind === 'external-sink-slow' || kind === 'gc-pressure';
  const busy = (subtask: number): number => {
    if (kind === 'data-skew' || kind === 'slow-instance') return subtask === hot ? 0.97 : cold;
    if (overloaded || kind === 'catching-up') return 0.95;
    return kind === 'upstream-drop' ? 0.05 : 0.55;
  };
  const rates = (subtask: number): number => {
    if (kind !== 'data-skew' || parallelism < 2) return rate;
    const share = 0.55 + 0.3 * random.next();
    return (
      (subtask === hot ? Math.max(share, 2.6 / parallelism) : (1 - share) / (parallelism - 1)) * rate * parallelism
    );
  };
  const subtasks = (of: { busy: (s: number) => number; pressed: number }): readonly SubtaskInput[] =>
    Array.from({ length: parallelism }, (_, s) => {
      const own = rates(s);
      const load = of.busy(s);
      return {
        subtask: s,
        taskManager: managerOf(s),
        busyRatio: series(3, () => Math.min(1, noisy(load))),
        backPressuredRatio: series(3, () => Math.min(1, noisy(of.pressed))),
        idleRatio: series(3, () => Math.max(0, Math.min(1, noisy(1 - load - of.pressed)))),
        inPerSecond: series(3, () => noisy(own)),
      };
    });
  const isSlower = kind === 'external-sink-slow' || kind === 'gc-pressure';
  const usualPerBusySecond = isSlower
    ? (rate / 0.95) * (1.3 + random.next() * 6)
    : kind === 'slow-instance'
      ? usual
      : rate / 0.95;
  const source = { backlog: topic.lagRecords, partitions: shape.partitions };
  const whole: TaskInput = {
    task: 'Source: dwd_log -> Calc -> dwd_out: Writer',
    isSource: true,
    isSink: true,
    upstream: [],
    subtasks: subtasks({ busy, pressed: 0 }),
    usualPerBusySecond,
    ...source,
  };
  if (single) return [whole];
  const first = 'Source: dwd_log -> Calc';
  const isHot = overloaded || kind === 'data-skew' || kind === 'slow-instance' || kind === 'catching-up';
  return [
    {
      task: first,
      isSource: true,
      isSink: false,
      upstream: [],
      subtasks: subtasks({ busy: () => (kind === 'upstream-drop' ? 0.03 : 0.15), pressed: isHot ? 0.78 : 0 }),
      usualPerBusySecond: null,
      ...source,
    },
    {
      ...whole,
      task: 'GlobalWindowAggregate -> dwd_out: Writer',
      isSource: false,
      upstream: [first],
      backlog: [],
      partitions: null,
    },
  ];
}

function taskManagersOf({ kind, parallelism, random }: Shape): readonly TaskManagerInput[] {
  const noisy = noiseOf(random);
  const pause = kind === 'gc-pressure' ? 260 + 300 * random.next() : 60 * random.next();
  return [...new Set(Array.from({ length: parallelism }, (_, s) => managerOf(s)))].map(taskManager => ({
    taskManager,
    gcMsPerSecond: series(3, () => noisy(pause)),
    heapAfterGcRatio: kind === 'gc-pressure' ? 0.94 : 0.4,
  }));
}

/** Two slots a task manager. */
function managerOf(subtask: number): string {
  return `tm-${Math.floor(subtask / 2)}`;
}

/** Backlog, rates and commits of the job's input. */
function topicOf({ kind, perSecond, random }: Shape): TopicInput {
  const noisy = noiseOf(random);
  const late = ['data-skew', 'slow-instance', 'gc-pressure', 'external-sink-slow', 'under-provisioned'].includes(kind);
  const standing = kind === 'restart-loop' || kind === 'dead-job';
  const arrival = kind === 'upstream-drop' ? perSecond * 0.25 * random.next() : perSecond;
  const share = standing ? 0 : late ? 0.35 + 0.45 * random.next() : kind === 'catching-up' ? 1.3 + random.next() : 1;
  const processed = arrival * share;
  const seconds = STEP_MS / 1000;
  const backlog = late || standing ? perSecond * 400 : kind === 'catching-up' ? perSecond * 900 : arrival * 0.5;
  const step = (arrival - processed) * seconds;
  const status =
    kind === 'restart-loop'
      ? (['REWIND', 'STALL', 'STOP'] as const)[random.int(0, 2)]!
      : kind === 'dead-job'
        ? 'STOP'
        : 'OK';
  return {
    topic: 'dwd_log',
    lagMs: late || standing || kind === 'catching-up' ? noisy(400_000) : noisy(2_000),
    usualLagMs: noisy(2_000),
    lagRecords: series(4, i => Math.max(0, noisy(backlog, 0.002) - (3 - i) * step)),
    arrivalPerSecond: noisy(arrival),
    processedPerSecond: noisy(processed),
    usualArrival: { perSecond: noisy(perSecond), baseline: random.next() < 0.7 ? 'last-week' : 'yesterday' },
    status,
    etaMs: kind === 'catching-up' ? { low: 300_000, high: 600_000 } : null,
    partitions: kind === 'idle-partition' ? { silent: 1, moving: 5 } : { silent: 0, moving: 6 },
    producer: 'access_log',
  };
}

/** Loses samples, and whole kinds of metrics, but never what the fault itself can only be seen by. */
function withGaps(input: JobInput, random: Random): JobInput {
  const lossy = (samples: Samples): Samples => samples.map(value => (random.next() < LOST ? null : value));
  const without = (): boolean => random.next() < WITHOUT;
  const [noGc, noIdle, noUsualLag, noUsualRate, noCheckpoints] = [
    without(),
    without(),
    without(),
    without(),
    without(),
  ];
  return {
    ...input,
    tasks: input.tasks.map(task => ({
      ...task,
      usualPerBusySecond: noUsualRate ? null : task.usualPerBusySecond,
      subtasks: task.subtasks.map(subtask => ({
        ...subtask,
        busyRatio: lossy(subtask.busyRatio),
        backPressuredRatio: lossy(subtask.backPressuredRatio),
        idleRatio: noIdle ? [] : lossy(subtask.idleRatio),
        inPerSecond: lossy(subtask.inPerSecond),
      })),
    })),
    taskManagers: noGc ? [] : input.taskManagers,
    topics: input.topics.map(topic => ({
      ...topic,
      usualLagMs: noUsualLag ? null : topic.usualLagMs,
      lagRecords: lossy(topic.lagRecords),
    })),
    checkpoint: noCheckpoints ? { ...input.checkpoint, alignmentMs: null, durationMs: null } : input.checkpoint,
  };
}

function noiseOf(random: Random): (mean: number, noise?: number) => number {
  return (mean, noise = NOISE) => mean * (1 + noise * (2 * random.next() - 1));
}

function series(length: number, of: (i: number) => number): Samples {
  return Array.from({ length }, (_, i) => of(i));
}
