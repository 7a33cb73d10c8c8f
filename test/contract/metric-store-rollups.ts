import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { UserError } from '../../model/errors.ts';
import { MemoryMetricStore } from '../../store/memory-metrics.ts';
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

/** The part of the MetricStore suite about what is kept of points past their retention: of stores on a disk. */
export function metricRollupContract(make: MakeMetricStore): void {
  const withStore = storeTest(make);

  describe('rollups', () => {
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

    withStore('points that come after their hour became rollups count at once, for good, and once', async store => {
      const night = Date.UTC(2026, 10, 16);
      const model = new MemoryMetricStore();
      const take = async (...groups: Parameters<typeof put>[1][]): Promise<void> => {
        await put(store, ...groups);
        await model.append(groups);
      };
      const agree = async (when: string): Promise<void> => {
        for (const op of ['MAX', 'MIN', 'AVG', 'SUM', 'COUNT', 'LAST', 'FIRST'] as const) {
          const instants = [night - 2 * HOUR, night - MIN, night, night + 5 * MIN, night + 3 * HOUR];
          const window = query('m', { op, groupBy: ['p'], windowMs: 25 * MIN, at: instants });
          assert.deepEqual(sorted(await store.window(window)), sorted(await model.window(window)), `${op}, ${when}`);
        }
      };
      const early = Array.from({ length: 40 }, (_, i) => at(night - 10 * MIN + i * 30_000, { p: 'a' }, { m: i }));
      const late = [
        // before, between and behind the points of a minute; at midnight; minutes, hours and series that had none
        at(night - 10 * MIN - 20_000, { p: 'a' }, { m: 1000 }),
        at(night - 9 * MIN - 1, { p: 'a' }, { m: -1000 }),
        at(night - 8 * MIN - 59_000, { p: 'a' }, { m: -7 }),
        at(night, { p: 'b' }, { m: 3, n: 4 }),
        at(night + 1, { p: 'b' }, { m: 5 }),
        at(night - 2 * HOUR, { p: 'a' }, { m: 11 }),
        at(night + 3 * HOUR - MIN, { p: 'c' }, { m: 12 }),
      ];
      const retention = { rawMs: 2 * DAY, rollupMs: 90 * DAY };
      await take(...early, at(T, { p: 'a' }, { m: 1 }));
      await store.expire(T, retention);
      await agree('before they came');

      await take(...late.slice(0, 4));
      await agree('the first');
      await store.expire(T, retention);
      await agree('the first, as rollups');
      await take(...late, ...early.slice(0, 5));
      await agree('all of them, with some again');
      for (const times of ['once', 'twice']) {
        await store.expire(T, retention);
        await agree(`expired ${times}`);
        await take(...late.slice(2), ...early.slice(8, 12));
      }
      const { series } = await store.points({
        names: [{ name: 'm' }],
        matchers: [{ label: 'p', op: '=', value: 'b' }],
        from: night - MIN,
        to: night + MIN,
        limit: 5,
      });
      assert.deepEqual(series[0]?.points, [
        [night, 3],
        [night + MIN, 5],
      ]);
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
  });
}
