import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Api, MINUTE, NOW, openApi, point, problemOf, SECOND } from './fixture.ts';

const BROKER = 'kafka-1:9092';
const DATASET = 'druid://prod/gmv';
const kafka = (topic: string, source: boolean) =>
  `CREATE TABLE ${topic} (id STRING) WITH ('connector' = 'kafka', 'topic' = '${topic}', ` +
  `'properties.bootstrap.servers' = '${BROKER}'${source ? `, 'properties.group.id' = 'g'` : ''}, 'format' = 'json');`;
const SQL = `${kafka('ods', true)}\n${kafka('dwd', false)}\nINSERT INTO dwd SELECT id FROM ods;`;

let api: Api;

/** NiFi -> ods -> etl -> dwd -> Druid gmv -> report; one more job that fails. */
before(async () => {
  api = await openApi();
  const processor = {
    name: 'PublishKafkaRecord ods',
    type: 'org.apache.nifi.processors.kafka.pubsub.PublishKafkaRecord_2_6',
    properties: { 'bootstrap.servers': BROKER, topic: 'ods' },
  };
  const supervisor = {
    type: 'kafka',
    clusterName: 'prod',
    spec: {
      dataSchema: { dataSource: 'gmv' },
      ioConfig: { topic: 'dwd', consumerProperties: { 'bootstrap.servers': BROKER } },
    },
  };
  await api.take(
    'jobs',
    { type: 'nifi_flow', ts: NOW, flow: { name: 'access', processors: [processor] } },
    {
      type: 'job',
      ts: NOW,
      job_name: 'etl',
      job_id: 'a'.repeat(32),
      app_id: 'application_1_0001',
      owner: 'trade',
      sql: SQL,
    },
    { type: 'job_status', ts: NOW, job_name: 'etl', job_id: 'a'.repeat(32), status: 'RUNNING' },
    { type: 'job', ts: NOW, job_name: 'broken', job_id: 'b'.repeat(32), owner: 'ads' },
    { type: 'job_status', ts: NOW - 1, job_name: 'broken', job_id: 'b'.repeat(32), status: 'RUNNING' },
    {
      type: 'job_status',
      ts: NOW,
      job_name: 'broken',
      job_id: 'b'.repeat(32),
      status: 'FAILED',
      exception: 'java.lang.Error: no',
    },
    { type: 'druid_supervisor', ts: NOW, spec: supervisor },
    { type: 'report', ts: NOW, name: 'GMV', owner: 'trade', reads: [DATASET], slo: { age_ms: 60_000, target: 0.99 } },
  );
  const row = (hop: string, topic: string, ts: number, end: number, position: number) => ({
    type: 'offsets',
    ts,
    hop,
    topic,
    partition: 0,
    end_offset: end,
    position,
  });
  const rows = Array.from({ length: 13 }, (_, i) => {
    const ts = NOW - (12 - i) * 10 * SECOND;
    return [
      { type: 'queue_lag', ts, hop: 'access', ms: 0 },
      row('etl', 'ods', ts, 1000 + i * 100, 1000 + i * 100 - 50),
      row('gmv', 'dwd', ts, 500 + i * 50, 500 + i * 50),
    ];
  });
  await api.take('offsets', ...rows.flat());
  await api.take(
    'metrics',
    point('flink.task.numRecordsInPerSecond', 10, NOW, { job: 'etl', task: 'Source', subtask: '0' }),
  );
});
after(() => api.close());

interface Freshness {
  readonly report: string | null;
  readonly owner: string;
  readonly sink: string;
  readonly age_ms: number | null;
  readonly age_high_ms: number | null;
  readonly complete_up_to: number | null;
  readonly lag_sum_ms: number | null;
  readonly residence_ms: Readonly<Record<string, number>>;
  readonly level: string;
  readonly ts: number;
}

test('a report’s freshness is found by its name, a dataset’s by its id with slashes', async () => {
  const { items, next } = await api.get<{ items: Freshness[]; next: null }>('freshness');
  const report = await api.get<Freshness>(`freshness/${encodeURIComponent('GMV')}`);
  const dataset = await api.get<Freshness>(`freshness/${DATASET}`);

  assert.equal(next, null);
  assert.equal(items.length, 1);
  assert.deepEqual([report.report, report.owner, report.level], ['GMV', 'trade', 'ok']);
  assert.equal(dataset.report, null);
  // 50 records behind at 10 a second.
  assert.ok(Math.abs((report.age_ms ?? 0) - 5 * SECOND) < SECOND, `age is ${report.age_ms}`);
  assert.equal(report.age_ms, dataset.age_ms);
  assert.equal(report.complete_up_to, report.ts - (report.age_high_ms ?? 0));
  const residences = Object.values(report.residence_ms).reduce((sum, ms) => sum + ms, 0);
  assert.ok(Math.abs(residences - (report.age_ms ?? 0)) < 1, 'the residences sum to the age');
});

