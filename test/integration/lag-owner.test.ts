/** One owner of lag and lineage, however many daemons collect: Kafka and Elasticsearch are real, the daemons share both. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openSite, type RunningApp, startApp } from '../app/app-fixture.ts';
import { type Broker, connectBroker, createTopics } from '../e2e/broker.ts';
import { startElasticsearch, type TestElasticsearch } from '../servers/elasticsearch.ts';
import { startKafka } from '../servers/kafka.ts';
import { until } from '../support/until.ts';

/** Seconds on a machine that does nothing else. */
const LIMIT_MS = 180_000;
const SCOPE = 'taskmanager.job.task.operator.KafkaSourceReader.topic.partition';
let broker: Broker;
let elasticsearch: TestElasticsearch;

before(async () => {
  const [kafka, store] = await Promise.all([startKafka(), startElasticsearch()]);
  [broker, elasticsearch] = [await connectBroker(kafka), store];
});

after(() => Promise.all([broker?.close(), elasticsearch?.stop()]));

interface Status {
  readonly lag: { readonly owner: boolean; readonly detail: string };
  readonly streams: readonly { readonly stream: string; readonly lag: number | null; readonly topic: string }[];
}

/** A daemon of these roles on the shared stores. */
function start(...roles: readonly string[]): Promise<RunningApp> {
  return startApp(
    openSite().config({
      roles,
      kafka: { brokers: broker.server.brokers },
      elasticsearch: { node: elasticsearch.node, index_prefix: 'owner', refresh_interval: '1s' },
    }),
  );
}

/** What Flink's reporter sends of a source that has read so many records. */
async function report(read: number): Promise<void> {
  const vars = { job_id: 'a1', job_name: 'agg', task_name: 't', operator_name: 'o', subtask_index: '0' };
  const groups = [{ scope: SCOPE, vars: { topic: 'dw_log', partition: '0' }, gauges: { currentOffset: read - 1 } }];
  await broker.send('tidewatch.metrics', [{ ts: Date.now(), value: { v: 1, ts: Date.now(), vars, groups } }]);
}

async function lagOf(app: RunningApp): Promise<readonly number[]> {
  const to = Date.now();
  const { series } = await app.get<{ series: readonly { readonly points: readonly (readonly [number, number])[] }[] }>(
    `metrics/query?metric=lag&matcher=job=agg&from=${to - LIMIT_MS}&to=${to}`,
  );
  return series.map(({ points }) => points.at(-1)?.[1] ?? Number.NaN);
}

const status = (app: RunningApp): Promise<Status> => app.get<Status>('status');

test('what a collecting daemon finds in metrics becomes lag and lineage at the owner, and at the next one', {
  timeout: 3 * LIMIT_MS,
}, async t => {
  await createTopics(broker.admin, { 'tidewatch.metrics': 1, 'tidewatch.jobs': 1, dw_log: 1, dw_out: 1 });
  const now = Date.now();
  await broker.send(
    'dw_log',
    Array.from({ length: 50 }, () => ({ ts: now, value: 'x' })),
  );
  const owner = await start('evaluate', 'web');
  t.after(() => owner.app.stop());
  const collector = await start('collect');
  t.after(() => collector.app.stop());
  assert.deepEqual([(await status(owner)).lag.owner, (await status(collector)).lag.owner], [true, false]);

  await t.test('a missing topic is said, and does not hold up the metrics', async () => {
    await report(10);
    const detail = async () => (await status(collector)).lag.detail;
    await until('it is said', async () => (await detail()).includes('tidewatch.offsets'), LIMIT_MS);
    assert.match(await detail(), /reach nobody: cannot be written to tidewatch\.offsets: the topic does not exist/);
    const { streams } = await status(collector);
    assert.deepEqual(
      streams.filter(({ stream, topic }) => stream !== 'metrics' && stream !== 'logs' && topic !== 'http'),
      [],
      'the other streams are read by the owner alone',
    );
  });

  await t.test('positions and topics read arrive at the owner, which polls the end offsets', async () => {
    await createTopics(broker.admin, { 'tidewatch.offsets': 1 });
    await until(
      'the lag is 30',
      async () => {
        await report(20);
        return (await lagOf(owner)).includes(30);
      },
      LIMIT_MS,
    );
    assert.equal((await lagOf(owner)).length, 1, 'one series');
    await until('nothing is complained of', async () => (await status(collector)).lag.detail === '');
  });

  const isWired = async (app: RunningApp): Promise<boolean> => {
    const { edges } = await app.get<{ edges: readonly { readonly from: string; readonly to: string }[] }>(
      'lineage/graph',
    );
    return edges.some(({ from, to }) => from === 'job:agg' && to.endsWith('/dw_out'));
  };

  await t.test('metrics the collector takes leave the SQL that only the owner has seen', async () => {
    const table = (name: string) =>
      `CREATE TABLE ${name} (k STRING) WITH ('connector'='kafka','topic'='${name}','properties.bootstrap.servers'='${broker.server.brokers[0]}')`;
    const sql = `${table('dw_log')}; ${table('dw_out')}; INSERT INTO dw_out SELECT k FROM dw_log`;
    const submission = { type: 'job', ts: Date.now(), job_name: 'agg', job_id: 'a1', sql };
    await broker.send('tidewatch.jobs', [{ ts: Date.now(), value: submission }]);
    await until('the graph has the job', () => isWired(owner), LIMIT_MS);
  });

  await t.test('a standby takes over with everything the others learnt', async () => {
    const standby = await start('collect', 'evaluate', 'web');
    t.after(() => standby.app.stop());
    assert.equal((await status(standby)).lag.owner, false);
    await owner.app.stop();
    await until('it owns lag', async () => (await status(standby)).lag.owner, LIMIT_MS);
    await until('the job is known with its SQL', () => isWired(standby));
    await until(
      'the lag is 15',
      async () => {
        await report(35);
        return (await lagOf(standby)).includes(15);
      },
      LIMIT_MS,
    );
    assert.equal((await lagOf(standby)).length, 1, 'the same series');
  });
});
