/** What OpenLineage clients send: runs in several events, facets of any kind, symlinks, static events; and evidence that disagrees. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { JobEvent, OpenLineageRun } from '../../../model/job-event.ts';
import { FakeState, having, jarJob, service, sqlJob, topicId, topicTable } from '../lineage-fixture.ts';

type Event = OpenLineageRun['event'];
const K = 'kafka://k1:9092';
const run = (ts: number, event: Event): JobEvent => ({ type: 'openlineage', ts, event });
const edgesOf = (lineage: Awaited<ReturnType<typeof having>>, root: string): string[] =>
  lineage.graph({ root }).edges.map(({ from, to }) => `${from} > ${to}`);

const SPARK_JOB = {
  namespace: 'spark-prod',
  name: 'nightly.execute_insert',
  facets: { jobType: { processingType: 'BATCH', integration: 'SPARK', jobType: 'SQL_JOB' } },
};
const PARENT = { parent: { job: { namespace: 'airflow', name: 'dag.nightly' }, run: { runId: 'p1' } } };
const HIVE_IN = {
  namespace: 'hdfs://nn:8020',
  name: '/warehouse/dim.db/users',
  facets: {
    schema: {
      fields: [
        { name: 'id', type: 'long' },
        { name: 'city', type: 'string' },
      ],
    },
    symlinks: { identifiers: [{ namespace: 'hive://meta:9083', name: 'dim.users', type: 'TABLE' }] },
    dataSource: { name: 'hdfs', uri: 'hdfs://nn:8020' },
    'spark.logicalPlan': { plan: [{ class: 'x' }] },
  },
};
const OUT = {
  namespace: K,
  name: 'cities',
  facets: {
    columnLineage: {
      fields: {
        city: {
          inputFields: [
            {
              namespace: 'hdfs://nn:8020',
              name: '/warehouse/dim.db/users',
              field: 'city',
              transformations: [
                { type: 'DIRECT', subtype: 'TRANSFORMATION', description: 'upper(city)', masking: false },
              ],
            },
            {
              namespace: 'hdfs://nn:8020',
              name: '/warehouse/dim.db/users',
              field: 'id',
              transformations: [{ type: 'INDIRECT', subtype: 'FILTER' }],
            },
          ],
        },
      },
    },
    outputStatistics: { rowCount: 3 },
  },
};
const START = {
  eventType: 'START',
  run: { runId: 'r1', facets: PARENT },
  job: SPARK_JOB,
  inputs: [HIVE_IN],
  outputs: [],
};
const COMPLETE = { eventType: 'COMPLETE', run: { runId: 'r1' }, job: SPARK_JOB, inputs: [], outputs: [OUT] };

describe('the events of a run', () => {
  const USERS = 'hdfs://nn:8020/warehouse/dim.db/users';
  for (const [order, events] of [
    ['in order', [run(1, START), run(2, COMPLETE)]],
    ['out of order', [run(2, COMPLETE), run(1, START)]],
    ['told twice', [run(1, START), run(2, COMPLETE), run(1, START), run(2, COMPLETE)]],
  ] as const) {
    test(`add up, ${order}`, async () => {
      const lineage = await having(...events);

      assert.deepEqual(edgesOf(lineage, SPARK_JOB.name), [
        `${USERS} > job:${SPARK_JOB.name}`,
        `job:${SPARK_JOB.name} > ${topicId('cities')}`,
      ]);
      const [origin] = lineage.columns({ of: 'cities', column: 'city' }).columns;
      assert.deepEqual(origin?.sources, [
        { dataset: USERS, column: 'city', type: 'value' },
        { dataset: USERS, column: 'id', type: 'control', roles: ['filter'] },
      ]);
      assert.deepEqual(origin?.steps, ['upper(city)']);
      const job = lineage.graph({ root: SPARK_JOB.name, depth: 0 }).nodes[0];
      assert.deepEqual([job?.namespace, job?.parent, job?.stopped], ['spark-prod', 'dag.nightly', undefined]);
    });
  }

  test('give types of columns', async () => {
    const { nodes } = (await having(run(1, START))).graph({ root: SPARK_JOB.name, columns: true });

    assert.equal(nodes.find(({ id }) => id === `${USERS}#id`)?.type, 'long');
  });

  test('of the next run replace them; a side it has not told yet stays until it completes', async () => {
    const other = { ...HIVE_IN, name: '/warehouse/dim.db/people' };
    const next = { ...START, run: { runId: 'r2' }, inputs: [other] };
    const { lineage } = service();
    await lineage.accept([run(1, START), run(2, COMPLETE), run(3, next)], 0);
    assert.deepEqual(edgesOf(lineage, SPARK_JOB.name), [
      'hdfs://nn:8020/warehouse/dim.db/people > job:nightly.execute_insert',
      `job:nightly.execute_insert > ${topicId('cities')}`,
    ]);

    await lineage.accept([run(4, { ...COMPLETE, run: { runId: 'r2' }, outputs: [] })], 0);

    assert.deepEqual(edgesOf(lineage, SPARK_JOB.name).length, 2, 'an end without datasets changes nothing');
  });

  test('survive a restart as one', async () => {
    const { lineage, state } = service();
    await lineage.accept([run(1, START), run(2, COMPLETE)], 0);

    const again = service(state).lineage;
    await again.start();

    assert.deepEqual(again.graph({ columns: true }), lineage.graph({ columns: true }));
    assert.deepEqual(again.versions(SPARK_JOB.name), lineage.versions(SPARK_JOB.name));
  });
});

test('a symlink is another name of the dataset: who uses it means the same', async () => {
  const reader = sqlJob(
    'flink',
    `CREATE TABLE users (id STRING) WITH ('connector' = 'hive', 'uri' = 'meta:9083', 'table-name' = 'dim.users');
     ${topicTable('ids', 'id')} INSERT INTO ids SELECT id FROM users`,
  );
  for (const events of [
    [run(1, START), reader],
    [reader, run(1, START)],
  ]) {
    const lineage = await having(...events);
    assert.deepEqual(
      lineage.impact({ of: 'hdfs://nn:8020/warehouse/dim.db/users' }).jobs.map(({ name }) => name),
      ['flink', 'nightly.execute_insert'],
    );
  }
});

test('a symlink two datasets share is nobody’s', async () => {
  const link = {
    symlinks: { identifiers: [{ namespace: K, name: 'default_catalog.default_database.t', type: 'TABLE' }] },
  };
  const event = (job: string, topic: string): Event => ({
    job: { namespace: 'flink', name: job },
    inputs: [{ namespace: K, name: topic, facets: link }],
  });
  const lineage = await having(
    run(1, event('a', 'one')),
    run(1, event('b', 'two')),
    jarJob('c', ['default_catalog.default_database.t'], []),
  );

  assert.deepEqual(edgesOf(lineage, 'c'), [`${topicId('default_catalog.default_database.t')} > job:c`]);
});

describe('a Flink job', () => {
  const flink = (ts: number, eventType: string): JobEvent =>
    run(ts, {
      eventType,
      run: { runId: 'u1', facets: { flink_job: { jobId: 'abc' } } },
      job: {
        namespace: 'flink-jobs',
        name: 'agg',
        facets: { jobType: { processingType: 'STREAMING', integration: 'FLINK' } },
      },
      inputs: [{ namespace: K, name: 'a' }],
      outputs: [{ namespace: K, name: 'b' }],
    });
  for (const [eventType, status, stopped] of [
    ['RUNNING', 'RUNNING', false],
    ['COMPLETE', 'FINISHED', true],
    ['ABORT', 'CANCELED', true],
    ['FAIL', 'FAILED', true],
  ] as const) {
    test(`that tells ${eventType} is ${status}`, async () => {
      const lineage = await having(flink(1, 'START'), flink(20_000, eventType));

      const [node] = lineage.graph({ root: 'agg', depth: 0 }).nodes;

      assert.deepEqual([node?.status, node?.stopped, node?.namespace], [status, stopped, 'flink']);
      assert.equal(lineage.names.nameOf('abc'), 'agg');
    });
  }

  test('has versions from its events when nobody submitted it here', async () => {
    const moved = run(9, {
      run: { runId: 'u2' },
      job: { name: 'agg' },
      inputs: [{ namespace: K, name: 'c' }],
      outputs: [{ namespace: K, name: 'b' }],
    });
    const lineage = await having(flink(1, 'START'), moved);

    assert.deepEqual(
      lineage.versions('agg').map(({ reads, changed }) => [reads, changed]),
      [
        [[topicId('c')], ['reads']],
        [[topicId('a')], ['first']],
      ],
    );
  });
});

describe('static events', () => {
  test('a JobEvent is a job without a run', async () => {
    const lineage = await having(
      run(1, { job: { namespace: 'n', name: 'j' }, inputs: [{ namespace: K, name: 'a' }], outputs: [] }),
    );

    assert.deepEqual(edgesOf(lineage, 'j'), [`${topicId('a')} > job:j`]);
  });

  test('a DatasetEvent tells columns of a dataset, alone and beside others', async () => {
    const { lineage, state } = service();
    const event = {
      dataset: { namespace: K, name: 'a', facets: { schema: { fields: [{ name: 'x', type: 'INT' }] } } },
    };
    await lineage.accept([run(1, event)], 0);
    const columns = (from: typeof lineage) =>
      from
        .graph({ root: topicId('a'), columns: true })
        .nodes.flatMap(({ kind, name, type }) => (kind === 'column' ? [[name, type]] : []));
    assert.deepEqual(columns(lineage), [['x', 'INT']]);

    const again = service(state).lineage;
    await again.start();
    assert.deepEqual(columns(again), [['x', 'INT']]);
  });
});

test('a facet that is not what its specification says is as good as absent', async () => {
  const broken = { ...HIVE_IN, facets: { schema: 'none', symlinks: { identifiers: 7 }, columnLineage: [] } };
  const lineage = await having(run(1, { ...START, inputs: [broken] }));

  assert.equal(edgesOf(lineage, SPARK_JOB.name).length, 1);
});

test('an event without job and dataset is counted', async () => {
  const { lineage, telemetry } = service(new FakeState());
  await lineage.accept([run(1, { eventType: 'START' })], 0);

  assert.match(await telemetry.registry.metrics(), /^tidewatch_lineage_dropped_total\{kind="openlineage"\} 1$/m);
});

describe('evidence that disagrees is shown', () => {
  const SQL = sqlJob('j', `${topicTable('a', 'x')} ${topicTable('b', 'x')} INSERT INTO b SELECT x FROM a`);
  const seen = (topic: string): JobEvent => ({ type: 'topic_read', ts: 2, jobName: 'j', topic });

  test('on the edge and on the job', async () => {
    const lineage = await having(SQL, seen('other'));

    const { nodes, edges } = lineage.graph({ root: 'j', direction: 'up' });

    assert.deepEqual(nodes.find(({ id }) => id === 'job:j')?.conflicts, [
      { what: 'reads', dataset: topicId('other'), said_by: ['topic-metrics'], not_by: ['sql'] },
    ]);
    assert.deepEqual(
      edges.map(({ from, evidence, conflicts }) => [from, evidence, conflicts]),
      [
        [topicId('a'), ['sql'], undefined],
        [topicId('other'), ['topic-metrics'], ['sql']],
      ],
    );
  });

  for (const [what, events] of [
    ['they agree', [SQL, seen('a')]],
    [
      'a statement could not be read',
      [sqlJob('j', `${topicTable('a', 'x')} INSERT INTO b SELECT FROM a`), seen('other')],
    ],
    [
      'the SQL names a pattern of topics',
      [
        sqlJob(
          'j',
          `CREATE TABLE a (x STRING) WITH ('connector' = 'kafka', 'topic-pattern' = 'oth.*', 'properties.bootstrap.servers' = 'k1:9092'); ${topicTable('b', 'x')} INSERT INTO b SELECT x FROM a`,
        ),
        seen('other'),
      ],
    ],
    ['only metrics are known', [seen('other')]],
  ] as const) {
    test(`and not where ${what}`, async () => {
      const { nodes } = (await having(...events)).graph({ root: 'j' });

      assert.ok(nodes.every(({ conflicts }) => conflicts === undefined));
    });
  }
});
