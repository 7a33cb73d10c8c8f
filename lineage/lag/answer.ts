import { drainOf, type EtaRange, etaRange, SLOPE_MS } from './compose/eta.ts';
import type { FreshnessRule } from './compose/freshness-rules.ts';
import type { Estimate } from './compose/progress.ts';
import { Composition, type GraphIndex, isHopStale, type PathStep, type Reach } from './freshness.ts';
import type { Hop } from './hop-graph.ts';
import { type HopStatus, hopStatus } from './hop-status.ts';
import type { OffsetTables } from './offsets.ts';
import { STALE_INTERVALS } from './tables/hop-topic.ts';

/**
 * How fresh a sink is at `ts`, as the API and `freshness replay` give it (contracts 5.3). `age_ms` is the point estimate,
 * `complete_up_to` the safe bound. What is not known is null, never 0.
 */
export interface FreshnessAnswer {
  readonly ts: number;
  readonly sink: string;
  readonly age_ms: number | null;
  readonly age_low_ms: number | null;
  readonly age_high_ms: number | null;
  readonly complete_up_to: number | null;
  /** Sum of today's hop lags along the critical path (the classic figure). */
  readonly lag_sum_ms: number | null;
  /** The hop in which the data spent most of its age. */
  readonly blame: string | null;
  /** Along the critical path; sums to `age_ms`. */
  readonly residence_ms: Readonly<Record<string, number>>;
  readonly per_source: Readonly<
    Record<string, { readonly age_ms: number | null; readonly complete_up_to: number | null }>
  >;
  readonly stale: readonly string[];
  readonly status: Readonly<Record<string, HopStatus>>;
  readonly rules: readonly FreshnessRule[];
  readonly eta_ms: EtaRange | null;
}

/** A hop whose output nobody names, or a dataset; null when the graph has neither. */
export type Sink = { readonly hop: Hop } | { readonly topic: string };

/** Finds what a name asks about: a hop without output first, then a dataset that is written, then any hop that writes nothing else. */
export function findSink(graph: GraphIndex, name: string): Sink | null {
  const ends = graph.byName.get(name)?.find(hop => hop.output === null);
  if (ends !== undefined) return { hop: ends };
  return graph.writers.has(name) ? { topic: name } : null;
}

/** Answers one question about the instant `at`. */
export function answerFreshness(
  graph: GraphIndex,
  tables: OffsetTables,
  sink: Sink,
  name: string,
  at: number,
): FreshnessAnswer {
  const composition = new Composition(graph, tables);
  const assessed = assess(composition, sink, at);
  const { age, low, high, path } = assessed;
  const upstream = hopsUpstream(graph, sink);
  return {
    ts: at,
    sink: name,
    age_ms: age,
    age_low_ms: low,
    age_high_ms: high,
    complete_up_to: high === null ? null : at - high,
    lag_sum_ms: age === null ? null : lagSum(composition, path, at),
    blame: blameOf(assessed.residences),
    residence_ms: assessed.residences,
    per_source: assessed.perSource,
    stale: unique(upstream.filter(hop => isHopStale(tables, hop, at))),
    status: statuses(tables, upstream, at),
    rules: [...composition.rules].sort(),
    eta_ms: age === null ? null : eta(tables, path, age, at, () => reach(composition, sink, at - SLOPE_MS, 'point').w),
  };
}

/** What composition says of a sink at an instant, ms; null = unknown. */
export interface Assessment {
  readonly age: number | null;
  readonly low: number | null;
  readonly high: number | null;
  /** The critical path, from the sink upwards. */
  readonly path: readonly PathStep[];
  /** Per hop of the path; they sum to the age. */
  readonly residences: Readonly<Record<string, number>>;
  readonly perSource: FreshnessAnswer['per_source'];
}

/** Asks for the estimate and both bounds. */
export function assess(composition: Composition, sink: Sink, at: number): Assessment {
  const [point, low, high] = (['point', 'low', 'high'] as const).map(estimate =>
    reach(composition, sink, at, estimate),
  );
  const path = [...steps(point!.path)];
  const perSource = perSourceOf(point!, low!, at);
  if (point!.w === null) return { age: null, low: null, high: null, path: [], residences: {}, perSource };
  const most = low!.w === null ? Number.POSITIVE_INFINITY : at - low!.w;
  // An estimate older than what is certain is wrong by that much.
  const age = Math.min(at - point!.w, most);
  return {
    age,
    low: high!.w === null ? null : Math.min(age, at - high!.w),
    high: low!.w === null ? null : most,
    path,
    residences: youngerBy(at - point!.w - age, residencesOf(path)),
    perSource,
  };
}

