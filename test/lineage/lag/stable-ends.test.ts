/** Open transactions: a reader of committed records is not behind by what it cannot get yet, but its data is as old as what waits there. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { answerFreshness } from '../../../lineage/lag/answer.ts';
import { Composition, indexGraph } from '../../../lineage/lag/freshness.ts';
import { hopFigures } from '../../../lineage/lag/hop-figures.ts';
import { hopStatus } from '../../../lineage/lag/hop-status.ts';
import { createLagDeriver } from '../../../lineage/lag/lag-deriver.ts';
import { OffsetTables } from '../../../lineage/lag/offsets.ts';
import { endsDocs, positionsDocs, restoreDoc } from '../../../lineage/lag/tables/table-snapshot.ts';
import type { OffsetsRow } from '../../../model/offset-row.ts';

const SECOND = 1000;
const HOP = {
  hop: 'mart',
  inputs: ['dwd'],
  output: null,
  windowMs: null,
  allowedOooMs: 0,
  delivery: 'at_least_once',
} as const;
const GRAPH = indexGraph({ hops: [HOP] });

/** A poll at a time in seconds: the end offset, the last stable one where it is another, and where the reader stands. */
type Poll = readonly [at: number, end: number, stable: number | null, position: number];

function polled([at, endOffset, stable, position]: Poll): readonly OffsetsRow[] {
  const common = { type: 'offsets', ts: at * SECOND, topic: 'dwd', partition: 0, polled: true } as const;
  return [
    { ...common, hop: '', endOffset, ...(stable !== null && { lastStableOffset: stable }) },
    { ...common, hop: 'mart', position },
  ];
}

/** The lags derived at each poll, and the tables they made. */
function run(polls: readonly Poll[]): { readonly lags: readonly number[]; readonly tables: OffsetTables } {
  const tables = new OffsetTables();
  const deriver = createLagDeriver(tables);
  const lags = polls.map(poll => {
    const groups = deriver.derive(polled(poll), 0);
    const newest = groups.filter(({ ts, values }) => ts === poll[0] * SECOND && values[0]?.[0] === 'lag');
    return newest.at(-1)?.values[0]?.[1] ?? Number.NaN;
  });
  return { lags, tables };
}

/** 100 records a poll in one transaction that is committed at 50 s. */
const WAITING: readonly Poll[] = [
  [0, 1000, null, 1000],
  [10, 1100, 1000, 1000],
  [20, 1200, 1000, 1000],
  [30, 1300, 1000, 1000],
  [40, 1400, 1000, 1000],
];

describe('the lag of a reader before an open transaction', () => {
  const cases: readonly (readonly [string, readonly Poll[], readonly number[]])[] = [
    ['is none while it has read all that is stable', WAITING, [0, 0, 0, 0, 0]],
    ['is what was committed once it is', [...WAITING, [50, 1501, null, 1000]], [0, 0, 0, 0, 0, 501]],
    ['counts what is stable and not read', [WAITING[0]!, [10, 1100, 1040, 1000]], [0, 40]],
    [
      'counts everything once it has been seen in the open part',
      [[0, 1000, 900, 950], ...WAITING.slice(2)],
      [50, 200, 300, 400],
    ],
  ];
  for (const [sentence, polls, lags] of cases) test(sentence, () => assert.deepEqual(run(polls).lags, lags));

  test('a stable offset behind its end offset is the end offset: the two were asked one after the other', () => {
    assert.deepEqual(run([[0, 1000, 1004, 990]]).lags, [10]);
  });

  test('a topic made anew begins without transactions', () => {
    const { lags } = run([...WAITING, [50, 10, null, 4]]);
    assert.equal(lags.at(-1), 6);
  });
});

test('a long transaction makes a waiting reader neither stalled nor stopped, and it has no backlog', () => {
  const { tables } = run(
    Array.from({ length: 14 }, (_, i): Poll => [i * 10, 1000 + i * 100, i === 0 ? null : 1000, 1000]),
  );
  const consumers = tables.consumersOf('mart', 'dwd');
  assert.equal(hopStatus(tables, consumers, 130 * SECOND), 'OK');
  const figures = hopFigures(new Composition(GRAPH, tables), tables, HOP, 'dwd', 130 * SECOND);
  assert.equal(figures.lagRecords, 0);
  assert.equal(figures.arrivalPerSecond, 10, 'what arrives is what is written, committed or not');
});

test('the age begins where the transaction does, and the answer says why there is no lag', () => {
  const { tables } = run(WAITING);
  const answer = answerFreshness(GRAPH, tables, { hop: HOP }, 'mart', 40 * SECOND);
  assert.equal(answer.age_ms, 40 * SECOND);
  assert.ok(answer.rules.includes('open-transaction'));
  const { tables: committed } = run([...WAITING, [50, 1501, null, 1500]]);
  const after = answerFreshness(GRAPH, committed, { hop: HOP }, 'mart', 50 * SECOND);
  assert.ok(!after.rules.includes('open-transaction'));
});

test('both outlive a restart of the daemon', () => {
  const { tables } = run([[0, 1000, 900, 950]]);
  const restored = new OffsetTables();
  for (const ends of tables.topics()) for (const { body } of endsDocs(ends)) assert.ok(restoreDoc(restored, body));
  for (const consumer of tables.consumers())
    for (const { body } of positionsDocs(consumer)) assert.ok(restoreDoc(restored, body));
  assert.equal([...restored.topics()][0]?.partitions.get(0)?.stable?.lastX, 900);
  assert.equal([...restored.consumers()][0]?.readsUncommitted, true);
});
