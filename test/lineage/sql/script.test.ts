/** What the graph and the lag side learn from a statement. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseBatchLine } from '../../../lineage/sql/batch.ts';
import { analyzeScript } from '../../../lineage/sql/script.ts';

const SOURCE = `CREATE TABLE s (k STRING, v INT, ts TIMESTAMP(3), pt AS PROCTIME(), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND) WITH ('connector' = 'kafka');`;

describe('windows', () => {
  const cases: readonly [string, string, number | null, number][] = [
    [
      'TUMBLE gives its size',
      `SELECT window_start FROM TABLE(TUMBLE(TABLE s, DESCRIPTOR(ts), INTERVAL '10' MINUTE))`,
      600_000,
      5000,
    ],
    [
      'HOP gives its slide, which is how often results come',
      `SELECT k FROM TABLE(HOP(TABLE s, DESCRIPTOR(ts), INTERVAL '1' MINUTE, INTERVAL '1' HOUR))`,
      60_000,
      5000,
    ],
    [
      'CUMULATE gives its step',
      `SELECT k FROM TABLE(CUMULATE(TABLE s, DESCRIPTOR(ts), INTERVAL '30' SECOND, INTERVAL '1' DAY))`,
      30_000,
      5000,
    ],
    [
      'an old group window gives its size',
      `SELECT k FROM s GROUP BY k, TUMBLE(ts, INTERVAL '1:30' MINUTE TO SECOND)`,
      90_000,
      5000,
    ],
    [
      'an old HOP gives its slide',
      `SELECT k FROM s GROUP BY k, HOP(ts, INTERVAL '2' SECOND, INTERVAL '1' MINUTE)`,
      2000,
      5000,
    ],
    ['a session has no common end', `SELECT k FROM s GROUP BY k, SESSION(ts, INTERVAL '1' MINUTE)`, null, 5000],
    [
      'nested windows count by the longest',
      `SELECT window_start FROM TABLE(TUMBLE((SELECT window_time AS wt FROM TABLE(TUMBLE(TABLE s, DESCRIPTOR(ts), INTERVAL '1' MINUTE)) GROUP BY window_start, window_end, window_time), DESCRIPTOR(wt), INTERVAL '1' HOUR))`,
      3_600_000,
      5000,
    ],
    [
      'a processing-time window waits for nobody',
      `SELECT k FROM TABLE(TUMBLE(TABLE s, DESCRIPTOR(pt), INTERVAL '1' MINUTE))`,
      60_000,
      0,
    ],
    ['without a window there is none', 'SELECT k FROM s', null, 5000],
    ['a window inside a view counts', `SELECT * FROM v`, 60_000, 5000],
  ];
  for (const [title, query, windowMs, allowedOooMs] of cases) {
    test(title, () => {
      const view = `CREATE VIEW v AS SELECT k FROM TABLE(TUMBLE(TABLE s, DESCRIPTOR(ts), INTERVAL '1' MINUTE));`;

      const { statements, errors } = analyzeScript({ sql: `${SOURCE} ${view} INSERT INTO o ${query}` });

      assert.deepEqual(errors, []);
      assert.equal(statements.length, 1);
      assert.equal(statements[0]!.windowMs, windowMs);
      assert.equal(statements[0]!.allowedOooMs, allowedOooMs);
    });
  }
});

test('options of the DDL, LIKE and hints reach the tables that are read and written', () => {
  const sql = `CREATE TABLE a (x INT) WITH ('connector' = 'kafka', 'topic' = 't1'); CREATE TABLE b WITH ('topic' = 't2') LIKE a;
    INSERT INTO b SELECT x FROM a /*+ OPTIONS('topic' = 'replay') */`;

  const [insert] = analyzeScript({ sql }).statements;

  assert.deepEqual(
    [...insert!.reads[0]!.options],
    [
      ['connector', 'kafka'],
      ['topic', 'replay'],
    ],
  );
  assert.deepEqual(
    [...insert!.sinks[0]!.options],
    [
      ['connector', 'kafka'],
      ['topic', 't2'],
    ],
  );
});

test('every spelling of a name shares one text', () => {
  const sql =
    'INSERT INTO `dw.sdk_log` SELECT a FROM dw.sdk_log; USE dw; SELECT a FROM sdk_log; SELECT a FROM `default_catalog`.dw.sdk_log';

  const found = analyzeScript({ sql }).statements;

  assert.deepEqual(
    found.flatMap(each => [...each.sinks, ...each.reads]).map(table => table.byName),
    Array(4).fill('dw.sdk_log'),
  );
});

test('SET pipeline.name tells which job of a script a statement is', () => {
  const sql = `SET 'pipeline.name' = 'one'; INSERT INTO a SELECT x FROM s; SET 'pipeline.name' = 'two'; INSERT INTO b SELECT x FROM s`;

  assert.deepEqual(
    analyzeScript({ sql }).statements.map(each => each.pipelineName),
    ['one', 'two'],
  );
});

describe('a batch line', () => {
  test('is answered with its id', () => {
    const line = JSON.stringify({
      id: 7,
      sql: 'INSERT INTO o SELECT * FROM s',
      session: 'hive.dw',
      schemas: { 'hive.dw.s': ['a'] },
    });

    assert.deepEqual(JSON.parse(parseBatchLine(line)), {
      id: 7,
      ok: true,
      sources: ['hive.dw.s'],
      sink: ['hive.dw.o'],
      dims: [],
      columns: [['hive.dw.s.a']],
      errors: [],
    });
  });

  test('may say null for what it does not know, and carry any id', () => {
    const answer = (line: object): unknown => JSON.parse(parseBatchLine(JSON.stringify(line)));

    const bare = answer({ id: { n: 1 }, sql: 'SELECT a FROM c.d.t' });
    assert.deepEqual(answer({ id: { n: 1 }, sql: 'SELECT a FROM c.d.t', session: null, schemas: null }), bare);
    assert.deepEqual(bare, {
      id: { n: 1 },
      ok: true,
      sources: ['c.d.t'],
      sink: [],
      dims: [],
      columns: [['c.d.t.a']],
      errors: [],
    });
  });

  for (const [title, line, message] of [
    ['that is not JSON', '{', /not valid JSON/],
    ['without sql', '{"id":"x"}', /^sql: /],
    ['that is an array', '[]', /expected object/],
  ] as const) {
    test(`${title} is answered, not thrown`, () => {
      const answer = JSON.parse(parseBatchLine(line));

      assert.equal(answer.ok, false);
      assert.match(answer.errors[0].message, message);
    });
  }
});
