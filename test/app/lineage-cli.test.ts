/** The lineage commands as users run them: against a daemon, and the check without one. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { readDot } from '../lineage/formats/dot-grammar.ts';
import { readMermaid } from '../lineage/formats/mermaid-grammar.ts';
import { JobEvent } from '../lineage/openlineage/shape.ts';
import { openSite, type RunningApp, startApp } from './app-fixture.ts';
import { cli, freePort } from './run-cli.ts';

const kafka = (topic: string): string =>
  `WITH ('connector' = 'kafka', 'topic' = '${topic}', 'properties.bootstrap.servers' = 'k:9092')`;
const ETL = `CREATE TABLE a (x INT, y INT) ${kafka('a')};
CREATE TABLE b (x INT, y INT) ${kafka('b')};
INSERT INTO b SELECT x, y + 1 FROM a`;
const AGG = `CREATE TABLE b (x INT, y INT) ${kafka('b')};
CREATE TABLE c (n INT) ${kafka('c')};
INSERT INTO c SELECT SUM(y) FROM b`;
const now = Date.now();

describe('questions to a daemon', { concurrency: 3 }, () => {
  let daemon: RunningApp;
  before(async () => {
    daemon = await startApp(openSite().config());
    await daemon.take(
      'jobs',
      { type: 'job', ts: now - 60_000, job_name: 'etl', job_id: 'e1', owner: 'ann', sql: ETL.replace('y + 1', 'y') },
      { type: 'job', ts: now - 50_000, job_name: 'agg', job_id: 'a1', owner: 'bob', sql: AGG },
      { type: 'job', ts: now - 40_000, job_name: 'etl', job_id: 'e2', owner: 'ann', sql: ETL },
      { type: 'job', ts: now, job_name: 'lone', reads: ['kafka://k:9092/y'], writes: ['kafka://k:9092/z'] },
      {
        type: 'report',
        ts: now,
        name: '成交',
        owner: 'finance',
        reads: ['kafka://k:9092/c'],
        slo: { age_ms: 60_000, target: 0.9 },
      },
    );
  });
  after(() => daemon.app.stop());

  const ask = (...args: string[]) => cli(['lineage', ...args, '--url', daemon.app.address]);

  test('show draws what leads to a node and what depends on it', async () => {
    const { code, out } = await ask('show', 'b');

    assert.equal(code, 0);
    assert.equal(
      out,
      [
        'kafka://k:9092/b',
        'upstream',
        '└─ writes ← job etl  owner ann',
        '   └─ reads ← kafka://k:9092/a',
        'downstream',
        '└─ reads → job agg  owner bob',
        '   └─ writes → kafka://k:9092/c',
        '      └─ reads → report 成交  owner finance',
        '',
      ].join('\n'),
    );
  });

  test('show in every format', async () => {
    const [dot, mermaid, openlineage, json] = await Promise.all(
      ['dot', 'mermaid', 'openlineage', 'json'].map(format => ask('show', 'b', '--format', format)),
    );

    assert.equal(readDot(dot!.out).edges.length, 5);
    assert.equal(readMermaid(mermaid!.out).edges.length, 5);
    const events = (JSON.parse(openlineage!.out) as unknown[]).map(event => JobEvent.parse(event));
    assert.deepEqual(events.map(({ job }) => job.name).sort(), ['agg', 'etl']);
    assert.deepEqual(Object.keys(events[0]!.outputs?.[0]?.facets.columnLineage?.fields ?? {}), ['n']);
    assert.equal((JSON.parse(json!.out) as { nodes: unknown[] }).nodes.length, 6);
  });

  test('depth and direction bound it', async () => {
    const { out } = await ask('show', 'etl', '--direction', 'down', '--depth', '1');

    assert.equal(out, 'job etl  owner ann\ndownstream\n└─ writes → kafka://k:9092/b\n');
  });

  test('path tells the way, and exit 1 that there is none', async () => {
    const [way, none] = await Promise.all([ask('path', 'a', '成交'), ask('path', 'a', 'lone')]);

    assert.equal(way.code, 0);
    assert.match(
      way.out,
      /^kafka:\/\/k:9092\/a\n {2}reads → job etl.*\n {2}writes → kafka:\/\/k:9092\/b\n[\s\S]*report 成交 {2}owner finance\n/,
    );
    assert.deepEqual(none, { code: 1, out: 'no data gets from the one of a and lone to the other\n', err: '' });
    assert.equal(readDot((await ask('path', 'a', 'c', '--format', 'dot')).out).edges.length, 4);
  });

  test('impact names reports, jobs and whom to tell', async () => {
    const { out } = await ask('impact', 'b', '--column', 'y');

    assert.match(out, /^dropping column y of kafka:\/\/k:9092\/b\n/);
    assert.match(out, /^ {2}agg +bob +1 step +certain +y$/m);
    assert.match(out, /^ {2}成交 +finance +3 steps +certain/m);
    assert.match(out, /tell\n[\s\S]*^ {2}bob +agg$/m);
    const stop = await ask('impact', 'etl', '--stop', '--format', 'mermaid');
    assert.equal(readMermaid(stop.out).nodes.size > 3, true);
  });

  test('columns tell the expressions on the way down to the first known columns', async () => {
    const { out } = await ask('columns', 'c');

    assert.match(out, /^kafka:\/\/k:9092\/c by job:agg\n {2}n = SUM\(y\)\n {4}← kafka:\/\/k:9092\/b#y\n/);
    assert.match(out, /y = y \+ 1\n {6}← kafka:\/\/k:9092\/a#y \(first known\)\n/);
    assert.equal(readDot((await ask('columns', 'c', '--format', 'dot')).out).nodes.size > 4, true);
  });

  test('versions and diff tell what changed, and exit 1 when that breaks something', async () => {
    const [versions, diff] = await Promise.all([ask('versions', 'etl'), ask('diff', 'etl', '1', '2')]);

    assert.match(versions.out, /^version +from +to +by +run +changed\n2 .* e2 +sql\n1 .* e1 +first\n$/);
    assert.match(diff.out, /^etl: version 1 -> 2\n/);
    assert.match(diff.out, /^~ kafka:\/\/k:9092\/b#y$/m);
    assert.match(diff.out, /^\+ INSERT INTO b SELECT x, y \+ 1 FROM a$/m);
  });

  test('cycles and orphans', async () => {
    const [cycles, orphans] = await Promise.all([ask('cycles'), ask('orphans')]);

    assert.deepEqual([cycles.code, cycles.out], [0, 'no data goes round in a circle\n']);
    assert.match(orphans.out, /^unwritten +kafka:\/\/k:9092\/a +job:etl$/m);
  });

  test('check asks the daemon: its jobs, their owners and readers are in the findings', async () => {
    const site = openSite();
    const file = site.write(
      'etl.sql',
      ETL.replace(', y INT) WITH', ') WITH').replace('b (x INT, y INT)', 'b (x INT)').replace('x, y + 1', 'x'),
    );

    const { code, out } = await ask('check', file, '--job', 'etl');

    assert.equal(code, 1);
    assert.match(
      out,
      /etl\.sql:3:13: error\[breaking-change\]: column y of kafka:\/\/k:9092\/b is written no more; it is read by agg \(bob\) and 成交 \(finance\)/,
    );
    assert.match(out, /^3 \| INSERT INTO b SELECT x FROM a\n {2}\| {13}\^ keep the column/m);
    assert.deepEqual((await ask('check', file, '--job', 'etl', '--allow', 'breaking-change')).code, 0);
  });

  const WRONG: readonly (readonly [sentence: string, args: readonly string[], message: RegExp])[] = [
    ['a node nobody knows', ['show', 'agk'], /nothing in the lineage graph is called agk; did you mean agg\?/],
    ['a missing name', ['path', 'a'], /usage: tidewatch lineage path FROM TO/],
    [
      'an unknown format',
      ['show', 'b', '--format', 'svg'],
      /--format svg: expected text, json, dot, mermaid, openlineage/,
    ],
    ['a drawing of a list', ['orphans', '--format', 'dot'], /orphans can be text or json/],
    ['a version that is no number', ['diff', 'etl', 'one', 'two'], /one is no version/],
    ['an unknown option', ['impact', 'b', '--colum', 'x'], /--colum/],
  ];
  for (const [sentence, args, message] of WRONG) {
    test(`${sentence} is usage: exit 2 with a sentence`, async () => {
      const { code, err } = await ask(...args);

      assert.equal(code, 2);
      assert.match(err, message);
      assert.doesNotMatch(err, /^\s+at /m);
    });
  }
});

describe('lineage check without a daemon', { concurrency: 3 }, () => {
  test('prints like a compiler: place, code, line, mark, hint; in colours only for a terminal', async () => {
    const file = openSite().write(
      'q.sql',
      `CREATE TABLE t (商品 INT) ${kafka('t')};\nSELECT '中文', 商 FROM t;\nSELEC 1`,
    );

    const { code, out } = await cli(['lineage', 'check', file, '--offline']);

    assert.equal(code, 1);
    assert.equal(
      out.replaceAll(file, 'q.sql').replace(/(found "SELEC").*/, '$1'),
      [
        'q.sql:2:14: error[unknown-column]: no table in scope has a column 商',
        "2 | SELECT '中文', 商 FROM t;",
        '  |                ^^ did you mean 商品?',
        'q.sql:3:1: error[syntax]: expected a statement, found "SELEC"',
        '3 | SELEC 1',
        '  | ^^^^^',
        '2 errors',
        '',
      ].join('\n'),
    );
  });

  test('--schemas tells tables, --known tells jobs; --strict takes warnings for errors', async () => {
    const site = openSite();
    const schemas = site.write('schemas.json', { 'dw.orders': ['id', 'amount'] });
    const known = site.write('etl.sql', ETL);
    const file = site.write(
      'q.sql',
      `CREATE TABLE mine (x INT, y INT) ${kafka('b')};\nINSERT INTO mine SELECT id, amuont FROM dw.orders`,
    );
    const codes = async (...more: string[]) => {
      const { code, out } = await cli(['lineage', 'check', file, '--json', ...more]);
      return [
        code,
        ...(JSON.parse(out) as { findings: { code: string; severity: string }[] }).findings.map(
          f => `${f.severity} ${f.code}`,
        ),
      ];
    };

    assert.deepEqual(await codes('--schemas', schemas), [1, 'error unknown-column']);
    assert.deepEqual(await codes('--schemas', schemas, '--known', known), [
      1,
      'error second-writer',
      'error unknown-column',
    ]);
    assert.deepEqual(await codes('--offline', '--allow', 'unknown-table'), [0]);
    const star = site.write('star.sql', `CREATE TABLE t (a INT) ${kafka('t')};\nINSERT INTO somewhere SELECT * FROM t`);
    assert.equal((await cli(['lineage', 'check', star, '--offline'])).code, 0);
    assert.equal((await cli(['lineage', 'check', star, '--offline', '--strict'])).code, 1);
  });

  test('- is standard input, and a correct script is ok', async () => {
    const { code, out } = await cli(['lineage', 'check', '-', '--offline'], { input: ETL });

    assert.deepEqual([code, out], [0, 'ok\n']);
  });

  const WRONG: readonly (readonly [sentence: string, args: readonly string[], message: RegExp])[] = [
    ['no file', [], /needs one FILE\.sql/],
    ['a file that is not there', ['nope.sql', '--offline'], /cannot read nope\.sql/],
    ['an unknown code', ['-', '--allow', 'typo'], /--allow typo: expected one of syntax, unknown-table/],
    ['schemas of another shape', ['-', '--schemas', 'package.json'], /--schemas package\.json: expected/],
    [
      '--known beside a daemon',
      ['-', '--url', 'http://h:1', '--known', 'x.sql'],
      /--known is for checks without a daemon/,
    ],
  ];
  for (const [sentence, args, message] of WRONG) {
    test(`${sentence} is usage: exit 2 with a sentence`, async () => {
      const { code, err } = await cli(['lineage', 'check', ...args], { input: 'SELECT 1' });

      assert.equal(code, 2);
      assert.match(err, message);
      assert.doesNotMatch(err, /^\s+at /m);
    });
  }

  test('a daemon that is away is named', async () => {
    const { code, err } = await cli(['lineage', 'check', '-', '--url', `http://127.0.0.1:${await freePort()}`], {
      input: 'SELECT 1',
    });

    assert.equal(code, 2);
    assert.match(err, /the daemon at http:\/\/127\.0\.0\.1:\d+ does not answer/);
  });
});
