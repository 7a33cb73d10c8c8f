import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { labelsKey } from '../../model/labels.ts';
import { METRIC_OPS, type MetricOp, type WindowQuery } from '../../store/metric-store.ts';
import {
  at,
  DAY,
  HOUR,
  type MakeMetricStore,
  MIN,
  put,
  query,
  sorted,
  CONTRACT_NOW as T,
  values,
} from './metric-points.ts';
import { storeTest } from './store-test.ts';

/** The part of the MetricStore suite about operations over windows. */
export function metricWindowContract(make: MakeMetricStore): void {
  const withStore = storeTest(make);

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
        (await store.window(query('m', { op: 'LAST', across: 'sum', groupBy: ['p'], at: [T - MIN, T] })))[0]?.points ??
        [];
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

    withStore('each instant has its own window; instants without points are left out, also for COUNT', async store => {
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
    });

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

      const groups = await store.window(query('a', { names: [{ name: 'a', scale: 0.001 }, { name: 'b' }], op: 'SUM' }));

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
}