test('freshness may be asked of a past instant, in milliseconds or ISO 8601', async () => {
  const ms = await api.get<Freshness>(`freshness/GMV?at=${NOW - MINUTE}`);
  const iso = await api.get<Freshness>(`freshness/GMV?at=${new Date(NOW - MINUTE).toISOString()}`);

  assert.equal(ms.ts, NOW - MINUTE);
  assert.equal(iso.ts, NOW - MINUTE);
});

test('freshness of a name nobody knows is not found, an instant that is none is refused', async () => {
  problemOf(await api.ask('GET', 'freshness/nope'), 404, 'not-found');
  problemOf(await api.ask('GET', 'freshness/GMV?at=noon'), 422, 'bad-request');
});

interface Graph {
  readonly nodes: readonly {
    readonly id: string;
    readonly kind: string;
    readonly namespace: string;
    readonly name: string;
    readonly label: string;
  }[];
  readonly edges: readonly {
    readonly from: string;
    readonly to: string;
    readonly role: string;
    readonly evidence: readonly string[];
    readonly hop?: string;
    readonly lag_records?: number;
  }[];
}

test('the graph leads from NiFi to the report, with lags on its hops', async () => {
  const { nodes, edges } = await api.get<Graph>(`lineage/graph?root=${encodeURIComponent(DATASET)}&direction=up`);

  assert.deepEqual(nodes.map(n => `${n.kind} ${n.name}`).sort(), [
    'dataset dwd',
    'dataset gmv',
    'dataset ods',
    'druid gmv',
    'job etl',
    'nifi access',
  ]);
  assert.deepEqual(nodes.find(n => n.name === 'ods')?.id, `kafka://${BROKER}/ods`);
  for (const edge of edges) assert.ok(edge.evidence.length > 0, JSON.stringify(edge));
  const reads = edges.find(e => e.hop === `etl<-kafka://${BROKER}/ods`);
  assert.deepEqual([reads?.role, reads?.lag_records], ['reads', 50]);
});

test('the graph keeps to its direction and depth', async () => {
  const names = async (query: string) => (await api.get<Graph>(`lineage/graph?${query}`)).nodes.map(n => n.name).sort();

  assert.deepEqual(await names('root=etl&direction=down&depth=1'), ['dwd', 'etl']);
  assert.deepEqual(await names('root=etl&direction=up&depth=1'), ['etl', 'ods']);
  assert.deepEqual(await names('root=GMV&direction=up&depth=0'), ['GMV']);
  problemOf(await api.ask('GET', 'lineage/graph?root=nope'), 404, 'not-found');
  problemOf(await api.ask('GET', 'lineage/graph?direction=sideways'), 422, 'bad-request');
});

test('a script is parsed as the batch command does it, errors with line and column', async () => {
  const parse = (body: object) => api.ask<Record<string, unknown>>('POST', 'lineage/parse', body);

  const good = await parse({ id: '1', sql: SQL, session: 'c.d' });
  const bad = await parse({ id: '2', sql: 'INSERT INTO a\nSELECT FROM' });

  assert.deepEqual(
    [
      good.body['id'],
      good.body['ok'],
      good.body['sources'],
      good.body['sink'],
      good.body['columns'],
      good.body['errors'],
    ],
    ['1', true, ['c.d.ods'], ['c.d.dwd'], [['c.d.ods.id']], []],
  );
  assert.equal(bad.status, 200);
  assert.equal(bad.body['ok'], false);
  const [error] = bad.body['errors'] as { line: number; column: number; message: string }[];
  assert.equal(error?.line, 2);
  assert.ok((error?.column ?? 0) > 0);
  problemOf(await parse({ id: '3' }), 422, 'bad-request');
  const unsaid = await parse({ id: [4], sql: 'SELECT a FROM c.d.t', session: null, schemas: null });
  assert.deepEqual([unsaid.status, unsaid.body['id'], unsaid.body['sources']], [200, [4], ['c.d.t']]);
});

