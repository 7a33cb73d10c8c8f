import assert from 'node:assert/strict';
import { describe } from 'node:test';
import type { Point } from '../../model/sample.ts';
import { at, DAY, HOUR, type MakeMetricStore, MIN, put, query, CONTRACT_NOW as T, values } from './metric-points.ts';
import { storeTest } from './store-test.ts';

/** The part of the MetricStore suite about points and series. */
export function metricPointContract(make: MakeMetricStore): void {
  const withStore = storeTest(make);

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
}
