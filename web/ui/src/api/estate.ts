/** Shapes of /overview, /status, /freshness and /jobs (contracts.md sections 3 to 6): what the estate is and how it does. */
import { get, type Page } from './client.ts';

export type Level = 'ok' | 'warning' | 'critical' | 'unknown';
/** Judgement of one hop's offsets. */
export type HopStatus = 'OK' | 'WARN' | 'STALL' | 'STOP' | 'REWIND' | 'UNKNOWN';
/** [epoch ms, value]; null where nothing is known. */
export type Point = readonly [number, number | null];

/** How fresh one report or dataset is. Unknown figures are null. */
export interface Freshness {
  readonly report: string | null;
  readonly owner: string;
  readonly sink: string;
  readonly dataset: string;
  readonly ts: number;
  readonly age_ms: number | null;
  readonly age_low_ms: number | null;
  readonly age_high_ms: number | null;
  readonly complete_up_to: number | null;
  readonly lag_sum_ms: number | null;
  readonly blame: string | null;
  /** Along the critical path, source first; sums to `age_ms`. */
  readonly residence_ms: Readonly<Record<string, number>>;
  readonly per_source: Readonly<
    Record<string, { readonly age_ms: number | null; readonly complete_up_to: number | null }>
  >;
  readonly stale: readonly string[];
  readonly status: Readonly<Record<string, HopStatus>>;
  readonly rules: readonly string[];
  readonly eta_ms: { readonly low: number; readonly high: number } | null;
  readonly slo: { readonly age_ms: number; readonly target: number } | null;
  readonly level: Level;
  readonly trend: readonly Point[];
}

export interface Job {
  readonly name: string;
  readonly owner: string;
  /** Settled: a job that flaps is RESTARTING since its first restart. */
  readonly status: string;
  /** Null when the status is not known. */
  readonly status_since: number | null;
  /** Restarts that never settled since `status_since`. */
  readonly flaps: number;
  readonly job_id: string;
  readonly app_id: string;
  readonly containers: readonly string[];
  readonly cluster: string;
  readonly lag_records: number | null;
  readonly lag_ms: number | null;
  readonly records_in_per_second: number | null;
  readonly records_out_per_second: number | null;
  readonly busy_ratio: number | null;
  readonly back_pressured_ratio: number | null;
  readonly restarts: number | null;
  readonly checkpoint_age_ms: number | null;
  readonly last_seen: number | null;
  readonly reads: readonly string[];
  readonly writes: readonly string[];
  readonly alerts: number;
  readonly level: Level;
}

export interface JobRun {
  readonly job_id: string;
  readonly app_id: string;
  readonly status: string;
  readonly from: number;
  readonly to: number | null;
}

export interface Subtask {
  readonly task: string;
  readonly subtask: number;
  readonly busy_ratio: number | null;
  readonly back_pressured_ratio: number | null;
  readonly records_in_per_second: number | null;
  readonly container_id: string;
}

/** A change of status; `flaps` restarts that never settled count as one. */
export interface JobEvent {
  readonly ts: number;
  readonly status: string;
  readonly exception?: string;
  readonly flaps?: number;
}

/** A process the job runs in. Unknown figures are null. */
export interface TaskManager {
  readonly tm_id: string;
  readonly host: string;
  readonly container_id: string;
  readonly heap_used_bytes: number | null;
  readonly heap_used_ratio: number | null;
  readonly gc_ms_per_second: number | null;
  /** 0 to 1. */
  readonly cpu_load: number | null;
  readonly threads: number | null;
  /** Subtasks of the job that run in it. */
  readonly subtasks: number;
}

export interface JobDetail extends Job {
  readonly sql: string | null;
  readonly session: string | null;
  readonly runs: readonly JobRun[];
  /** Worst first. */
  readonly subtasks: readonly Subtask[];
  readonly task_managers: readonly TaskManager[];
  readonly events: readonly JobEvent[];
  readonly affects: readonly { readonly report: string; readonly owner: string }[];
}

/** One stream of the daemon's own pipeline. */
export interface StreamStatus {
  readonly stream: string;
  readonly topic: string;
  readonly watermark: number | null;
  readonly lag: number | null;
  readonly rate_per_second: number | null;
  readonly errors: Readonly<Record<string, number>>;
  readonly paused: boolean;
}

export interface AlertBrief {
  readonly id: string;
  readonly kind: 'rule' | 'meta';
  readonly labels: Readonly<Record<string, string>>;
  readonly state: string;
  readonly severity: string;
  readonly starts_at: number | null;
  readonly active_at: number | null;
  readonly acked?: boolean | { readonly by: string; readonly at?: number };
  readonly values: readonly (number | null)[];
  readonly formula: string;
  readonly summary: string;
  readonly rule_id: string;
  readonly rule_name: string;
  readonly annotations: readonly { readonly name: string; readonly value: string }[];
  readonly owner: string;
  readonly affects: readonly { readonly report: string; readonly owner: string }[];
  readonly code?: string;
}

export interface Overview {
  readonly at: number;
  readonly reports: readonly Freshness[];
  readonly jobs: {
    readonly total: number;
    readonly by_status: Readonly<Record<string, number>>;
    readonly worst: readonly Job[];
  };
  readonly alerts: {
    readonly firing: number;
    readonly pending: number;
    readonly by_severity: Readonly<Record<string, number>>;
    readonly latest: readonly AlertBrief[];
  };
  readonly pipeline: { readonly streams: readonly StreamStatus[] } | readonly StreamStatus[];
}

export interface Status {
  readonly version: string;
  readonly mode: 'embedded' | 'production';
  readonly now: number;
  readonly started_at: number;
  readonly roles: readonly string[];
  readonly streams: readonly StreamStatus[];
  readonly stores: readonly {
    readonly name: string;
    readonly ok: boolean;
    readonly detail: string;
    readonly lines?: number;
    readonly series?: number;
    readonly bytes?: number;
  }[];
  readonly rules: { readonly total: number; readonly behind: number; readonly error: number };
  readonly channels: readonly {
    readonly id?: string;
    readonly name: string;
    readonly type: string;
    readonly pending: number;
    readonly dead: number;
  }[];
  readonly dead_letters: { readonly total: number; readonly kept: number };
  readonly demo: boolean;
}

export function getOverview(signal: AbortSignal): Promise<Overview> {
  return get('/overview', {}, signal);
}

export function getStatus(signal: AbortSignal): Promise<Status> {
  return get('/status', {}, signal);
}

/** All reports, or the one object of a report or dataset. */
export function getFreshnessList(signal: AbortSignal): Promise<Page<Freshness>> {
  return get('/freshness', {}, signal);
}

export function getFreshness(of: string, signal: AbortSignal): Promise<Freshness> {
  return get(`/freshness/${encodeURIComponent(of)}`, {}, signal);
}

export function getJobs(signal: AbortSignal): Promise<Page<Job>> {
  return get('/jobs', {}, signal);
}

export function getJob(name: string, signal: AbortSignal): Promise<JobDetail> {
  return get(`/jobs/${encodeURIComponent(name)}`, {}, signal);
}

/** The consumer of a hop id (`consumer<-dataset`, or the consumer alone). */
export function hopConsumer(hop: string): string {
  return hop.split('<-')[0] ?? hop;
}
