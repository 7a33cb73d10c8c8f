import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { aggregate, ROLLUP_OPS } from '../../store/aggregate.ts';
import { METRIC_OPS, type MetricOp } from '../../store/metric-store.ts';
import { PointBag } from '../../store/point-bag.ts';

type Series = readonly (readonly [t: number, value: number])[];

function bagOf(...series: readonly Series[]): PointBag {
  const bag = new PointBag();
  for (const points of series) {
    for (const [t, value] of points) bag.add(t, value);
    bag.endSeries();
  }
  return bag;
}

const ONE: Series = [
  [1000, 4],
  [2000, 1],
  [3000, 7],
  [4000, 2],
];
const OTHER: Series = [
  [500, 10],
  [3500, 20],
];

const CASES: readonly (readonly [string, MetricOp, PointBag, number | null])[] = [
  ['the largest of all series', 'MAX', bagOf(ONE, OTHER), 20],
  [
    'the largest of negative values',
    'MAX',
    bagOf([
      [1, -5],
      [2, -3],
    ]),
    -3,
  ],
  ['the smallest of all series', 'MIN', bagOf(ONE, OTHER), 1],
  ['the mean of all points, not of the series', 'AVG', bagOf(ONE, OTHER), 44 / 6],
  ['the sum of all points', 'SUM', bagOf(ONE, OTHER), 44],
  ['the number of all points', 'COUNT', bagOf(ONE, OTHER), 6],
  ['the newest point of any series', 'LAST', bagOf(ONE, OTHER), 2],
  ['the later series at one instant', 'LAST', bagOf([[9, 1]], [[9, 2]]), 2],
  ['the oldest point of any series', 'FIRST', bagOf(ONE, OTHER), 10],
  [
    'the later series at one first instant',
    'FIRST',
    bagOf(
      [
        [9, 1],
        [10, 5],
      ],
      [[9, 2]],
    ),
    2,
  ],
  [
    'a percentile on a rank',
    'P50',
    bagOf([
      [1, 3],
      [2, 1],
      [3, 2],
    ]),
    2,
  ],
  [
    'a percentile between two ranks',
    'P50',
    bagOf([
      [1, 1],
      [2, 2],
      [3, 3],
      [4, 4],
    ]),
    2.5,
  ],
  [
    'a high percentile near the end',
    'P95',
    bagOf([
      [1, 10],
      [2, 20],
    ]),
    19.5,
  ],
  ['a percentile of one point is the point', 'P99', bagOf([[1, 42]]), 42],
  [
    'percentiles sort by value, not by text',
    'P75',
    bagOf([
      [1, 9],
      [2, 10],
      [3, 100],
    ]),
    55,
  ],
  [
    'the deviation of the population',
    'STDDEV',
    bagOf([
      [1, 2],
      [2, 4],
      [3, 4],
      [4, 4],
      [5, 5],
      [6, 5],
      [7, 7],
      [8, 9],
    ]),
    2,
  ],
  ['no deviation of one point', 'STDDEV', bagOf([[1, 5]]), 0],
  [
    'a rate per second',
    'RATE',
    bagOf([
      [0, 100],
      [10_000, 200],
    ]),
    10,
  ],
  [
    'a counter that began again at 0',
    'RATE',
    bagOf([
      [0, 100],
      [10_000, 200],
      [20_000, 30],
    ]),
    6.5,
  ],
  [
    'rates of several counters add up',
    'RATE',
    bagOf(
      [
        [0, 0],
        [10_000, 100],
      ],
      [
        [0, 50],
        [5000, 60],
      ],
    ),
    12,
  ],
  [
    'a series of one point has no rate',
    'RATE',
    bagOf(
      [
        [0, 0],
        [10_000, 100],
      ],
      [[0, 5]],
    ),
    10,
  ],
  ['one point gives no rate at all', 'RATE', bagOf([[0, 5]]), null],
  [
    'a difference, falls included',
    'DELTA',
    bagOf([
      [0, 100],
      [1, 250],
      [2, 40],
    ]),
    -60,
  ],
  [
    'differences of several series add up',
    'DELTA',
    bagOf(
      [
        [0, 1],
        [1, 4],
      ],
      [
        [0, 10],
        [1, 5],
      ],
    ),
    -2,
  ],
  ['one point gives no difference', 'DELTA', bagOf([[0, 5]]), null],
  [
    'a sum beyond the doubles is unknown',
    'SUM',
    bagOf([
      [0, Number.MAX_VALUE],
      [1, Number.MAX_VALUE],
    ]),
    null,
  ],
];

for (const [sentence, op, bag, expected] of CASES) {
  test(`${op}: ${sentence}`, () => {
    assert.equal(aggregate(op, bag), expected);
  });
}

test('an empty bag has no answer, COUNT included', () => {
  for (const op of METRIC_OPS) assert.equal(aggregate(op, new PointBag()), null, op);
});

test('a cleared bag forgets points, series and weights', () => {
  const bag = bagOf(ONE);
  bag.addWeighted(5000, 100, 9);
  bag.endSeries();

  bag.clear();
  bag.add(1, 3);
  bag.endSeries();

  assert.equal(aggregate('COUNT', bag), 1);
  assert.equal(aggregate('LAST', bag), 3);
});

test('points that stand for several weigh as many in COUNT and AVG', () => {
  const bag = new PointBag();
  bag.add(1, 10);
  bag.addWeighted(2, 50, 4);
  bag.add(3, 20);
  bag.endSeries();

  assert.equal(aggregate('COUNT', bag), 6);
  assert.equal(aggregate('AVG', bag), 80 / 6);
  assert.equal(aggregate('SUM', bag), 80);
});

test('every result lies between MIN and MAX where the operation promises it', () => {
  const series = fc.array(fc.double({ noNaN: true, min: -1e9, max: 1e9 }), { minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(fc.array(series, { minLength: 1, maxLength: 4 }), lists => {
      const bag = bagOf(...lists.map(list => list.map((value, i) => [i, value] as const)));
      const [low, high] = [aggregate('MIN', bag) ?? NaN, aggregate('MAX', bag) ?? NaN];
      const within = ['AVG', 'LAST', 'FIRST', 'P50', 'P75', 'P90', 'P95', 'P99'] as const;
      return within.every(op => {
        const result = aggregate(op, bag) ?? NaN;
        return result >= low - 1e-6 && result <= high + 1e-6;
      });
    }),
  );
});

test('the rollup operations are those that minutes of min, max, sum, count, first and last can answer', () => {
  assert.deepEqual([...ROLLUP_OPS].sort(), ['AVG', 'COUNT', 'FIRST', 'LAST', 'MAX', 'MIN', 'SUM']);
});
