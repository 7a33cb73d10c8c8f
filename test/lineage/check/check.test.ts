/** What the check finds, and what it does not: every sentence with the script, the findings, and where they stand. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { CheckInput } from '../../../lineage/check/checker.ts';
import type { Finding } from '../../../lineage/check/finding.ts';
import type { JobEvent } from '../../../model/job-event.ts';
import { checkerOf, ESTATE, ETL, findingsOf, kafka } from './estate-fixture.ts';

type Told = readonly [severity: Finding['severity'], code: Finding['code'], at: string, message: RegExp, hint?: RegExp];
type Case = readonly [
  sentence: string,
  sql: string,
  told: readonly Told[],
  more?: Omit<CheckInput, 'sql'> & { readonly events?: readonly JobEvent[] },
];

/** `at` is the text of the script that is marked. */
function runTable(cases: readonly Case[]): void {
  for (const [sentence, sql, told, more] of cases) {
    test(sentence, async () => {
      const findings = await findingsOf(sql, more);

      const shown = findings.map(({ severity, code, position, length }) => [
        severity,
        code,
        sql.slice(position, position + length),
      ]);
      assert.deepEqual(
        shown,
        told.map(([severity, code, at]) => [severity, code, at]),
        JSON.stringify(findings, null, 1),
      );
      for (const [i, [, , , message, hint]] of told.entries()) {
        assert.match(findings[i]!.message, message);
        if (hint !== undefined) assert.match(findings[i]!.hint ?? '', hint);
      }
      for (const { line, column, position } of findings) {
        const before = sql.slice(0, position).split('\n');
        assert.deepEqual([line, column], [before.length, before.at(-1)!.length + 1]);
      }
    });
  }
}

const T = `CREATE TABLE t (a INT, b STRING, pt AS PROCTIME()) ${kafka('t')};\n`;
const U = `CREATE TABLE u (a INT, b STRING) ${kafka('u')};\n`;
const NONE: readonly JobEvent[] = [];

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

describe('types of the sink', () => {
  const from = (columns: string): string => `CREATE TABLE f (${columns}) ${kafka('f')};\n`;
  const into = (columns: string): string => `CREATE TABLE s (${columns}) ${kafka('s')};\n`;
  runTable([
    [
      'what fits is no finding',
      `${from('a INT, b VARCHAR(5), d TIMESTAMP(3)')}${into('a BIGINT, b STRING, d TIMESTAMP_LTZ(3)')}INSERT INTO s SELECT a, b, d FROM f`,
      [],
    ],
    [
      'what Flink refuses is an error at its select item',
      `${from('a BIGINT, b STRING')}${into('x INT, y STRING')}INSERT INTO s SELECT a, b FROM f`,
      [['error', 'sink-type', 'a', /a is BIGINT, and column x of s is INT: .* only by a CAST/, /CAST\(… AS INT\)/]],
    ],
    ['unless it is cast', `${from('a BIGINT')}${into('x INT')}INSERT INTO s SELECT CAST(a AS INT) FROM f`, []],
    [
      'a cast to the wrong type is an error as well',
      `${from('a BIGINT')}${into('x INT')}INSERT INTO s SELECT CAST(a AS STRING) AS n FROM f`,
      [['error', 'sink-type', 'CAST(a AS STRING)', /n is STRING, and column x of s is INT/]],
    ],
    [
      'what is cut, rounded or too large warns with what happens',
      `${from('a VARCHAR(200), b DECIMAL(18, 2), d TIMESTAMP(6), e CHAR(8)')}${into('a VARCHAR(20), b DECIMAL(10, 2), d TIMESTAMP(3), e CHAR(8)')}INSERT INTO s SELECT a, b, d, e FROM f`,
      [
        ['warning', 'lossy-type', 'a', /longer than 20 is cut off/],
        ['warning', 'lossy-type', 'b', /too large becomes NULL/],
        ['warning', 'lossy-type', 'd', /3 digits are left/],
      ],
    ],
    [
      'of a string without a length it is only said',
      `${from('a STRING')}${into('a VARCHAR(20)')}INSERT INTO s SELECT a FROM f`,
      [['info', 'lossy-type', 'a', /longer than 20/]],
    ],
    [
      'behind a star the place is the sink',
      `${from('a INT, b BIGINT')}${into('a INT, b INT')}INSERT INTO s SELECT * FROM f`,
      [['error', 'sink-type', 's', /b is BIGINT, and column b of s is INT/]],
    ],
    [
      'columns of a list go where the list says, and virtual ones take nothing',
      `${from('a BIGINT, b STRING')}${into('x INT, o BIGINT METADATA VIRTUAL, y STRING, z BIGINT')}INSERT INTO s (z, y) SELECT a, b FROM f`,
      [],
    ],
    [
      'types go through views, CTEs and joins',
      `${from('a BIGINT, b STRING')}${into('x INT')}CREATE VIEW v AS SELECT a AS q FROM f;\nINSERT INTO s WITH w AS (SELECT q FROM v) SELECT w.q FROM w JOIN f ON w.q = f.a`,
      [['error', 'sink-type', 'w.q', /q is BIGINT/]],
    ],
    [
      'of a union of two types nobody judges',
      `${from('a BIGINT, b INT')}${into('x INT')}INSERT INTO s SELECT b FROM f UNION ALL SELECT a FROM f`,
      [],
    ],
    [
      'NULL for a column that takes none is said with what happens',
      `${from('a INT')}${into('a INT NOT NULL')}INSERT INTO s SELECT a FROM f`,
      [['info', 'null-into-not-null', 'a', /fails at the first NULL/, /not-null-enforcer/]],
    ],
    [
      'not of a key',
      `${from('a INT, PRIMARY KEY (a) NOT ENFORCED')}${into('a INT NOT NULL')}INSERT INTO s SELECT a FROM f`,
      [],
    ],
    [
      'not of what is filtered',
      `${from('a INT')}${into('a INT NOT NULL')}INSERT INTO s SELECT a FROM f WHERE a IS NOT NULL`,
      [],
    ],
    [
      'an explained insert is not judged',
      `${from('a BIGINT')}${into('x INT')}EXPLAIN INSERT INTO s SELECT a FROM f`,
      [],
    ],
  ]);
});

