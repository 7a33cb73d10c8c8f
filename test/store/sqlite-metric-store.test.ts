import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { ManualClock } from '../../model/clock.ts';
import { StoreAwayError, UserError } from '../../model/errors.ts';
import type { MetricGroup } from '../../model/sample.ts';
import { createTelemetry } from '../../model/telemetry.ts';
import { MemoryMetricStore } from '../../store/memory-metrics.ts';
import type { MetricOp, MetricStore, WindowQuery } from '../../store/metric-store.ts';
import { openSqliteMetricStore, type SqliteMetricStoreOptions } from '../../store/sqlite/metric-store.ts';
import { CONTRACT_NOW } from '../contract/metric-points.ts';
import { metricStoreContract } from '../contract/metric-store.ts';

const NOW = CONTRACT_NOW;
const MIN = 60_000;
const HOUR = 60 * MIN;
const DAY = 24 * HOUR;

function folder(): { dir: string; remove(): void } {
  const dir = mkdtempSync(join(tmpdir(), 'tidewatch-metrics-'));
  return { dir, remove: () => rmSync(dir, { recursive: true, force: true }) };
}

metricStoreContract('sqlite', async () => {
  const { dir, remove } = folder();
  const store = await openSqliteMetricStore({ dir, clock: new ManualClock(NOW) });
  return {
    store,
    async done() {
      await store.close();
      remove();
    },
  };
});

/** A store in a folder of its own that the test may close and open again; everything goes when the test ends. */
async function opened(t: TestContext, options: SqliteMetricStoreOptions = {}) {
  const { dir, remove } = folder();
  const clock = new ManualClock(NOW);
  let store = await openSqliteMetricStore({ dir, clock, ...options });
  t.after(async () => {
    await store.close();
    remove();
  });
  const reopen = async (): Promise<MetricStore> => {
    await store.close();
    store = await openSqliteMetricStore({ dir, clock, ...options });
    return store;
  };
  return { store, clock, dir, reopen };
}

function at(
  ts: number,
  value: number,
  labels: Record<string, string> = {},
  attrs: Record<string, string> = {},
): MetricGroup {
  return { ts, labels, attrs, values: [['m', value]], arrivedAt: ts };
}

function query(op: MetricOp, more: Partial<WindowQuery> = {}): WindowQuery {
  return { names: [{ name: 'm' }], matchers: [], groupBy: [], op, windowMs: HOUR, at: [NOW], ...more };
}

async function value(store: MetricStore, q: WindowQuery): Promise<number | undefined> {
  return (await store.window(q))[0]?.points[0]?.[1];
}

test('points, series and attributes are there again after a reopen', async t => {
  const { store, reopen } = await opened(t);
  await store.append(
    [
      at(NOW - 3 * DAY, 1, { p: 'a' }, { tm_id: 'x' }),
      at(NOW - MIN, 2, { p: 'a' }, { tm_id: 'y' }),
      at(NOW, 4, { p: 'b' }),
    ],
    {},
  );

  const again = await reopen();

  assert.equal(await value(again, query('SUM', { windowMs: 4 * DAY })), 7);
  assert.equal(await value(again, query('SUM', { matchers: [{ label: 'tm_id', op: '=', value: 'y' }] })), 2);
  assert.deepEqual(await again.names(), [{ name: 'm', series: 2 }]);
  assert.equal((await again.stats()).points, 3);
  await again.append([at(NOW, 8, { p: 'c' })], {});
  assert.equal(await value(again, query('SUM')), 14);
});

test('what was acknowledged survives kill -9', async t => {
  const { dir, remove } = folder();
  t.after(remove);
  const module = new URL('../../store/sqlite/metric-store.ts', import.meta.url).href;
  const script = `
    import { openSqliteMetricStore } from ${JSON.stringify(module)};
    const store = await openSqliteMetricStore({ dir: ${JSON.stringify(dir)}, clock: { now: () => ${NOW}, monotonic: () => 0 } });
    for (let i = 0; ; i++) {
      await store.append([{ ts: ${NOW} - i, labels: {}, attrs: {}, values: [['m', 1]], arrivedAt: ${NOW} }], {});
      process.stdout.write(i + '\\n');
    }`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let acknowledged = -1;
  for await (const chunk of child.stdout.setEncoding('utf8')) {
    acknowledged = Math.max(acknowledged, ...String(chunk).trim().split('\n').slice(0, -1).map(Number));
    if (acknowledged >= 50 && !child.killed) child.kill('SIGKILL');
  }
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');

  const store = await openSqliteMetricStore({ dir, clock: new ManualClock(NOW) });
  t.after(() => store.close());

  assert.ok(acknowledged >= 50, `the child acknowledged ${acknowledged + 1} batches`);
  const count = (await value(store, query('COUNT'))) ?? 0;
  assert.ok(count >= acknowledged + 1, `${count} points for ${acknowledged + 1} acknowledged`);
});

