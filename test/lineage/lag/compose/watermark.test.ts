import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answerFreshness, type FreshnessAnswer, findSink } from '../../../../lineage/lag/answer.ts';
import { indexGraph } from '../../../../lineage/lag/freshness.ts';
import { OffsetTables } from '../../../../lineage/lag/offsets.ts';
import { addRow } from '../../../../lineage/lag/tables/offset-intake.ts';
import { factsDoc, restoreDoc } from '../../../../lineage/lag/tables/table-snapshot.ts';

const WINDOW_MS = 60_000;
const AT = 600_000;
const graph = indexGraph({
  hops: [
    {
      hop: 'agg',
      inputs: ['in'],
      output: null,
      windowMs: WINDOW_MS,
      allowedOooMs: 5_000,
      delivery: 'at_least_once' as const,
    },
  ],
});

interface Told {
  readonly ts: number;
  readonly watermark: number | null;
  readonly late?: number;
}

/** A job that is level with its input until `AT`, and what it told of its watermark. */
function tablesOf(told: readonly Told[]): OffsetTables {
  const tables = new OffsetTables();
  for (let ts = 0; ts <= AT; ts += 10_000) {
    const offset = ts / 100;
    addRow(tables, { type: 'offsets', ts, hop: 'agg', topic: 'in', partition: 0, endOffset: offset, position: offset });
  }
  for (const { ts, watermark, late } of told) {
    addRow(tables, {
      type: 'watermark',
      ts,
      hop: 'agg',
      watermark,
      ...(late !== undefined && { lateDropped: late }),
    });
  }
  return tables;
}

function ask(tables: OffsetTables, at = AT): FreshnessAnswer {
  return answerFreshness(graph, tables, findSink(graph, 'agg')!, 'agg', at);
}

const steady = (until: number): Told[] =>
  Array.from({ length: until / 10_000 }, (_, i) => ({ ts: (i + 1) * 10_000, watermark: (i + 1) * 10_000 - 5_001 }));
const stuck = (from: number): Told[] => [
  ...steady(from),
  ...Array.from({ length: (AT - from) / 10_000 }, (_, i) => ({ ts: from + (i + 1) * 10_000, watermark: from - 5_001 })),
];

const cases: {
  sentence: string;
  told: readonly Told[];
  at?: number;
  upTo: number;
  sure: number | null;
  rule: boolean;
}[] = [
  { sentence: 'none told: by what was read', told: [], upTo: 540_000, sure: 540_000, rule: false },
  { sentence: 'one that follows takes nothing away', told: steady(AT), upTo: 540_000, sure: 540_000, rule: false },
  {
    sentence: 'one that stands still holds the windows',
    told: stuck(200_000),
    upTo: 180_000,
    sure: 180_000,
    rule: true,
  },
  {
    sentence: 'one that has reached the millisecond before an end closes that window',
    told: [{ ts: AT, watermark: 239_999 }],
    upTo: 240_000,
    sure: 240_000,
    rule: true,
  },
  {
    sentence: 'none yet since the job is known: nothing is certain',
    told: [{ ts: AT, watermark: null }],
    upTo: 540_000,
    sure: null,
    rule: true,
  },
  {
    sentence: 'a restart without one leaves what was closed',
    told: [...steady(AT), { ts: AT, watermark: null }],
    upTo: 540_000,
    sure: 540_000,
    rule: false,
  },
  {
    sentence: 'ahead of the clock it is no further than that',
    told: [{ ts: AT - 10_000, watermark: 10 * AT }],
    upTo: 540_000,
    sure: 540_000,
    rule: false,
  },
];
for (const { sentence, told, upTo, sure, rule } of cases) {
  test(`the watermark of a window: ${sentence}`, () => {
    const answer = ask(tablesOf(told));
    assert.equal(answer.age_ms, AT - upTo);
    assert.equal(answer.complete_up_to, sure);
    assert.equal(answer.rules.includes('watermark'), rule);
    assert.equal(answer.residence_ms['agg'], answer.age_ms);
  });
}

test('a stuck watermark never makes the answer fresher', () => {
  for (let from = 0; from <= AT; from += 50_000) {
    assert.ok(ask(tablesOf(stuck(from))).age_ms! >= ask(tablesOf([])).age_ms!);
  }
});

test('records dropped because they came too late are named', () => {
  const tables = tablesOf([
    { ts: 300_000, watermark: 290_000, late: 0 },
    { ts: 400_000, watermark: 390_000, late: 2 },
  ]);
  assert.ok(!ask(tables, 350_000).rules.includes('late-dropped'));
  assert.ok(ask(tables).rules.includes('late-dropped'));
});

test('watermarks outlive a restart of the daemon', () => {
  const tables = tablesOf(stuck(200_000));
  const restarted = tablesOf([]);
  assert.ok(restoreDoc(restarted, factsDoc('agg', tables.factsOf('agg')!).body));
  assert.deepEqual(ask(restarted), ask(tables));
});

test('a document of an earlier version, without watermarks, is read', () => {
  const tables = tablesOf([]);
  assert.ok(restoreDoc(tables, { kind: 'facts', hop: 'agg', checkpoints: '', queue: '', estimated: false }));
  assert.equal(ask(tables).age_ms, 60_000);
});
