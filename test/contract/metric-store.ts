/**
 * What every MetricStore promises. An adapter's test file calls `metricStoreContract` with a way to make a fresh, empty store;
 * nothing here knows which one it is. Stores that need a clock should set it to `CONTRACT_NOW`.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { UserError } from '../../model/errors.ts';
import { type Labels, labelsKey } from '../../model/labels.ts';
import type { MetricGroup, Point } from '../../model/sample.ts';
import { MemoryMetricStore } from '../../store/memory-metrics.ts';
import {
  METRIC_OPS,
  type MetricOp,
  type MetricStore,
  type WindowGroup,
  type WindowQuery,
} from '../../store/metric-store.ts';

/** The present of the suite: all points lie within ten days before it. */
export const CONTRACT_NOW = Date.UTC(2026, 10, 21, 10, 0, 0);
const T = CONTRACT_NOW;
const MIN = 60_000;
const HOUR = 60 * MIN;
const DAY = 24 * HOUR;

interface Made {
  readonly store: MetricStore;
  done(): Promise<void>;
}

/** One metric's values at one instant, as the collector would hand them over. */
function at(
  ts: number,
  labels: Labels,
  values: Record<string, number>,
  more: { attrs?: Labels; arrivedAt?: number } = {},
): MetricGroup {
  return { ts, labels, attrs: more.attrs ?? {}, values: Object.entries(values), arrivedAt: more.arrivedAt ?? ts };
}

function query(name: string, more: Partial<WindowQuery> = {}): WindowQuery {
  return { names: [{ name }], matchers: [], groupBy: [], op: 'LAST', windowMs: 5 * MIN, at: [T], ...more };
}

/** Groups without points and the order of groups carry no meaning. */
function sorted(groups: readonly WindowGroup[]): WindowGroup[] {
  return groups.filter(g => g.points.length > 0).sort((a, b) => (labelsKey(a.labels) < labelsKey(b.labels) ? -1 : 1));
}

function values(groups: readonly WindowGroup[]): Record<string, number | undefined> {
  return Object.fromEntries(sorted(groups).map(g => [Object.values(g.labels).join('/'), g.points[0]?.[1]]));
}

