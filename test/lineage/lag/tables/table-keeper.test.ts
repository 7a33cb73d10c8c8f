/** Large tables are written slice by slice; what one of them could not write is all that is written again. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OffsetTables } from '../../../../lineage/lag/offsets.ts';
import { addRow } from '../../../../lineage/lag/tables/offset-intake.ts';
import { createTableKeeper } from '../../../../lineage/lag/tables/table-keeper.ts';
import { StoreAwayError } from '../../../../model/errors.ts';
import type { Json } from '../../../../model/json.ts';

const TOPICS = 70;
const NOW = 200_000;

/** About 3 MB: seventy topics of 32 partitions with full curves of uneven values. */
function large(): OffsetTables {
  const tables = new OffsetTables();
  for (let t = 0; t < 190; t++) {
    for (let topic = 0; topic < TOPICS; topic++) {
      for (let partition = 0; partition < 32; partition++) {
        const endOffset = t * 1_000_003 + ((t * 7919 + partition * 104_729) % 999_983);
        addRow(tables, { type: 'offsets', ts: t * 1000, hop: '', topic: `t${topic}`, partition, endOffset });
      }
    }
  }
  return tables;
}

test('a store that goes away in the middle of a pass gets the rest with the next one, and nothing twice', async () => {
  const writes: string[][] = [];
  let fails = false;
  const docs = new Map<string, Json>();
  const keeper = createTableKeeper(large(), {
    list: async () => [],
    delete: async () => {},
    async putMany(_kind, all) {
      fails = writes.length === 1;
      writes.push(all.map(({ id }) => id));
      if (fails) throw new StoreAwayError('away');
      for (const { id, body } of all) docs.set(id, body);
    },
  });

  await assert.rejects(keeper.persist(NOW), StoreAwayError);
  assert.equal(writes.length, 2, 'the first slice was written, the second one not');
  const first = docs.size;
  assert.ok(first > 0 && first < TOPICS);

  await keeper.persist(NOW);
  assert.equal(docs.size, TOPICS);
  assert.ok(writes.length > 3, 'in slices again');
  const written = writes.filter((_, i) => i !== 1).flat();
  assert.equal(new Set(written).size, written.length, 'nothing twice');

  const before = writes.length;
  await keeper.persist(NOW);
  assert.equal(writes.length, before, 'nothing has changed');
});
