import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { openSite, startApp } from '../app-fixture.ts';
import { cli, freePort } from '../run-cli.ts';
import { FLINK_ANSWERS, TASK_MANAGER } from './fake-flink.ts';

describe('the commands for Flink', { concurrency: 3 }, () => {
  const SQL =
    "CREATE TABLE a (x INT) WITH ('connector' = 'kafka', 'topic' = 't_in', 'properties.bootstrap.servers' = 'h:9092');\n";

  test('flink-config prints one document, or writes a folder of files', async () => {
    const { dir } = openSite();
    const args = ['flink-config', '--job', 'orders', '--brokers', 'h:9092'];

    const printed = await cli(args);
    const written = await cli([...args, '--out', join(dir, 'out'), '--json']);

    assert.deepEqual([printed.code, printed.err, written.code], [0, '', 0]);
    assert.match(printed.out, /^# 1\. Jars/m);
    assert.match(printed.out, /^containerized\.taskmanager\.env\.JOB_NAME: orders$/m);
    const { files, written: paths } = JSON.parse(written.out) as {
      files: { name: string; content: string }[];
      written: string[];
    };
    assert.equal(paths.length, files.length + 1);
    for (const { name, content } of files) {
      assert.equal(readFileSync(join(dir, 'out', name), 'utf8'), content);
      assert.ok(printed.out.includes(content), name);
    }
  });

  test('jobs submit: the daemon knows what the job reads and writes', async () => {
    const site = openSite();
    const running = await startApp(site.config());
    const file = site.write(
      'job.sql',
      `${SQL}${SQL.replace('TABLE a', 'TABLE b').replace('t_in', 't_out')}INSERT INTO b SELECT x FROM a`,
    );

    const { code, out } = await cli([
      'jobs',
      'submit',
      '--sql',
      file,
      '--name',
      'orders',
      '--owner',
      'dw',
      '--property',
      'submitted_by=ann',
      '--url',
      running.app.address,
    ]);
    const job = await running.get<{ owner: string; reads: string[]; writes: string[] }>('jobs/orders');
    const { items: versions } = await running.get<{ items: { by: string }[] }>('jobs/orders/versions');
    await running.app.stop();

    assert.equal(code, 0, out);
    assert.match(out, /^reads {4}default_catalog\.default_database\.a$/m);
    assert.deepEqual([job.owner, job.reads, job.writes], ['dw', ['kafka://h:9092/t_in'], ['kafka://h:9092/t_out']]);
    assert.deepEqual(
      versions.map(({ by }) => by),
      ['ann'],
    );
  });

  test('jobs submit: a mistake in the SQL is told with its place and stops it, but for --force', async () => {
    const site = openSite();
    const running = await startApp(site.config());
    const file = site.write('bad.sql', 'INSERT INTO b\nSELEC x FROM a');
    const args = ['jobs', 'submit', '--sql', file, '--name', 'bad', '--url', running.app.address];

    const stopped = await cli(args);
    const before = await running.get<{ items: unknown[] }>('jobs');
    const forced = await cli([...args, '--force']);
    const after = await running.get<{ items: { name: string }[] }>('jobs');
    await running.app.stop();

    assert.equal(stopped.code, 1);
    assert.match(stopped.out, /bad\.sql:2:\d+ .*$/m);
    assert.match(stopped.out, /^nothing was sent/m);
    assert.equal(forced.code, 1);
    assert.match(forced.out, /sent to http/);
    assert.deepEqual([before.items.length, after.items.map(j => j.name)], [0, ['bad']]);
  });

  test('jobs submit: a daemon that is away is named, exit 2 without a stack', async () => {
    const file = openSite().write('job.sql', 'INSERT INTO b SELECT x FROM a');
    const url = `http://127.0.0.1:${await freePort()}`;

    const { code, err } = await cli(['jobs', 'submit', '--sql', file, '--name', 'j', '--url', url]);

    assert.equal(code, 2);
    assert.match(err, new RegExp(`^the daemon at ${url} does not answer: .*ECONNREFUSED`));
    assert.doesNotMatch(err, /^\s+at /m);
  });

  test('doctor --flink: what a cluster sends is seen, what it does not is named', async () => {
    const site = openSite();
    const running = await startApp(site.config());
    const flink = createServer((request, response) => {
      const answer = FLINK_ANSWERS[request.url ?? ''];
      response.writeHead(answer === undefined ? 404 : 200).end(JSON.stringify(answer ?? { errors: ['Not found'] }));
    });
    await new Promise<void>(resolve => flink.listen(0, '127.0.0.1', resolve));
    const { port } = flink.address() as AddressInfo;
    const now = Date.now();
    await running.take('metrics', {
      v: 1,
      ts: now,
      env: { app_id: 'app-1', container_id: 'c-1', job_name: '', host: 'h' },
      vars: { host: 'h', tm_id: TASK_MANAGER },
      groups: [
        {
          scope: 'taskmanager.tidewatch',
          gauges: { metrics: 42 },
          counters: { recordsDropped: 3 },
          meters: {},
          histograms: {},
        },
      ],
    });
    await running.take('logs', {
      ts: now,
      level: 'INFO',
      message: 'started',
      container_id: 'c-1',
      app_id: 'app-1',
      role: 'taskmanager',
    });

    const { code, out } = await cli([
      'doctor',
      '--flink',
      `http://127.0.0.1:${port}`,
      '--url',
      running.app.address,
      '--json',
    ]);
    await running.app.stop();
    await new Promise(resolve => flink.close(resolve));

    const findings = JSON.parse(out) as { step: string; subject: string; state: string; detail: string; doc: string }[];
    const told = (step: string, subject: string) =>
      findings.find(f => f.step === step && f.subject.startsWith(subject));
    assert.equal(code, 1, out);
    assert.equal(told('version', 'Flink')?.state, 'ok');
    assert.match(told('metrics', 'configuration')?.detail ?? '', /no metric reporter/);
    assert.equal(told('logs', 'TaskManager')?.state, 'ok');
    assert.match(told('logs', 'JobManager')?.detail ?? '', /no lines at the daemon; the appender does not run in it/);
    assert.equal(told('environment', 'TaskManager')?.state, 'ok');
    assert.equal(told('lineage', 'job orders')?.state, 'bad');
    assert.equal(told('checkpoints', 'job orders')?.doc, 'docs/FLINK.md#checkpoints');
  });
});
