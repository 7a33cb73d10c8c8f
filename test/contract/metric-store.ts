/**
 * What every MetricStore promises. An adapter's test file calls `metricStoreContract` with a way to make a fresh, empty store;
 * nothing here knows which one it is. Stores that need a clock should set it to `CONTRACT_NOW`.
 */
import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { at, DAY, HOUR, type MakeMetricStore, MIN, put, query, CONTRACT_NOW as T, values } from './metric-points.ts';
import { metricMatcherContract } from './metric-store-matchers.ts';
import { metricPointContract } from './metric-store-points.ts';
import { metricRollupContract } from './metric-store-rollups.ts';
import { metricWindowContract } from './metric-store-windows.ts';
import { storeTest } from './store-test.ts';

/** Declares the suite for one adapter; what a store in memory drops is gone, so it keeps no rollups. */
export function metricStoreContract(name: string, make: MakeMetricStore, keepsRollups = true): void {
  const withStore = storeTest(make);

  describe(`MetricStore contract: ${name}`, () => {
    metricWindowContract(make);
    metricMatcherContract(make);
    metricPointContract(make);
    if (keepsRollups) metricRollupContract(make);

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