test('memory, blocks and journal together answer exactly like memory alone', async t => {
  const { store: first, clock, reopen } = await opened(t, { hotMs: 10 * MIN });
  const model = new MemoryMetricStore();
  let store = first;
  // A small generator of its own, so that a failure can be repeated.
  let seed = 7;
  const random = (n: number): number => {
    seed = (seed * 1103515245 + 12345) % 2147483648;
    return seed % n;
  };
  const ops: readonly MetricOp[] = ['SUM', 'COUNT', 'LAST', 'FIRST', 'P95', 'RATE', 'STDDEV'];

  for (let round = 0; round < 60; round++) {
    await clock.advance(random(8) * MIN);
    const now = clock.now();
    // Mostly new points, some out of order, some hours late, some again with another value.
    const batch = Array.from({ length: 40 }, () => {
      const back = random(4) > 0 ? random(5 * MIN) : random(5 * HOUR);
      return {
        ...at(now - back - (back % 5000), random(1000) / 8, { p: `${random(3)}`, q: `${random(2)}` }),
        arrivedAt: now,
      };
    });
    await store.append(batch, {});
    await model.append(batch);
    if (round % 25 === 24) store = await reopen();

    const q = query(ops[round % ops.length] ?? 'SUM', {
      groupBy: ['p'],
      windowMs: (1 + random(90)) * MIN,
      at: [now, now - random(60) * MIN, now - 3 * HOUR],
      ...(round % 3 === 0 && { arrivedWithinMs: random(HOUR) }),
    });
    const byGroup = (groups: Awaited<ReturnType<MetricStore['window']>>) =>
      Object.fromEntries(groups.map(g => [g.labels['p'], g.points.toSorted((a, b) => a[0] - b[0])]));
    assert.deepEqual(byGroup(await store.window(q)), byGroup(await model.window(q)), `round ${round}`);
    const range = { names: q.names, matchers: [], from: now - 4 * HOUR, to: now - 5 * MIN, limit: 100 };
    assert.deepEqual(await store.points(range), await model.points(range), `points of round ${round}`);
  }
});

test('a late point wins over an older value that is still in the journal', async t => {
  const { store, clock } = await opened(t, { hotMs: 10 * MIN });
  const late = NOW - 5 * MIN;
  await store.append([at(late, 1)], {});
  await clock.advance(30 * MIN);
  await Promise.all([
    store.append([at(clock.now(), 0)], {}),
    store.append([at(late, 2)], {}),
    store.append([at(late, 3)], {}),
  ]);

  assert.equal(await value(store, query('LAST', { at: [late] })), 3);
  await clock.advance(30 * MIN);
  await store.append([at(late, 4)], {});
  assert.equal(await value(store, query('SUM', { at: [late] })), 4);
});

test('windows over expired raw points are answered from rollups, exactly on whole minutes', async t => {
  const { store, clock, reopen } = await opened(t);
  const start = NOW - 3 * HOUR;
  const model = new MemoryMetricStore();
  const batch = Array.from({ length: 720 }, (_, i) =>
    at(start + 500 + i * 15_000, ((i * 37) % 101) - 50, { p: `${i % 2}` }),
  );
  await store.append(batch, {});
  await model.append(batch);
  await clock.advance(DAY);

  const { dropped } = await store.expire(clock.now(), { rawMs: 12 * HOUR, rollupMs: 90 * DAY });

  assert.equal(dropped, 720);
  const again = await reopen();
  assert.equal((await again.stats()).points, 0);
  const instants = [NOW, NOW - 17 * MIN, NOW - 2 * HOUR];
  for (const op of ['MAX', 'MIN', 'AVG', 'SUM', 'COUNT', 'LAST', 'FIRST'] as const) {
    const q = query(op, { groupBy: ['p'], windowMs: 23 * MIN, at: instants });
    const sorted = (groups: Awaited<ReturnType<MetricStore['window']>>) =>
      Object.fromEntries(groups.map(g => [g.labels['p'], g.points.toSorted((a, b) => a[0] - b[0])]));
    assert.deepEqual(sorted(await again.window(q)), sorted(await model.window(q)), op);
  }
});

