import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { openSite, startApp } from './app-fixture.ts';
import { cli, freePort, ROOT } from './run-cli.ts';

describe('tidewatch', { concurrency: 3 }, () => {
  test('says its version and its usage', async () => {
    const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };

    assert.deepEqual(await cli(['--version']), { code: 0, out: `${version}\n`, err: '' });
    assert.match((await cli([])).out, /tidewatch start \[--config FILE\]/);
  });

  test('--help says what a command takes, of half a command what all of its kind take', async () => {
    const help = async (...args: readonly string[]) => (await cli([...args, '--help'])).out;
    assert.match(await help('alerts', 'ack'), /^ {2}tidewatch alerts ack ID…[^\n]*\n[^\n]*\n\n {2}--json/);
    assert.deepEqual((await help('rules')).match(/tidewatch rules \S+/g), [
      'tidewatch rules test',
      'tidewatch rules replay',
      'tidewatch rules import-prometheus',
    ]);
    assert.match(await help('stat'), /tidewatch start \[--config FILE\]/);
  });

  const WRONG: readonly (readonly [sentence: string, args: readonly string[], message: RegExp])[] = [
    ['an unknown command', ['stat'], /there is no command "stat"/],
    ['an unknown option', ['start', '--conf', 'x'], /--conf/],
    ['an option of another command', ['check-config', '--batch'], /--batch/],
    ['half a command', ['lineage'], /lineage needs/],
    ['half a command of jobs', ['jobs'], /jobs needs "submit/],
    ['a submission of nothing', ['jobs', 'submit', '--name', 'j'], /needs --sql FILE/],
    ['a property without a value', ['jobs', 'submit', '--sql', 'x', '--name', 'j', '--property', 'k'], /NAME=VALUE/],
    ['Flink’s configuration for nobody', ['flink-config', '--brokers', 'h:1'], /--job NAME or --session-cluster/],
    ['a Flink too old for the jars', ['flink-config', '--job', 'j', '--version', '1.12'], /not made for Flink 1\.12/],
    ['two kinds of cluster', ['flink-config', '--job', 'j', '--yarn', '--standalone'], /exclude each other/],
    ['a Flink without address', ['doctor', '--flink', 'jobmanager'], /--flink http:\/\/host:8081/],
    [
      'a Flink that is away',
      ['doctor', '--flink', 'http://127.0.0.1:9'],
      /Flink at http:\/\/127\.0\.0\.1:9 cannot be asked/,
    ],
    [
      'a configuration that is not there',
      ['start', '--config', 'nope.yaml'],
      /cannot read the configuration nope\.yaml/,
    ],
    ['readiness of nothing', ['ready', '--complete-to', '1'], /one of --dataset ID and --report NAME/],
    ['readiness of a period without an end', ['ready', '--report', 'r'], /needs --complete-to TIME/],
    [
      'an end whose zone nobody said',
      ['ready', '--report', 'r', '--complete-to', '2026-11-20T10:00'],
      /expected a time with its zone/,
    ],
    ['half a row', ['ready', '--report', 'r', '--complete-to', '1', '--expected-rows', '1.5'], /a whole number/],
    ['a wait that is none', ['ready', '--report', 'r', '--complete-to', '1', '--wait', 'long'], /--wait long/],
    ['lag of nothing', ['lag'], /lag needs one report/],
    ['freshness of half a file', ['freshness', 'replay'], /or "replay FILE"/],
    ['freshness in a zone nobody knows', ['freshness', '--zone', 'Mars'], /IANA zone/],
    ['a stream that does not exist', ['replay', 'traces', 'x.ndjson'], /usage: tidewatch replay metrics\|logs/],
  ];
  for (const [sentence, args, message] of WRONG) {
    test(`${sentence} is usage: exit 2 with a sentence and no stack`, async () => {
      const { code, err } = await cli(args);

      assert.equal(code, 2);
      assert.match(err, message);
      assert.doesNotMatch(err, /^\s+at /m);
    });
  }
});

