import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Block, mergeBlocks, rollUp } from '../../store/metric-blocks.ts';
import { encodeColumns } from '../../store/metric-columns.ts';
import { decodeRolled, decodeRollup, encodeRolled, mergeRolled, type RolledBlock } from '../../store/rolled-block.ts';

function block(points: readonly (readonly [number, number])[]): Block {
  const sorted = [...new Map(points)].sort((a, b) => a[0] - b[0]);
  return {
    times: Float64Array.from(sorted, p => p[0]),
    values: Float64Array.from(sorted, p => p[1]),
    delays: new Float64Array(sorted.length),
  };
}

/** Points of ten minutes, whose value is a function of their time: a repeat repeats it. */
const points = fc
  .array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 40 })
  .map(times => block(times.map(t => [t * 10_000, ((t * 37) % 101) - 50])));

test('a rollup that took points in any order and number of times is the rollup of all of them', () => {
  fc.assert(
    fc.property(fc.array(points, { minLength: 1, maxLength: 5 }), batches => {
      let rolled: RolledBlock | null = null;
      let added = 0;
      for (const batch of batches) {
        const merged = mergeRolled(rolled && decodeRolled(encodeRolled(rolled)), batch);
        rolled = merged.rolled;
        added += merged.added;
      }
      const all = batches.reduce<Block | null>((sum, batch) => mergeBlocks(sum, batch), null);
      assert.deepEqual(rolled?.rollup, all && rollUp(all));
      assert.deepEqual(rolled?.times, all?.times);
      assert.equal(added, all?.times.length);
    }),
  );
});

test('a known time keeps the value it had', () => {
  const { rolled } = mergeRolled(null, block([[30_000, 5]]));

  assert.deepEqual(mergeRolled(rolled, block([[30_000, 9]])), { rolled, added: 0 });
});

test('what was written before times were kept is read, and takes points of minutes it does not have', () => {
  const r = rollUp(block([[30_000, 5]]));
  const old = encodeColumns([r.times, r.min, r.max, r.sum, r.count, r.first, r.last], 1);

  assert.deepEqual(decodeRollup(old), r);
  const stored = decodeRolled(old);
  assert.equal(stored.times, null);
  const { rolled, added } = mergeRolled(
    stored,
    block([
      [40_000, 6],
      [90_000, 7],
    ]),
  );
  assert.equal(added, 1);
  assert.deepEqual([...rolled.rollup.times], [60_000, 120_000]);
  assert.deepEqual([...rolled.rollup.sum], [5, 7]);
  assert.deepEqual(decodeRolled(encodeRolled(rolled)), rolled);
});
