import type { Labels } from '../../model/labels.ts';
import type { MetricStore } from '../../store/metric-store.ts';
import { answerFreshness, blameOf, type FreshnessAnswer, findSink, hopsUpstream, type Sink } from './answer.ts';
import type { GraphIndex } from './freshness.ts';
import type { Report } from './freshness-series.ts';
import type { OffsetTables } from './offsets.ts';
import { answerReport, type ReportFreshness, unknownAnswer } from './report-answer.ts';

/** A stored point counts for an instant up to this much later, ms; rollups hold one a minute. */
const POINT_HOLDS_MS = 120_000;

/** An answer about the past, and from when on it is known who wrote what: a job is known from its first submission on. */
export type PastFreshness = (FreshnessAnswer | ReportFreshness) & { readonly known_from: number | null };

export interface HistoryParts {
  /** As of the instant asked about. */
  readonly graph: GraphIndex;
  /** As of now, where that is another one. */
  readonly today?: GraphIndex;
  /** Since when each job is known whose past is kept, epoch ms. */
  readonly firstKnown?: ReadonlyMap<string, number>;
  readonly tables: OffsetTables;
  readonly reports: readonly Report[];
  readonly metrics: Pick<MetricStore, 'window'>;
}

/**
 * How fresh a report, dataset or hop without output was at `at`, and why: "what was the age at 14:05 yesterday". As far as the
 * offset tables reach (24 h, kept over restarts) by the same composition as today's answer, with what is known by now; before
 * that from the series recorded then: age, bounds, sum and residences, rule `from-series`. The graph is that of then. Null when neither it nor
 * that of today knows one of that name. Rejects with `StoreAwayError`.
 */
export async function freshnessAt(
  parts: HistoryParts,
  target: string,
  at: number,
  signal?: AbortSignal,
): Promise<PastFreshness | null> {
  const answer = await answerThen(parts, target, at, signal);
  if (answer === null) return null;
  const known = knownFrom(parts, sinksOf(parts, target));
  if (known === null || at >= known) return { ...answer, known_from: known };
  return { ...answer, known_from: known, rules: [...new Set([...answer.rules, 'graph-assumed' as const])].sort() };
}

function sinksOf({ graph, reports }: HistoryParts, target: string): readonly Sink[] {
  const report = reports.find(known => known.name === target);
  return (report?.reads ?? [target]).flatMap(name => findSink(graph, name) ?? []);
}

/** The youngest of the jobs a sink hangs on tells from when on its past is known whole; null where nobody keeps the past of any. */
function knownFrom({ graph, firstKnown }: HistoryParts, sinks: readonly Sink[]): number | null {
  let from: number | null = null;
  for (const { hop } of sinks.flatMap(sink => hopsUpstream(graph, sink))) {
    const first = firstKnown?.get(hop) ?? null;
    if (first !== null) from = Math.max(first, from ?? first);
  }
  return from;
}

async function answerThen(
  parts: HistoryParts,
  target: string,
  at: number,
  signal?: AbortSignal,
): Promise<FreshnessAnswer | ReportFreshness | null> {
  const { graph, tables, reports, metrics } = parts;
  const report = reports.find(known => known.name === target);
  const sinks = sinksOf(parts, target);
  if (report === undefined && sinks.length === 0) {
    if (parts.today === undefined || findSink(parts.today, target) === null) return null;
    return { ...unknownAnswer(target, at), rules: ['not-written-then'] };
  }
  const answer = (): FreshnessAnswer | ReportFreshness =>
    report === undefined
      ? answerFreshness(graph, tables, sinks[0]!, target, at)
      : answerReport(graph, tables, report, at);
  if (sinks.every(sink => reachesBack(graph, tables, sink, at))) return answer();
  const labels: Labels = report === undefined ? { dataset: target } : { report: target };
  const recorded = await recordedAnswer(metrics, labels, target, at, signal);
  if (recorded === null) return answer();
  if (report === undefined) return recorded;
  const { name, owner, reads, slo } = report;
  const objective = slo === undefined ? null : { age_ms: slo.ageMs, target: slo.target };
  return { ...recorded, report: name, owner, reads, oldest: null, slo: objective };
}

/** Whether the tables know every needed hop of a sink at `at`; a hop they never knew cannot be known from them at all. */
function reachesBack(graph: GraphIndex, tables: OffsetTables, sink: Sink, at: number): boolean {
  return hopsUpstream(graph, sink).every(hop => {
    if (hop.inputs.length === 0) {
      const queue = tables.factsOf(hop.hop)?.queue;
      return queue === undefined || queue.length === 0 || queue.firstT <= at;
    }
    return hop.inputs
      .filter(topic => !hop.lookups?.includes(topic) && !hop.optionalInputs?.includes(topic))
      .flatMap(topic => tables.consumersOf(hop.hop, topic))
      .every(({ oldestT }) => Number.isNaN(oldestT) || oldestT <= at);
  });
}

/** What the recorder wrote at the last instant until `at`; null when it wrote nothing then. */
async function recordedAnswer(
  metrics: Pick<MetricStore, 'window'>,
  labels: Labels,
  sink: string,
  at: number,
  signal: AbortSignal | undefined,
): Promise<FreshnessAnswer | null> {
  const matchers = Object.entries(labels).map(([label, value]) => ({ label, op: '=' as const, value }));
  const read = async (name: string, groupBy: readonly string[]): Promise<Map<string, number>> => {
    const groups = await metrics.window(
      { names: [{ name }], matchers, groupBy, op: 'LAST', windowMs: POINT_HOLDS_MS, at: [at] },
      signal,
    );
    const found = new Map<string, number>();
    for (const { labels: own, points } of groups) {
      const value = points[0]?.[1];
      if (value !== undefined) found.set(own['hop'] ?? '', value);
    }
    return found;
  };
  const [age, low, high, sum, residences] = await Promise.all([
    read('age_ms', []),
    read('age_low_ms', []),
    read('age_high_ms', []),
    read('lag_sum_ms', []),
    read('residence_ms', ['hop']),
  ]);
  const ageMs = age.get('');
  if (ageMs === undefined) return null;
  const highMs = high.get('') ?? null;
  const residence_ms = Object.fromEntries(residences);
  return {
    ...unknownAnswer(sink, at),
    age_ms: ageMs,
    age_low_ms: low.get('') ?? null,
    age_high_ms: highMs,
    complete_up_to: highMs === null ? null : at - highMs,
    lag_sum_ms: sum.get('') ?? null,
    blame: blameOf(residence_ms),
    residence_ms,
    rules: ['from-series'],
  };
}