describe('against running jobs', () => {
  const ETL_TO = (sink: string, select: string): string =>
    `CREATE TABLE src (imei STRING, ev INT) ${kafka('a')};\nCREATE TABLE dst ${sink};\nINSERT INTO dst ${select}`;
  const same = `(imei STRING, ev INT) ${kafka('b')}`;

  runTable([
    ['the version that runs may be submitted again', ETL, [], { job: 'etl' }],
    ['a script that names its job needs no other name', `SET 'pipeline.name' = 'etl';\n${ETL}`, []],
    [
      'another job’s topic is told with that job and its owner',
      ETL,
      [['error', 'second-writer', 'dst', /kafka:\/\/k:9092\/b is written by job etl of ann already/, /stop that job/]],
      { job: 'etl-copy' },
    ],
    [
      'a script without a name may be the new version, so the hint asks',
      ETL,
      [['error', 'second-writer', 'dst', /written by job etl/, /name the job/]],
    ],
    [
      'a job that has ended writes no more',
      ETL,
      [],
      {
        job: 'etl-copy',
        events: [...ESTATE, { type: 'job_status', ts: 3000, jobName: 'etl', jobId: 'e1', status: 'CANCELED' }],
      },
    ],
    [
      'print and blackhole belong to each job alone',
      `${T}CREATE TABLE p (a INT) WITH ('connector' = 'print');\nINSERT INTO p SELECT a FROM t`,
      [],
      {
        job: 'n',
        events: [
          ...ESTATE,
          {
            type: 'job',
            ts: 1,
            jobName: 'o',
            sql: `CREATE TABLE p (a INT) WITH ('connector' = 'print'); INSERT INTO p SELECT ev FROM src`,
          },
        ],
      },
    ],
    [
      'a way back to its own source is told node by node',
      `CREATE TABLE x (imei STRING, total INT) ${kafka('c')};\nCREATE TABLE y (imei STRING, ev INT) ${kafka('a')};\nINSERT INTO y SELECT * FROM x`,
      [
        [
          'error',
          'new-cycle',
          'y',
          /circle: kafka:\/\/k:9092\/a -> job:etl -> kafka:\/\/k:9092\/b -> job:agg -> kafka:\/\/k:9092\/c -> job:back -> kafka:\/\/k:9092\/a/,
        ],
      ],
      { job: 'back' },
    ],
    [
      'a way back within the script itself is one as well',
      `CREATE TABLE x (a INT) ${kafka('x')};\nCREATE TABLE y (a INT) ${kafka('y')};\nINSERT INTO x SELECT a FROM y;\nINSERT INTO y SELECT a FROM x`,
      [
        ['error', 'new-cycle', 'x', /circle/],
        ['error', 'new-cycle', 'y', /circle/],
      ],
      { job: 'loop' },
    ],
    [
      'a circle that runs already is only a warning',
      `CREATE TABLE x (a INT) ${kafka('x')};\nINSERT INTO x SELECT a + 1 FROM x`,
      [['warning', 'new-cycle', 'x', /as it does today/]],
      {
        job: 'loop',
        events: [
          ...ESTATE,
          {
            type: 'job',
            ts: 1,
            jobName: 'loop',
            sql: `CREATE TABLE x (a INT) ${kafka('x')}; INSERT INTO x SELECT a FROM x`,
          },
        ],
      },
    ],
    [
      'a job that ended interrupts the circle',
      `CREATE TABLE x (imei STRING, total INT) ${kafka('c')};\nCREATE TABLE y (imei STRING, ev INT) ${kafka('a')};\nINSERT INTO y SELECT * FROM x`,
      [],
      {
        job: 'back',
        events: [...ESTATE, { type: 'job_status', ts: 3000, jobName: 'agg', jobId: 'a1', status: 'FINISHED' }],
      },
    ],
    [
      'a dimension table that is written and asked is no circle',
      `${T}CREATE TABLE d (a INT) WITH ('connector' = 'jdbc', 'url' = 'jdbc:mysql://h/x', 'table-name' = 'd');\nINSERT INTO d SELECT t.a FROM t LEFT JOIN d FOR SYSTEM_TIME AS OF t.pt AS k ON k.a = t.a`,
      [],
      { job: 'dedup' },
    ],
    [
      'a dropped column is told with those who read it',
      ETL_TO(`(imei STRING) ${kafka('b')}`, 'SELECT imei FROM src'),
      [
        [
          'error',
          'breaking-change',
          'dst',
          /column ev of kafka:\/\/k:9092\/b is written no more; it is read by agg \(bob\) and gmv \(finance\)/,
        ],
      ],
      { job: 'etl' },
    ],
    [
      'a renamed column is told as one',
      ETL_TO(`(imei STRING, event INT) ${kafka('b')}`, 'SELECT imei, ev FROM src'),
      [['error', 'breaking-change', 'dst', /column ev .* is written as event instead/]],
      { job: 'etl' },
    ],
    [
      'another type is told with both',
      ETL_TO(`(imei STRING, ev STRING) ${kafka('b')}`, 'SELECT imei, CAST(ev AS STRING) FROM src'),
      [['error', 'breaking-change', 'dst', /column ev .* changes its type from INT to STRING/]],
      { job: 'etl' },
    ],
    [
      'a wider type warns',
      ETL_TO(`(imei STRING, ev BIGINT) ${kafka('b')}`, 'SELECT imei, CAST(ev AS BIGINT) FROM src'),
      [['warning', 'breaking-change', 'dst', /from INT to BIGINT/]],
      { job: 'etl' },
    ],
    [
      'a longer string warns, a shorter one breaks',
      `CREATE TABLE f (k VARCHAR(9), v VARCHAR(9)) ${kafka('f')};\nCREATE TABLE g (k VARCHAR(12), v VARCHAR(3)) ${kafka('lengths')};\nINSERT INTO g SELECT k, CAST(v AS VARCHAR(3)) FROM f`,
      [
        ['error', 'breaking-change', 'g', /column v .* from VARCHAR\(9\) to VARCHAR\(3\)/],
        ['warning', 'breaking-change', 'g', /column k .* from VARCHAR\(9\) to VARCHAR\(12\)/],
      ],
      {
        job: 'lengths',
        events: [
          {
            type: 'job',
            ts: 1,
            jobName: 'lengths',
            sql: `CREATE TABLE f (k VARCHAR(9), v VARCHAR(9)) ${kafka('f')};CREATE TABLE g (k VARCHAR(9), v VARCHAR(9)) ${kafka('lengths')};INSERT INTO g SELECT k, v FROM f`,
          },
          {
            type: 'job',
            ts: 1,
            jobName: 'reader',
            sql: `CREATE TABLE g (k STRING, v STRING) ${kafka('lengths')};CREATE TABLE z (k STRING, v STRING) ${kafka('z')};INSERT INTO z SELECT k, v FROM g`,
          },
        ],
      },
    ],
    [
      'two names of one type are one',
      ETL_TO(`(imei VARCHAR, ev INTEGER) ${kafka('b')}`, 'SELECT imei, ev FROM src'),
      [],
      { job: 'etl' },
    ],
    [
      'in JSON the order of columns says nothing',
      ETL_TO(`(ev INT, imei STRING) ${kafka('b')}`, 'SELECT ev, imei FROM src'),
      [],
      { job: 'etl' },
    ],
    [
      'a column more breaks nobody',
      ETL_TO(`(imei STRING, ev INT, n INT) ${kafka('b')}`, 'SELECT imei, ev, 1 FROM src'),
      [],
      { job: 'etl' },
    ],
    [
      'a sink that is written no more is told with its readers, a source without',
      `CREATE TABLE dw2 (id STRING) ${kafka('z')};\nINSERT INTO dw2 SELECT id FROM dw.orders`,
      [
        ['error', 'sink-dropped', 'INSERT', /etl writes kafka:\/\/k:9092\/b no more, which is read by agg \(bob\)/],
        ['info', 'source-dropped', 'INSERT', /etl reads kafka:\/\/k:9092\/a no more/],
      ],
      { job: 'etl' },
    ],
    [
      'columns that are not all known are not compared, which is said',
      `CREATE TABLE dst (imei STRING, ev INT) ${kafka('b')};\nINSERT INTO dst SELECT * FROM ods.raw_log`,
      [
        ['info', 'source-dropped', 'INSERT', /reads kafka:\/\/k:9092\/a no more/],
        ['info', 'unverified', 'dst', /are not all known: they are not compared/],
        ['info', 'unverified', 'ods.raw_log', /columns of ods\.raw_log are not known/],
      ],
      { job: 'etl', events: [...ESTATE, { type: 'report', ts: 1, name: 'r', owner: '', reads: ['ods.raw_log'] }] },
    ],
    [
      'a script that cannot be read whole is not compared',
      `${T}INSERT INTO dst SELEC a FROM t`,
      [['error', 'syntax', 'SELEC', /expected/]],
      { job: 'etl' },
    ],
  ]);

  test('CSV readers find columns by their place: a moved one breaks them', async () => {
    const csv = kafka('b', ", 'format' = 'csv'");
    const events: JobEvent[] = ESTATE.map(event =>
      event.type === 'job' && event.jobName === 'etl'
        ? { ...event, sql: ETL_TO(`(imei STRING, ev INT) ${csv}`, 'SELECT imei, ev FROM src') }
        : event,
    );

    const findings = await findingsOf(ETL_TO(`(ev INT, imei STRING) ${csv}`, 'SELECT ev, imei FROM src'), {
      job: 'etl',
      events,
    });

    assert.deepEqual(
      findings.map(({ severity, code, message }) => [
        severity,
        code,
        /column (\w+) .* (moves from place \d to \d)/.exec(message)?.slice(1),
      ]),
      [
        ['error', 'breaking-change', ['imei', 'moves from place 1 to 2']],
        ['error', 'breaking-change', ['ev', 'moves from place 2 to 1']],
      ],
    );
  });

  test('what is related names the nodes, their owners and since when they write', async () => {
    const [finding] = await findingsOf(ETL_TO(same, 'SELECT imei, ev FROM src'), { job: 'copy' });

    assert.deepEqual(finding!.related, [
      { message: 'job etl writes it since 1970-01-01T00:00:01.000Z', node: 'job:etl', owner: 'ann' },
    ]);
  });

  test('a check changes nothing: the graph and its clusters are what they were', async () => {
    const checker = checkerOf(ESTATE);
    const merging = `CREATE TABLE m (a INT) WITH ('connector' = 'kafka', 'topic' = 'b', 'properties.bootstrap.servers' = 'k:9092,other:9092')`;
    const other = `CREATE TABLE o (imei STRING) WITH ('connector' = 'kafka', 'topic' = 'b', 'properties.bootstrap.servers' = 'other:9092');\nINSERT INTO o SELECT imei FROM src`;

    const before = await checker.check({ sql: other, job: 'n' });
    await checker.check({ sql: merging, job: 'n' });

    assert.deepEqual(before, { ok: true, findings: [] });
    assert.deepEqual(await checker.check({ sql: other, job: 'n' }), before);
  });

  test('knowledge grows with the jobs: a table is known once a job declares it', async () => {
    const evidence: JobEvent[] = [...ESTATE];
    const sql = 'SELECT a FROM later_on';

    assert.equal((await findingsOf(sql, { events: evidence })).length, 1);
    evidence.push({ type: 'job', ts: 1, jobName: 'l', sql: `CREATE TABLE later_on (a INT) ${kafka('l')}` });

    assert.deepEqual(await findingsOf(sql, { events: evidence }), []);
  });
});
