/** Answers laid out for look-up by tick: rosters that metrics share, and frames that let go of their points. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Frame } from '../../../alerting/evaluate/frame.ts';
import type { Labels } from '../../../model/labels.ts';
import type { WindowGroup } from '../../../store/metric-store.ts';

const GROUP_BY = ['topic'];
const LABELS: readonly Labels[] = ['c', 'a', 'b', 'd'].map(topic => ({ topic }));

/** The topics of `names` with one point at 10, of value 0, 1, 2, … in their order. */
function answer(names: string): WindowGroup[] {
  return LABELS.filter(({ topic = '' }) => names.includes(topic)).map((labels, i) => ({ labels, points: [[10, i]] }));
}

function membersOf(names: string): readonly { readonly key: string }[] {
  return new Frame(GROUP_BY, answer(names)).column(10).members;
}

test('answers with the same groups share one list of members, sorted by key', () => {
  assert.deepEqual(
    membersOf('abc').map(member => member.key),
    ['a', 'b', 'c'],
  );
  assert.equal(membersOf('abc'), membersOf('abc'));
});

test('answers that begin with the same group but list others never mix', () => {
  for (const names of ['abc', 'ac', 'abcd', 'c', 'bc', 'acd', 'abc', 'c', 'ac']) {
    const keys = membersOf(names).map(member => member.key);
    assert.equal(keys.join(''), names);
  }
});

test('a frame that has let go of its points says what it said before', () => {
  const points = fc.uniqueArray(fc.tuple(fc.integer({ min: 0, max: 9 }), fc.double({ noNaN: true })), {
    selector: ([t]) => t,
    maxLength: 10,
  });
  const instants = fc.uniqueArray(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 10 });
  fc.assert(
    fc.property(fc.array(points, { maxLength: 4 }), instants, (series, at) => {
      const groups = series.map((own, i) => ({
        labels: LABELS[i] ?? {},
        points: own.toSorted(([a], [b]) => a - b),
      }));
      const [open, settled] = [new Frame(GROUP_BY, groups), new Frame(GROUP_BY, groups)];
      settled.settle(at.toSorted((a, b) => a - b));
      for (const t of at) {
        const [expected, column] = [open.column(t), settled.column(t)];
        assert.deepEqual(column.members, expected.members);
        for (const { topic = '' } of LABELS) assert.equal(column.value(topic), expected.value(topic));
      }
    }),
  );
});