/** Declares the suite for one adapter. */
export function metricStoreContract(name: string, make: () => Promise<Made>): void {
  const withStore = (sentence: string, body: (store: MetricStore) => Promise<void>): void => {
    test(sentence, async () => {
      const { store, done } = await make();
      try {
        await body(store);
      } finally {
        await done();
      }
    });
  };
  const put = (store: MetricStore, ...groups: MetricGroup[]) => store.append(groups, { visible: true });

  describe(`MetricStore contract: ${name}`, () => {
    describe('windows', () => {
      const OPS: readonly (readonly [MetricOp, number])[] = [
        ['MAX', 9],
        ['MIN', 1],
        ['AVG', 4.5],
        ['SUM', 27],
        ['LAST', 3],
        ['FIRST', 1],
        ['COUNT', 6],
        ['RATE', 8 / 120 + 3 / 120],
        ['DELTA', 8 - 3],
        ['P50', 4],
        ['P75', 5.75],
        ['P90', 7.5],
        ['P95', 8.25],
        ['P99', 8.85],
        ['STDDEV', Math.sqrt(39.5 / 6)],
      ];
      withStore('every operation runs over all points of all series of a group', async store => {
        // a: 1, 5, 9 (rises by 8 in 2 min); b: 6, 3 (falls: counts as a reset to 3, and a difference of -3)
        await put(
          store,
          at(T - 4 * MIN, { p: 'a' }, { m: 1 }),
          at(T - 3 * MIN, { p: 'a' }, { m: 5 }),
          at(T - 2 * MIN, { p: 'a' }, { m: 9 }),
          at(T - 3.5 * MIN, { p: 'b' }, { m: 6 }),
          at(T - 2.5 * MIN, { p: 'b' }, { m: 3 }),
          at(T - 1.5 * MIN, { p: 'b' }, { m: 3 }),
        );

        assert.deepEqual(
          OPS.map(([op]) => op),
          METRIC_OPS,
        );
        for (const [op, expected] of OPS) {
          const result = values(await store.window(query('m', { op })))[''] ?? Number.NaN;
          assert.ok(Math.abs(result - expected) < 1e-9, `${op} is ${result}, wanted ${expected}`);
        }
      });

      withStore('across makes one series of a group before the operation runs over time', async store => {
        // a reports by the minute, b half a minute later and once not at all; c ended before.
        await put(
          store,
          ...[10, 20, 30, 40].map((m, i) => at(T - (3 - i) * MIN, { p: 'a' }, { m })),
          at(T - 3.5 * MIN, { p: 'b' }, { m: 1 }),
          at(T - 2.5 * MIN, { p: 'b' }, { m: 2 }),
          at(T - 0.5 * MIN, { p: 'b' }, { m: 4 }),
          at(T - 4.5 * MIN, { p: 'c' }, { m: 500 }),
        );
        const found = async (op: MetricOp, across: 'sum' | 'max' | 'min' | 'avg') =>
          values(await store.window(query('m', { op, across })))[''];

        // Totals: 500 (c alone), 10+1, 20+2, 30+4, and 40 with b's last point, which is half a minute old.
        assert.equal(await found('COUNT', 'sum'), 5);
        assert.equal(await found('LAST', 'sum'), 44);
        assert.equal(await found('MIN', 'sum'), 11);
        assert.equal(await found('MAX', 'sum'), 500);
        assert.equal(await found('LAST', 'avg'), 22);
        assert.equal(await found('LAST', 'min'), 4);
        assert.equal(await found('LAST', 'max'), 40);
        const { length } =
          (await store.window(query('m', { op: 'LAST', across: 'sum', groupBy: ['p'], at: [T - MIN, T] })))[0]
            ?.points ?? [];
        assert.equal(length, 2);
      });

      withStore(
        'a matcher on job selects the task managers where the job ran in the window of each instant',
        async store => {
          const HEAP = 'flink.taskmanager.Status.JVM.Memory.Heap.Used';
          const heap = (tm: string, ago: number, value: number) =>
            at(T - ago * MIN, { tm_id: tm, host: 'h' }, { [HEAP]: value });
          const ran = (job: string, tm: string, ago: number) => at(T - ago * MIN, { job, tm_id: tm }, { runs_on: 1 });
          await put(
            store,
            ...[30, 20, 10, 0].flatMap(ago => ['a', 'b', 'c'].map((tm, i) => heap(tm, ago, 10 ** i * (ago + 1)))),
            // etl moves from a to b; other runs on c, and on b as well
            ...[30, 20].map(ago => ran('etl', 'a', ago)),
            ...[10, 0].map(ago => ran('etl', 'b', ago)),
            ...[30, 20, 10, 0].map(ago => ran('other', 'c', ago)),
            ran('other', 'b', 0),
          );
          const of = (job: string, op: '=' | '=~' | '!=' = '=') =>
            query(HEAP, {
              matchers: [{ label: 'job', op, value: job }],
              groupBy: ['tm_id'],
              at: [T - 20 * MIN, T - 10 * MIN, T],
            });
          const told = async (window: WindowQuery) =>
            Object.fromEntries(
              sorted(await store.window(window)).map(g => [
                g.labels['tm_id'],
                g.points.map(([t, v]) => [(T - t) / MIN, v]),
              ]),
            );

          assert.deepEqual(await told(of('etl')), {
            a: [[20, 21]],
            b: [
              [10, 110],
              [0, 10],
            ],
          });
          assert.deepEqual(await told(of('other')), {
            b: [[0, 10]],
            c: [
              [20, 2100],
              [10, 1100],
              [0, 100],
            ],
          });
          assert.deepEqual(await told(of('nobody')), {});
          assert.deepEqual(Object.keys(await told(of('et.*', '=~'))), ['a', 'b']);
          assert.deepEqual(Object.keys(await told(of('etl', '!='))), ['a', 'b', 'c']);
          const { series } = await store.points({
            names: [{ name: HEAP }],
            matchers: [
              { label: 'job', op: '=', value: 'etl' },
              { label: 'host', op: '=', value: 'h' },
            ],
            from: T - 15 * MIN,
            to: T,
            limit: 10,
          });
          assert.deepEqual(
            series.map(s => s.labels['tm_id']),
            ['b'],
          );
        },
      );

      withStore('processes that serve one job and say so need no placement', async store => {
        await put(
          store,
          at(T, { tm_id: 'a' }, { gc_ms_per_second: 5 }, { attrs: { job: 'etl' } }),
          at(T, { tm_id: 'b' }, { gc_ms_per_second: 7 }),
          at(T, { job: 'etl', tm_id: 'b' }, { runs_on: 1 }, { attrs: { app_id: 'app_1' } }),
        );
        const by = (...matchers: WindowQuery['matchers']) =>
          store.window(query('gc_ms_per_second', { matchers, groupBy: ['tm_id'] })).then(values);

        assert.deepEqual(await by({ label: 'job', op: '=', value: 'etl' }), { a: 5, b: 7 });
        assert.deepEqual(await by({ label: 'app_id', op: '=', value: 'app_1' }), { b: 7 });
        assert.deepEqual(await by({ label: 'job', op: '=', value: 'etl' }, { label: 'tm_id', op: '=', value: 'b' }), {
          b: 7,
        });
      });

      withStore('series are listed with their latest attributes', async store => {
        await put(
          store,
          at(T - MIN, { p: 'a' }, { m: 1 }, { attrs: { tm_id: '1' } }),
          at(T, { p: 'a' }, { m: 1 }, { attrs: { tm_id: '2' } }),
        );
        await put(store, at(T, { p: 'b' }, { m: 1, n: 1 }));

        const found = await store.series({ names: [{ name: 'm' }], matchers: [], limit: 5 });
        const one = await store.series({ names: [{ name: 'm' }], matchers: [], limit: 1 });

        assert.deepEqual(
          found.toSorted((x, y) => (labelsKey(x.labels) < labelsKey(y.labels) ? -1 : 1)),
          [
            { name: 'm', labels: { p: 'a' }, attrs: { tm_id: '2' } },
            { name: 'm', labels: { p: 'b' }, attrs: {} },
          ],
        );
        assert.equal(one.length, 1);
      });

      withStore('a stand-in is read only for label sets without the series it stands in for', async store => {
        const both = { names: [{ name: 'average', scale: 0.001, unless: 'exact' }, { name: 'exact' }] };
        await put(store, at(T - 2 * MIN, { p: 'a' }, { average: 900 }), at(T - 2 * MIN, { p: 'b' }, { average: 500 }));
        const before = values(await store.window(query('', { ...both, groupBy: ['p'] })));

        await put(store, at(T - MIN, { p: 'a' }, { average: 800, exact: 0.25 }));
        const after = values(await store.window(query('', { ...both, groupBy: ['p'] })));
        const [a] = (await store.points({ ...both, matchers: [], from: T - HOUR, to: T, limit: 1 })).series;

        assert.deepEqual(before, { a: 0.9, b: 0.5 });
        assert.deepEqual(after, { a: 0.25, b: 0.5 });
        assert.deepEqual(a?.points, [[T - MIN, 0.25]]);
      });

      withStore(
        'a counter that begins again adds what it has counted since; a sway of its last digits adds nothing',
        async store => {
          await put(
            store,
            at(T - 4 * MIN, {}, { began: 900, swayed: 100_000 }),
            at(T - 3 * MIN, {}, { began: 1000, swayed: 101_000 }),
            at(T - 2 * MIN, {}, { began: 40, swayed: 100_900 }),
            at(T - MIN, {}, { began: 100, swayed: 102_000 }),
          );

          const rates = await Promise.all(['began', 'swayed'].map(name => store.window(query(name, { op: 'RATE' }))));

          assert.deepEqual(
            rates.map(([group]) => Math.round((group?.points[0]?.[1] ?? 0) * 180)),
            [100 + 40 + 60, 1000 + 1100],
          );
        },
      );

      withStore('a window holds t - window < ts <= t', async store => {
        await put(
          store,
          at(T - 5 * MIN, {}, { m: 1 }),
          at(T - 5 * MIN + 1, {}, { m: 2 }),
          at(T, {}, { m: 4 }),
          at(T + 1, {}, { m: 8 }),
        );

        const groups = await store.window(query('m', { op: 'SUM' }));

        assert.deepEqual(sorted(groups), [{ labels: {}, points: [[T, 6]] }]);
      });

      withStore(
        'each instant has its own window; instants without points are left out, also for COUNT',
        async store => {
          await put(store, at(T - 30 * MIN, {}, { m: 3 }), at(T - 29 * MIN, {}, { m: 5 }), at(T, {}, { m: 7 }));
          const instants = [T - 29 * MIN, T - 15 * MIN, T];

          const last = await store.window(query('m', { at: instants }));
          const count = await store.window(query('m', { at: instants, op: 'COUNT' }));

          assert.deepEqual(sorted(last)[0]?.points, [
            [T - 29 * MIN, 5],
            [T, 7],
          ]);
          assert.deepEqual(sorted(count)[0]?.points, [
            [T - 29 * MIN, 2],
            [T, 1],
          ]);
        },
      );

      withStore('overlapping windows see the same points again', async store => {
        await put(store, ...[0, 1, 2, 3, 4].map(i => at(T - i * MIN, {}, { m: i })));

        const groups = await store.window(query('m', { op: 'MAX', windowMs: 3 * MIN, at: [T - 2 * MIN, T - MIN, T] }));

        assert.deepEqual(sorted(groups)[0]?.points, [
          [T - 2 * MIN, 4],
          [T - MIN, 3],
          [T, 2],
        ]);
      });

      withStore('several names fall into one bag, each with its scale', async store => {
        await put(store, at(T, { j: 'x' }, { a: 2000, b: 3 }));

        const groups = await store.window(
          query('a', { names: [{ name: 'a', scale: 0.001 }, { name: 'b' }], op: 'SUM' }),
        );

        assert.deepEqual(values(groups), { '': 5 });
      });

      withStore('LAST of several series at one instant is the series whose canonical labels sort last', async store => {
        await put(store, at(T, { p: 'b' }, { m: 2 }), at(T, { p: 'c' }, { m: 3 }), at(T, { p: 'a' }, { m: 1 }));

        assert.deepEqual(values(await store.window(query('m'))), { '': 3 });
      });

      withStore('a name nobody has written gives no groups', async store => {
        assert.deepEqual(sorted(await store.window(query('nothing'))), []);
      });

      withStore('a window reaches days back', async store => {
        await put(store, at(T - 9 * DAY, {}, { m: 1 }), at(T - 5 * DAY, {}, { m: 2 }), at(T, {}, { m: 4 }));

        const groups = await store.window(query('m', { op: 'SUM', windowMs: 10 * DAY, at: [T - 9 * DAY, T] }));

        assert.deepEqual(sorted(groups)[0]?.points, [
          [T - 9 * DAY, 1],
          [T, 7],
        ]);
      });

      withStore('1500 groups come back whole', async store => {
        await put(store, ...Array.from({ length: 1500 }, (_, i) => at(T, { topic: `t${i}` }, { m: i })));

        const groups = sorted(await store.window(query('m', { groupBy: ['topic'] })));

        assert.equal(groups.length, 1500);
        assert.ok(groups.every(g => g.labels['topic'] === `t${g.points[0]?.[1]}`));
      });
    });

    describe('groups and matchers', () => {
      const seed = (store: MetricStore) =>
        put(
          store,
          at(T, { topic: 'a', partition: '0', cluster: 'x' }, { lag: 1 }, { attrs: { job_id: 'j1' } }),
          at(T, { topic: 'a', partition: '1', cluster: 'x' }, { lag: 2 }, { attrs: { job_id: 'j1' } }),
          at(T, { topic: 'b', partition: '0' }, { lag: 4 }, { attrs: { job_id: 'j2' } }),
        );

      withStore('groupBy keeps the named labels apart; a missing label is empty', async store => {
        await seed(store);

        const groups = sorted(await store.window(query('lag', { op: 'SUM', groupBy: ['topic', 'cluster'] })));

        assert.deepEqual(groups, [
          { labels: { topic: 'b', cluster: '' }, points: [[T, 4]] },
          { labels: { topic: 'a', cluster: 'x' }, points: [[T, 3]] },
        ]);
      });

      withStore('groupBy * keeps every label apart and no attribute', async store => {
        await seed(store);

        const groups = sorted(await store.window(query('lag', { groupBy: '*' })));

        assert.deepEqual(
          groups.map(g => g.labels),
          [
            { topic: 'a', partition: '0', cluster: 'x' },
            { topic: 'a', partition: '1', cluster: 'x' },
            { topic: 'b', partition: '0' },
          ],
        );
      });

      const MATCHERS: readonly (readonly [string, WindowQuery['matchers'], number])[] = [
        ['equal', [{ label: 'topic', op: '=', value: 'a' }], 3],
        ['not equal', [{ label: 'topic', op: '!=', value: 'a' }], 4],
        ['a missing label reads as empty', [{ label: 'cluster', op: '!=', value: 'x' }], 4],
        ['an empty value matches anything', [{ label: 'cluster', op: '=', value: '' }], 7],
        ['a label must be there', [{ label: 'cluster', op: '!=', value: '' }], 3],
        ['an anchored regular expression', [{ label: 'topic', op: '=~', value: 'a|c' }], 3],
        ['anchored at both ends', [{ label: 'cluster', op: '=~', value: 'x|' }], 7],
        ['a negated regular expression', [{ label: 'partition', op: '!~', value: '[1-9]' }], 5],
        [
          'all matchers must hold',
          [
            { label: 'topic', op: '=', value: 'a' },
            { label: 'partition', op: '=', value: '1' },
          ],
          2,
        ],
        ['an attribute', [{ label: 'job_id', op: '=', value: 'j1' }], 3],
        ['an attribute by expression', [{ label: 'job_id', op: '=~', value: 'j.' }], 7],
      ];
      withStore('matchers filter by label or attribute', async store => {
        await seed(store);

        for (const [sentence, matchers, expected] of MATCHERS) {
          assert.deepEqual(
            values(await store.window(query('lag', { op: 'SUM', matchers }))),
            { '': expected },
            sentence,
          );
        }
      });

      withStore('of an attribute the latest value counts, and a new value makes no new series', async store => {
        await put(store, at(T - MIN, { job: 'a' }, { m: 1 }, { attrs: { tm_id: 'old' } }));
        await put(store, at(T, { job: 'a' }, { m: 2 }, { attrs: { tm_id: 'new' } }));
        const by = (value: string) => query('m', { op: 'COUNT', matchers: [{ label: 'tm_id', op: '=', value }] });

        assert.deepEqual(values(await store.window(by('new'))), { '': 2 });
        assert.deepEqual(values(await store.window(by('old'))), {});
        assert.deepEqual(await store.names(), [{ name: 'm', series: 1 }]);
      });

      withStore('the order of a record’s labels does not matter', async store => {
        await put(store, at(T - MIN, { a: '1', b: '2' }, { m: 1 }), at(T, { b: '2', a: '1' }, { m: 2 }));

        assert.deepEqual(await store.names(), [{ name: 'm', series: 1 }]);
      });

      withStore('label values are any text', async store => {
        const odd = [
          '订单',
          'a"b',
          "it's",
          'x,y=z',
          'a|b',
          ' ',
          'Source: KafkaSource-default_catalog.db[1]',
          'new\nline',
          'a.b\\c',
          '*',
          '_x',
        ];
        await put(store, ...odd.map((topic, i) => at(T, { topic }, { m: i })));

        const groups = await store.window(query('m', { groupBy: ['topic'] }));

        assert.deepEqual(values(groups), Object.fromEntries(odd.map((topic, i) => [topic, i])));
        for (const [i, topic] of odd.entries()) {
          const only = await store.window(query('m', { matchers: [{ label: 'topic', op: '=', value: topic }] }));
          assert.deepEqual(values(only), { '': i }, topic);
        }
      });
    });

    describe('points', () => {
      withStore('the last write wins for one series and instant, in one batch and over several', async store => {
        await put(store, at(T, { p: 'a' }, { m: 1 }), at(T, { p: 'a' }, { m: 2 }));
        assert.deepEqual(values(await store.window(query('m', { op: 'SUM' }))), { '': 2 });

        await put(store, at(T, { p: 'a' }, { m: 5 }));
        assert.deepEqual(values(await store.window(query('m', { op: 'SUM' }))), { '': 5 });
      });

      withStore('a repeated batch changes nothing', async store => {
        const batch = [0, 1, 2].map(i => at(T - i * MIN, { p: 'a' }, { m: i, n: i }));
        await put(store, ...batch);
        await put(store, ...batch);

        assert.deepEqual(values(await store.window(query('m', { op: 'COUNT' }))), { '': 3 });
      });

      withStore('points may come late and out of order', async store => {
        for (const i of [2, 0, 4, 1, 3]) await put(store, at(T - i * MIN, {}, { m: i }));
        await put(store, at(T - 2 * DAY, {}, { m: 99 }));

        const { series } = await store.points({
          names: [{ name: 'm' }],
          matchers: [],
          from: T - 3 * DAY,
          to: T,
          limit: 10,
        });

        const expected = [[T - 2 * DAY, 99], ...[4, 3, 2, 1, 0].map(i => [T - i * MIN, i])];
        assert.deepEqual(series[0]?.points, expected);
      });

      withStore('arrivedWithinMs leaves out what had not arrived by then', async store => {
        await put(
          store,
          at(T - 3 * MIN, {}, { m: 1 }, { arrivedAt: T - 3 * MIN + 500 }),
          at(T - 2 * MIN, {}, { m: 2 }, { arrivedAt: T + 30_000 }),
          at(T - MIN, {}, { m: 4 }, { arrivedAt: T + 30_001 }),
        );

        const asOf = (arrivedWithinMs?: number) =>
          store.window(query('m', { op: 'SUM', ...(arrivedWithinMs !== undefined && { arrivedWithinMs }) }));

        assert.deepEqual(values(await asOf(0)), { '': 1 });
        assert.deepEqual(values(await asOf(30_000)), { '': 3 });
        assert.deepEqual(values(await asOf(30_001)), { '': 7 });
        assert.deepEqual(values(await asOf()), { '': 7 });
      });

      withStore('values are doubles, exactly', async store => {
        const exact = [0, -1, 0.1, 1e-300, 1e300, Number.MAX_SAFE_INTEGER, -Number.MAX_SAFE_INTEGER, 1_795_255_880_238];
        await put(store, ...exact.map((value, i) => at(T - i * MIN, {}, { m: value })));

        const { series } = await store.points({
          names: [{ name: 'm' }],
          matchers: [],
          from: T - HOUR,
          to: T,
          limit: 1,
        });

        assert.deepEqual(series[0]?.points.map(p => p[1]).reverse(), exact);
      });

      withStore('a metric and another whose name goes on from it live side by side', async store => {
        await put(store, at(T, {}, { 'flink.task.rate': 1, 'flink.task.rate.count': 2, 'flink.task': 3 }));

        assert.deepEqual(values(await store.window(query('flink.task.rate'))), { '': 1 });
        assert.deepEqual(values(await store.window(query('flink.task.rate.count'))), { '': 2 });
        assert.deepEqual(values(await store.window(query('flink.task'))), { '': 3 });
      });

      withStore('metrics of one scope may come in different records', async store => {
        await put(store, at(T, { j: 'a' }, { m: 1 }));
        await put(store, at(T, { j: 'a' }, { n: 2 }));

        assert.deepEqual(values(await store.window(query('m'))), { '': 1 });
        assert.deepEqual(values(await store.window(query('n'))), { '': 2 });
      });

      withStore('points answers from <= t <= to, oldest first, scaled, without empty series', async store => {
        const points: Point[] = [];
        for (const i of [3, 2, 1, 0]) {
          await put(store, at(T - i * MIN, { p: 'a' }, { m: i }));
          points.push([T - i * MIN, i * 10]);
        }
        await put(store, at(T - DAY, { p: 'b' }, { m: 9 }));

        const answer = await store.points({
          names: [{ name: 'm', scale: 10 }],
          matchers: [],
          from: T - 2 * MIN,
          to: T - MIN,
          limit: 10,
        });

        assert.deepEqual(answer, {
          series: [{ name: 'm', labels: { p: 'a' }, points: points.slice(1, 3) }],
          next: null,
        });
      });

      withStore('points pages over series without losing or repeating one', async store => {
        await put(store, ...Array.from({ length: 25 }, (_, i) => at(T, { p: `${i}` }, { m: i })));
        const seen: string[] = [];
        let after: string | undefined;
        do {
          const page = await store.points({
            names: [{ name: 'm' }],
            matchers: [],
            from: T,
            to: T,
            limit: 10,
            ...(after && { after }),
          });
          assert.ok(page.series.length <= 10);
          seen.push(...page.series.map(s => s.labels['p'] ?? ''));
          after = page.next ?? undefined;
        } while (after !== undefined);

        assert.equal(seen.length, 25);
        assert.equal(new Set(seen).size, 25);
      });
    });

    describe('catalog', () => {
      withStore('names counts the series of each metric', async store => {
        await put(
          store,
          at(T, { p: '0' }, { m: 1, n: 1 }),
          at(T, { p: '1' }, { m: 1 }),
          at(T - MIN, { p: '1' }, { m: 1 }),
        );

        const names = [...(await store.names())].sort((a, b) => (a.name < b.name ? -1 : 1));

        assert.deepEqual(names, [
          { name: 'm', series: 2 },
          { name: 'n', series: 1 },
        ]);
      });

      withStore('labels answers label names or the values of one, sorted and bounded', async store => {
        await put(
          store,
          at(T, { topic: 'b', p: '0' }, { m: 1 }),
          at(T, { topic: 'a', p: '1' }, { m: 1 }),
          at(T, { x: 'y' }, { n: 1 }),
        );
        const m = { names: [{ name: 'm' }], matchers: [] };

        assert.deepEqual(await store.labels({ ...m, limit: 10 }), ['p', 'topic']);
        assert.deepEqual(await store.labels({ ...m, label: 'topic', limit: 10 }), ['a', 'b']);
        assert.deepEqual(await store.labels({ ...m, label: 'topic', limit: 1 }), ['a']);
        assert.deepEqual(
          await store.labels({ ...m, matchers: [{ label: 'p', op: '=', value: '0' }], label: 'topic', limit: 10 }),
          ['b'],
        );
      });

      withStore('append says how many points were written', async store => {
        const answer = await put(store, at(T, { p: '0' }, { m: 1, n: 1 }), at(T, { p: '1' }, { m: 1 }));

        assert.deepEqual(answer, { written: 3, refused: 0 });
        assert.deepEqual(await put(store), { written: 0, refused: 0 });
      });

      withStore('stats counts series and points', async store => {
        await put(store, at(T, { p: '0' }, { m: 1, n: 1 }), at(T - MIN, { p: '0' }, { m: 1 }));

        const stats = await store.stats();

        assert.equal(stats.series, 2);
        assert.equal(stats.refused, 0);
      });
    });

    describe('life', () => {
      withStore('expire drops what is past every retention and keeps the rest', async store => {
        await put(store, at(T - 8 * DAY, {}, { m: 1 }), at(T - HOUR, {}, { m: 2 }));

        await store.expire(T, { rawMs: 2 * DAY, rollupMs: 4 * DAY });

        const { series } = await store.points({
          names: [{ name: 'm' }],
          matchers: [],
          from: T - 9 * DAY,
          to: T,
          limit: 10,
        });
        assert.deepEqual(series[0]?.points, [[T - HOUR, 2]]);
      });

      withStore('windows over expired raw points are answered from rollups, exactly on whole minutes', async store => {
        // Four points a minute over two hours around a midnight long gone, of metrics whose names hold dots, and what is still raw.
        const night = Date.UTC(2026, 10, 16);
        const value = (i: number): number => ((i * 37) % 101) - 50;
        const old = Array.from({ length: 481 }, (_, i) => night - HOUR + i * 15_000);
        const model = new MemoryMetricStore();
        const all = [
          ...old.map((ts, i) => at(ts, { p: `${i % 2}` }, { 'a.b': value(i), 'a.b.c': i })),
          at(T - HOUR, { p: '0' }, { 'a.b': 1000 }),
        ];
        await put(store, ...all);
        await model.append(all);
        const retention = { rawMs: 2 * DAY, rollupMs: 90 * DAY };

        for (const times of ['once', 'twice']) {
          await store.expire(T, retention);

          for (const op of ['MAX', 'MIN', 'AVG', 'SUM', 'COUNT', 'LAST', 'FIRST'] as const) {
            const window = query('a.b', {
              op,
              groupBy: ['p'],
              windowMs: 23 * MIN,
              at: [night - 20 * MIN, night, night + 5 * MIN, night + HOUR, T],
            });
            const [found, wanted] = [await store.window(window), await model.window(window)];
            assert.deepEqual(sorted(found), sorted(wanted), `${op}, expired ${times}`);
          }
          const one = await store.window(query('a.b.c', { op: 'SUM', windowMs: MIN, at: [night] }));
          assert.deepEqual(values(one), { '': 237 + 238 + 239 + 240 }, 'a point at midnight is the last of its day');
          const whole = await store.window(query('a.b', { op: 'MAX', windowMs: 7 * DAY }));
          assert.deepEqual(values(whole), { '': 1000 }, 'a window over both');
          const { series } = await store.points({
            names: [{ name: 'a.b.c' }],
            matchers: [{ label: 'p', op: '=', value: '1' }],
            from: night - MIN,
            to: night + MIN,
            limit: 5,
          });
          assert.deepEqual(
            series[0]?.points,
            [-1, 0, 1].map(i => [night + i * MIN, 239 + 4 * i]),
            'of each minute its last point',
          );
        }
      });

      withStore('what rollups cannot answer is refused, not guessed', async store => {
        await put(store, at(T - 5 * DAY, {}, { m: 1 }), at(T, {}, { m: 2 }));
        await store.expire(T, { rawMs: 2 * DAY, rollupMs: 90 * DAY });
        const refused = (error: unknown): boolean => error instanceof UserError && error.code === 'bad-query';

        for (const op of ['P95', 'RATE', 'DELTA', 'STDDEV'] as const) {
          await assert.rejects(store.window(query('m', { op, at: [T - 5 * DAY] })), refused, op);
          await assert.rejects(store.window(query('m', { op, windowMs: 9 * DAY })), refused, `${op} over both`);
        }
        const old = { at: [T - 5 * DAY], op: 'MAX' } as const;
        await assert.rejects(store.window(query('m', { ...old, arrivedWithinMs: 0 })), refused);
        await assert.rejects(store.window(query('m', { ...old, across: 'sum' })), refused);
        assert.deepEqual(values(await store.window(query('m', old))), { '': 1 });
        assert.deepEqual(values(await store.window(query('m', { op: 'P95' }))), { '': 2 });
      });

      withStore('rollups go when their time is over', async store => {
        await put(store, at(T - 5 * DAY, {}, { m: 1 }), at(T, {}, { m: 2 }));
        await store.expire(T, { rawMs: 2 * DAY, rollupMs: 90 * DAY });
        const before = values(await store.window(query('m', { op: 'SUM', windowMs: 9 * DAY })));

        await store.expire(T, { rawMs: 2 * DAY, rollupMs: 3 * DAY });

        assert.deepEqual(before, { '': 3 });
        assert.deepEqual(values(await store.window(query('m', { op: 'SUM', windowMs: 9 * DAY }))), { '': 2 });
      });

      withStore('concurrent appends are all there', async store => {
        await Promise.all(
          Array.from({ length: 20 }, (_, i) => put(store, at(T - i * 1000, { p: `${i % 3}` }, { m: i }))),
        );

        assert.deepEqual(values(await store.window(query('m', { op: 'COUNT' }))), { '': 20 });
      });

      withStore('ping answers, and close may be called twice', async store => {
        await store.ping();
        await store.close();
        await store.close();
      });
    });
  });
}
