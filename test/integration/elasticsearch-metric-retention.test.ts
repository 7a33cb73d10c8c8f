/** How old metrics become rollups on a real Elasticsearch while several daemons read them and want to do it. */
import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { ManualClock } from '../../model/clock.ts';
import type { MetricGroup } from '../../model/sample.ts';
import { createTelemetry, type Telemetry } from '../../model/telemetry.ts';
import { connectElasticsearch, type Elasticsearch } from '../../store/elasticsearch/client.ts';
import { openElasticsearchMetricStore } from '../../store/elasticsearch/metric-store.ts';
import type { MetricStore } from '../../store/metric-store.ts';
import { startElasticsearch, type TestElasticsearch } from '../servers/elasticsearch.ts';

const NOW = Date.UTC(2026, 10, 21, 10);
const MIN = 60_000;
const DAY = 24 * 60 * MIN;
const WEEK = 7 * DAY;
const KEPT = { rawMs: 2 * DAY, rollupMs: 90 * DAY };

let server: TestElasticsearch;
let es: Elasticsearch;
let clock: ManualClock;
let made = 0;
/** Each is a daemon's own. */
let stores: MetricStore[] = [];

before(
  async () => {
    server = await startElasticsearch();
  },
  { timeout: 120_000 },
);
after(() => server?.stop());
beforeEach(() => {
  clock = new ManualClock(NOW);
  es = connectElasticsearch({ node: server.node, indexPrefix: `r${++made}`, refreshIntervalMs: 5000 });
  stores = [];
});
afterEach(async () => {
  for (const store of stores) await store.close();
  await es.close();
});

function open(over: Partial<Elasticsearch> = {}, telemetry?: Telemetry): MetricStore {
  const options = { maxSeries: 1000, clock, ...(telemetry ? { telemetry } : {}) };
  const store = openElasticsearchMetricStore({ ...es, ...over }, options);
  stores.push(store);
  return store;
}

function at(ts: number, value: number): MetricGroup {
  return { ts, labels: { p: 'a' }, attrs: {}, values: [['m', value]], arrivedAt: ts };
}

async function sums(store: MetricStore, ...instants: readonly number[]): Promise<readonly unknown[]> {
  const query = { names: [{ name: 'm' }], matchers: [], groupBy: [], op: 'SUM', windowMs: 60 * MIN } as const;
  const [group] = await store.window({ ...query, at: instants });
  return instants.map(t => group?.points.find(([ts]) => ts === t)?.[1] ?? null);
}

async function indices(kind: string): Promise<readonly string[]> {
  const { body } = await es.request<readonly { index: string }[]>({
    method: 'GET',
    path: `/_cat/indices/${es.prefix}-${kind}-*`,
    query: { format: 'json', h: 'index' },
  });
  return body.map(({ index }) => index.slice(-10)).sort();
}

test('the same hour of four weeks is there long after the raw points have gone', async () => {
  const store = open();
  const weeks = [4, 3, 2, 1].map(week => NOW - week * WEEK);
  await store.append(
    weeks.flatMap((t, i) => [at(t - 30 * MIN, 10 * i), at(t, i)]),
    {},
  );

  await store.expire(NOW, KEPT);
  await clock.advance(10 * MIN);
  const dropped = await store.expire(NOW, KEPT);

  assert.deepEqual(await indices('metrics'), []);
  assert.equal(dropped.dropped, 4);
  assert.deepEqual(await sums(open(), ...weeks), [0, 11, 22, 33]);
});

test('a daemon that has not looked since sees every point all the time', async () => {
  const [one, other] = [open(), open()];
  await one.append([at(NOW - 5 * DAY, 1), at(NOW - 5 * MIN, 2)], {});
  const seen = async () => sums(other, NOW - 5 * DAY, NOW);
  const before = await seen();

  await one.expire(NOW, KEPT);
  const atOnce = await seen();
  const raw = await indices('metrics');
  await clock.advance(MIN);
  const looked = await seen();
  await clock.advance(10 * MIN);
  await one.expire(NOW, KEPT);

  assert.deepEqual([before, atOnce, looked, await seen()], Array(4).fill([1, 2]));
  assert.deepEqual(raw, ['2026.11.16', '2026.11.21'], 'raw points outlive what readers know');
  assert.deepEqual(await indices('metrics'), ['2026.11.21']);
  assert.deepEqual(await indices('rollups'), ['2026.11.16']);
});

