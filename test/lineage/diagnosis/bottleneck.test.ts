import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findBottleneck } from '../../../lineage/diagnosis/bottleneck.ts';
import { subtask, task } from './job-input.ts';

type Load = readonly [busy: number | null, pressed: number | null];

/** A chain of tasks `a` → `b` → …, the first a source. */
function chain(...loads: readonly Load[]) {
  const names = 'abcdef';
  return loads.map(([busy, pressed], i) =>
    task(names[i]!, [subtask(0, { busy, pressed, idle: null })], {
      isSource: i === 0,
      upstream: i === 0 ? [] : [names[i - 1]!],
    }),
  );
}

const CASES: readonly (readonly [string, readonly Load[], string | null])[] = [
  [
    'nothing is busy',
    [
      [0.3, 0],
      [0.4, 0],
    ],
    null,
  ],
  [
    'a busy task behind a back-pressured one',
    [
      [0.1, 0.9],
      [0.95, 0],
    ],
    'b',
  ],
  [
    'of two the most downstream',
    [
      [0.1, 0.9],
      [0.85, 0.1],
      [0.1, 0.8],
      [0.9, 0],
    ],
    'd',
  ],
  [
    'a busy task that is held up itself is not it',
    [
      [0.1, 0.9],
      [0.8, 0.2],
      [0.9, 0],
    ],
    null,
  ],
  [
    'without back pressure the busy source',
    [
      [0.95, 0],
      [0.3, 0],
    ],
    'a',
  ],
  [
    'a busy task that holds nobody up is not it',
    [
      [0.3, 0],
      [0.95, 0],
    ],
    null,
  ],
  [
    'a legacy source without busy time is passed over',
    [
      [null, null],
      [0.5, 0],
    ],
    null,
  ],
];

for (const [sentence, loads, expected] of CASES) {
  test(sentence, () => {
    const found = findBottleneck(chain(...loads));
    assert.notEqual(found, 'unknown');
    assert.equal(typeof found === 'object' ? (found?.task.task ?? null) : found, expected);
  });
}

test('no task tells how busy it is', () => {
  assert.equal(findBottleneck(chain([null, null], [null, 0.9])), 'unknown');
});
