/**
 * Why a job is late (lag.md section 3). A pure function from what was measured to what is wrong: `inputs` → `facts` (symptoms, each with
 * the figures it rests on) → `diagnose` (ranked causes) and `parallelism` (how many subtasks would do). `app/diagnosis.ts` gathers the inputs.
 */
import type { HopStatus } from '../lag/hop-status.ts';

/** Figures of consecutive samples, oldest first, the last one now; null where nothing was reported. */
export type Samples = readonly (number | null)[];

/** Ratios are 0..1 of the time, rates records per second. */
export interface SubtaskInput {
  readonly subtask: number;
  /** '' where it is not known. */
  readonly taskManager: string;
  readonly busyRatio: Samples;
  readonly backPressuredRatio: Samples;
  readonly idleRatio: Samples;
  readonly inPerSecond: Samples;
}

/** One vertex of the job: a chain of operators between two shuffles. */
export interface TaskInput {
  readonly task: string;
  readonly isSource: boolean;
  readonly isSink: boolean;
  /** Tasks it reads from. */
  readonly upstream: readonly string[];
  readonly subtasks: readonly SubtaskInput[];
  /** Median records per busy second of one subtask over the last day. */
  readonly usualPerBusySecond: number | null;
  /** Of a source: records waiting and partitions, over the topics it reads. */
  readonly backlog: Samples;
  readonly partitions: number | null;
}

export interface TaskManagerInput {
  readonly taskManager: string;
  readonly gcMsPerSecond: Samples;
  /** Least heap use of the last samples: what a collection leaves. */
  readonly heapAfterGcRatio: number | null;
}

/** What past figures a drop is judged by; only `last-week` is the exact one. */
export type Baseline = 'last-week' | 'yesterday' | 'last-hour';

/** How the job stands with one topic. */
export interface TopicInput {
  readonly topic: string;
  readonly lagMs: number | null;
  /** Median at this hour of the last seven days. */
  readonly usualLagMs: number | null;
  /** One sample more than the others: differences count. */
  readonly lagRecords: Samples;
  readonly arrivalPerSecond: number | null;
  readonly processedPerSecond: number | null;
  readonly usualArrival: { readonly perSecond: number; readonly baseline: Baseline } | null;
  readonly status: HopStatus;
  readonly etaMs: { readonly low: number; readonly high: number } | null;
  /** Partitions that took in nothing and have nothing waiting, and how many moved; null where positions are not known. */
  readonly partitions: { readonly silent: number; readonly moving: number } | null;
  /** Job, flow or agent that writes it; '' where nobody is known. */
  readonly producer: string;
}

export interface CheckpointInput {
  readonly durationMs: number | null;
  readonly intervalMs: number | null;
  /** Since the last completed one. */
  readonly failures: number | null;
  readonly alignmentMs: number | null;
  readonly ageMs: number | null;
}

/** A report or dataset behind the job. */
export interface DownstreamInput {
  readonly name: string;
  /** Epoch ms differences; the last one now. */
  readonly ageMs: Samples;
  /** Where its data spent its age. */
  readonly residenceMs: Readonly<Record<string, number>>;
}

export type ActionKind = 'rescaled' | 'restarted' | 'changed';

/** Something that was done to the job, and what became of its lag. */
export interface Action {
  readonly kind: ActionKind;
  /** Epoch ms. */
  readonly at: number;
  /** Of `rescaled`: subtasks before and after. */
  readonly parallelism?: { readonly from: number; readonly to: number };
  /** Before it and now: lag, and records read per second. */
  readonly lagMs: { readonly before: number | null; readonly after: number | null };
  readonly perSecond: { readonly before: number | null; readonly after: number | null };
}

/** Everything that is known of one job at an instant. */
export interface JobInput {
  readonly job: string;
  /** Epoch ms. */
  readonly at: number;
  /** Between two samples. */
  readonly stepMs: number;
  /** False when the order of the tasks between source and sink is only assumed: Flink's metrics do not tell it. */
  readonly topologyKnown: boolean;
  readonly tasks: readonly TaskInput[];
  readonly taskManagers: readonly TaskManagerInput[];
  readonly topics: readonly TopicInput[];
  readonly checkpoint: CheckpointInput;
  /** In the last ten minutes. */
  readonly restarts: number | null;
  /** How long it has run since its last restart. */
  readonly runningMs: number | null;
  /** Time without a report, in reporting intervals. */
  readonly silentIntervals: number | null;
  /** Nothing was written to any of its outputs lately; null where no reader tells. */
  readonly outputFlat: boolean | null;
  /** Of the source furthest behind, one sample more than the others. */
  readonly watermarkLagMs: Samples;
  /** Its output is seen only after a checkpoint; null where its sink is not known. */
  readonly visibleOnCheckpoint: boolean | null;
  readonly downstream: readonly DownstreamInput[];
  readonly actions: readonly Action[];
}
