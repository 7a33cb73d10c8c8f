import type { MetricStore } from '../../store/metric-store.ts';
import type { Report } from '../lag/freshness-series.ts';
import type { Hop, HopGraph } from '../lag/hop-graph.ts';
import type { OffsetTables } from '../lag/offsets.ts';
import type { FreshnessRecorder } from '../lag/recorder.ts';
import { medianGap } from '../lag/tables/hop-topic.ts';
import {
  type CommittingWriter,
  isComplete,
  judgeReadiness,
  type Readiness,
  type ReadinessQuestion,
} from './readiness.ts';
import { countRows, type RowCount } from './row-count.ts';

export interface ReadinessParts {
  readonly graph: () => HopGraph;
  readonly reports: () => readonly Report[];
  readonly recorder: Pick<FreshnessRecorder, 'freshnessOf'>;
  readonly tables: OffsetTables;
  readonly metrics: Pick<MetricStore, 'window'>;
}

/** The speed is taken over as long: longer than the steps in which windows and checkpoints let data through. */
const SPEED_MS = 300_000;

/** Answers one question as of `at`; null when nothing is known by the target's name. Rejects with `StoreAwayError` while rows cannot be read. */
export async function askReadiness(
  parts: ReadinessParts,
  question: ReadinessQuestion,
  at: number,
): Promise<Readiness | null> {
  const { recorder, tables } = parts;
  const answer = recorder.freshnessOf(question.target, at);
  if (answer === null) return null;
  const { hops } = parts.graph();
  const datasets = parts.reports().find(({ name }) => name === question.target)?.reads ?? [question.target];
  const writers = hops.filter(({ hop, output }) => datasets.includes(output ?? hop));
  const complete = isComplete(answer, question.completeTo);
  const earlierAt = at - SPEED_MS;
  const earlier = complete ? null : (recorder.freshnessOf(question.target, earlierAt)?.complete_up_to ?? null);
  return judgeReadiness({
    question,
    answer,
    earlier: { at: earlierAt, completeUpTo: earlier },
    committing: writers.filter(commits).map(writer => committing(tables, writer, at)),
    rows: complete ? await rowsOf(parts.metrics, question, datasets, hops, at) : null,
  });
}

function commits({ delivery, visibleOnCheckpoint, inputs }: Hop): boolean {
  return inputs.length > 0 && (delivery === 'exactly_once' || visibleOnCheckpoint === true);
}

function committing(tables: OffsetTables, { hop }: Hop, at: number): CommittingWriter {
  const checkpoints = tables.factsOf(hop)?.checkpoints;
  const last = checkpoints?.indexAt(at) ?? -1;
  if (checkpoints === undefined || last < 0) return { hop, barrier: null, nextAt: null };
  return { hop, barrier: checkpoints.valueOf(last), nextAt: checkpoints.timeOf(last) + medianGap(checkpoints) };
}

/** Only of one dataset: the rows of several say nothing about each. */
async function rowsOf(
  metrics: Pick<MetricStore, 'window'>,
  { expectedRows, completeTo, periodMs }: ReadinessQuestion,
  datasets: readonly string[],
  hops: readonly Hop[],
  now: number,
): Promise<RowCount | null> {
  const [dataset] = datasets;
  if (expectedRows === undefined || dataset === undefined || datasets.length > 1) return null;
  return countRows(metrics, {
    dataset,
    from: completeTo - periodMs,
    to: completeTo,
    writers: hops.filter(({ output }) => output === dataset),
    outputsOf: name => new Set(hops.filter(({ hop }) => hop === name).map(({ output }) => output)).size,
    now,
  });
}