function reach(composition: Composition, sink: Sink, at: number, estimate: Estimate): Reach {
  return 'hop' in sink
    ? composition.hop(sink.hop, at, estimate, true)
    : composition.topic(sink.topic, at, estimate, true);
}

/** Residences of data that is younger by `ms` than estimated: taken from the longest ones, which the estimate rests on most. */
export function youngerBy(ms: number, residences: Readonly<Record<string, number>>): Readonly<Record<string, number>> {
  if (ms <= 0) return residences;
  const shortened = { ...residences };
  let left = ms;
  for (const [hop, residence] of Object.entries(residences).sort((a, b) => b[1] - a[1])) {
    shortened[hop] = Math.max(0, residence - left);
    left -= residence - shortened[hop];
  }
  return shortened;
}

/** The hop that took the most; null when none took any. */
export function blameOf(residences: Readonly<Record<string, number>>): string | null {
  let blame: string | null = null;
  let most = 0;
  for (const [hop, residence] of Object.entries(residences)) if (residence > most) [blame, most] = [hop, residence];
  return blame;
}

function* steps(path: PathStep | null): Generator<PathStep> {
  for (let step = path; step !== null; step = step.upstream) yield step;
}

/** Today's lag of one step's hop, ms. */
export function lagNow(
  composition: Composition,
  step: { readonly hop: Hop; readonly topic: string | null },
  at: number,
): number | null {
  const f =
    step.topic === null
      ? composition.queue(step.hop, at, 'point')
      : composition.consumed(step.hop, step.topic, at, 'point');
  return f === null ? null : at - f;
}

/** Sum of today's lags along a path, ms; null when one is unknown. */
export function lagSum(composition: Composition, path: readonly PathStep[], at: number): number | null {
  let sum = 0;
  for (const step of path) {
    const lag = lagNow(composition, step, at);
    if (lag === null) return null;
    sum += lag;
  }
  return sum;
}

function residencesOf(path: readonly PathStep[]): Record<string, number> {
  const byHop: Record<string, number> = {};
  for (const { hop, residenceMs } of path) byHop[hop.hop] = (byHop[hop.hop] ?? 0) + residenceMs;
  return byHop;
}

function perSourceOf(point: Reach, low: Reach, at: number): FreshnessAnswer['per_source'] {
  const answer: Record<string, { age_ms: number | null; complete_up_to: number | null }> = {};
  for (const [topic, w] of point.sources) {
    const bound = low.sources.get(topic) ?? null;
    answer[topic] = {
      age_ms: w === null ? null : at - w,
      complete_up_to: w === null || bound === null ? null : Math.min(w, bound),
    };
  }
  return answer;
}

function statuses(tables: OffsetTables, upstream: readonly Hop[], at: number): Record<string, HopStatus> {
  const answer: Record<string, HopStatus> = {};
  for (const hop of upstream) {
    // A job that writes several outputs is several hops of one name.
    const inputs = new Set(upstream.filter(other => other.hop === hop.hop).flatMap(other => other.inputs));
    const consumers = [...inputs].flatMap(topic => tables.consumersOf(hop.hop, topic));
    answer[hop.hop] ??= hopStatus(tables, consumers, at);
  }
  return answer;
}

/** No estimate while the path is about level or does not catch up. */
function eta(
  tables: OffsetTables,
  path: readonly PathStep[],
  age: number,
  at: number,
  wBefore: () => number | null,
): EtaRange | null {
  const consumers = path.flatMap(({ hop, topic }) => (topic === null ? [] : tables.consumersOf(hop.hop, topic)));
  const normal = consumers.reduce((sum, consumer) => sum + STALE_INTERVALS * consumer.intervalMs, 0);
  if (age <= normal) return null;
  const drains = consumers.flatMap(consumer => drainOf(tables, consumer, at) ?? []);
  return etaRange(drains, age, at - age, wBefore());
}

/** Every hop the sink hangs on, nearest first, dimension tables and optional inputs' writers included only where needed. */
export function hopsUpstream(graph: GraphIndex, sink: Sink): readonly Hop[] {
  const found = new Set<Hop>('hop' in sink ? [sink.hop] : (graph.writers.get(sink.topic) ?? []));
  for (const hop of found) {
    for (const topic of hop.inputs) {
      if (hop.lookups?.includes(topic)) continue;
      for (const writer of graph.writers.get(topic) ?? []) found.add(writer);
    }
  }
  return [...found];
}

function unique(hops: readonly Hop[]): readonly string[] {
  return [...new Set(hops.map(hop => hop.hop))];
}
