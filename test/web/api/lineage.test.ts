/** The lineage routes: questions, lists in pages, errors with the nearest names, and the address of OpenLineage's clients. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { type Api, NOW, openApi, problemOf } from './fixture.ts';

let api: Api;
const K = 'kafka://kafka-1:9092';
const id = (topic: string): string => `${K}/${topic}`;
const path = (url: string, query: Readonly<Record<string, string>>): string => `${url}?${new URLSearchParams(query)}`;
const ddl = (topic: string, ...columns: string[]): string =>
  `CREATE TABLE ${topic} (${columns.map(c => `${c} STRING`).join(', ')}) WITH ('connector' = 'kafka', 'topic' = '${topic}', 'properties.bootstrap.servers' = 'kafka-1:9092');`;
const SQL = `${ddl('ods', 'id', 'name')} ${ddl('dwd', 'id', 'name')} INSERT INTO dwd SELECT id, UPPER(name) FROM ods`;

before(async () => {
  api = await openApi();
  await api.take(
    'jobs',
    { type: 'job', ts: NOW - 7_200_000, job_name: 'etl', job_id: 'r1', owner: 'ann', sql: SQL },
    {
      type: 'job',
      ts: NOW - 3_600_000,
      job_name: 'etl',
      job_id: 'r2',
      owner: 'bob',
      sql: SQL.replace('UPPER(name)', 'name'),
    },
    { type: 'report', ts: NOW, name: 'GMV', owner: 'cleo', reads: [id('dwd')] },
    { type: 'job', ts: NOW, job_name: 'loop', reads: [id('x')], writes: [id('x')] },
  );
});
after(() => api.close());

interface Item {
  readonly id: string;
  readonly name: string;
}

test('the impact of a column names reports, owners and columns', async () => {
  const answer = await api.get<{ reports: Item[]; owners: unknown[]; columns: unknown[] }>(
    path('lineage/impact', { of: id('ods'), column: 'name' }),
  );

  assert.deepEqual(
    answer.reports.map(({ name }) => name),
    ['GMV'],
  );
  assert.deepEqual(answer.columns, [{ dataset: id('dwd'), column: 'name', type: 'value', certainty: 'certain' }]);
  assert.deepEqual(answer.owners, [
    { owner: 'bob', reports: [], jobs: ['etl'] },
    { owner: 'cleo', reports: ['GMV'], jobs: [] },
  ]);
});

test('a way, the columns and the graph of then are answered', async () => {
  const ways = await api.get<{ paths: { nodes: Item[] }[] }>(path('lineage/path', { from: 'ods', to: 'GMV' }));
  const { columns } = await api.get<{ columns: { column: string; functions: string[] }[] }>(
    path('lineage/columns', { of: id('dwd'), column: 'name' }),
  );
  const then = await api.get<{ edges: { valid?: { to: number | null } }[] }>(
    path('lineage/graph', { root: 'etl', depth: '1', at: new Date(NOW - 7_000_000).toISOString() }),
  );

  assert.deepEqual(
    ways.paths[0]?.nodes.map(n => n.id),
    [id('ods'), 'job:etl', id('dwd'), 'report:GMV'],
  );
  assert.deepEqual(
    columns.map(({ column, functions }) => [column, functions]),
    [['name', []]],
  );
  assert.ok(then.edges.length > 0 && then.edges.every(({ valid }) => valid?.to === NOW - 3_600_000));
});

test('the versions of a job and what changed between them', async () => {
  const { items } = await api.get<{ items: { version: number; owner: string; sql?: string }[] }>('jobs/etl/versions');
  const bare = await api.get<{ items: { sql?: string }[] }>('jobs/etl/versions?sql=false');
  const diff = await api.get<{ from: number; to: number; columns: { changed: { column: string }[] } }>(
    path('lineage/diff', { job: 'etl' }),
  );

  assert.deepEqual(
    items.map(({ version, owner }) => [version, owner]),
    [
      [2, 'bob'],
      [1, 'ann'],
    ],
  );
  assert.ok(items.every(({ sql }) => sql !== undefined) && bare.items.every(({ sql }) => sql === undefined));
  assert.deepEqual([diff.from, diff.to, diff.columns.changed.map(c => c.column)], [1, 2, [`${id('dwd')}#name`]]);
});

test('cycles and orphans are lists in pages', async () => {
  const cycles = await api.get<{ items: { nodes: string[] }[]; next: string | null }>('lineage/cycles');
  assert.deepEqual([cycles.items.map(({ nodes }) => nodes), cycles.next], [[['job:loop', id('x')]], null]);

  const whole = await api.get<{ items: Item[] }>('lineage/orphans');
  const pages: Item[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const page: { items: Item[]; next: string | null } = await api.get(
      path('lineage/orphans', { limit: '1', ...(cursor === '' ? {} : { cursor }) }),
    );
    assert.ok(page.items.length <= 1);
    pages.push(...page.items);
    cursor = page.next;
  }
  assert.deepEqual(pages, whole.items);
  assert.deepEqual(
    whole.items.map(item => item.id),
    [id('ods')],
  );
  const unread = await api.get<{ items: Item[] }>('lineage/orphans?kind=unread');
  assert.deepEqual(unread.items, []);
  problemOf(await api.ask('GET', 'lineage/orphans?cursor=%20'), 422, 'bad-cursor');
});

describe('what nobody knows', () => {
  for (const [url, near] of [
    [path('lineage/impact', { of: 'elt' }), 'etl'],
    [path('lineage/path', { from: 'etl', to: 'GMW' }), 'GMV'],
    [path('lineage/columns', { of: id('dwd'), column: 'nam' }), 'name'],
    [path('lineage/graph', { root: `${K}/dwb` }), id('dwd')],
    ['jobs/elt/versions', 'etl'],
    [path('lineage/diff', { job: 'etl', from: '9' }), 'kept are 1, 2'],
  ] as const) {
    test(`${url.split('?')[0]} is a 404 that names ${near}`, async () => {
      const { detail } = problemOf(await api.ask('GET', url), 404, 'not-found');
      assert.ok(detail.includes(near), detail);
    });
  }

  test('and a question that is none is refused with its place', async () => {
    const { errors } = problemOf(await api.ask('GET', 'lineage/impact?of=etl&change=rename'), 422, 'bad-request');
    assert.deepEqual(
      errors?.map(({ path: place }) => place),
      ['change'],
    );
    problemOf(await api.ask('GET', 'lineage/path?from=etl'), 422, 'bad-request');
  });
});

describe('OpenLineage events', () => {
  const event = (name: string, rest: object = {}) => ({
    eventType: 'START',
    eventTime: new Date(NOW).toISOString(),
    run: { runId: 'f5b4b1d6-4b8e-4b9b-9a61-0b5a1b7cbb5c', facets: { spark_properties: { properties: {} } } },
    job: { namespace: 'spark', name },
    inputs: [{ namespace: K, name: 'dwd', facets: { custom: { _producer: 'x', deep: [1, { a: null }] } } }],
    outputs: [],
    producer: 'https://github.com/OpenLineage/OpenLineage/tree/1.53.0/integration/spark',
    schemaURL: 'https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent',
    ...rest,
  });
  const isThere = async (name: string): Promise<boolean> =>
    (await api.ask('GET', path('lineage/graph', { root: name }))).status === 200;

  test('are taken with facets of any kind, packed or not, whatever the content type', async () => {
    const plain = await api.ask('POST', 'lineage', event('plain'));
    const packed = await api.ask('POST', 'lineage', gzipSync(JSON.stringify(event('packed'))), {
      'content-type': 'application/json',
      'content-encoding': 'gzip',
    });
    const odd = await api.ask('POST', 'lineage', JSON.stringify(event('odd')), { 'content-type': 'text/plain' });

    assert.deepEqual(
      [plain, packed, odd].map(({ status, text }) => [status, text]),
      [
        [201, ''],
        [201, ''],
        [201, ''],
      ],
    );
    for (const name of ['plain', 'packed', 'odd']) assert.ok(await isThere(name), name);
  });

  test('may be larger than a record of the intake, when facets nobody reads make them so', async () => {
    const plan = { 'spark.logicalPlan': { plan: 'x'.repeat(3_000_000) } };
    const answer = await api.ask('POST', 'lineage', event('large', { run: { runId: 'r', facets: plan } }));

    assert.equal(answer.status, 201);
    assert.ok(await isThere('large'));
  });

  test('of datasets and jobs without runs are taken', async () => {
    const { run: _run, eventType: _type, ...job } = event('static');
    const { eventTime, producer, schemaURL } = job;
    const dataset = { eventTime, producer, schemaURL, dataset: { namespace: K, name: 'alone', facets: {} } };

    assert.equal((await api.ask('POST', 'lineage', job)).status, 201);
    assert.equal((await api.ask('POST', 'lineage', dataset)).status, 201);

    assert.ok(await isThere('static'));
    assert.ok(await isThere(id('alone')));
  });

  for (const [what, body, code, place] of [
    ['without a time', { ...event('x'), eventTime: undefined }, 'bad-field', 'eventTime'],
    ['with a time that is none', event('x', { eventTime: 'yesterday' }), 'bad-field', 'eventTime'],
    ['with an input without a name', event('x', { inputs: [{ namespace: K }] }), 'bad-field', 'inputs.0.name'],
    ['with a state nobody knows', event('x', { eventType: 'PAUSE' }), 'bad-field', 'eventType'],
    ['without job and dataset', event('x', { job: undefined }), 'unknown-shape', 'job'],
    ['that is a list', [event('x')], 'unknown-shape', ''],
  ] as const) {
    test(`${what} are refused with the place`, async () => {
      const { errors } = problemOf(await api.ask('POST', 'lineage', body), 422, code);
      assert.ok(
        errors?.some(error => error.path === place),
        JSON.stringify(errors),
      );
    });
  }

  test('that are no JSON are refused', async () => {
    problemOf(await api.ask('POST', 'lineage', '{', { 'content-type': 'application/json' }), 422, 'not-json');
    problemOf(await api.ask('POST', 'lineage', 'x', { 'content-encoding': 'br' }), 415, 'bad-request');
  });
});
