import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OffsetTables } from '../../../lineage/lag/offsets.ts';
import { addRow } from '../../../lineage/lag/tables/offset-intake.ts';
import type { OffsetRow, OffsetsRow } from '../../../model/offset-row.ts';

const ROW = { type: 'offsets', ts: 0, hop: 'agg', topic: 'dw', partition: 0 } as const;

function tablesOf(rows: readonly OffsetRow[], options = {}): OffsetTables {
  const tables = new OffsetTables(options);
  for (const row of rows) addRow(tables, row);
  return tables;
}

/** Last position of partition 0 of `agg` on `dw`. */
function positionOf(tables: OffsetTables): number | undefined {
  return tables.consumersOf('agg', 'dw')[0]?.partitions.get(0)?.raw.lastX;
}

test('a topic of the graph is matched by name, and by cluster where both sides know theirs', () => {
  const rows = [
    { ...ROW, position: 1, cluster: 'data-1' },
    { ...ROW, position: 2, cluster: 'data-2' },
  ];
  const tables = tablesOf(rows, { clusterOf: (address: string) => (address === 'b:9092' ? 'data-2' : null) });
  const clusters = (id: string): string[] => tables.consumersOf('agg', id).map(consumer => consumer.cluster);

  assert.deepEqual(clusters('kafka://b:9092/dw'), ['data-2']);
  assert.deepEqual(clusters('kafka://unknown:9092/dw'), ['data-1', 'data-2']);
  assert.deepEqual(clusters('dw'), ['data-1', 'data-2']);
  assert.deepEqual(clusters('kafka://b:9092/other'), []);
  assert.deepEqual(tables.consumersOf('other', 'dw'), []);
});

test('a consumer without a cluster belongs where the catalogue says', () => {
  const tables = tablesOf([{ ...ROW, position: 1 }], { clusterOfConsumer: () => 'data-2' });

  assert.equal(tables.consumersOf('agg', 'dw')[0]?.cluster, 'data-2');
});

test('live positions count, commits only where there are none', () => {
  const position: OffsetsRow = { ...ROW, position: 100 };
  const commit = (ts: number, committed: number): OffsetsRow => ({ ...ROW, ts, committed });

  assert.equal(positionOf(tablesOf([commit(0, 50)])), 50);
  assert.equal(positionOf(tablesOf([position, commit(10_000, 50)])), 100);
  assert.equal(positionOf(tablesOf([position, commit(400_000, 50)])), 50, 'after a restart, until the first record');
  assert.equal(positionOf(tablesOf([{ ...ROW, position: -1, committed: 50 }])), 50);
});

test('beyond the bound new partitions are refused and counted, known ones go on', () => {
  const tables = tablesOf([], { maxPartitions: 2 });
  for (const partition of [0, 1, 2, 3]) addRow(tables, { ...ROW, hop: '', partition, endOffset: 1 });
  addRow(tables, { ...ROW, hop: '', ts: 10, partition: 1, endOffset: 9 });

  assert.equal(tables.partitions, 2);
  assert.deepEqual([tables.takeRefused(), tables.takeRefused()], [2, 0]);
  assert.equal([...tables.topics()][0]?.partitions.get(1)?.curve.lastX, 9);
});

test('a hop that ended for good is forgotten, its topic stays', () => {
  const tables = tablesOf([
    { ...ROW, endOffset: 5, position: 5 },
    { type: 'queue_lag', ts: 0, hop: 'agg', ms: 1 },
  ]);

  tables.forgetHop('agg');

  assert.deepEqual(tables.consumersOf('agg', 'dw'), []);
  assert.equal(tables.factsOf('agg'), undefined);
  assert.equal(tables.partitions, 1);
});

test('rows without a usable time or figure change nothing', () => {
  const tables = tablesOf([
    { ...ROW, ts: Number.NaN, position: 5 },
    { ...ROW, endOffset: -1, position: -1 },
    { type: 'lag', ts: 0, hop: 'agg', topic: 'dw', partition: 0, lagRecords: Number.NaN },
  ]);

  assert.equal(tables.partitions, 0);
});
