/** What the check says of a script beside the jobs that run. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { JobEvent } from '../../../model/job-event.ts';
import { checkerOf, ESTATE, ETL, findingsOf, kafka } from './estate-fixture.ts';
import { runTable, T } from './finding-table.ts';

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
