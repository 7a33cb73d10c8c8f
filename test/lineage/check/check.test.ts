/** What the check finds in a script by itself, and what it does not. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { checkerOf, ESTATE, findingsOf, kafka } from './estate-fixture.ts';
import { NONE, runTable, T, U } from './finding-table.ts';

describe('names and counts', () => {
  runTable([
    ['a correct script has no findings', `${T}${U}INSERT INTO u SELECT a, b FROM t`, []],
    ['tables of the metadata centre are known', `${U}INSERT INTO u SELECT CAST(id AS INT), amount FROM dw.orders`, []],
    ['tables of known jobs’ DDL are known', `${U}INSERT INTO u SELECT ev, imei FROM src`, []],
    ['given schemas are known', 'SELECT x FROM s.t', [], { schemas: { 's.t': ['x'] }, events: NONE }],
    [
      'a syntax error stands at the token that does not fit',
      'SELECT a FORM t',
      [['error', 'syntax', 't', /expected .* found "t"/]],
    ],
    [
      'a misspelt table gets the nearest name of the metadata centre',
      'SELECT id FROM dw.ordres',
      [['error', 'unknown-table', 'dw.ordres', /reads dw\.ordres/, /did you mean dw\.orders\?/]],
    ],
    [
      'a misspelt sink gets the nearest name of the script',
      `${T}${U}INSERT INTO uu SELECT a, b FROM t`,
      [['error', 'unknown-table', 'uu', /writes uu/, /did you mean u\?/]],
    ],
    [
      'the right name in the wrong database is told with its database',
      'SELECT id FROM ods.orders',
      [['error', 'unknown-table', 'ods.orders', /reads ods\.orders/, /did you mean dw\.orders\?/]],
    ],
    [
      'a name of another case is another table',
      'SELECT id FROM dw.Orders',
      [['error', 'unknown-table', 'dw.Orders', /reads/, /did you mean dw\.orders\?/]],
    ],
    [
      'a name nothing resembles is unknown without a guess',
      'SELECT id FROM dw.something_else_entirely',
      [['error', 'unknown-table', 'dw.something_else_entirely', /which no table, script or known job declares/]],
    ],
    [
      'where nothing at all is declared nothing can be said of names',
      'INSERT INTO dw.x SELECT a FROM dw.y',
      [
        ['info', 'unverified', 'dw.x', /no table is declared anywhere/],
        ['info', 'unverified', 'dw.y', /no table is declared anywhere/],
      ],
      { events: NONE },
    ],
    [
      'where only the script declares tables, another one may stand in a catalog',
      `${T}SELECT x FROM somewhere_quite_else`,
      [['warning', 'unknown-table', 'somewhere_quite_else', /reads somewhere_quite_else/]],
      { events: NONE },
    ],
    [
      'a table that running jobs use without declaring it exists, its columns unknown',
      'SELECT whatever FROM ods.raw_log',
      [['info', 'unverified', 'ods.raw_log', /the columns of ods\.raw_log are not known/]],
      {
        events: [
          ...ESTATE,
          { type: 'job', ts: 1, jobName: 'raw', sql: 'INSERT INTO ods.raw_log SELECT * FROM dw.orders' },
        ],
      },
    ],
    [
      'a temporary table of another job is not known',
      'SELECT a FROM tmp_of_other_job',
      [['error', 'unknown-table', 'tmp_of_other_job', /reads/]],
      {
        events: [
          ...ESTATE,
          { type: 'job', ts: 1, jobName: 'o', sql: `CREATE TEMPORARY TABLE tmp_of_other_job (a INT) ${kafka('q')}` },
        ],
      },
    ],
    [
      'a table that two jobs declare differently has columns nobody knows',
      'SELECT x FROM shared',
      [['info', 'unverified', 'shared', /columns of shared are not known/]],
      {
        events: [
          ...ESTATE,
          { type: 'job', ts: 1, jobName: 'o1', sql: `CREATE TABLE shared (a INT) ${kafka('q')}` },
          { type: 'job', ts: 1, jobName: 'o2', sql: `CREATE TABLE shared (b INT) ${kafka('q')}` },
        ],
      },
    ],
    [
      'a misspelt column gets the nearest one in scope',
      `${T}SELECT x.aa, bb FROM t AS x`,
      [
        ['error', 'unknown-column', 'x.aa', /no table in scope has a column x\.aa/, /did you mean a\?/],
        ['error', 'unknown-column', 'bb', /column bb/, /did you mean b\?/],
      ],
    ],
    [
      'an unknown alias is told apart from an unknown column',
      `${T}SELECT y.a FROM t AS x`,
      [['error', 'unknown-alias', 'y', /y is no table or alias of FROM/, /x/]],
    ],
    [
      'a column of two tables has to be named with one of them',
      `${T}${U}SELECT a FROM t JOIN u ON t.b = u.b`,
      [['error', 'ambiguous-column', 'a', /a is a column of t and u/, /write t\.a/]],
    ],
    [
      'an INSERT with too few columns says which ones the sink takes',
      `${T}${U}INSERT INTO u SELECT a FROM t`,
      [['error', 'column-count', 'SELECT', /the query gives 1 column, the sink takes 2/, /expected a and b/]],
    ],
    ['a partial column list is as long as its query', `${T}${U}INSERT INTO u (b) SELECT b FROM t`, []],
    [
      'branches of a UNION have one number of columns',
      `${T}SELECT a FROM t UNION ALL SELECT a, b FROM t`,
      [['error', 'column-count', 'SELECT', /this branch gives 2 columns, the first one 1/]],
    ],
    [
      'a view that reads itself is told with the way round',
      'CREATE VIEW v AS SELECT * FROM v',
      [['error', 'view-cycle', 'CREATE', /defined by itself: .*\.v -> .*\.v/]],
      { schemas: { v: ['a'] } },
    ],
  ]);

  test('a statement that cannot be read leaves the findings of the others', async () => {
    const bad = `${T}SELECT nope FROM t`;

    const alone = await findingsOf(bad);
    const beside = await findingsOf(`${bad};\nSELEC 1`);

    assert.deepEqual(
      beside.filter(({ code }) => code !== 'syntax'),
      alone,
    );
    assert.equal(beside.filter(({ code }) => code === 'syntax').length, 1);
  });

  test('a text full of mistakes is answered by as many findings as fit, and says so', async () => {
    const { ok, findings } = await checkerOf(ESTATE).check({ sql: 'SELEC 1;\n'.repeat(5000) });

    assert.equal(ok, false);
    assert.equal(findings.length, 501);
    assert.deepEqual([findings.at(-1)!.code, findings.at(-1)!.severity], ['too-many', 'info']);
    assert.match(findings.at(-1)!.message, /4500 more findings/);
  });
});

describe('shape', () => {
  const D = (connector: string): string =>
    `CREATE TABLE d (a INT, c INT) WITH ('connector' = '${connector}', 'topic' = 'd', 'url' = 'jdbc:mysql://h/d', 'properties.bootstrap.servers' = 'k:9092');\n`;
  const JOIN = 'SELECT t.a, d.c FROM t LEFT JOIN d FOR SYSTEM_TIME AS OF t.pt AS d ON d.a = t.a';

  runTable([
    ['a dimension table is asked at processing time', `${T}${D('jdbc')}${JOIN}`, []],
    [
      'a topic cannot be asked at processing time',
      `${T}${D('kafka')}${JOIN}`,
      [['error', 'not-a-lookup-table', 'd', /connector kafka cannot be asked row by row/, /event time/]],
    ],
    [
      'nor inside a CTE, under a name that a view gives to PROCTIME()',
      `${T}${D('upsert-kafka')}CREATE VIEW v AS SELECT a, PROCTIME() AS now_at FROM t;\nWITH x AS (SELECT v.a FROM v JOIN d FOR SYSTEM_TIME AS OF v.now_at ON d.a = v.a) SELECT * FROM x`,
      [['error', 'not-a-lookup-table', 'd', /upsert-kafka/]],
    ],
    [
      'a versioned join at event time is what topics are for',
      `CREATE TABLE e (a INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts) ${kafka('e')};\n${D('upsert-kafka')}SELECT e.a, d.c FROM e JOIN d FOR SYSTEM_TIME AS OF e.ts ON d.a = e.a`,
      [],
    ],
    [
      '* into a sink nobody declared is luck',
      `${T}INSERT INTO ods.raw_log SELECT * FROM t`,
      [['warning', 'star-into-unknown', '*', /\* goes into ods\.raw_log/]],
      { events: [...ESTATE, { type: 'report', ts: 1, name: 'r', owner: '', reads: ['ods.raw_log'] }] },
    ],
  ]);
});