describe('check-config', { concurrency: 3 }, () => {
  test('a good configuration is told in one line, its secrets never, exit 0', async () => {
    const site = openSite();
    const file = site.write('c.yaml', {
      kafka: { brokers: ['h:9092'] },
      elasticsearch: { node: 'http://h:9200', auth: { api_key: 'hunter2' } },
      channels: [{ name: 'robot', type: 'dingtalk', access_token: 'hunter2', secret: 'hunter2' }],
    });

    const text = await cli(['check-config', '--config', file]);
    const json = await cli(['check-config', '--config', file, '--json']);

    assert.deepEqual([text.code, text.err], [0, '']);
    assert.equal(
      text.out,
      'ok: Elasticsearch at http://h:9200; intake by Kafka at h:9092 and HTTP; 0 rules from files; 1 channels\n',
    );
    assert.equal((JSON.parse(json.out) as { ok: boolean }).ok, true);
    assert.doesNotMatch(text.out + json.out, /hunter2/);
  });

  test('three mistakes are told at once with their places, exit 2', async () => {
    const site = openSite();
    const file = site.write('c.yaml', 'http: {port: none}\nretention:\n  logs: 7days\nkafk: {}\n');

    const { code, err } = await cli(['check-config', '--config', file]);

    assert.equal(code, 2);
    const lines = err
      .trim()
      .split('\n')
      .map(l => l.slice(file.length));
    assert.deepEqual(
      lines.map(l => l.split(' ')[0]),
      [':1:14', ':3:9', ':4:1'],
    );
  });

  test('a mistake in the environment names the variable', async () => {
    const { code, err } = await cli(['check-config'], { env: { TIDEWATCH_HTTP__PORT: '70000' } });

    assert.equal(code, 2);
    assert.match(err, /TIDEWATCH_HTTP__PORT/);
  });

  test('the example configuration is a good one', async () => {
    const { code, err, out } = await cli(['check-config', '--config', join(ROOT, 'config', 'tidewatch.example.yaml')]);

    assert.deepEqual([code, err], [0, '']);
    assert.match(out, /^ok: Elasticsearch .*Kafka .*2 channels\n$/);
  });
});