test('what rollups cannot answer is refused, not guessed', async t => {
  const { store, clock } = await opened(t);
  await store.append([at(NOW, 1)], {});
  await clock.advance(2 * DAY);
  await store.expire(clock.now(), { rawMs: DAY, rollupMs: 90 * DAY });
  const refused = (error: unknown): boolean => error instanceof UserError && error.code === 'bad-query';

  for (const op of ['P95', 'RATE', 'DELTA', 'STDDEV'] as const)
    await assert.rejects(store.window(query(op)), refused, op);
  await assert.rejects(store.window(query('MAX', { arrivedWithinMs: 0 })), refused);
  assert.equal(await value(store, query('MAX')), 1);
  assert.deepEqual(await store.window(query('P95', { at: [clock.now()] })), []);
});

test('rollups go when their time is over, and then their series', async t => {
  const { store, clock } = await opened(t);
  await store.append([at(NOW, 1, { p: 'ended' })], {});
  await clock.advance(2 * DAY);
  await store.append([at(clock.now(), 2, { p: 'lives' })], {});
  await store.expire(clock.now(), { rawMs: DAY, rollupMs: 3 * DAY });
  assert.deepEqual(await store.names(), [{ name: 'm', series: 2 }]);

  await clock.advance(2 * DAY);
  await store.append([at(clock.now(), 2, { p: 'lives' })], {});
  await store.expire(clock.now(), { rawMs: DAY, rollupMs: 3 * DAY });

  assert.deepEqual(await store.names(), [{ name: 'm', series: 1 }]);
  assert.deepEqual(await store.labels({ names: [{ name: 'm' }], matchers: [], label: 'p', limit: 9 }), ['lives']);
  await store.append([at(clock.now(), 3, { p: 'new' })], {});
  assert.equal(
    await value(
      store,
      query('SUM', { windowMs: 10 * DAY, at: [clock.now()], matchers: [{ label: 'p', op: '=', value: 'new' }] }),
    ),
    3,
  );
});

test('max_series refuses new series loudly and goes on with those it has', async t => {
  const telemetry = createTelemetry();
  const { store } = await opened(t, { maxSeries: 2, telemetry });

  const answer = await store.append(
    [at(NOW, 1, { p: 'a' }), at(NOW, 1, { p: 'b' }), at(NOW, 1, { p: 'c' }), at(NOW - 1, 1, { p: 'd' })],
    {},
  );
  const more = await store.append([at(NOW + 1, 1, { p: 'a' }), at(NOW + 1, 1, { p: 'c' })], {});

  assert.deepEqual(
    [answer, more],
    [
      { written: 2, refused: 2 },
      { written: 1, refused: 1 },
    ],
  );
  assert.equal((await store.stats()).refused, 3);
  assert.match(await telemetry.registry.metrics(), /tidewatch_series_refused_total 3/);
});

test('when max_series comes near, series that ended make room before their rollups expire', async t => {
  const { store, clock } = await opened(t, { maxSeries: 10 });
  await store.append(
    Array.from({ length: 10 }, (_, i) => at(NOW, i, { p: `${i}` })),
    {},
  );
  await clock.advance(2 * DAY);
  await store.append([at(clock.now(), 1, { p: '0' })], {});

  await store.expire(clock.now(), { rawMs: DAY, rollupMs: 90 * DAY });

  assert.deepEqual(await store.append([at(clock.now(), 1, { p: 'new' })], {}), { written: 1, refused: 0 });
  assert.equal(
    await value(
      store,
      query('MAX', { windowMs: 9 * DAY, at: [clock.now()], matchers: [{ label: 'p', op: '=', value: '0' }] }),
    ),
    1,
  );
});

test('memory stays within its bytes, and what it gave back is read from blocks', async t => {
  const { store, clock } = await opened(t, { hotBytes: 300_000 });
  for (let round = 0; round < 40; round++) {
    await clock.advance(MIN);
    await store.append(
      Array.from({ length: 500 }, (_, i) => at(clock.now() - i * 100, 1, { p: `${i % 50}` })),
      {},
    );
  }

  assert.equal(await value(store, query('COUNT', { at: [clock.now()] })), 20_000);
});

test('a file that is no database is refused with its name and the remedy', async t => {
  const { dir, remove } = folder();
  t.after(remove);
  writeFileSync(
    join(dir, 'metrics.db'),
    'this is not a database, but a text long enough to be taken for one'.repeat(50),
  );

  await assert.rejects(
    openSqliteMetricStore({ dir }),
    (error: unknown) =>
      error instanceof StoreAwayError && error.message.includes(dir) && error.message.includes('move it away'),
  );
});

test('after close every call is away', async t => {
  const { store } = await opened(t);
  await store.close();

  await assert.rejects(store.append([at(NOW, 1)], {}), StoreAwayError);
  await assert.rejects(store.window(query('MAX')), StoreAwayError);
  await assert.rejects(store.ping(), StoreAwayError);
});
