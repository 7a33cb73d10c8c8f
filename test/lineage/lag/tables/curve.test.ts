import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Curve } from '../../../../lineage/lag/tables/curve.ts';

function samples(curve: Curve): [number, number][] {
  return Array.from({ length: curve.length }, (_, i) => [curve.timeOf(i), curve.valueOf(i)]);
}

test('samples in any order end up in time order, the last write of an instant counting', () => {
  const points = fc.array(fc.tuple(fc.integer({ min: 0, max: 500 }), fc.integer({ min: 0, max: 99 })), {
    maxLength: 200,
  });
  fc.assert(
    fc.property(points, list => {
      const curve = new Curve();
      const expected = new Map<number, number>();
      for (const [t, x] of list) {
        curve.put(t, x);
        expected.set(t, x);
      }
      // 500 instants do not fill a curve: nothing is thinned here.
      fc.pre(expected.size <= 192);
      assert.deepEqual(
        samples(curve),
        [...expected].sort((a, b) => a[0] - b[0]),
      );
    }),
  );
});

test('putRising keeps a running maximum whatever the order', () => {
  const points = fc.uniqueArray(fc.tuple(fc.nat(1000), fc.nat(99)), { maxLength: 100, selector: ([t]) => t });
  fc.assert(
    fc.property(points, list => {
      const curve = new Curve();
      for (const [t, x] of list) curve.putRising(t, x);
      const sorted = [...list].sort((a, b) => a[0] - b[0]);
      let max = 0;
      const expected = sorted.map(([t, x]) => [t, (max = Math.max(max, x))]);
      assert.deepEqual(samples(curve), expected);
    }),
  );
});

test('between samples the curve is linear, outside them unknown', () => {
  const curve = new Curve();
  curve.put(10, 100);
  curve.put(20, 200);

  assert.deepEqual(
    [9, 10, 13, 20, 21].map(t => curve.at(t)),
    [null, 100, 130, 200, null],
  );
  assert.deepEqual(
    [99, 100, 199, 200].map(x => curve.firstAbove(x)),
    [0, 1, 1, 2],
  );
});

test('a day of samples stays within 192 points, keeps its kinks and forgets what is older than 24 hours', () => {
  const curve = new Curve();
  const stallFrom = 36_000_000;
  const stallTo = 37_800_000;
  const flow = (t: number): number => t / 10 + 5_000 * Math.sin(t / 600_000);
  const truth = (t: number): number => (t < stallFrom ? flow(t) : flow(Math.max(stallFrom, t - (stallTo - stallFrom))));
  for (let t = 0; t <= 86_400_000; t += 10_000) curve.putRising(t, truth(t));

  assert.ok(curve.length <= 192);
  assert.ok(curve.bytes <= 3_840);
  let worst = 0;
  for (let t = 0; t <= 86_400_000; t += 60_000) worst = Math.max(worst, Math.abs(curve.at(t)! - truth(t)));
  assert.ok(worst <= 1_500, `off by ${worst} records; 1,500 are the flow of 15 s`);

  for (let t = 86_400_000; t <= 2 * 86_400_000; t += 10_000) curve.putRising(t, truth(t));
  assert.ok(curve.firstT >= 86_400_000 - 3_600_000, 'nothing much older than a day is left');
});

test('encoding keeps every sample; unreadable text gives an empty curve', () => {
  const curve = new Curve();
  for (let i = 0; i < 300; i++) curve.put(1_795_255_880_238 + i * 10_000, i * i);

  assert.deepEqual(samples(Curve.decode(curve.encode())), samples(curve));
  assert.equal(Curve.decode('not a curve').length, 0);
});
