import assert from 'node:assert/strict';
import { test } from 'node:test';
import { barrierPositions } from '../../../../lineage/lag/compose/settled.ts';
import { Curve } from '../../../../lineage/lag/tables/curve.ts';
import { PartitionPositions } from '../../../../lineage/lag/tables/hop-topic.ts';

function placedBy(checkpoints: readonly (readonly [completed: number, barrier: number])[]): (readonly number[])[] {
  const own = new PartitionPositions();
  own.move(10_000, 5);
  own.move(20_000, 9);
  const curve = new Curve();
  for (const [completed, barrier] of checkpoints) curve.put(completed, barrier);
  const placed = barrierPositions(own, curve);
  return Array.from({ length: placed.length }, (_, i) => [placed.timeOf(i), placed.valueOf(i)]);
}

const cases: {
  sentence: string;
  checkpoints: readonly (readonly [number, number])[];
  placed: readonly (readonly number[])[];
}[] = [
  {
    sentence: 'each at the barrier of the last checkpoint complete when it was seen',
    checkpoints: [
      [8_000, 6_000],
      [18_000, 16_000],
    ],
    placed: [
      [6_000, 5],
      [16_000, 9],
    ],
  },
  {
    sentence: 'one seen before the first barrier where it was seen',
    checkpoints: [[18_000, 16_000]],
    placed: [
      [10_000, 5],
      [16_000, 9],
    ],
  },
  {
    sentence: 'all where they were seen when no checkpoint places one',
    checkpoints: [[30_000, 9_000]],
    placed: [
      [10_000, 5],
      [20_000, 9],
    ],
  },
];
for (const { sentence, checkpoints, placed } of cases) {
  test(`commits are placed: ${sentence}`, () => {
    assert.deepEqual(placedBy(checkpoints), placed);
  });
}
