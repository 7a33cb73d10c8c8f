/** Positions polled from a real broker: lag is end offset minus commit, whoever consumes and whether it still runs. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { pino } from 'pino';
import { createBrokerPositions, type Estate } from '../../collector/broker-positions.ts';
import { OffsetClient } from '../../collector/kafka/offset-client.ts';
import { createLagDeriver } from '../../lineage/lag/lag-deriver.ts';
import { OffsetTables } from '../../lineage/lag/offsets.ts';
import { systemClock } from '../../model/clock.ts';
import type { OffsetsRow } from '../../model/offset-row.ts';
import { createTelemetry } from '../../model/telemetry.ts';
import { openSite, startApp } from '../app/app-fixture.ts';
import { type Broker, connectBroker, createTopics } from '../e2e/broker.ts';
import { startKafka } from '../servers/kafka.ts';
import { until } from '../support/until.ts';

/** Seconds on a machine that does nothing else. */
const LIMIT_MS = 180_000;
const log = pino({ level: process.env.TIDEWATCH_TEST_LOG ?? 'silent' });
let broker: Broker;

before(async () => {
  broker = await connectBroker(await startKafka());
});

after(() => broker?.close());

function client(brokers: readonly string[] = broker.server.brokers): OffsetClient {
  return new OffsetClient({ brokers: [...brokers], clientId: 'test' }, { clock: systemClock, log });
}

async function produce(topic: string, partition: number, count: number): Promise<void> {
  await broker.send(
    topic,
    Array.from({ length: count }, () => ({ ts: Date.now(), partition, value: 'x' })),
  );
}

async function commit(groupId: string, topic: string, offsets: readonly number[]): Promise<void> {
  const partitions = offsets.map((offset, partition) => ({ partition, offset: String(offset) }));
  await broker.admin.setOffsets({ groupId, topic, partitions });
}

/** What a lag series answers: the newest point of each series, its labels as a text. */
interface Series {
  readonly series: readonly { readonly labels: Record<string, string>; readonly points: readonly [number, number][] }[];
}

test('the client answers ends, starts, commits and groups, and leaves out what is not there', {
  timeout: LIMIT_MS,
}, async t => {
  await createTopics(broker.admin, { ends: 3, empty: 1 });
  await produce('ends', 0, 5);
  await produce('ends', 2, 7);
  await commit('reader', 'ends', [2, 0]);
  await broker.admin.deleteTopicRecords({ topic: 'ends', partitions: [{ partition: 0, offset: '3' }] });
  const offsets = client();
  t.after(() => offsets.close());

  const topics = await offsets.topics(new Set(['ends', 'missing']));
  const ends = await offsets.offsets(['ends', 'empty', 'missing'], 'end');
  const starts = await offsets.offsets(['ends'], 'start');
  const commits = await offsets.commits(['reader', 'nobody']);

  assert.deepEqual(topics.get('ends'), [0, 1, 2]);
  assert.equal(topics.has('missing'), false);
  assert.deepEqual([...(ends.get('ends') ?? [])].sort(), [
    [0, 5],
    [1, 0],
    [2, 7],
  ]);
  assert.deepEqual([...ends.keys()].sort(), ['empty', 'ends']);
  assert.equal(starts.get('ends')?.get(0), 3);
  assert.deepEqual(
    [...(commits.get('reader')?.get('ends') ?? [])],
    [
      [0, 2],
      [1, 0],
    ],
  );
  assert.equal(commits.get('nobody')?.size, 0);
  assert.ok((await offsets.groups()).includes('reader'));
});

test('a topic deleted meanwhile costs no other topic its answer', { timeout: LIMIT_MS }, async t => {
  await createTopics(broker.admin, { stays: 1, goes: 1 });
  await produce('stays', 0, 4);
  const offsets = client();
  t.after(() => offsets.close());
  await offsets.topics(new Set(['stays', 'goes']));
  await broker.admin.deleteTopics({ topics: ['goes'] });

  // the broker answers for it a moment longer
  await until('it is gone', async () => {
    const ends = await offsets.offsets(['goes', 'stays'], 'end');
    assert.deepEqual([...(ends.get('stays') ?? [])], [[0, 4]]);
    return (ends.get('goes')?.size ?? 0) === 0;
  });
  await until('the topics are asked for again', async () => {
    return !(await offsets.topics(new Set(['stays', 'goes']))).has('goes');
  });
});

test('a cluster that hangs holds up no other, says so, and is polled again once it answers', {
  timeout: LIMIT_MS * 2,
}, async t => {
  await createTopics(broker.admin, { side: 1 });
  const other = await connectBroker(await startKafka());
  t.after(() => other.close());
  await createTopics(other.admin, { side: 1 });
  const rows: OffsetsRow[] = [];
  const telemetry = createTelemetry();
  const estate: Estate = { topics: new Set(['side']), groups: new Set(), hopOf: group => group };
  const positions = createBrokerPositions({
    estateOn: () => estate,
    sink: async all => void rows.push(...all),
    clock: systemClock,
    telemetry,
    log,
  });
  const planned = (name: string, brokers: readonly string[]) => ({
    cluster: { name, title: name, pollMs: 1000, topics: [], groups: [] },
    key: name,
    open: () => client(brokers),
  });
  t.after(() => positions.stop());
  other.server.freeze();
  await positions.poll([planned('here', broker.server.brokers), planned('there', other.server.brokers)]);

  const stateOf = (name: string) => positions.status().find(s => s.name === name)?.state;
  await until('the frozen one is away', () => stateOf('there') === 'away');
  const before = rows.filter(row => row.cluster === 'here').length;
  await until('the other goes on', () => rows.filter(row => row.cluster === 'here').length > before + 1);
  await until('it is polled', () => stateOf('here') === 'polling');
  assert.equal(
    rows.some(row => row.cluster === 'there'),
    false,
  );

  other.server.thaw();
  await until('it is polled again', () => stateOf('there') === 'polling');
  await until('its rows come', () => rows.some(row => row.cluster === 'there'));
});

