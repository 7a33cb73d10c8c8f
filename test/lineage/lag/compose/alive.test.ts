import assert from 'node:assert/strict';
import { test } from 'node:test';
import { aliveMs } from '../../../../lineage/lag/compose/alive.ts';
import { OffsetTables } from '../../../../lineage/lag/offsets.ts';
import { addRow } from '../../../../lineage/lag/tables/offset-intake.ts';

/** End offsets of the output, one sample every 10 s from second 0. */
function output(...ends: readonly number[]): OffsetTables {
  const tables = new OffsetTables();
  for (const [i, endOffset] of ends.entries()) {
    addRow(tables, { type: 'offsets', ts: i * 10_000, hop: '', topic: 'dw', partition: 0, endOffset });
  }
  return tables;
}

const cases: { sentence: string; ends: readonly number[]; at: number; alive: number }[] = [
  { sentence: 'an output that grows all the time', ends: [0, 1, 2, 3, 4, 5, 6], at: 60_000, alive: 60_000 },
  { sentence: 'one that stands still', ends: [5, 5, 5, 5, 5, 5, 5], at: 60_000, alive: 0 },
  { sentence: 'one that ceases to grow', ends: [0, 1, 2, 2, 2, 2, 2], at: 60_000, alive: 20_000 },
  {
    sentence: 'one that pauses for longer than a hop may be silent',
    ends: [0, 1, 1, 1, 1, 1, 2],
    at: 60_000,
    alive: 20_000,
  },
  { sentence: 'one that pauses shortly', ends: [0, 1, 1, 2, 3, 3, 4], at: 60_000, alive: 60_000 },
  { sentence: 'nothing after the instant asked about', ends: [0, 1, 2, 3, 4, 5, 6], at: 25_000, alive: 25_000 },
];
for (const { sentence, ends, at, alive } of cases) {
  test(`a silent hop is believed alive: ${sentence}`, () => {
    assert.equal(aliveMs(output(...ends), 'dw', 0, at, 10_000), alive);
  });
}

test('a hop that stood still before a backlog is believed alive from the last sample that shows no growth', () => {
  const tables = output(5, 5, 5, 6, 6, 7);
  assert.equal(aliveMs(tables, 'dw', 0, 20_000, 20_000, true), 0);
  assert.equal(aliveMs(tables, 'dw', 0, 30_000, 20_000, true), 10_000);
  assert.equal(aliveMs(tables, 'dw', 0, 50_000, 20_000, true), 30_000, 'later pauses are pauses');
  assert.equal(aliveMs(tables, 'dw', 0, 30_000, 20_000, false), 30_000, 'one that moved may write seldom');
});

test('a hop whose output nobody knows is not believed alive', () => {
  assert.equal(aliveMs(output(0, 1), null, 0, 10_000, 10_000), 0);
  assert.equal(aliveMs(output(0, 1), 'other', 0, 10_000, 10_000), 0);
});
