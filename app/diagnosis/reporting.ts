import type { MetricStore } from '../../store/metric-store.ts';
import { createJobMetrics, medianOf } from './job-metrics.ts';

const SLOT_MS = 10_000;
const SLOTS = 60;
const DEFAULT_INTERVAL_MS = 30_000;
const DAY_MS = 86_400_000;
/** Three samples are to span 90 s. */
const LEAST_STEP_MS = 30_000;

/** How often a job reports, and for how long it has not. */
export interface Reporting {
  /** Between two samples: two reports, so that rates are known. */
  readonly stepMs: number;
  /** Null for a job that never reported in the last day. */
  readonly silentIntervals: number | null;
}

/** Looks at ten minutes in slots of ten seconds. */
export async function readReporting(
  metrics: Pick<MetricStore, 'window'>,
  job: string,
  at: number,
  signal?: AbortSignal,
): Promise<Reporting> {
  const own = createJobMetrics(metrics, { job, at, stepMs: SLOT_MS }, signal);
  const counted = await Promise.all(['restarts', 'busy_ratio'].map(name => own.samples(name, ['job'], 'COUNT', SLOTS)));
  const rows = counted.flat().map(({ samples }) => samples);
  const present = Array.from({ length: SLOTS }, (_, i) => i).filter(i => rows.some(samples => samples[i] != null));
  const last = present.at(-1);
  if (last === undefined) {
    const before = await own.at('restarts', ['job'], 'COUNT', { instants: [at], windowMs: DAY_MS });
    const silentMs = SLOTS * SLOT_MS;
    return {
      stepMs: LEAST_STEP_MS,
      silentIntervals: before.length === 0 ? null : silentMs / DEFAULT_INTERVAL_MS,
    };
  }
  const gaps = present.slice(1).map((slot, i) => (slot - present[i]!) * SLOT_MS);
  const intervalMs = medianOf(gaps) ?? DEFAULT_INTERVAL_MS;
  return {
    stepMs: Math.max(LEAST_STEP_MS, 2 * intervalMs),
    silentIntervals: ((SLOTS - 1 - last) * SLOT_MS) / intervalMs,
  };
}
