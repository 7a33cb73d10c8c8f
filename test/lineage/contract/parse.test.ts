/** contracts.md section 5.1, sentence by sentence: on the command line's batch and over the API, which answer one shape. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { cli } from '../../app/run-cli.ts';
import { type Api, openApi } from '../../web/api/fixture.ts';

interface Line {
  readonly id?: string | number | null;
  readonly sql: string;
  readonly session?: string;
  readonly schemas?: Readonly<Record<string, readonly string[]>>;
}

interface Answer {
  readonly id: unknown;
  readonly ok: boolean;
  readonly sources: readonly string[];
  readonly sink: readonly string[];
  readonly dims: readonly string[];
  readonly columns: readonly (readonly string[])[] | null;
  readonly errors: readonly { readonly line: number; readonly column: number; readonly message: string }[];
}

const D = 'default_catalog.default_database';

type Case = readonly [sentence: string, line: Line, expected: Partial<Answer>];

const CASES: readonly Case[] = [
  [
    'names are fully qualified by the session',
    { sql: 'INSERT INTO b SELECT x FROM a', session: 'cat.db' },
    { ok: true, sources: ['cat.db.a'], sink: ['cat.db.b'], dims: [], columns: [['cat.db.a.x']] },
  ],
  ['and by Flink’s defaults without one', { sql: 'SELECT x FROM a' }, { sources: [`${D}.a`], sink: [] }],
  ['two parts are a database and a table', { sql: 'SELECT x FROM dw.a', session: 'cat.db' }, { sources: ['cat.dw.a'] }],
  [
    'a part that holds a dot is written in backticks',
    { sql: 'SELECT x FROM `dw.sdk_log`', session: 'cat.db' },
    { sources: ['cat.db.`dw.sdk_log`'], columns: [['cat.db.`dw.sdk_log`.x']] },
  ],
  ['and so is one that holds a backtick', { sql: 'SELECT x FROM `a``b`', session: 'c.d' }, { sources: ['c.d.`a``b`'] }],
  [
    'sql may hold several statements: DDL, views, queries, inserts',
    {
      sql: 'CREATE TABLE a (x INT); CREATE VIEW v AS SELECT x AS y FROM a; INSERT INTO b SELECT y FROM v; SELECT y + 1 FROM v',
      session: 'c.d',
    },
    { ok: true, sources: ['c.d.a'], sink: ['c.d.b'], columns: [['c.d.a.x']] },
  ],
  [
    'dims are the tables on the right of FOR SYSTEM_TIME AS OF, and sources as well',
    { sql: 'INSERT INTO b SELECT a.x, k.y FROM a JOIN k FOR SYSTEM_TIME AS OF a.pt ON k.x = a.x', session: 'c.d' },
    { ok: true, sources: ['c.d.a', 'c.d.k'], sink: ['c.d.b'], dims: ['c.d.k'], columns: [['c.d.a.x'], ['c.d.k.y']] },
  ],
  [
    'a CTE is no source, its tables are',
    { sql: 'INSERT INTO b WITH w AS (SELECT x FROM a) SELECT x FROM w', session: 'c.d' },
    { ok: true, sources: ['c.d.a'], columns: [['c.d.a.x']] },
  ],
  [
    'columns are those of the last query or insert, in select order, also with a column list',
    { sql: 'SELECT x FROM a; INSERT INTO b (q, p) SELECT y, x FROM a', session: 'c.d' },
    { columns: [['c.d.a.y'], ['c.d.a.x']] },
  ],
  [
    'value sources only: what filters, joins, groups and orders is none',
    { sql: 'SELECT MAX(x) FROM a WHERE y > 1 GROUP BY z', session: 'c.d' },
    { columns: [['c.d.a.x']] },
  ],
  [
    'a column of several sources lists them, a constant none',
    { sql: "SELECT x + y, 'k' FROM a", session: 'c.d' },
    { columns: [['c.d.a.x', 'c.d.a.y'], []] },
  ],
  [
    'a computed or metadata column of a base table goes by its own name',
    {
      sql: "CREATE TABLE a (x INT, y AS x + 1, o BIGINT METADATA FROM 'offset' VIRTUAL); SELECT y, o FROM a",
      session: 'c.d',
    },
    { columns: [['c.d.a.y'], ['c.d.a.o']] },
  ],
  [
    'schemas expand *',
    { sql: 'SELECT * FROM a', session: 'c.d', schemas: { 'c.d.a': ['p', 'q'] } },
    { columns: [['c.d.a.p'], ['c.d.a.q']] },
  ],
  ['what cannot all be known is null', { sql: 'SELECT * FROM a', session: 'c.d' }, { ok: true, columns: null }],
  [
    'views never appear, their base columns do',
    { sql: 'CREATE VIEW v AS SELECT x + y AS s FROM a; SELECT s FROM v', session: 'c.d' },
    { sources: ['c.d.a'], columns: [['c.d.a.x', 'c.d.a.y']] },
  ],
  [
    'a statement that cannot be read has its line and column, the others their lineage',
    { sql: 'INSERT INTO b SELECT x FROM a;\nSELECT FROM c', session: 'c.d' },
    { ok: false, sources: ['c.d.a'], sink: ['c.d.b'], columns: [['c.d.a.x']] },
  ],
  [
    'a name nothing resolves stays as it is written',
    { sql: 'INSERT INTO `dw.sdk_log_cdo` SELECT * FROM dw.sdk_log', session: 'c.d' },
    { sources: ['c.dw.sdk_log'], sink: ['c.d.`dw.sdk_log_cdo`'] },
  ],
  [
    'a backticked name that nothing has is looked up by its parts',
    { sql: 'SELECT x FROM `dw.sdk_log`', session: 'c.d', schemas: { 'c.dw.sdk_log': ['x'] } },
    { sources: ['c.dw.sdk_log'], columns: [['c.dw.sdk_log.x']] },
  ],
];

describe('lineage parse (contracts.md 5.1)', () => {
  let api: Api;
  let lines: readonly Answer[] = [];
  before(async () => {
    api = await openApi();
    const input = CASES.map(([, line], i) => JSON.stringify({ id: i, ...line })).join('\n');
    const { code, out } = await cli(['lineage', 'parse', '--batch'], { input });
    assert.equal(code, 0);
    lines = out
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line) as Answer);
  });
  after(() => api.close());

  for (const [i, [sentence, line, expected]] of CASES.entries()) {
    test(`${sentence}, in a batch and over the API alike`, async () => {
      const batch = lines[i]!;
      const { body } = await api.ask<Answer>('POST', 'lineage/parse', { id: i, ...line });

      assert.deepEqual(Object.keys(batch), ['id', 'ok', 'sources', 'sink', 'dims', 'columns', 'errors']);
      assert.deepEqual(body, batch);
      for (const [field, value] of Object.entries(expected))
        assert.deepEqual(batch[field as keyof Answer], value, field);
      assert.equal(batch.ok, batch.errors.length === 0);
      for (const error of batch.errors)
        assert.equal(error.line >= 1 && error.column >= 1 && error.message !== '', true);
    });
  }

  test('answers come in the order of the lines, each with its id, whatever kind it is', async () => {
    const ids = ['a', 7, null, 'a'];

    const { out } = await cli(['lineage', 'parse', '--batch'], {
      input: ids.map(id => JSON.stringify({ id, sql: 'SELECT 1' })).join('\n'),
    });

    const answered = out
      .trimEnd()
      .split('\n')
      .map(line => (JSON.parse(line) as Answer).id);
    assert.deepEqual(answered, ids);
  });

  test('a line that is no such object is answered, and the next one as well', async () => {
    const { code, out } = await cli(['lineage', 'parse', '--batch'], {
      input: '{"id":1}\nno json\n{"id":2,"sql":"SELECT 1"}\n',
    });

    const answers = out
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line) as Answer);
    assert.equal(code, 0);
    assert.deepEqual(
      answers.map(({ id, ok }) => [id, ok]),
      [
        [1, false],
        [null, false],
        [2, true],
      ],
    );
  });

  test('a table record resolves names in the daemon', async () => {
    await api.take('jobs', {
      type: 'table',
      ts: api.clock.now(),
      name: 'dw.declared',
      connector: 'kafka',
      options: {},
      schema: [{ name: 'p', type: 'INT' }],
    });

    const { body } = await api.ask<Answer>('POST', 'lineage/parse', { sql: 'SELECT * FROM `dw.declared`' });

    assert.deepEqual(
      [body.sources, body.columns],
      [['default_catalog.dw.declared'], [['default_catalog.dw.declared.p']]],
    );
  });
});
