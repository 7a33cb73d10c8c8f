/** Runs a simulated pipeline, tells the freshness side what `Reporting` says, and asks: every answer beside the truth. */
import { answerFreshness, type FreshnessAnswer, findSink } from '../../lineage/lag/answer.ts';
import { indexGraph } from '../../lineage/lag/freshness.ts';
import { OffsetTables } from '../../lineage/lag/offsets.ts';
import { addRow, noteArrival } from '../../lineage/lag/tables/offset-intake.ts';
import type { OffsetRow } from '../../model/offset-row.ts';
import { Pipeline, type Truth } from './pipeline.ts';
import { checkpointRows, type Reporting, reports } from './pipeline-reports.ts';
import { graphOf, type PipelineSpec } from './pipeline-spec.ts';

export interface Observation {
  readonly answer: FreshnessAnswer;
  readonly truth: Truth;
}

export interface Run {
  readonly observations: readonly Observation[];
  /** Everything that was told and asked, in order. */
  readonly tape: readonly Taped[];
  readonly tables: OffsetTables;
}

/** A row, or a question: its instant and sink. */
export type Taped = OffsetRow | { readonly type: 'query'; readonly ts: number; readonly sink: string };

export interface ObserveOptions {
  readonly untilMs: number;
  /** No question before. */
  readonly fromMs?: number;
  readonly change?: (row: OffsetRow) => readonly OffsetRow[];
  /** The rows of one moment come in the opposite order. */
  readonly backwards?: boolean;
}

/** Asks for every sink at every poll and between two, seeing only what has come in by then. */
export function observe(spec: PipelineSpec, reporting: Reporting, options: ObserveOptions): Run {
  const pipeline = new Pipeline(spec);
  const tables = new OffsetTables();
  const graph = indexGraph(graphOf(spec));
  const isRead = (topic: string): boolean => spec.hops.some(({ inputs }) => inputs.includes(topic));
  const sinks = spec.hops.filter(({ output }) => output === null || !isRead(output));
  const observations: Observation[] = [];
  const tape: Taped[] = [];
  let onTheWay: { readonly row: OffsetRow; readonly at: number }[] = [];
  let told = 0;
  const take = (): void => {
    onTheWay.push(...checkpointRows(pipeline, told).map(row => ({ row, at: pipeline.now })));
    told = pipeline.now;
    const arrived = onTheWay.filter(({ at }) => at <= pipeline.now);
    if (options.backwards) arrived.reverse();
    onTheWay = onTheWay.filter(({ at }) => at > pipeline.now);
    for (const { row } of arrived) {
      for (const changed of options.change?.(row) ?? [row]) {
        tape.push(changed);
        addRow(tables, changed);
        noteArrival(tables, changed, pipeline.now);
      }
    }
  };
  for (let t = 0; t < options.untilMs; t += reporting.intervalMs) {
    for (const [between, polls] of [
      [0, true],
      [0.6 * reporting.intervalMs, false],
    ] as const) {
      pipeline.runTo(t + between);
      if (polls) onTheWay.push(...reports(pipeline, reporting));
      take();
      if (pipeline.now < (options.fromMs ?? 60_000)) continue;
      for (const { hop, output } of sinks) {
        const sink = output ?? hop;
        tape.push({ type: 'query', ts: pipeline.now, sink });
        const answer = answerFreshness(graph, tables, findSink(graph, sink)!, sink, pipeline.now);
        observations.push({ answer, truth: pipeline.truth(hop) });
      }
    }
  }
  return { observations, tape, tables };
}

/** Age in truth, ms. */
export function trueAge({ answer, truth }: Observation): number {
  return answer.ts - truth.completeUpTo;
}

/** Mean, 99th percentile and worst of absolute errors, ms. */
export function errorsOf(errors: readonly number[]): {
  readonly mean: number;
  readonly p99: number;
  readonly worst: number;
} {
  const sorted = errors.map(Math.abs).sort((a, b) => a - b);
  const mean = sorted.reduce((sum, error) => sum + error, 0) / Math.max(1, sorted.length);
  return { mean, p99: sorted[Math.floor(sorted.length * 0.99)] ?? 0, worst: sorted.at(-1) ?? 0 };
}
