/** What the engine does while stores, queries and clocks fail it. */
import assert from 'node:assert/strict';
import { afterEach, describe, test } from 'node:test';
import { createEngine } from '../../alerting/engine.ts';
import { MemoryLogs } from '../../alerting/testing/memory-logs.ts';
import { ManualClock } from '../../model/clock.ts';
import { StoreAwayError, VersionConflictError } from '../../model/errors.ts';
import { MemoryMetricStore } from '../../store/memory-metrics.ts';
import { openSqliteStateStore } from '../../store/sqlite/state-store.ts';
import { bench, closeBenches, compile, history, intents, kinds, live } from './engine-bench.ts';
import { MINUTE, rule, START, series, states } from './evaluate/scenario.ts';

describe('the engine of rules in trouble', () => {
  afterEach(closeBenches);

  describe('trouble', () => {
    test('a store that is behind is waited for, then the tick runs as unknown and holds its states', async () => {
      let level = START;
      const b = await bench([rule({ no_data: { policy: 'ok', after: 1 } })], { watermark: () => level });
      await b.metrics.append(series({}, '20'));
      await live(b, 4);
      assert.equal((await history(b)).ticks.length, 1);
      await live(b, 3);
      const { ticks } = await history(b);
      assert.deepEqual(ticks[1]?.groups, [
        { labels: {}, values: [null], result: null, reason: 'store-behind', state: 'firing' },
      ]);
      level = Number.POSITIVE_INFINITY;
      await b.metrics.append(series({}, '20 20 20 20 20 20', 'lag', START + 2 * MINUTE));
      await live(b, 1);
      assert.equal((await history(b)).ticks.at(-1)?.groups[0]?.state, 'firing');
      assert.deepEqual(await kinds(b), ['0 firing']);
    });

    test('a rule over logs waits for the logs, one over metrics does not', async () => {
      let level = START - 1;
      const logs = new MemoryLogs([{ ts: START, job: 'a', level: 'ERROR' }]);
      const b = await bench([rule(), rule({ name: 'logs', metrics: [{ log: 'level:ERROR' }], condition: '{0} > 0' })], {
        logs,
        logWatermark: () => level,
      });
      await b.metrics.append(series({}, '20 20'));
      await live(b, 1);
      assert.deepEqual(await kinds(b), ['0 firing']);
      assert.equal((await history(b, 'logs')).ticks.length, 0);
      level = START;
      await b.engine.tick();
      assert.deepEqual(await kinds(b), ['0 firing', '0 firing']);
      assert.deepEqual((await history(b, 'logs')).ticks[0]?.groups[0]?.values, [1]);
    });

    test('while the store is away ticks wait, and run with their own T when it is back', async () => {
      let away = false;
      const metrics = new MemoryMetricStore();
      const reader = {
        names: () => metrics.names(),
        window: (query: Parameters<MemoryMetricStore['window']>[0]) =>
          away ? Promise.reject(new StoreAwayError('gone')) : metrics.window(query),
      };
      const b = await bench([rule()], { reader });
      await metrics.append(series({}, '1 20 20 1 1 1'));
      await live(b, 1);
      away = true;
      await live(b, 4);
      assert.equal((await history(b)).ticks.length, 1);
      away = false;
      await live(b, 1);
      assert.equal(states(await history(b)), 'iffiii');
      assert.deepEqual(await kinds(b), [], 'fired and resolved inside the gap');
      assert.deepEqual(b.warnings, ['rules wait for the store']);
    });

    test('a failing query is an error of the rule: states held, told after three in a row, ended when it works again', async () => {
      let broken = false;
      const metrics = new MemoryMetricStore();
      const reader = {
        names: () => metrics.names(),
        window: (query: Parameters<MemoryMetricStore['window']>[0]) =>
          broken ? Promise.reject(new Error('bad')) : metrics.window(query),
      };
      const b = await bench([rule()], { reader });
      await metrics.append(series({}, '20 20 20 20 20 20'));
      await live(b, 1);
      broken = true;
      await live(b, 4);
      assert.deepEqual(b.engine.health('r'), { state: 'error', code: 'query-failed' });
      assert.deepEqual(
        b.engine.alerts().map(alert => [alert.kind, alert.state, alert.code]),
        [
          ['rule', 'firing', undefined],
          ['meta', 'firing', 'query-failed'],
        ],
      );
      broken = false;
      await live(b, 1);
      assert.deepEqual(b.engine.health('r'), { state: 'ok' });
      assert.deepEqual(await kinds(b), ['0 firing', '3 meta query-failed', '5 meta query-failed ended']);
      assert.deepEqual((await intents(b))[1]?.receivers, ['ops']);
    });

    test('a commit that fails changes nothing in memory and is repeated', async () => {
      const inner = openSqliteStateStore({ path: ':memory:' });
      let fail = true;
      const state = new Proxy(inner, {
        get(target, key) {
          if (key === 'commitTick' && fail) return () => Promise.reject(new StoreAwayError('disk'));
          const value: unknown = Reflect.get(target, key);
          return typeof value === 'function' ? value.bind(target) : value;
        },
      });
      const b = await bench([rule()], { state });
      await b.metrics.append(series({}, '20'));
      await live(b, 1);
      assert.deepEqual(b.engine.alerts(), []);
      fail = false;
      await b.engine.tick();
      assert.deepEqual(await kinds(b), ['0 firing']);
    });

    test('when another evaluator has moved a rule, its state is read again and no tick runs twice', async () => {
      const b = await bench([rule()]);
      await b.metrics.append(series({}, '20 20 1'));
      const other = createEngine(b.deps);
      await other.start();
      await other.load([{ rule: compile(rule()), savedAt: START - 1 }]);
      await b.clock.advance(31_000);
      await other.tick();
      await b.engine.tick();
      await live(b, 2);
      assert.deepEqual(await kinds(b), ['0 firing', '2 resolved']);
      assert.equal(states(await history(b)), 'ffi');
      await assert.rejects(
        b.state.commitTick('r', null, { cursor: null, groups: new Map(), intents: [], ticks: [] }),
        VersionConflictError,
      );
    });

    test('a clock set back is waited for, and told when it is more than a minute', async () => {
      const b = await bench([rule()]);
      await b.metrics.append(series({}, '1 20 1 1 1'));
      await live(b, 3);
      const back = new ManualClock(START);
      const engine = b.engine;
      const now = b.clock.now.bind(b.clock);
      b.clock.now = () => back.now();
      await engine.tick();
      await back.advance(MINUTE);
      await engine.tick();
      assert.equal(states(await history(b)), 'ifi');
      b.clock.now = now;
      await live(b, 1);
      assert.equal(states(await history(b)), 'ifii');
      assert.deepEqual(
        (await kinds(b)).filter(kind => kind.includes('meta')).map(kind => kind.split(' ').slice(1).join(' ')),
        ['meta clock-set-back', 'meta clock-set-back ended'],
      );
    });

    test('a job that ended closes its alerts', async () => {
      const ended = new Map<string, number>();
      const b = await bench([rule({ group_by: ['job'], window: '5m', metrics: [{ metric: 'lag', op: 'MAX' }] })], {
        jobEndedAt: job => ended.get(job) ?? null,
      });
      await b.metrics.append(series({ job: 'x' }, '20 20'));
      await live(b, 2);
      ended.set('x', START + 2 * MINUTE);
      await live(b, 2);
      assert.deepEqual(await kinds(b), ['0 firing', '2 resolved job-ended']);
    });
  });
});
