/** Rows written by hand, a record a second, and the answer they give. */
import assert from 'node:assert/strict';
import { answerFreshness, type FreshnessAnswer, findSink } from '../../../lineage/lag/answer.ts';
import { indexGraph } from '../../../lineage/lag/freshness.ts';
import type { Hop } from '../../../lineage/lag/hop-graph.ts';
import { OffsetTables } from '../../../lineage/lag/offsets.ts';
import { addRow } from '../../../lineage/lag/tables/offset-intake.ts';
import type { OffsetRow, OffsetsRow } from '../../../model/offset-row.ts';

/** A hop that writes at least once and has no windows, unless told. */
export function hop(name: string, inputs: readonly string[], output: string | null, more: Partial<Hop> = {}): Hop {
  return { hop: name, inputs, output, windowMs: null, allowedOooMs: 0, delivery: 'at_least_once', ...more };
}

/** End offset and position of one consumer at `second`, partition 0 unless told. */
export function row(
  second: number,
  consumer: string,
  topic: string,
  endOffset: number,
  position?: number,
  partition = 0,
): OffsetsRow {
  const told = position === undefined ? {} : { position };
  return { type: 'offsets', ts: second * 1000, hop: consumer, topic, partition, endOffset, ...told };
}

/** Rows every 10 s from `from` to `to`, one record per second arriving, the consumer `behind(t)` records back. */
export function flow(
  consumer: string,
  topic: string,
  from: number,
  to: number,
  behind: (second: number) => number,
): OffsetsRow[] {
  const rows: OffsetsRow[] = [];
  for (let t = from; t <= to; t += 10) rows.push(row(t, consumer, topic, t, Math.max(0, t - behind(t))));
  return rows;
}

/** What is said of a sink at `second` once these rows have come. */
export function ask(hops: readonly Hop[], rows: readonly OffsetRow[], sink: string, second: number): FreshnessAnswer {
  const tables = new OffsetTables();
  for (const one of rows) addRow(tables, one);
  const graph = indexGraph({ hops });
  const found = findSink(graph, sink);
  assert.ok(found, `the graph knows ${sink}`);
  return answerFreshness(graph, tables, found, sink, second * 1000);
}
