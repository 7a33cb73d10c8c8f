import type { Labels } from '../../model/labels.ts';
import type { ReportObjective } from '../../model/objective.ts';
import type { MetricGroup } from '../../model/sample.ts';
import { lagNow, type Sink, steps } from './answer.ts';
import { Composition, type GraphIndex, type Reach } from './freshness.ts';
import type { OffsetTables } from './offsets.ts';
import { topicIdentity } from './tables/topic-identity.ts';

/** A registered consumer of datasets (报表). */
export interface Report {
  readonly name: string;
  readonly owner: string;
  /** Dataset ids. */
  readonly reads: readonly string[];
  readonly slo?: ReportObjective;
}

/** Ages of one sink at one instant, ms; null = unknown. */
export interface Ages {
  readonly age: number | null;
  readonly low: number | null;
  readonly high: number | null;
  readonly lagSum: number | null;
}

/**
 * Everything lag and freshness write back as series at `at` (contracts 3): `lag_ms{hop,job,topic}` per hop, and `age_ms`, `age_low_ms`,
 * `age_high_ms`, `lag_sum_ms` per dataset that is written, per hop without output and per report. What is unknown has no point.
 */
export function freshnessSeries(
  graph: GraphIndex,
  tables: OffsetTables,
  reports: readonly Report[],
  at: number,
): readonly MetricGroup[] {
  const composition = new Composition(graph, tables);
  const groups: MetricGroup[] = [];
  const add = (labels: Labels, values: readonly (readonly [string, number | null])[]): void => {
    const known = values.flatMap(([name, value]) => (value === null ? [] : [[name, value] as const]));
    if (known.length > 0) groups.push({ ts: at, labels, attrs: {}, values: known, arrivedAt: at });
  };
  const seen = new Set<string>();
  for (const hop of graph.hops) {
    for (const topic of hop.inputs.length > 0 ? hop.inputs : [null]) {
      if (topic !== null && hop.lookups?.includes(topic)) continue;
      const id = topic === null ? hop.hop : hopId(hop.hop, topic);
      if (seen.has(id)) continue;
      seen.add(id);
      const labels = { hop: id, job: hop.hop, ...(topic !== null && { topic: topicIdentity(topic).topic }) };
      add(labels, [['lag_ms', lagNow(composition, { hop, topic }, at)]]);
    }
  }
  const bySink = new Map<string, Ages>();
  const sinks: (readonly [string, Sink])[] = [...graph.writers.keys()].map(topic => [topic, { topic }] as const);
  for (const hop of graph.hops) if (hop.output === null) sinks.push([hop.hop, { hop }]);
  for (const [dataset, sink] of sinks) {
    const ages = agesOf(composition, sink, at);
    bySink.set(dataset, ages);
    add({ dataset }, valuesOf(ages));
  }
  for (const { name, reads } of reports) {
    add({ report: name }, valuesOf(oldest(reads.map(dataset => bySink.get(dataset) ?? UNKNOWN_AGES))));
  }
  return groups;
}

/** A hop's id in the API: its consumer and the dataset it reads. */
function hopId(hop: string, dataset: string): string {
  return `${hop}<-${dataset}`;
}

const UNKNOWN_AGES: Ages = { age: null, low: null, high: null, lagSum: null };

function agesOf(composition: Composition, sink: Sink, at: number): Ages {
  const ask = (estimate: 'point' | 'low' | 'high'): Reach =>
    'hop' in sink ? composition.hop(sink.hop, at, estimate, true) : composition.topic(sink.topic, at, estimate, true);
  const point = ask('point');
  if (point.w === null) return UNKNOWN_AGES;
  const age = at - point.w;
  const low = ask('low').w;
  const high = ask('high').w;
  let lagSum: number | null = 0;
  for (const step of steps(point.path)) {
    const lag = lagNow(composition, step, at);
    lagSum = lagSum === null || lag === null ? null : lagSum + lag;
  }
  return {
    age,
    low: high === null ? null : Math.min(age, at - high),
    high: low === null ? null : Math.max(age, at - low),
    lagSum,
  };
}

/** A report is as old as the oldest dataset it reads; unknown when one of them is. */
function oldest(all: readonly Ages[]): Ages {
  let worst: Ages | null = null;
  let low: number | null = 0;
  let high: number | null = 0;
  for (const ages of all) {
    if (ages.age === null) return UNKNOWN_AGES;
    if (worst === null || ages.age > worst.age!) worst = ages;
    low = low === null || ages.low === null ? null : Math.max(low, ages.low);
    high = high === null || ages.high === null ? null : Math.max(high, ages.high);
  }
  return worst === null ? UNKNOWN_AGES : { age: worst.age, low, high, lagSum: worst.lagSum };
}

function valuesOf(ages: Ages): readonly (readonly [string, number | null])[] {
  return [
    ['age_ms', ages.age],
    ['age_low_ms', ages.low],
    ['age_high_ms', ages.high],
    ['lag_sum_ms', ages.lagSum],
  ];
}