test('an OpenLineage event is taken at Marquez’s address; one that is none is refused', async () => {
  const event = {
    eventType: 'COMPLETE',
    eventTime: new Date(NOW).toISOString(),
    run: { runId: 'f5b4b1d6-4b8e-4b9b-9a61-0b5a1b7cbb5c' },
    job: { namespace: 'spark', name: 'export' },
    inputs: [{ namespace: 'kafka://kafka-1:9092', name: 'dwd' }],
    outputs: [{ namespace: 'hdfs://nn', name: 'warehouse/dwd' }],
    producer: 'https://example.com',
    schemaURL: 'https://openlineage.io/spec/2-0-2/OpenLineage.json',
  };

  assert.equal((await api.ask('POST', 'lineage', event)).status, 201);
  const refused = await api.ask('POST', 'lineage', { eventType: 'COMPLETE' });

  assert.equal(problemOf(refused, 422, 'unknown-shape').status, 422);
  const graph = await api.get<Graph>('lineage/graph?root=export&direction=down');
  assert.ok(graph.nodes.some(n => n.name === 'warehouse/dwd'));
});

interface Job {
  readonly name: string;
  readonly owner: string;
  readonly status: string;
  readonly lag_records: number | null;
  readonly level: string;
  readonly reads: readonly string[];
  readonly writes: readonly string[];
}

test('jobs are listed worst first and found by name, owner and status', async () => {
  const names = async (query: string) => (await api.get<{ items: Job[] }>(`jobs?${query}`)).items.map(j => j.name);

  assert.deepEqual((await names('')).slice(0, 1), ['broken']);
  assert.deepEqual(await names('q=ET'), ['etl']);
  assert.deepEqual(await names('q=ads'), ['broken']);
  assert.deepEqual(await names('status=RUNNING'), ['etl']);
});

test('one job has its figures, its SQL, its runs, what it reads and what it affects', async () => {
  const job = await api.get<
    Job & { sql: string; runs: { job_id: string; status: string }[]; affects: object[]; records_in_per_second: number }
  >('jobs/etl');

  assert.deepEqual([job.owner, job.status, job.lag_records, job.level], ['trade', 'RUNNING', 50, 'ok']);
  assert.equal(job.records_in_per_second, 10);
  assert.equal(job.sql, SQL);
  assert.deepEqual(
    job.runs.map(r => [r.job_id, r.status]),
    [['a'.repeat(32), 'RUNNING']],
  );
  assert.deepEqual([job.reads, job.writes], [[`kafka://${BROKER}/ods`], [`kafka://${BROKER}/dwd`]]);
  assert.deepEqual(job.affects, [{ report: 'GMV', owner: 'trade' }]);
  problemOf(await api.ask('GET', 'jobs/nope'), 404, 'not-found');
});

test('the overview has reports with an age, jobs, alerts and the pipeline', async () => {
  interface Overview {
    readonly at: number;
    readonly reports: readonly Freshness[];
    readonly jobs: {
      readonly total: number;
      readonly by_status: Record<string, number>;
      readonly worst: readonly Job[];
    };
    readonly alerts: { readonly firing: number; readonly pending: number };
    readonly pipeline: readonly { readonly stream: string }[];
  }
  const overview = await api.get<Overview>('overview');

  assert.equal(overview.at, NOW);
  assert.deepEqual(
    overview.reports.map(r => [r.report, r.age_ms !== null]),
    [['GMV', true]],
  );
  assert.equal(overview.jobs.by_status['FAILED'], 1);
  assert.equal(overview.jobs.worst[0]?.name, 'broken');
  assert.deepEqual([overview.alerts.firing, overview.alerts.pending], [0, 0]);
  assert.deepEqual(overview.pipeline.map(p => p.stream).sort(), [
    'druid',
    'jobs',
    'logs',
    'metrics',
    'nifi',
    'offsets',
  ]);
});

test('the status says how far streams, stores, rules, channels and dead letters are', async () => {
  await api.ask('POST', 'ingest/metrics', '{');
  interface Status {
    readonly version: string;
    readonly streams: readonly {
      readonly stream: string;
      readonly watermark: number | null;
      readonly lag: number | null;
      readonly errors: Record<string, number>;
    }[];
    readonly stores: readonly { readonly name: string; readonly ok: boolean }[];
    readonly rules: { readonly total: number; readonly behind: number };
    readonly channels: readonly object[];
    readonly dead_letters: { readonly total: number };
  }
  const status = await api.get<Status>('status');

  const metrics = status.streams.find(s => s.stream === 'metrics');
  assert.deepEqual([metrics?.watermark, metrics?.lag, metrics?.errors], [NOW, 0, { 'not-json': 1 }]);
  assert.deepEqual(
    status.stores.map(s => [s.name, s.ok]),
    [
      ['state', true],
      ['logs', true],
      ['metrics', true],
    ],
  );
  assert.deepEqual([status.rules.total, status.rules.behind, status.channels], [0, 0, []]);
  assert.ok(status.dead_letters.total >= 1);
});
