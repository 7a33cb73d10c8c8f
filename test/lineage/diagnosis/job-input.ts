/** A job with nothing wrong, and how tests make it ill. */
import type { JobInput, Samples, SubtaskInput, TaskInput, TopicInput } from '../../../lineage/diagnosis/inputs.ts';

export const AT = 1_790_000_000_000;
const STEP = 30_000;

/** The same figure in every sample. */
export function steady(value: number | null, count = 3): Samples {
  return Array.from({ length: count }, () => value);
}

export function subtask(
  index: number,
  given: Partial<Record<'busy' | 'pressed' | 'idle' | 'rate', number | null>> = {},
): SubtaskInput {
  const { busy = 0.5, pressed = 0, idle = 1 - (busy ?? 0) - (pressed ?? 0), rate = 100 } = given;
  return {
    subtask: index,
    taskManager: `tm-${index}`,
    busyRatio: steady(busy),
    backPressuredRatio: steady(pressed),
    idleRatio: steady(idle),
    inPerSecond: steady(rate),
  };
}

export function task(name: string, subtasks: readonly SubtaskInput[], given: Partial<TaskInput> = {}): TaskInput {
  return {
    task: name,
    isSource: false,
    isSink: false,
    upstream: [],
    subtasks,
    usualPerBusySecond: 200,
    backlog: [],
    partitions: null,
    ...given,
  };
}

export const TOPIC: TopicInput = {
  topic: 'dwd_log',
  lagMs: 1000,
  usualLagMs: 1000,
  lagRecords: steady(0, 4),
  arrivalPerSecond: 400,
  processedPerSecond: 400,
  usualArrival: { perSecond: 400, baseline: 'last-week' },
  status: 'OK',
  etaMs: null,
  partitions: { silent: 0, moving: 4 },
  producer: 'access_log',
};

export const BACKLOG: Samples = [1_000_000, 1_003_000, 1_006_000, 1_009_000];
/** 100 records/s more every second, of 400 that arrive. */
export const GROWING: TopicInput = { ...TOPIC, lagMs: 400_000, lagRecords: BACKLOG, processedPerSecond: 300 };

const four = (given?: Parameters<typeof subtask>[1]): readonly SubtaskInput[] =>
  [0, 1, 2, 3].map(i => subtask(i, given));

/** A source and a sink of four subtasks each. */
export function twoTasks(
  source: Parameters<typeof subtask>[1] = {},
  sink: Parameters<typeof subtask>[1] | readonly SubtaskInput[] = {},
  backlog: Samples = steady(0, 4),
): readonly TaskInput[] {
  const isList = (given: typeof sink): given is readonly SubtaskInput[] => Array.isArray(given);
  return [
    task('Source: dwd_log', four(source), { isSource: true, backlog, partitions: 8 }),
    task('Agg -> out: Writer', isList(sink) ? sink : four(sink), { isSink: true, upstream: ['Source: dwd_log'] }),
  ];
}

export function jobInput(given: Partial<JobInput> = {}): JobInput {
  return {
    job: 'dwd_job',
    at: AT,
    stepMs: STEP,
    topologyKnown: true,
    tasks: twoTasks(),
    taskManagers: [0, 1, 2, 3].map(i => ({ taskManager: `tm-${i}`, gcMsPerSecond: steady(5), heapAfterGcRatio: 0.3 })),
    topics: [TOPIC],
    checkpoint: { durationMs: 1000, intervalMs: 60_000, failures: 0, alignmentMs: 10, ageMs: 30_000 },
    restarts: 0,
    runningMs: 3_600_000,
    silentIntervals: 0,
    outputFlat: false,
    watermarkLagMs: steady(5000, 4),
    visibleOnCheckpoint: false,
    downstream: [{ name: 'GMV', ageMs: steady(20_000, 4), residenceMs: { dwd_job: 20_000 } }],
    actions: [],
    ...given,
  };
}
