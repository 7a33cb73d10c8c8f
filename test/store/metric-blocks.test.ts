import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Block, mergeBlocks, rollUp, slotOf } from '../../store/metric-blocks.ts';
import { decodeColumns, encodeColumns } from '../../store/metric-columns.ts';

const number = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.integer(),
  fc.maxSafeInteger(),
  fc.integer({ min: 0, max: 255 }),
  fc.constantFrom(0, -0, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER, Number.MAX_VALUE, Number.MIN_VALUE),
);

test('columns come back bit for bit, whatever they hold', () => {
  const column = fc.array(number, { minLength: 1, maxLength: 200 });
  fc.assert(
    fc.property(column, fc.boolean(), (values, sorted) => {
      const first = Float64Array.from(sorted ? values.toSorted((a, b) => a - b) : values);
      const second = first.toReversed();
      const back = decodeColumns(encodeColumns([first, second], first.length), 2);
      assert.deepEqual(back, [first, second]);
    }),
  );
});

const SIZES: readonly (readonly [string, (i: number) => number, number])[] = [
  ['a constant', () => 42.5, 30],
  ['small whole numbers', i => 1000 + (i % 200), 100],
  ['a regular clock', i => 1_795_255_880_238 + i * 60_000, 100],
  ['a counter', i => 1e12 + i * 5000, 100],
  ['noise', i => Math.sin(i), 500],
];
for (const [what, of, most] of SIZES) {
  test(`60 values of ${what} take at most ${most} bytes`, () => {
    assert.ok(encodeColumns([Float64Array.from({ length: 60 }, (_, i) => of(i))], 60).length <= most);
  });
}

function block(points: readonly (readonly [number, number])[]): Block {
  return {
    times: Float64Array.from(points, p => p[0]),
    values: Float64Array.from(points, p => p[1]),
    delays: Float64Array.from(points, p => p[1] * 2),
  };
}

test('a merge keeps one point for each instant, the last written, in order of time', () => {
  const points = fc.array(fc.tuple(fc.integer({ min: 0, max: 30 }), fc.integer({ min: 0, max: 9 })), { maxLength: 40 });
  fc.assert(
    fc.property(points, points, (before, after) => {
      const stored = mergeBlocks(null, block(before));
      const merged = mergeBlocks(stored, block(after));
      const model = [...new Map([...before, ...after])].sort((a, b) => a[0] - b[0]);
      assert.deepEqual(merged, block(model));
    }),
  );
});

test('an hour and a minute hold their end and not their beginning', () => {
  assert.equal(slotOf(3_600_000), 1);
  assert.equal(slotOf(3_600_001), 2);
  const rollup = rollUp(
    block([
      [60_000, 1],
      [60_001, 5],
      [90_000, 3],
      [120_000, 4],
      [240_000, 9],
    ]),
  );
  assert.deepEqual(Object.fromEntries(Object.entries(rollup).map(([name, column]) => [name, [...column]])), {
    times: [60_000, 120_000, 240_000],
    min: [1, 3, 9],
    max: [1, 5, 9],
    sum: [1, 12, 9],
    count: [1, 3, 1],
    first: [1, 5, 9],
    last: [1, 4, 9],
  });
});
