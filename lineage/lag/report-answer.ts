import { answerFreshness, type FreshnessAnswer, findSink } from './answer.ts';
import type { GraphIndex } from './freshness.ts';
import type { Report } from './freshness-series.ts';
import type { OffsetTables } from './offsets.ts';

/** A report's freshness: the contract's answer, whose `sink` is the report, and what the report is. */
export interface ReportFreshness extends FreshnessAnswer {
  readonly report: string;
  readonly owner: string;
  readonly reads: readonly string[];
  /** The dataset that holds the report back; null when none is older than the instant or one is unknown. */
  readonly oldest: string | null;
  readonly slo: { readonly age_ms: number; readonly target: number } | null;
}

/** The answer of a report: that of its oldest dataset, with the sources, statuses and rules of all of them. */
export function answerReport(graph: GraphIndex, tables: OffsetTables, report: Report, at: number): ReportFreshness {
  const answers = report.reads.map(dataset => answerDataset(graph, tables, dataset, at));
  const oldest = answers.every(answer => answer.age_ms !== null)
    ? answers.reduce<FreshnessAnswer | null>((a, b) => (a === null || b.age_ms! > a.age_ms! ? b : a), null)
    : null;
  const merged = { ...(oldest ?? unknownAnswer(report.name, at)), sink: report.name, ts: at };
  const high = oldest === null ? null : worst(answers.map(answer => answer.age_high_ms));
  return {
    ...merged,
    age_low_ms: oldest === null ? null : worst(answers.map(answer => answer.age_low_ms)),
    age_high_ms: high,
    complete_up_to: high === null ? null : at - high,
    per_source: mergeSources(answers),
    stale: [...new Set(answers.flatMap(answer => answer.stale))],
    status: Object.assign({}, ...answers.map(answer => answer.status)),
    rules: [...new Set(answers.flatMap(answer => answer.rules))].sort(),
    report: report.name,
    owner: report.owner,
    reads: report.reads,
    oldest: oldest?.sink ?? null,
    slo: report.slo === undefined ? null : { age_ms: report.slo.ageMs, target: report.slo.target },
  };
}

function answerDataset(graph: GraphIndex, tables: OffsetTables, dataset: string, at: number): FreshnessAnswer {
  const sink = findSink(graph, dataset);
  return sink === null ? unknownAnswer(dataset, at) : answerFreshness(graph, tables, sink, dataset, at);
}

/** What is said of a sink of which nothing is known. */
export function unknownAnswer(sink: string, ts: number): FreshnessAnswer {
  return {
    ts,
    sink,
    age_ms: null,
    age_low_ms: null,
    age_high_ms: null,
    complete_up_to: null,
    lag_sum_ms: null,
    blame: null,
    residence_ms: {},
    per_source: {},
    stale: [],
    status: {},
    rules: [],
    eta_ms: null,
  };
}

function worst(values: readonly (number | null)[]): number | null {
  let most = 0;
  for (const value of values) {
    if (value === null) return null;
    most = Math.max(most, value);
  }
  return most;
}

function mergeSources(answers: readonly FreshnessAnswer[]): FreshnessAnswer['per_source'] {
  const merged: Record<string, { age_ms: number | null; complete_up_to: number | null }> = {};
  for (const { per_source } of answers) {
    for (const [topic, source] of Object.entries(per_source)) {
      const known = merged[topic];
      if (known === undefined) merged[topic] = source;
      else {
        merged[topic] = {
          age_ms: known.age_ms === null || source.age_ms === null ? null : Math.max(known.age_ms, source.age_ms),
          complete_up_to:
            known.complete_up_to === null || source.complete_up_to === null
              ? null
              : Math.min(known.complete_up_to, source.complete_up_to),
        };
      }
    }
  }
  return merged;
}
