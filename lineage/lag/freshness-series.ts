import type { Labels } from '../../model/labels.ts';
import type { ReportObjective } from '../../model/objective.ts';
import type { MetricGroup } from '../../model/sample.ts';
import { assess, lagSum, type Sink } from './answer.ts';
import { Composition, type GraphIndex } from './freshness.ts';
import { type HopFigures, hopFigures } from './hop-figures.ts';
import type { Hop } from './hop-graph.ts';
import { HOP_STATUSES } from './hop-status.ts';
import type { OffsetTables } from './offsets.ts';
import { topicIdentity } from './tables/topic-identity.ts';
import { uploadDelays } from './upload-delay.ts';

/** A registered consumer of datasets (报表). */
export interface Report {
  readonly name: string;
  readonly owner: string;
  /** Dataset ids. */
  readonly reads: readonly string[];
  readonly slo?: ReportObjective;
}

/** Ages of one sink at one instant, ms; null = unknown. */
interface Ages {
  readonly age: number | null;
  readonly low: number | null;
  readonly high: number | null;
  readonly lagSum: number | null;
  readonly residences: Readonly<Record<string, number>>;
}

const UNKNOWN_AGES: Ages = { age: null, low: null, high: null, lagSum: null, residences: {} };

/**
 * Everything lag and freshness write back as series at `at` (contracts 3). Per hop and input, with labels `hop,job[,topic]`: `lag_ms`,
 * `hop_arrival_per_second`, `hop_processed_per_second`, `hop_complete_ratio`, `hop_status` (its place in HOP_STATUSES), `hop_trend`
 * (1 growing, -1 shrinking, 0 steady), `hop_eta_low_ms`, `hop_eta_high_ms`, `hop_lost_records`. Per dataset that is written, per hop
 * without output and per report: `age_ms`, `age_low_ms`, `age_high_ms`, `lag_sum_ms`; per hop without output and per report also
 * `residence_ms{…,hop}` along the critical path. Per dimension table a hop looks up, `lookup_refresh_ms{hop,job,dataset}`, and per topic that
 * enters the pipeline the p95 from event to append, `upload_delay_ms{topic,dataset}`: neither is part of an age. What is unknown has no point.
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
  const addResidences = (labels: Labels, { residences }: Ages): void => {
    for (const [hop, ms] of Object.entries(residences)) add({ ...labels, hop }, [['residence_ms', ms]]);
  };
  for (const [hop, topic] of hopInputs(graph)) {
    const id = topic === null ? hop.hop : hopId(hop.hop, topic);
    const labels = { hop: id, job: hop.hop, ...(topic !== null && { topic: topicIdentity(topic).topic }) };
    add(labels, hopValues(hopFigures(composition, tables, hop, topic, at)));
  }
  for (const { hop, lookupRefreshMs = {} } of graph.hops) {
    for (const [dataset, ms] of Object.entries(lookupRefreshMs))
      add({ hop: hopId(hop, dataset), job: hop, dataset }, [['lookup_refresh_ms', ms]]);
  }
  for (const [dataset, ms] of uploadDelays(graph, tables, composition, at))
    add({ topic: topicIdentity(dataset).topic, dataset }, [['upload_delay_ms', ms]]);
  const bySink = new Map<string, Ages>();
  const sinks: (readonly [string, Sink])[] = [...graph.writers.keys()].map(topic => [topic, { topic }] as const);
  for (const hop of graph.hops) if (hop.output === null) sinks.push([hop.hop, { hop }]);
  for (const [dataset, sink] of sinks) {
    const ages = agesOf(composition, sink, at);
    bySink.set(dataset, ages);
    add({ dataset }, ageValues(ages));
    if ('hop' in sink) addResidences({ dataset }, ages);
  }
  for (const { name, reads } of reports) {
    const ages = oldest(reads.map(dataset => bySink.get(dataset) ?? UNKNOWN_AGES));
    add({ report: name }, ageValues(ages));
    addResidences({ report: name }, ages);
  }
  return groups;
}

/** Every hop with every dataset it reads, once; a hop without inputs with none. */
function* hopInputs(graph: GraphIndex): Generator<readonly [Hop, string | null]> {
  const seen = new Set<string>();
  for (const hop of graph.hops) {
    for (const topic of hop.inputs.length > 0 ? hop.inputs : [null]) {
      if (topic !== null && hop.lookups?.includes(topic)) continue;
      const id = topic === null ? hop.hop : hopId(hop.hop, topic);
      if (seen.has(id)) continue;
      seen.add(id);
      yield [hop, topic];
    }
  }
}

/** A hop's id in the API: its consumer and the dataset it reads. */
function hopId(hop: string, dataset: string): string {
  return `${hop}<-${dataset}`;
}

const TRENDS = { growing: 1, steady: 0, shrinking: -1 } as const;

function hopValues(figures: HopFigures): readonly (readonly [string, number | null])[] {
  const { status, trend, eta, lostRecords, lagRecords } = figures;
  return [
    ['lag_ms', figures.lagMs],
    ['hop_arrival_per_second', figures.arrivalPerSecond],
    ['hop_processed_per_second', figures.processedPerSecond],
    ['hop_complete_ratio', figures.complete > 0 ? figures.complete : null],
    ['hop_status', status === 'UNKNOWN' ? null : HOP_STATUSES.indexOf(status)],
    ['hop_trend', trend === null ? null : TRENDS[trend]],
    ['hop_eta_low_ms', eta?.low ?? null],
    ['hop_eta_high_ms', eta?.high ?? null],
    ['hop_lost_records', lagRecords === null ? null : lostRecords],
  ];
}

function agesOf(composition: Composition, sink: Sink, at: number): Ages {
  const { age, low, high, path, residences } = assess(composition, sink, at);
  return age === null ? UNKNOWN_AGES : { age, low, high, lagSum: lagSum(composition, path, at), residences };
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
  return worst === null ? UNKNOWN_AGES : { ...worst, low, high };
}

function ageValues(ages: Ages): readonly (readonly [string, number | null])[] {
  return [
    ['age_ms', ages.age],
    ['age_low_ms', ages.low],
    ['age_high_ms', ages.high],
    ['lag_sum_ms', ages.lagSum],
  ];
}