test('several that want to do it at once do it once, and a repeat changes nothing', async () => {
  const all = [open(), open(), open()];
  await all[0]?.append([at(NOW - 6 * DAY, 1), at(NOW - 5 * DAY, 2), at(NOW - 4 * DAY, 4)], {});

  await Promise.all(all.map(store => store.expire(NOW, KEPT)));
  await clock.advance(11 * MIN);
  await Promise.all(all.map(store => store.expire(NOW, KEPT)));

  assert.deepEqual(await sums(open(), NOW - 6 * DAY, NOW - 5 * DAY, NOW - 4 * DAY), [1, 2, 4]);
  assert.deepEqual(await indices('metrics'), []);
});

test('one that dies over it is followed by another, which goes on', async () => {
  let bulks = 0;
  const dying = open({
    request: (request, signal) => {
      if (request.path === '/_bulk' && ++bulks > 3) throw new Error('killed');
      return es.request(request, signal);
    },
  });
  const next = open();
  await next.append([at(NOW - 6 * DAY, 1), at(NOW - 5 * DAY, 2), at(NOW - 4 * DAY, 4)], {});
  // The catalog takes none of the bulks of one that only expires.
  bulks = 2;

  await assert.rejects(dying.expire(NOW, KEPT), /killed/);
  await next.expire(NOW, KEPT);
  const meanwhile = [await indices('metrics'), await sums(next, NOW - 6 * DAY, NOW - 5 * DAY, NOW - 4 * DAY)];
  await clock.advance(11 * MIN);
  await next.expire(NOW, KEPT);
  await clock.advance(11 * MIN);
  await next.expire(NOW, KEPT);

  assert.deepEqual(
    meanwhile,
    [
      ['2026.11.15', '2026.11.16', '2026.11.17'],
      [1, 2, 4],
    ],
    'the claim is respected, nothing is lost',
  );
  assert.deepEqual(await sums(next, NOW - 6 * DAY, NOW - 5 * DAY, NOW - 4 * DAY), [1, 2, 4]);
  assert.deepEqual(await indices('metrics'), []);
});

test('points that come after their day became rollups are added to them, whenever they come, and their index goes', async () => {
  const telemetry = createTelemetry();
  const store = open({}, telemetry);
  const lateCount = async () => (await telemetry.pointsLate.get()).values[0]?.value;
  await store.append([at(NOW - 5 * DAY, 1), at(NOW - 5 * DAY - 2 * MIN, 2)], {});
  await store.expire(NOW, KEPT);
  // The raw points are still there, the rollups stand already.
  await store.append([at(NOW - 5 * DAY - 1, 10)], {});
  const early = await sums(store, NOW - 5 * DAY);
  await clock.advance(11 * MIN);
  await store.expire(NOW, KEPT);
  const kept = await indices('metrics');
  await clock.advance(11 * MIN);
  await store.expire(NOW, KEPT);
  const gone = await indices('metrics');

  await store.append([at(NOW - 5 * DAY, 1), at(NOW - 5 * DAY - MIN, 100)], {});
  const late = await sums(store, NOW - 5 * DAY);
  const counts = [await lateCount()];
  for (let run = 0; run < 2; run++) {
    await store.expire(NOW, KEPT);
    counts.push(await lateCount());
  }

  assert.deepEqual([early, late], [[13], [113]]);
  assert.deepEqual([kept, gone], [['2026.11.16'], []], 'an index goes when nothing was written to it since');
  assert.deepEqual(counts, [1, 2, 2], 'a repeated point is no late one');
  assert.deepEqual(await sums(open(), NOW - 5 * DAY), [113]);
  assert.deepEqual(await indices('metrics'), []);
});

test('many days with late points are worked off some a run, the oldest first', async () => {
  const store = open();
  const days = [8, 7, 6, 5, 4].map(ago => NOW - ago * DAY);
  await store.append([at(NOW - 3 * DAY, 1)], {});
  await store.expire(NOW, KEPT);
  await clock.advance(11 * MIN);
  await store.expire(NOW, KEPT);
  await store.append(
    days.map(t => at(t, 7)),
    {},
  );

  const left: number[] = [];
  for (let run = 0; run < 3; run++) {
    await store.expire(NOW, KEPT);
    left.push((await indices('metrics')).length);
  }

  assert.deepEqual(left, [5, 2, 0]);
  assert.deepEqual(await sums(open(), ...days), [7, 7, 7, 7, 7]);
});
