/** The past of a report's or dataset's freshness: its age within bounds from the stored series, its late minutes from the ledger. */
import { MINUTE_MS, spanOf, type Verdict } from '../../lineage/objectives/minute-ledger.ts';
import { UserError } from '../../model/errors.ts';
import type { Matcher } from '../../model/labels.ts';
import type { MetricOp } from '../../store/metric-store.ts';
import type { FreshnessServices } from './freshness-view.ts';

const DAY_MS = 86_400_000;
/** Points without a step, about. */
const POINTS = 240;
const MAX_POINTS = 2000;
const LEAST_STEP_MS = 10_000;
const MAX_BANDS = 2000;

export interface HistoryQuery {
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  readonly step?: number | undefined;
}

/** Null where nothing is on record: unknown, or the daemon was down. */
export interface HistoryPoint {
  readonly t: number;
  readonly age_ms: number | null;
  readonly age_low_ms: number | null;
  readonly age_high_ms: number | null;
  /** The hop in which the data spent most of its age. */
  readonly blame: string | null;
}

export interface FreshnessHistory {
  readonly from: number;
  readonly to: number;
  readonly step_ms: number;
  /** Each the worst of the step before `t`: highest age and upper bound, lowest lower bound. */
  readonly points: readonly HistoryPoint[];
  /** Minutes that were not good, of a report with an objective, with the hop that held them back. The newest, at most 2,000. */
  readonly bands: readonly {
    readonly from: number;
    readonly to: number;
    readonly state: Exclude<Verdict, 'good'>;
    readonly hop: string | null;
  }[];
}

/** Throws `UserError` bad-request for a range that is empty or asks for too many points. */
export async function freshnessHistory(
  services: FreshnessServices,
  name: string,
  query: HistoryQuery,
): Promise<FreshnessHistory> {
  const { to = services.clock.now(), from = to - DAY_MS } = query;
  if (to <= from) throw new UserError('bad-request', 'the range is empty: from must be before to');
  const step = query.step ?? Math.max(MINUTE_MS, Math.ceil((to - from) / POINTS / MINUTE_MS) * MINUTE_MS);
  if (step < LEAST_STEP_MS || (to - from) / step > MAX_POINTS)
    throw new UserError(
      'bad-request',
      `step: ask for at most ${MAX_POINTS} points, ${LEAST_STEP_MS / 1000}s or more apart`,
    );
  const tracked = services.objectives.tracked(name);
  const label = services.lineage.reports().some(report => report.name === name) ? 'report' : 'dataset';
  const at = Array.from({ length: Math.floor((to - from) / step) }, (_, i) => from + (i + 1) * step);
  const series = async (metric: string, op: MetricOp): Promise<ReadonlyMap<number, number>> => {
    const [group] = await services.metrics.window({
      names: [{ name: metric }],
      matchers: [{ label, op: '=', value: name }],
      groupBy: [],
      op,
      windowMs: step,
      at,
    });
    return new Map(group?.points);
  };
  const [ages, lows, highs, blamed] = await Promise.all([
    series('age_ms', 'MAX'),
    series('age_low_ms', 'MIN'),
    series('age_high_ms', 'MAX'),
    longest(services, { label, op: '=', value: name }, step, at),
  ]);
  const bands: FreshnessHistory['bands'][number][] = [];
  for (const run of tracked?.ledger.between(Math.floor(from / MINUTE_MS), Math.ceil(to / MINUTE_MS)) ?? []) {
    if (run.verdict === 'good') continue;
    bands.push({ ...spanOf(run), state: run.verdict, hop: run.hop });
    if (bands.length > MAX_BANDS) bands.shift();
  }
  return {
    from,
    to,
    step_ms: step,
    points: at.map(t => ({
      t,
      age_ms: ages.get(t) ?? null,
      age_low_ms: lows.get(t) ?? null,
      age_high_ms: highs.get(t) ?? null,
      blame: blamed.get(t) ?? null,
    })),
    bands,
  };
}

/** The hop with the longest residence in each step; none where all are 0. */
async function longest(
  { metrics }: Pick<FreshnessServices, 'metrics'>,
  of: Matcher,
  windowMs: number,
  at: readonly number[],
): Promise<ReadonlyMap<number, string>> {
  const groups = await metrics.window({
    names: [{ name: 'residence_ms' }],
    matchers: [of],
    groupBy: ['hop'],
    op: 'AVG',
    windowMs,
    at,
  });
  const most = new Map<number, number>();
  const blamed = new Map<number, string>();
  for (const { labels, points } of groups) {
    for (const [t, ms] of points) {
      if (ms <= (most.get(t) ?? 0)) continue;
      most.set(t, ms);
      blamed.set(t, labels['hop'] ?? '');
    }
  }
  return blamed;
}
