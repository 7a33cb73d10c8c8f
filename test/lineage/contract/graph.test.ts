/** contracts.md sections 5.1 (by-name datasets) and 5.2 (ids, merging of clusters, roles, OpenLineage in): what the daemon's graph answers. */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { openSite, type RunningApp, startApp } from '../../app/app-fixture.ts';

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
  }[];
}

const kafka = (servers: string, topic: string): string =>
  `WITH ('connector' = 'kafka', 'topic' = '${topic}', 'properties.bootstrap.servers' = '${servers}')`;

describe('the lineage graph (contracts.md 5.2)', () => {
  let daemon: RunningApp;
  beforeEach(async () => {
    const clusters = { data: { brokers: ['k1:9092', 'k2:9092'], poll: '1h' } };
    daemon = await startApp(openSite().config({ clusters }));
  });
  afterEach(() => daemon.app.stop());

  const graph = (query = ''): Promise<Graph> => daemon.get<Graph>(`lineage/graph${query}`);
  const submit = (job_name: string, sql: string): Promise<void> =>
    daemon.take('jobs', { type: 'job', ts: Date.now(), job_name, sql });
  const edges = ({ edges: all }: Graph): string[] => all.map(({ from, to, role }) => `${from} ${role} ${to}`).sort();

  test('dataset ids are namespace/name, and nodes and edges have the fields of the contract', async () => {
    await submit(
      'etl',
      `CREATE TABLE a (x INT) ${kafka('h:9092', 'dw_sdk_log')}; CREATE TABLE b (x INT) ${kafka('h:9092', 'out')}; INSERT INTO b SELECT x FROM a`,
    );

    const { nodes, edges: all } = await graph('?root=etl');

    const dataset = nodes.find(({ kind, name }) => kind === 'dataset' && name === 'dw_sdk_log')!;
    assert.deepEqual(
      [dataset.id, dataset.namespace, dataset.label],
      ['kafka://h:9092/dw_sdk_log', 'kafka://h:9092', 'dw_sdk_log'],
    );
    assert.deepEqual(all.find(({ role }) => role === 'reads')?.evidence, ['sql']);
    assert.deepEqual(edges({ nodes, edges: all }), [
      'job:etl writes kafka://h:9092/out',
      'kafka://h:9092/dw_sdk_log reads job:etl',
    ]);
  });

  test('tables of two jobs with different names on one topic join up, whichever broker of a configured cluster they name', async () => {
    await submit(
      'one',
      `CREATE TABLE p (x INT) ${kafka('k2:9092', 'mid')}; CREATE TABLE src (x INT) ${kafka('k1:9092', 'in')}; INSERT INTO p SELECT x FROM src`,
    );
    await submit(
      'two',
      `CREATE TABLE q (x INT) ${kafka('k1:9092,k2:9092', 'mid')}; CREATE TABLE dst (x INT) ${kafka('k2:9092', 'end')}; INSERT INTO dst SELECT x FROM q`,
    );

    assert.deepEqual(edges(await graph('?root=one&direction=down')), [
      'job:one writes kafka://k1:9092/mid',
      'job:two writes kafka://k1:9092/end',
      'kafka://k1:9092/mid reads job:two',
    ]);
  });

  test('all spellings of one dotted name are one dataset with evidence by-name', async () => {
    await submit('etl', "INSERT INTO `dw.sdk_log_cdo` SELECT * FROM dw.sdk_log WHERE system_id = '2'");
    await submit('agg', 'INSERT INTO dw.sdk_log_agg SELECT imei, COUNT(*) FROM dw.sdk_log_cdo GROUP BY imei');

    const found = await graph('?root=etl&direction=down');

    const cdo = found.nodes.filter(({ name }) => name.includes('sdk_log_cdo'));
    assert.equal(cdo.length, 1);
    assert.deepEqual(
      found.edges
        .filter(({ to, from }) => [to, from].includes(cdo[0]!.id))
        .map(({ role, evidence }) => [role, evidence]),
      [
        ['reads', ['by-name']],
        ['writes', ['by-name']],
      ],
    );
  });

  test('until physical identity is known: a table record makes the name that topic', async () => {
    await submit('etl', 'INSERT INTO dw.b SELECT x FROM `dw.a`');
    await daemon.take('jobs', {
      type: 'table',
      ts: Date.now(),
      name: 'dw.a',
      connector: 'kafka',
      options: { topic: 'dw_a', 'properties.bootstrap.servers': 'k2:9092' },
    });

    const { edges: all } = await graph('?root=etl&direction=up');

    assert.deepEqual(
      all.map(({ from }) => from),
      ['kafka://k1:9092/dw_a'],
    );
  });

  test('a dimension is looked up, a versioned stream is not, by the connector', async () => {
    await submit(
      'join',
      `CREATE TABLE s (a INT, ts TIMESTAMP(3), pt AS PROCTIME(), WATERMARK FOR ts AS ts) ${kafka('k1:9092', 's')};
CREATE TABLE d (a INT) WITH ('connector' = 'jdbc', 'url' = 'jdbc:mysql://db:3306/dim', 'table-name' = 'd');
CREATE TABLE r (a INT, PRIMARY KEY (a) NOT ENFORCED) WITH ('connector' = 'upsert-kafka', 'topic' = 'r', 'properties.bootstrap.servers' = 'k1:9092');
CREATE TABLE o (a INT) ${kafka('k1:9092', 'o')};
INSERT INTO o SELECT s.a FROM s JOIN d FOR SYSTEM_TIME AS OF s.pt ON d.a = s.a JOIN r FOR SYSTEM_TIME AS OF s.ts ON r.a = s.a`,
    );

    assert.deepEqual(edges(await graph('?root=join')), [
      'job:join writes kafka://k1:9092/o',
      'kafka://k1:9092/r versioned job:join',
      'kafka://k1:9092/s reads job:join',
      'mysql://db:3306/dim.d lookup job:join',
    ]);
  });

  test('depth and direction bound the answer; a root nobody knows is 404', async () => {
    for (let i = 0; i < 3; i++)
      await submit(
        `j${i}`,
        `CREATE TABLE a (x INT) ${kafka('k1:9092', `t${i}`)}; CREATE TABLE b (x INT) ${kafka('k1:9092', `t${i + 1}`)}; INSERT INTO b SELECT x FROM a`,
      );

    const names = async (query: string): Promise<string[]> => (await graph(query)).nodes.map(({ name }) => name).sort();
    assert.deepEqual(await names('?root=t1&direction=down&depth=2'), ['j1', 't1', 't2']);
    assert.deepEqual(await names('?root=t1&direction=up'), ['j0', 't0', 't1']);
    assert.equal((await fetch(`${daemon.app.address}/api/v1/lineage/graph?root=nope`)).status, 404);
  });

  test('POST /lineage takes an OpenLineage event at the address Marquez uses', async () => {
    const event = {
      eventType: 'START',
      eventTime: new Date().toISOString(),
      producer: 'https://github.com/OpenLineage/OpenLineage',
      schemaURL: 'https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent',
      run: { runId: '01941d3e-7a1b-7000-8000-000000000003' },
      job: { namespace: 'spark', name: 'daily' },
      inputs: [{ namespace: 'kafka://k2:9092', name: 'end' }],
      outputs: [{ namespace: 'hdfs://nn:8020', name: '/warehouse/x' }],
    };

    const answer = await fetch(`${daemon.app.address}/api/v1/lineage`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(event),
    });

    assert.equal(answer.status, 201);
    assert.deepEqual(edges(await graph('?root=daily')), [
      'job:daily writes hdfs://nn:8020/warehouse/x',
      'kafka://k1:9092/end reads job:daily',
    ]);
  });

  test('POST /lineage/check answers ok and findings with their places', async () => {
    const { status, body } = await daemon.post<{ ok: boolean; findings: readonly object[] }>('lineage/check', {
      sql: 'SELECT\nFROM a',
    });

    assert.equal(status, 200);
    assert.equal(body.ok, false);
    assert.deepEqual(body.findings, [
      {
        code: 'syntax',
        severity: 'error',
        line: 2,
        column: 1,
        position: 7,
        length: 4,
        message: 'expected an expression, found "FROM"',
      },
    ]);
  });
});
