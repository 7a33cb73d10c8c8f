/** The parts under a metric store: the ring of points and the index of series. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { PointBag } from '../../store/point-bag.ts';
import { SeriesIndex } from '../../store/series-index.ts';
import { SeriesRing } from '../../store/series-ring.ts';

test('the ring holds what a sorted map holds, after any writes and trims', () => {
  const write = fc.record({
    series: fc.integer({ min: 0, max: 3 }),
    t: fc.integer({ min: 1, max: 120 }),
    value: fc.integer(),
    delay: fc.integer({ min: -9, max: 9 }),
  });
  const step = fc.oneof(
    { weight: 30, arbitrary: write },
    { weight: 1, arbitrary: fc.record({ trim: fc.integer({ min: 0, max: 80 }) }) },
  );
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 400 }),
      fc.integer({ min: 0, max: 120 }),
      fc.integer({ min: 0, max: 120 }),
      (steps, from, to) => {
        const ring = new SeriesRing();
        const model = [0, 1, 2, 3].map(() => new Map<number, readonly [value: number, delay: number]>());
        for (const s of steps) {
          if ('trim' in s) {
            ring.trim(s.trim);
            for (const points of model) for (const t of points.keys()) if (t <= s.trim) points.delete(t);
          } else {
            ring.put(s.series, s.t, s.value, s.delay);
            model[s.series]?.set(s.t, [s.value, s.delay]);
          }
        }
        for (const [series, points] of model.entries()) {
          const bag = new PointBag();
          ring.collect(series, from, to, 2, bag);
          const expected = [...points].filter(([t]) => t > from && t <= to).sort((a, b) => a[0] - b[0]);
          assert.deepEqual(
            [...bag.times.subarray(0, bag.count)],
            expected.map(p => p[0]),
          );
          assert.deepEqual(
            [...bag.values.subarray(0, bag.count)],
            expected.map(([, [value]]) => value * 2),
          );
          assert.deepEqual(
            [...bag.delays.subarray(0, bag.count)],
            expected.map(([, [, delay]]) => delay),
          );
        }
        assert.equal(
          ring.points,
          model.reduce((n, points) => n + points.size, 0),
        );
      },
    ),
  );
});

test('pages given back by a trim are used again', () => {
  const ring = new SeriesRing();
  for (let round = 0; round < 50; round++) {
    for (let i = 0; i < 20_000; i++) ring.put(i % 100, round * 1000 + Math.floor(i / 100), i, 0);
    ring.trim(round * 1000 + 150);
  }
  const grown = ring.bytes;

  assert.equal(ring.points, 49 * 100);
  assert.ok(grown < 3_000_000, `${grown} bytes for what never were more than 25,000 points`);
});

function seeded(maxSeries = 100): SeriesIndex {
  const index = new SeriesIndex(maxSeries);
  for (const topic of ['b', 'a', 'c']) index.series('lag', index.labelSet({ topic, p: '0' }) ?? -1);
  return index;
}
const LAG = { names: [{ name: 'lag' }], matchers: [] };

test('a plan lists each group’s series in rising canonical labels', () => {
  const index = seeded();
  const plan = index.plan(LAG, []);

  assert.deepEqual(
    Array.from(plan.series, s => index.describe(s).labels['topic']),
    ['a', 'b', 'c'],
  );
  assert.equal(plan.scales, null);
  assert.equal(index.plan(LAG, []), plan, 'the same object while nothing changes');
});

test('a cached plan learns of new series, removed series and changed attributes', () => {
  const index = seeded();
  const byJob = { ...LAG, matchers: [{ label: 'job_id', op: '=', value: 'j' } as const] };
  assert.equal(index.plan(LAG, '*').series.length, 3);
  assert.equal(index.plan(byJob, '*').series.length, 0);

  const added = index.series('lag', index.labelSet({ topic: 'd' }) ?? -1);
  index.setAttrs(added, { job_id: 'j' }, 1);
  assert.equal(index.plan(LAG, '*').series.length, 4);
  assert.deepEqual([...index.plan(byJob, '*').series], [added]);

  index.setAttrs(added, { job_id: 'k' }, 2);
  assert.equal(index.plan(byJob, '*').series.length, 0);
  index.remove(added, true);
  assert.equal(index.plan(LAG, '*').series.length, 3);
});

test('plans of the same groups share the labels of these, each in the order it asked for', () => {
  const index = seeded();
  for (const topic of ['a', 'b']) index.series('age', index.labelSet({ topic, p: '0' }) ?? -1);
  const age = { names: [{ name: 'age' }], matchers: [] };

  const [ofLag, ofAge] = [index.plan(LAG, ['topic', 'p']), index.plan(age, ['topic', 'p'])];
  assert.equal(ofLag.labels[0], ofAge.labels[0]);
  assert.equal(ofLag.labels[1], ofAge.labels[1]);
  assert.deepEqual(Object.keys(index.plan(LAG, ['p', 'topic']).labels[0] ?? {}), ['p', 'topic']);
});

test('older attributes change nothing, and one not named keeps its value', () => {
  const index = seeded();
  assert.equal(index.setAttrs(0, { tm_id: 'new', job_id: 'j' }, 10), true);
  assert.equal(index.setAttrs(0, { tm_id: 'old' }, 9), false);
  assert.equal(index.setAttrs(0, {}, 11), false);
  assert.equal(index.setAttrs(0, { tm_id: 'newer' }, 12), true);

  assert.deepEqual(index.describe(0).attrs, { tm_id: 'newer', job_id: 'j' });
});

test('a full index refuses new series and knows the old ones', () => {
  const index = seeded(3);

  assert.equal(index.labelSet({ topic: 'z' }), null);
  assert.equal(index.series('other', index.labelSet({ topic: 'a', p: '0' }) ?? -1), -1);
  assert.equal(index.series('lag', index.labelSet({ topic: 'a', p: '0' }) ?? -1), 1);
  assert.deepEqual(index.names(), [{ name: 'lag', series: 3 }]);
});

test('the number of a removed series is used again only when it may be', () => {
  const index = seeded();
  index.remove(1, true);
  assert.equal(index.series('lag', index.labelSet({ topic: 'x' }) ?? -1), 1);
  index.remove(2, false);
  assert.equal(index.series('lag', index.labelSet({ topic: 'y' }) ?? -1), 3);
  assert.deepEqual(
    [...index.lastPoints()].map(p => p.series),
    [0, 1, 3],
  );
});

test('a restored index goes on behind the largest number it was given', () => {
  const index = new SeriesIndex(10);
  index.restore(5, { name: 'lag', labels: { topic: 'a' }, attrs: { job_id: 'j' } }, 77);

  assert.equal(index.series('lag', index.labelSet({ topic: 'a' }) ?? -1), 5);
  assert.equal(index.series('lag', index.labelSet({ topic: 'b' }) ?? -1), 6);
  assert.equal(index.lastPoint(5), 77);
  assert.equal(index.size, 2);
  assert.deepEqual(
    [...index.lastPoints()].map(p => p.series),
    [5, 6],
  );
});
