import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Epochs } from '../../../collector/kafka/epochs.ts';
import { PartitionTable } from '../../../collector/kafka/partitions.ts';
import { MemoryDocs } from '../fakes.ts';

const NOW = 10_000;

test('the watermark is the minimum over partitions; one at its end counts as level', () => {
  const table = new PartitionTable();
  assert.equal(table.watermark('t', NOW), null, 'nothing assigned, nothing known');
  table.assign({ t: [0, 1] });
  assert.equal(table.watermark('t', NOW), null, 'places unknown');

  table.received('t', 0, { offset: 0, ts: 5000 }, 20);
  table.starts('t', 1, 7);
  table.ends('t', 1, 7);
  assert.deepEqual([table.watermark('t', NOW), table.lag('t')], [5000, 20], 'the batch under way holds it back');

  table.stored('t', 0, 10, 6000);
  assert.deepEqual([table.watermark('t', NOW), table.lag('t')], [6000, 10]);

  table.stored('t', 0, 20, 7000);
  assert.deepEqual([table.watermark('t', NOW), table.lag('t')], [NOW, 0]);
});

test('commits hold what is stored, until they are done or overtaken', () => {
  const table = new PartitionTable();
  table.assign({ t: [0] });
  table.stored('t', 0, 5, 1);
  const first = table.uncommitted();
  table.stored('t', 0, 9, 2);
  table.committed(first);

  assert.deepEqual(table.uncommitted(), [{ topic: 't', partition: 0, offset: 9 }]);
  table.committed(table.uncommitted());
  assert.deepEqual(table.uncommitted(), []);
  table.stored('t', 1, 5, 1);
  assert.deepEqual(table.uncommitted(), [], 'partitions of others are not ours to commit');
});

test('control records move the place and the commit on', () => {
  const table = new PartitionTable();
  table.assign({ t: [0] });
  table.stored('t', 0, 5, 1);
  table.ends('t', 0, 6);
  assert.equal(table.lag('t'), 1);

  table.skipped('t', 0, 6, 6);

  assert.deepEqual([table.lag('t'), table.watermark('t', NOW), table.uncommitted()[0]?.offset], [0, NOW, 6]);
});

for (const [sentence, kept, seen, epoch] of [
  ['a first read', null, { end: 10, committed: -1 }, 0],
  ['going on at the commit', { epoch: 2, offset: 5 }, { end: 10, committed: 5 }, 2],
  ['a commit moved back by hand', { epoch: 2, offset: 5 }, { end: 10, committed: 0 }, 2],
  ['our offset beyond the end: made anew', { epoch: 2, offset: 50 }, { end: 10, committed: 50 }, 3],
  ['no commit though we made one: made anew', { epoch: 0, offset: 5 }, { end: 10, committed: -1 }, 1],
] as const) {
  test(`epoch: ${sentence}`, async () => {
    const docs = new MemoryDocs();
    if (kept) await docs.put('source_offset', 'g/t/0', kept, 'any');
    const epochs = new Epochs(docs, 'g');

    assert.equal((await epochs.current('t', 0, seen)).epoch, epoch);
    epochs.forget();
    assert.equal(
      (await new Epochs(docs, 'g').current('t', 0, { end: 10, committed: 5 })).epoch,
      epoch,
      'a new epoch is kept',
    );
  });
}

test('offsets are kept only for partitions whose epoch is known', async () => {
  const docs = new MemoryDocs();
  const epochs = new Epochs(docs, 'g');
  await epochs.current('t', 0, { end: 10, committed: -1 });
  await epochs.committed([
    { topic: 't', partition: 0, offset: 7 },
    { topic: 't', partition: 1, offset: 9 },
  ]);

  assert.deepEqual(
    [...docs.docs.entries()].map(([id, doc]) => [id, doc.body]),
    [['source_offset/g/t/0', { epoch: 0, offset: 7 }]],
  );
});
