import type { Labels } from './labels.ts';

/**
 * Metrics of one scope at one instant: what a Flink reporter sends per task, operator or partition and interval. A series
 * is a metric's name plus `labels`; `attrs` (job_id, tm_id, container_id, …) describe the series but do not identify it, the
 * latest value wins, so that a restart does not begin new series.
 */
export interface MetricGroup {
  /** Event time, epoch ms UTC. */
  readonly ts: number;
  readonly labels: Labels;
  readonly attrs: Labels;
  /** Full metric name and value; values are finite (NaN and infinities are dropped and counted before). */
  readonly values: readonly (readonly [name: string, value: number])[];
  /** Wall-clock time at which the daemon received the record; arrival-mode replays need it. */
  readonly arrivedAt: number;
}

/** A time and a value; times are epoch ms. */
export type Point = readonly [t: number, value: number];
