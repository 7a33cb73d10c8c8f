import { drainOf, type EtaRange, etaRange, SLOPE_MS } from './compose/eta.ts';
import type { FreshnessRule } from './compose/freshness-rules.ts';
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
  const ask = (a: number, estimate: 'point' | 'low' | 'high'): Reach =>
    'hop' in sink ? composition.hop(sink.hop, a, estimate, true) : composition.topic(sink.topic, a, estimate, true);
  const point = ask(at, 'point');
  const low = ask(at, 'low');
  const high = ask(at, 'high');
  const age = point.w === null ? null : at - point.w;
  // The estimate obeys the bounds by construction but for rounding; where it does not, the bounds give way.
  const ageHigh = age === null || low.w === null ? null : Math.max(age, at - low.w);
  const ageLow = age === null || high.w === null ? null : Math.min(age, at - high.w);
  const upstream = hopsUpstream(graph, sink);
  const path = [...steps(point.path)];
  return {
    ts: at,
    sink: name,
    age_ms: age,
    age_low_ms: ageLow,
    age_high_ms: ageHigh,
    complete_up_to: ageHigh === null ? null : at - ageHigh,
    lag_sum_ms: age === null ? null : lagSum(composition, path, at),
    ...residences(path),
    per_source: perSource(point, low, at),
    stale: unique(upstream.filter(hop => isHopStale(tables, hop, at))),
    status: statuses(tables, upstream, at),
    rules: [...composition.rules].sort(),
    eta_ms: age === null ? null : eta(tables, path, age, at, () => ask(at - SLOPE_MS, 'point').w),
  };
}

/** The steps of a path from the sink upwards. */
export function* steps(path: PathStep | null): Generator<PathStep> {
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

/** Time spent in each hop of a path, and the hop that took the most; null when none took any. */
export function residences(path: readonly PathStep[]): Pick<FreshnessAnswer, 'blame' | 'residence_ms'> {
  const byHop: Record<string, number> = {};
  let blame: string | null = null;
  for (const { hop, residenceMs } of path) {
    byHop[hop.hop] = (byHop[hop.hop] ?? 0) + residenceMs;
    const most = blame === null ? 0 : byHop[blame]!;
    if (byHop[hop.hop]! > most) blame = hop.hop;
  }
  return { blame, residence_ms: byHop };
}

function perSource(point: Reach, low: Reach, at: number): FreshnessAnswer['per_source'] {
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