test('a topic made anew begins a new curve instead of staying level for ever', { timeout: LIMIT_MS }, async t => {
  await createTopics(broker.admin, { anew: 1 });
  await produce('anew', 0, 10);
  await commit('anew-reader', 'anew', [10]);
  const tables = new OffsetTables();
  const deriver = createLagDeriver(tables);
  const lags: number[] = [];
  const positions = createBrokerPositions({
    estateOn: () => ({ topics: new Set(['anew']), groups: new Set(['anew-reader']), hopOf: group => group }),
    sink: async rows => {
      for (const { values } of deriver.derive(rows, 0))
        for (const [name, value] of values) if (name === 'lag') lags.push(value);
    },
    clock: systemClock,
    telemetry: createTelemetry(),
    log,
  });
  t.after(() => positions.stop());
  await positions.poll([
    { cluster: { name: '', title: 'k', pollMs: 1000, topics: [], groups: [] }, key: 'k', open: () => client() },
  ]);
  await until('level', () => lags.at(-1) === 0);

  await broker.admin.deleteTopics({ topics: ['anew'] });
  await until('it is gone', async () => !(await broker.admin.listTopics()).includes('anew'));
  await createTopics(broker.admin, { anew: 1 });
  await produce('anew', 0, 8);
  await commit('anew-reader', 'anew', [1]);

  await until('the lag of the new topic', () => lags.at(-1) === 7);
});

test('a job that is gone falls behind by exactly what is produced; nothing counts twice', {
  timeout: LIMIT_MS * 2,
}, async t => {
  await createTopics(broker.admin, { dw_log: 2, other: 1 });
  await produce('dw_log', 0, 100);
  await commit('agg-group', 'dw_log', [60]);
  await commit('billing-7', 'dw_log', [100, 0]);
  await commit('stranger', 'dw_log', [5]);
  const address = broker.server.brokers[0] ?? '';
  const config = openSite().config({
    clusters: { 'data-1': { brokers: [address], poll: '1s', groups: ['billing-*'] } },
  });
  const { app, get, take } = await startApp(config);
  t.after(() => app.stop());
  const options = `'connector'='kafka','properties.bootstrap.servers'='${address}'`;
  const sql = `CREATE TABLE src (k STRING) WITH (${options},'topic'='dw_log','properties.group.id'='agg-group');
    CREATE TABLE snk (k STRING) WITH (${options},'topic'='other');
    INSERT INTO snk SELECT k FROM src`;
  await take('jobs', { type: 'job', ts: Date.now(), job_name: 'agg', job_id: 'a1', sql });
  // The job's own metrics say more than its last commit: it has read up to 80.
  const vars = { job_id: 'a1', job_name: 'agg', task_name: 't', operator_name: 'o', subtask_index: '0' };
  const scope = 'taskmanager.job.task.operator.KafkaSourceReader.topic.partition';
  const groups = [{ scope, vars: { topic: 'dw_log', partition: '0' }, gauges: { currentOffset: 79 } }];
  const report = () => take('metrics', { v: 1, ts: Date.now(), vars, groups });
  const status = () =>
    get<{ clusters: readonly Record<string, unknown>[] }>('status').then(({ clusters }) => clusters[0]);
  await until('both topics are polled', async () => (await status())?.['topics'] === 2);
  await report();

  let seen: Record<string, number> = {};
  const standing = () => seen;
  const lags = async (): Promise<Record<string, number>> => {
    const { series } = await get<Series>(`metrics/query?metric=lag&from=${Date.now() - LIMIT_MS}&to=${Date.now()}`);
    seen = Object.fromEntries(
      series.map(({ labels, points }) => [
        `${labels['job']} ${labels['topic']} ${labels['group'] ?? '-'} ${labels['cluster'] ?? '-'}`,
        points.at(-1)?.[1] ?? Number.NaN,
      ]),
    );
    return seen;
  };
  const agg = 'agg dw_log agg-group data-1';
  const billing = 'billing-7 dw_log billing-7 data-1';
  await until('the job stands where its metrics say', async () => (await lags())[agg] === 20, LIMIT_MS, standing);
  await until('the group counts by its own name', async () => (await lags())[billing] === 0, LIMIT_MS, standing);

  await produce('dw_log', 0, 30);
  await produce('dw_log', 1, 12);

  await until('the group is 42 behind', async () => (await lags())[billing] === 42, LIMIT_MS, standing);
  // Silent for more than thirty seconds the job is gone; the partition it never read counts from its start.
  await until('the job is 62 behind', async () => (await lags())[agg] === 62, LIMIT_MS, standing);
  assert.deepEqual(
    Object.keys(await lags()).filter(key => key.includes('stranger')),
    [],
    'no group but those declared and asked for',
  );
  let said: readonly unknown[] = [];
  const isWell = async (): Promise<boolean> => {
    const { name, state, detail, partitions, groups: polled } = (await status()) ?? {};
    said = [name, state, detail, partitions, polled];
    return isDeepStrictEqual(said, ['data-1', 'polling', '', 3, 2]);
  };
  await until('what is polled is said', isWell, undefined, () => said);
});
