import type { Matcher } from '../../model/labels.ts';
import type { MetricOp, MetricStore } from '../../store/metric-store.ts';
import type { Hop } from '../lag/hop-graph.ts';

/** Rows of a period, between bounds: where the period's ends pass through a flowing stream cannot be told to the row. */
export interface RowCount {
  readonly actual: number;
  readonly low: number;
  readonly high: number;
  /** Who counted; null when the count was pushed. */
  readonly hop: string | null;
}

/** What was counted for a period of a dataset. */
export interface RowPeriod {
  readonly dataset: string;
  readonly from: number;
  readonly to: number;
  /** Hops that write the dataset. */
  readonly writers: readonly Hop[];
  /** Outputs of a hop, all of them. */
  readonly outputsOf: (hop: string) => number;
  readonly now: number;
}

/** Counts pushed by whoever knows (a metadata log, a COUNT(*) job): rows of the time up to each point's stamp. */
const PUSHED = 'dataset_rows';
/** Counters and Druid's emitter report up to a minute late. */
const BORDER_MS = 60_000;
/** Points of the completeness looked at: a day at its five seconds. */
const STEP_MS = 10_000;

/**
 * Rows of (from, to] of a dataset: those pushed as `dataset_rows{dataset}`, exactly; else what the Druid supervisor or the writing jobs' sinks
 * counted while the dataset's completeness moved from one end of the period to the other. Null when nobody counted, when a writer has
 * several outputs (its counters do not tell them apart), or when the way of the completeness is not on record.
 */
export async function countRows(metrics: Pick<MetricStore, 'window'>, period: RowPeriod): Promise<RowCount | null> {
  const pushed = await sum(metrics, { metric: PUSHED, op: 'SUM', matchers: [is('dataset', period.dataset)] }, period);
  if (pushed !== null) return { actual: pushed, low: pushed, high: pushed, hop: null };
  const counters = countersOf(period);
  if (counters === null) return null;
  const begin = await passed(metrics, period, period.from);
  const end = await passed(metrics, period, period.to);
  if (begin === null || end === null) return null;
  const over = async (from: number, to: number): Promise<number | null> => {
    let all = 0;
    for (const counter of counters) {
      const counted = to > from ? await sum(metrics, counter, { from, to }) : 0;
      if (counted === null) return null;
      all += counted;
    }
    return Math.round(all);
  };
  const [actual, low, high] = await Promise.all([
    over(begin, end),
    over(begin + BORDER_MS, end - BORDER_MS),
    over(begin - BORDER_MS, Math.min(end + BORDER_MS, period.now)),
  ]);
  if (actual === null) return null;
  return {
    actual,
    low: Math.min(low ?? 0, actual),
    high: Math.max(high ?? actual, actual),
    hop: counters[0]?.hop ?? null,
  };
}

interface Counter {
  readonly metric: string;
  readonly op: MetricOp;
  readonly matchers: readonly Matcher[];
  readonly hop?: string;
}

function countersOf({ dataset, writers, outputsOf }: RowPeriod): readonly Counter[] | null {
  if (writers.length === 0) return null;
  const source = /^druid:\/\/[^/]+\/(.+)$/.exec(dataset)?.[1];
  if (source !== undefined) {
    const hop = writers[0]?.hop ?? source;
    return [{ metric: 'druid.ingest.events.processed', op: 'SUM', matchers: [is('dataSource', source)], hop }];
  }
  if (writers.some(({ hop }) => outputsOf(hop) > 1)) return null;
  return writers.map(({ hop }) => ({
    metric: 'flink.operator.numRecordsSend',
    op: 'DELTA' as const,
    matchers: [is('job', hop), { label: 'operator', op: '=~' as const, value: '.*: Writer' }],
    hop,
  }));
}

async function sum(
  metrics: Pick<MetricStore, 'window'>,
  { metric, op, matchers }: Counter,
  { from, to }: { readonly from: number; readonly to: number },
): Promise<number | null> {
  const query = { names: [{ name: metric }], matchers, groupBy: [], op, windowMs: to - from, at: [to] };
  const [group] = await metrics.window(query);
  return group?.points[0]?.[1] ?? null;
}

/** When the dataset was first complete up to `until`, by the recorded bound of its age; null when that is not on record. */
async function passed(metrics: Pick<MetricStore, 'window'>, period: RowPeriod, until: number): Promise<number | null> {
  const count = Math.ceil((period.now - until) / STEP_MS);
  if (count <= 0 || count > 2 * 8640) return null;
  const at = Array.from({ length: count }, (_, i) => until + (i + 1) * STEP_MS);
  const [group] = await metrics.window({
    names: [{ name: 'age_high_ms' }],
    matchers: [is('dataset', period.dataset)],
    groupBy: [],
    op: 'LAST',
    windowMs: STEP_MS,
    at,
  });
  return group?.points.find(([t, age]) => t - age >= until)?.[0] ?? null;
}

function is(label: string, value: string): Matcher {
  return { label, op: '=', value };
}
