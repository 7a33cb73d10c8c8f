import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answerFreshness, findSink } from '../../../../lineage/lag/answer.ts';
import { indexGraph } from '../../../../lineage/lag/freshness.ts';
import { OffsetTables } from '../../../../lineage/lag/offsets.ts';
import { addRow } from '../../../../lineage/lag/tables/offset-intake.ts';

const INTERVAL_MS = 2_000;
const RELEASED_AT = 30_000;
const graph = indexGraph({
  hops: [
    {
      hop: 'agg',
      inputs: ['in'],
      output: 'out',
      windowMs: null,
      allowedOooMs: 0,
      delivery: 'at_least_once' as const,
    },
  ],
});

/** Ten records a second come in; the job stands still at record 100 from second 10 on. */
function stalled(): OffsetTables {
  const tables = new OffsetTables();
  for (let t = 0; t <= RELEASED_AT; t += INTERVAL_MS) report(tables, t, Math.min(t, 10_000) / 100);
  for (let t = 0; t <= RELEASED_AT; t += INTERVAL_MS) poll(tables, t, Math.min(t, 10_000) / 100);
  return tables;
}

function report(tables: OffsetTables, ts: number, position: number): void {
  addRow(tables, { type: 'offsets', ts, hop: 'agg', topic: 'in', partition: 0, position });
}

function poll(tables: OffsetTables, ts: number, written: number): void {
  addRow(tables, { type: 'offsets', ts, hop: '', topic: 'in', partition: 0, endOffset: ts / 100 });
  addRow(tables, { type: 'offsets', ts, hop: '', topic: 'out', partition: 0, endOffset: written });
}

function completeAt(tables: OffsetTables, at: number): number {
  const answer = answerFreshness(graph, tables, findSink(graph, 'out')!, 'out', at);
  return at - answer.age_ms!;
}

test('a hop that stands still stays where it was', () => {
  assert.equal(completeAt(stalled(), RELEASED_AT + 1_000), 10_000);
});

test('its output grows again before its report comes: it goes on from the last sample without growth', () => {
  const tables = stalled();
  poll(tables, 32_000, 120);
  assert.equal(completeAt(tables, 33_000), 13_000);
});

test('a late report of the time before it went on takes nothing back', () => {
  const tables = stalled();
  poll(tables, 32_000, 100);
  poll(tables, 34_000, 120);
  const before = completeAt(tables, 35_500);
  assert.equal(before, 13_500, 'stale by then: alive since the poll before the growth');
  report(tables, 31_000, 100);
  assert.equal(completeAt(tables, 35_500), before);
  report(tables, 33_000, 110);
  assert.ok(completeAt(tables, 35_500) >= 11_000, 'the report that shows it moving counts from then on');
});

test('one partition that stands still while others move is not moved by what they write', () => {
  const tables = stalled();
  for (let t = 0; t <= RELEASED_AT; t += INTERVAL_MS) {
    addRow(tables, { type: 'offsets', ts: t, hop: '', topic: 'in', partition: 1, endOffset: t / 100 });
    addRow(tables, { type: 'offsets', ts: t, hop: 'agg', topic: 'in', partition: 1, position: t / 100 });
  }
  poll(tables, 32_000, 120);
  assert.equal(completeAt(tables, 33_000), 10_000);
});