describe('doctor', { concurrency: 3 }, () => {
  interface Finding {
    readonly name: string;
    readonly ok: boolean;
    readonly detail: string;
  }

  test('a machine that is fit: a free port, a folder to write to, exit 0', async () => {
    const site = openSite();
    const port = await freePort();
    const file = site.write('c.yaml', { http: { port }, data_dir: 'data' });

    const { code, out } = await cli(['doctor', '--config', file, '--json']);

    const findings = JSON.parse(out) as Finding[];
    assert.equal(code, 0, out);
    assert.deepEqual(
      findings.map(f => f.name),
      ['node', `http 127.0.0.1:${port}`, 'data_dir'],
    );
    assert.match(findings[1]?.detail ?? '', /free; no daemon runs here/);
  });

  test('a daemon that runs is recognised', async () => {
    const site = openSite();
    const running = await startApp(site.config());
    const { port } = new URL(running.app.address);
    const file = site.write('c.yaml', { http: { port: Number(port) }, data_dir: 'data' });

    const { code, out } = await cli(['doctor', '--config', file]);
    await running.app.stop();

    assert.equal(code, 0, out);
    assert.match(out, /^ok {3}http 127\.0\.0\.1:\d+: the daemon runs and is ready$/m);
    assert.match(out, /^ok {3}intake: all 6 streams are level$/m);
  });

  test('what is wrong is named with its remedy, exit 1', async () => {
    const site = openSite();
    const other = createServer(
      socket =>
        void socket
          .on('error', () => undefined)
          .resume()
          .end('hello\n'),
    );
    await new Promise<void>(resolve => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo;
    const closed = await freePort();
    const file = site.write('c.yaml', {
      http: { port },
      elasticsearch: { node: `http://127.0.0.1:${closed}` },
      kafka: { brokers: [`127.0.0.1:${closed}`] },
    });

    const { code, out } = await cli(['doctor', '--config', file]);
    await new Promise(resolve => other.close(resolve));

    assert.equal(code, 1, out);
    assert.match(out, /^BAD {2}http .*: taken by another program; set http\.port$/m);
    assert.match(out, /^BAD {2}elasticsearch: .* does not answer/m);
    assert.match(out, /^BAD {2}kafka: .* does not answer/m);
  });
});

describe('the offline commands', { concurrency: 3 }, () => {
  test('lineage parse --batch answers line by line, in order', async () => {
    const lines = [
      { id: 1, sql: 'INSERT INTO b SELECT x FROM a' },
      { id: 2, sql: 'SELEC' },
    ];

    const { code, out } = await cli(['lineage', 'parse', '--batch'], {
      input: `${lines.map(l => JSON.stringify(l)).join('\n')}\n`,
    });

    const answers = out
      .trim()
      .split('\n')
      .map(l => JSON.parse(l) as { id: number; ok: boolean; sources: string[] });
    assert.equal(code, 0);
    assert.deepEqual(
      answers.map(a => [a.id, a.ok]),
      [
        [1, true],
        [2, false],
      ],
    );
    assert.deepEqual(answers[0]?.sources, ['default_catalog.default_database.a']);
  });

  test('lineage parse FILE says what a script reads and writes, exit 1 with its errors', async () => {
    const site = openSite();

    const good = await cli(['lineage', 'parse', site.write('good.sql', 'INSERT INTO b SELECT x FROM a')]);
    const bad = await cli(['lineage', 'parse', site.write('bad.sql', 'INSERT INTO\nSELECT')]);

    assert.equal(good.code, 0);
    assert.match(good.out, /^ {2}reads +default_catalog\.default_database\.a +1:29$/m);
    assert.equal(bad.code, 1);
    assert.match(bad.out, /bad\.sql:2:\d+ /);
  });

  test('freshness replay answers the queries of a file', async () => {
    const site = openSite();
    const graph = {
      type: 'graph',
      hops: [{ hop: 'j', inputs: ['a'], output: null, window_ms: null, allowed_ooo_ms: 0, delivery: 'at_least_once' }],
    };
    const row = (ts: number, end: number, position: number) => ({
      type: 'offsets',
      ts,
      hop: 'j',
      topic: 'a',
      partition: 0,
      end_offset: end,
      position,
    });
    const rows = [graph, row(0, 0, 0), row(10_000, 100, 90), row(20_000, 200, 190), { type: 'query', ts: 20_000 }];
    const file = site.write('rows.ndjson', rows.map(r => JSON.stringify(r)).join('\n'));

    const { code, out } = await cli(['freshness', 'replay', file]);

    assert.equal(code, 0);
    const answer = JSON.parse(out) as { ts: number; sink: string; age_ms: number };
    assert.deepEqual([answer.ts, answer.sink, answer.age_ms], [20_000, 'j', 1000]);
  });

  test('replay sends a file to a running daemon, once however often; refused lines exit 1', async () => {
    const site = openSite();
    const running = await startApp(site.config());
    const now = Date.now();
    const good = site.write(
      'good.ndjson',
      [1, 2, 3].map(i => JSON.stringify({ ts: now, level: 'INFO', message: `replayed ${i}` })).join('\n'),
    );
    const bad = site.write('bad.ndjson', '{"ts":\n');

    const first = await cli(['replay', 'logs', good, '--url', running.app.address]);
    const again = await cli(['replay', 'logs', good, '--url', running.app.address]);
    const refused = await cli(['replay', 'metrics', bad, '--url', running.app.address]);
    const { total } = await running.get<{ total: { value: number } }>('logs/search?q=replayed');
    await running.app.stop();

    assert.deepEqual([first.code, first.out], [0, `${good}: 3 accepted, 0 rejected\n`]);
    assert.equal(again.code, 0);
    assert.equal(total.value, 3);
    assert.equal(refused.code, 1);
    assert.match(refused.out, /line 1: not-json: /);
  });
});
