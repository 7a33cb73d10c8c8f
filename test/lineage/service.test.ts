/** The lineage service: a path from NiFi to a report, evidence that comes in any order, restarts, statuses. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { LineageService } from '../../lineage/service.ts';
import { StoreAwayError, UserError } from '../../model/errors.ts';
import type { JobEvent } from '../../model/job-event.ts';
import { ETL, kafka, nodes, service } from './lineage-fixture.ts';

const AGG = `CREATE TABLE cdo (imei STRING, pt AS PROCTIME(), ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '2' SECOND) WITH ${kafka('dw_sdk_log_cdo')};
CREATE TABLE device (imei STRING, brand STRING) WITH ('connector' = 'jdbc', 'url' = 'jdbc:mysql://db:3306/dim', 'table-name' = 'device');
CREATE TABLE agg (brand STRING, n BIGINT) WITH ('connector' = 'kafka', 'topic' = 'dw_agg', 'properties.bootstrap.servers' = 'k1:9092', 'sink.delivery-guarantee' = 'exactly-once');
INSERT INTO agg SELECT d.brand, COUNT(*) FROM cdo AS c LEFT JOIN device FOR SYSTEM_TIME AS OF c.pt AS d ON d.imei = c.imei GROUP BY d.brand, TUMBLE(c.ts, INTERVAL '1' MINUTE)`;

const EVENTS: readonly JobEvent[] = [
  {
    type: 'nifi_flow',
    ts: 1,
    flow: {
      flowContents: {
        name: 'ingest',
        processors: [
          {
            type: 'org.apache.nifi.PublishKafka_2_6',
            properties: { topic: 'dw_sdk_log', 'bootstrap.servers': 'k2:9092' },
          },
        ],
      },
    },
  },
  { type: 'job', ts: 1, jobName: 'etl', jobId: 'a1', appId: 'application_1_0001', owner: 'ann', sql: ETL },
  { type: 'job', ts: 1, jobName: 'agg', jobId: 'a2', owner: 'bob', sql: AGG },
  {
    type: 'druid_supervisor',
    ts: 1,
    spec: {
      type: 'kafka',
      spec: {
        dataSchema: { dataSource: 'ads' },
        ioConfig: { topic: 'dw_agg', consumerProperties: { 'bootstrap.servers': 'k1:9092' } },
      },
    },
  },
  {
    type: 'report',
    ts: 1,
    name: 'daily',
    owner: 'cleo',
    reads: ['druid://prod/ads'],
    slo: { ageMs: 300_000, target: 0.99 },
  },
];

describe('a path from NiFi to a report', () => {
  const PATH = [
    'druid://prod/ads',
    'druid:ads',
    'job:agg',
    'job:etl',
    'kafka://k1:9092/dw_agg',
    'kafka://k1:9092/dw_sdk_log',
    'kafka://k1:9092/dw_sdk_log_cdo',
    'mysql://db:3306/dim.device',
    'nifi:ingest',
    'report:daily',
  ];

  for (const [order, events] of [
    ['as declared', EVENTS],
    ['backwards', EVENTS.toReversed()],
  ] as const) {
    test(`joins up with events ${order}`, async () => {
      const { lineage } = service();
      await lineage.accept(events, 0);

      const path = lineage.pathTo('daily');

      assert.deepEqual(nodes(path), PATH);
      const edges = path.edges.map(edge => `${edge.from} ${edge.role} ${edge.to}`).sort();
      assert.deepEqual(edges, [
        'druid://prod/ads reads report:daily',
        'druid:ads writes druid://prod/ads',
        'job:agg writes kafka://k1:9092/dw_agg',
        'job:etl writes kafka://k1:9092/dw_sdk_log_cdo',
        'kafka://k1:9092/dw_agg reads druid:ads',
        'kafka://k1:9092/dw_sdk_log reads job:etl',
        'kafka://k1:9092/dw_sdk_log_cdo reads job:agg',
        'mysql://db:3306/dim.device lookup job:agg',
        'nifi:ingest writes kafka://k1:9092/dw_sdk_log',
      ]);
    });
  }

  test('gives the lag side its hops', async () => {
    const { lineage } = service();
    await lineage.accept(EVENTS, 0);

    const hops = lineage.hopGraph().hops;

    const plain = { windowMs: null, allowedOooMs: 0, delivery: 'at_least_once' } as const;
    assert.deepEqual(hops, [
      { hop: 'ingest', inputs: [], output: 'kafka://k1:9092/dw_sdk_log', ...plain },
      { hop: 'etl', inputs: ['kafka://k1:9092/dw_sdk_log'], output: 'kafka://k1:9092/dw_sdk_log_cdo', ...plain },
      {
        hop: 'agg',
        inputs: ['kafka://k1:9092/dw_sdk_log_cdo'],
        output: 'kafka://k1:9092/dw_agg',
        windowMs: 60_000,
        allowedOooMs: 2000,
        delivery: 'exactly_once',
        visibleOnCheckpoint: true,
        lookups: ['mysql://db:3306/dim.device'],
        lookupRefreshMs: { 'mysql://db:3306/dim.device': 0 },
      },
      { hop: 'ads', inputs: ['kafka://k1:9092/dw_agg'], output: 'druid://prod/ads', ...plain },
    ]);
    assert.equal(lineage.hopGraph().hops, hops, 'the same until the graph changes');
  });

  test('tells how long a dimension table of a metadata centre is cached', async () => {
    const { lineage } = service();
    const options = { topic: 'in', 'properties.bootstrap.servers': 'k1:9092' };
    await lineage.accept(
      [
        { type: 'table', ts: 1, name: 'ods.orders', connector: 'kafka', options },
        {
          type: 'table',
          ts: 1,
          name: 'dim.shop',
          connector: 'redis',
          options: {},
          dimension: { cache: 'ALL', ttlMs: 600_000 },
        },
        {
          type: 'job',
          ts: 2,
          jobName: 'enrich',
          sql: `INSERT INTO dw.enriched SELECT o.id, s.city FROM ods.orders o
                LEFT JOIN dim.shop FOR SYSTEM_TIME AS OF o.proc AS s ON o.shop = s.id`,
        },
      ],
      0,
    );
    const [hop] = lineage.hopGraph().hops;
    assert.deepEqual(Object.values(hop?.lookupRefreshMs ?? {}), [600_000]);
    assert.deepEqual(Object.keys(hop?.lookupRefreshMs ?? {}), hop?.lookups);
  });

  test('tells whom a broken job hurts', async () => {
    const { lineage } = service();
    await lineage.accept(EVENTS, 0);

    assert.deepEqual(lineage.impactOf('etl'), { reports: [{ name: 'daily', owner: 'cleo' }], jobs: ['agg'] });
    assert.deepEqual(lineage.impactOf('kafka://k1:9092/dw_agg'), {
      reports: [{ name: 'daily', owner: 'cleo' }],
      jobs: [],
    });
    assert.deepEqual(lineage.impactOf('nobody'), { reports: [], jobs: [] });
  });

  test('is cut by direction and depth', async () => {
    const { lineage } = service();
    await lineage.accept(EVENTS, 0);

    assert.deepEqual(nodes(lineage.graph({ root: 'job:etl', direction: 'down', depth: 1 })), [
      'job:etl',
      'kafka://k1:9092/dw_sdk_log_cdo',
    ]);
    assert.deepEqual(nodes(lineage.graph({ root: 'dw_sdk_log', direction: 'up' })), [
      'kafka://k1:9092/dw_sdk_log',
      'nifi:ingest',
    ]);
    assert.deepEqual(nodes(lineage.graph({})), PATH);
    assert.throws(
      () => lineage.graph({ root: 'nobody' }),
      (error: unknown) => error instanceof UserError && error.code === 'not-found',
    );
  });

  test('survives a restart', async () => {
    const { lineage, state } = service();
    await lineage.accept(EVENTS, 0);
    await lineage.accept([{ type: 'job_status', ts: 5, jobId: 'a1', jobName: 'etl', status: 'RUNNING' }], 0);

    const again = service(state).lineage;
    await again.start();

    assert.deepEqual(again.graph({}), lineage.graph({}));
    assert.deepEqual(again.jobs(), lineage.jobs());
    assert.deepEqual(again.reports(), lineage.reports());
    assert.equal(again.names.nameOf('a1'), 'etl');
    const sorted = (from: LineageService) => from.hopGraph().hops.toSorted((a, b) => (a.hop < b.hop ? -1 : 1));
    assert.deepEqual(sorted(again), sorted(lineage));
  });
});

describe('evidence', () => {
  test('of several sources is kept on one edge', async () => {
    const { lineage } = service();
    const event = { job: { name: 'etl' }, inputs: [{ namespace: 'kafka://k2:9092', name: 'dw_sdk_log' }], outputs: [] };
    await lineage.accept(
      [
        EVENTS[1]!,
        { type: 'openlineage', ts: 2, event },
        { type: 'topic_read', ts: 2, jobName: 'etl', topic: 'dw_sdk_log' },
      ],
      0,
    );

    const [edge] = lineage.graph({ root: 'job:etl', direction: 'up' }).edges;

    assert.deepEqual(edge!.evidence, ['openlineage', 'sql', 'topic-metrics']);
    assert.equal(lineage.hopGraph().hops.length, 1, 'SQL alone gives the hops');
  });

  test('of metrics alone makes a hop without output', async () => {
    const { lineage } = service();
    await lineage.accept([{ type: 'topic_read', ts: 2, jobName: 'jar', topic: 't' }], 0);

    assert.deepEqual(
      lineage.hopGraph().hops.map(({ hop, inputs, output }) => ({ hop, inputs, output })),
      [{ hop: 'jar', inputs: ['kafka://k1:9092/t'], output: null }],
    );
  });

  test('an older submission does not replace a newer one, a new one replaces all edges', async () => {
    const { lineage } = service();
    const job = (ts: number, topic: string): JobEvent => ({
      type: 'job',
      ts,
      jobName: 'j',
      reads: [`kafka://k1:9092/${topic}`],
    });
    await lineage.accept([job(2, 'new'), job(1, 'old')], 0);
    assert.deepEqual(nodes(lineage.graph({})), ['job:j', 'kafka://k1:9092/new']);

    await lineage.accept([job(3, 'newest')], 0);

    assert.deepEqual(nodes(lineage.graph({})), ['job:j', 'kafka://k1:9092/newest']);
  });

  test('that cannot be read is counted', async () => {
    const { lineage, telemetry } = service();
    await lineage.accept(
      [
        { type: 'druid_supervisor', ts: 1, spec: {} },
        { type: 'job', ts: 1, jobName: 'j', sql: 'SELECT FROM' },
      ],
      0,
    );

    const exposed = await telemetry.registry.metrics();
    assert.match(exposed, /^tidewatch_lineage_dropped_total\{kind="druid_supervisor"\} 1$/m);
    assert.match(exposed, /^tidewatch_lineage_parse_errors_total 1$/m);
  });

  test('a store that is away gets everything with the next batch, and repeats change nothing', async () => {
    const { lineage, state } = service();
    state.away = true;
    await assert.rejects(lineage.accept(EVENTS, 0), StoreAwayError);
    state.away = false;

    await lineage.accept(EVENTS, 0);

    assert.deepEqual([...state.docs].map(([kind, docs]) => [kind, [...docs.keys()]]).sort(), [
      ['declared_version', ['nifi-flow:ingest', 'druid:ads', 'report:daily']],
      ['druid_supervisor', ['ads']],
      ['job', ['etl', 'agg']],
      ['job_id', ['a1', 'a2']],
      ['job_version', ['etl', 'agg']],
      ['nifi_flow', ['ingest']],
      ['report', ['daily']],
    ]);
    let changes = 0;
    lineage.onChange(() => changes++);
    await lineage.accept(EVENTS, 0);
    assert.equal(changes, 0);
  });
});

describe('job status', () => {
  const status = (ts: number, value: string, exception?: string): JobEvent => ({
    type: 'job_status',
    ts,
    jobId: 'a1',
    jobName: 'etl',
    status: value,
    ...(exception === undefined ? {} : { exception }),
  });

  test('RUNNING that lasts less than 10 s behind RESTARTING is still the restart', async () => {
    const { lineage, clock } = service();
    await lineage.accept([status(999_000, 'RESTARTING', 'boom'), status(999_500, 'RUNNING')], 0);
    let changes = 0;
    lineage.onChange(() => changes++);
    assert.equal(lineage.job('etl')!.status, 'RESTARTING');

    await clock.advance(10_000);

    assert.equal(lineage.job('etl')!.status, 'RUNNING');
    assert.equal(changes, 1, 'the end of the flapping is told');
    assert.deepEqual(lineage.job('etl')!.lastException, { ts: 999_000, text: 'boom' });
  });

  test('events out of order leave the latest status', async () => {
    const { lineage } = service();
    await lineage.accept([status(30, 'CANCELED'), status(10, 'CREATED'), status(20, 'RUNNING')], 0);

    assert.equal(lineage.job('etl')!.status, 'CANCELED');
    assert.deepEqual(
      lineage.job('etl')!.events.map(event => event.status),
      ['CREATED', 'RUNNING', 'CANCELED'],
    );
  });

  test('a stopped job stays in the graph, marked', async () => {
    const { lineage } = service();
    await lineage.accept([...EVENTS, status(30, 'CANCELED')], 0);

    const node = lineage.graph({ root: 'job:etl', depth: 0 }).nodes[0]!;

    assert.equal(node.status, 'CANCELED');
    assert.equal(node.stopped, true);
    assert.equal(node.owner, 'ann');
  });

  test('a retired job does not hold back an output somebody else writes, a failed one does', async () => {
    const { lineage } = service();
    const job = (jobName: string): JobEvent => ({
      type: 'job',
      ts: 1,
      jobName,
      reads: [`kafka://k1:9092/${jobName}`],
      writes: ['kafka://k1:9092/o'],
    });
    const ends = (jobName: string, value: string): JobEvent => ({
      type: 'job_status',
      ts: 2,
      jobId: jobName,
      jobName,
      status: value,
    });
    await lineage.accept([job('old'), job('new'), job('broken'), ends('old', 'CANCELED'), ends('broken', 'FAILED')], 0);
    const hops = () => lineage.hopGraph().hops.map(hop => hop.hop);
    assert.deepEqual(hops(), ['new', 'broken']);

    await lineage.accept([ends('new', 'FINISHED'), ends('broken', 'CANCELED')], 0);

    assert.deepEqual(hops(), ['old', 'new', 'broken'], 'nobody else is left');
  });

  test('a new run takes over, and both ids keep the name', async () => {
    const { lineage } = service();
    await lineage.accept([status(10, 'FAILED'), { type: 'job_id', ts: 20, jobId: 'a9', jobName: 'etl' }], 0);
    await lineage.accept([{ type: 'job_status', ts: 21, jobId: 'a9', jobName: 'etl', status: 'RUNNING' }], 0);

    assert.equal(lineage.job('etl')!.status, 'RUNNING');
    assert.deepEqual(lineage.names.idsOf('etl'), ['a1', 'a9']);
  });
});
