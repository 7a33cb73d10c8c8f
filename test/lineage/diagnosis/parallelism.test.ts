import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { adviseParallelism, type OperatorLoad } from '../../../lineage/diagnosis/parallelism.ts';

/** 1000 records/s, 600,000 waiting, able to take 1200/s at 4 subtasks: the example of the design. */
const SOURCE: OperatorLoad = {
  id: 'source',
  parallelism: 4,
  inPerSecond: 1000,
  busyRatio: 1000 / 1200,
  backPressuredRatio: 200 / 1200,
  upstream: [],
  source: { backlog: 600_000, backlogPerSecond: 0, partitions: 16 },
  maxParallelism: null,
};
const BEHIND: OperatorLoad = { ...SOURCE, id: 'agg', source: null, upstream: [{ id: 'source', ratio: 1 }] };
const CALM = { backlog: 0, backlogPerSecond: 0, partitions: 16 };

const adviceOf = (...operators: readonly OperatorLoad[]) => adviseParallelism(operators);
const proposals = (...operators: readonly OperatorLoad[]) => adviceOf(...operators).map(({ proposed }) => proposed);

test('the example: 1000/s, 600,000 waiting, 1200/s at 4 subtasks needs 1929/s and so 7', () => {
  const [advice] = adviceOf(SOURCE);
  assert.equal(Math.round(advice!.truePerSecond!), 1200);
  assert.equal(Math.round(advice!.neededPerSecond!), 1929);
  assert.equal(advice!.proposed, 7);
});

test('all operators at once: each gets what the ones before it will send, backlog included', () => {
  const half: OperatorLoad = { ...BEHIND, inPerSecond: 500, busyRatio: 0.5, upstream: [{ id: 'source', ratio: 0.5 }] };
  const [, advice] = adviceOf(SOURCE, half);
  // 500 / 0.7 + 300,000 / 1800 + 500 x 300 / 1800; it can take 1000/s.
  assert.equal(Math.round(advice!.neededPerSecond!), 964);
  assert.equal(advice!.proposed, null);
});

test('a join gets the sum of its inputs, in whatever order the operators are given', () => {
  const second: OperatorLoad = { ...SOURCE, id: 'second', inPerSecond: 200, source: CALM };
  const join: OperatorLoad = {
    ...BEHIND,
    id: 'join',
    upstream: [
      { id: 'source', ratio: 1 },
      { id: 'second', ratio: 2 },
    ],
  };
  const [advice] = adviceOf(join, second, { ...SOURCE, source: CALM });
  assert.equal(Math.round(advice!.neededPerSecond!), Math.round(1400 / 0.7 + (1400 * 300) / 1800));
});

const CASES: readonly (readonly [string, Partial<OperatorLoad>, number | null])[] = [
  ['at the wanted utilisation nothing changes', { busyRatio: 0.7, source: CALM }, null],
  ['fully busy without a backlog is still within bounds', { busyRatio: 1, source: CALM }, null],
  ['a growing backlog counts as arrival', { busyRatio: 1, source: { ...CALM, backlogPerSecond: 500 } }, 10],
  ['nearly idle gives subtasks back, down to 40 %', { busyRatio: 0.1, source: CALM }, 2],
  [
    'a source gets no more subtasks than partitions',
    { busyRatio: 1, source: { backlog: 6e6, backlogPerSecond: 0, partitions: 6 } },
    6,
  ],
  ['nothing gets more than the maximum parallelism', { maxParallelism: 5 }, 5],
  ['busy time that promises too much is not believed under a backlog', { busyRatio: 0.1, backPressuredRatio: 0.2 }, 7],
];

for (const [sentence, given, expected] of CASES) {
  test(sentence, () => assert.deepEqual(proposals({ ...SOURCE, ...given }), [expected]));
}

test('a limit that was met is named', () => {
  assert.equal(adviceOf({ ...SOURCE, maxParallelism: 5 })[0]!.limitedBy, 'max-parallelism');
  assert.equal(
    adviceOf({ ...SOURCE, source: { backlog: 6e6, backlogPerSecond: 0, partitions: 6 } })[0]!.limitedBy,
    'partitions',
  );
});

const UNKNOWN: readonly (readonly [string, Partial<OperatorLoad>, string])[] = [
  ['no records: nothing grows without end', { inPerSecond: 0 }, 'no-records'],
  ['records not reported', { inPerSecond: null }, 'no-records'],
  ['busy time not reported', { busyRatio: null, backPressuredRatio: null }, 'busy-time-unknown'],
  ['backlog not known', { source: { backlog: null, backlogPerSecond: null, partitions: 4 } }, 'backlog-unknown'],
];

for (const [sentence, given, reason] of UNKNOWN) {
  test(`unknown: ${sentence}`, () => {
    const [advice] = adviceOf({ ...SOURCE, ...given });
    assert.deepEqual([advice!.proposed, advice!.unknown], [null, reason]);
  });
}

test('what stands behind an unknown operator is unknown, and so is a cycle', () => {
  assert.deepEqual(
    adviceOf({ ...SOURCE, inPerSecond: 0 }, BEHIND).map(a => a.unknown),
    ['no-records', 'upstream-unknown'],
  );
  const loop: OperatorLoad = { ...BEHIND, upstream: [{ id: 'agg', ratio: 1 }] };
  assert.equal(adviceOf(loop)[0]!.unknown, 'cycle');
});

test('a proposal is a whole number within its bounds', () => {
  const load = fc.record({
    parallelism: fc.integer({ min: 1, max: 500 }),
    inPerSecond: fc.double({ min: 0, max: 1e6, noNaN: true }),
    busyRatio: fc.double({ min: 0, max: 1, noNaN: true }),
    backPressuredRatio: fc.double({ min: 0, max: 1, noNaN: true }),
    backlog: fc.double({ min: 0, max: 1e12, noNaN: true }),
    backlogPerSecond: fc.double({ min: -1e6, max: 1e6, noNaN: true }),
    partitions: fc.integer({ min: 1, max: 1000 }),
  });
  fc.assert(
    fc.property(load, ({ backlog, backlogPerSecond, partitions, ...rest }) => {
      const [advice] = adviceOf({ ...SOURCE, ...rest, source: { backlog, backlogPerSecond, partitions } });
      const { proposed, parallelism } = advice!;
      if (proposed === null) return;
      assert.ok(Number.isInteger(proposed) && proposed >= 1 && proposed !== parallelism);
      assert.ok(proposed <= Math.max(partitions, Math.ceil(0.4 * parallelism)));
      assert.ok(proposed >= Math.min(partitions, Math.ceil(0.4 * parallelism)));
    }),
  );
});
