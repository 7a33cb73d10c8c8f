import type { Samples } from '../../lineage/diagnosis/inputs.ts';
import type { Labels, Matcher } from '../../model/labels.ts';
import { resolveMetric } from '../../store/metric-catalog.ts';
import type { MetricOp, MetricStore } from '../../store/metric-store.ts';

/** One group of series over the instants asked about, oldest first. */
export interface Row {
  readonly labels: Labels;
  readonly samples: Samples;
}

/** Windows of a job's metrics. */
export interface JobMetrics {
  /** The last `count` samples, `stepMs` apart and long. */
  samples(metric: string, groupBy: readonly string[], op: MetricOp, count?: number): Promise<readonly Row[]>;
  /** One sample for each instant. */
  at(metric: string, groupBy: readonly string[], op: MetricOp, window: Window): Promise<readonly Row[]>;
}

export interface Window {
  readonly instants: readonly number[];
  readonly windowMs: number;
  /** Besides the job's own. */
  readonly matchers?: readonly Matcher[];
}

/** Reads what one job reports, or, without a job, what the matchers say. */
export function createJobMetrics(
  metrics: Pick<MetricStore, 'window'>,
  { job, at, stepMs }: { readonly job: string | null; readonly at: number; readonly stepMs: number },
  signal?: AbortSignal,
): JobMetrics {
  const own: readonly Matcher[] = job === null ? [] : [{ label: 'job', op: '=', value: job }];
  const read: JobMetrics['at'] = async (metric, groupBy, op, { instants, windowMs, matchers = [] }) => {
    const resolved = resolveMetric(metric, [metric]);
    if (resolved.kind === 'ambiguous') return [];
    const query = { names: resolved.names, matchers: [...own, ...matchers], groupBy, op, windowMs, at: instants };
    const groups = await metrics.window(query, signal);
    return groups.map(({ labels, points }) => {
      const values = new Map(points);
      return { labels, samples: instants.map(instant => values.get(instant) ?? null) };
    });
  };
  return {
    at: read,
    samples: (metric, groupBy, op, count = 3) =>
      read(metric, groupBy, op, {
        instants: Array.from({ length: count }, (_, i) => at - (count - 1 - i) * stepMs),
        windowMs: stepMs,
      }),
  };
}

/** The middle of the known samples; null for none. */
export function medianOf(samples: Samples): number | null {
  const known = samples.filter(value => value !== null).toSorted((a, b) => a - b);
  if (known.length === 0) return null;
  const middle = Math.floor(known.length / 2);
  return known.length % 2 === 1 ? known[middle]! : (known[middle - 1]! + known[middle]!) / 2;
}
