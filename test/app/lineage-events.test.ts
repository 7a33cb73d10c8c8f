/** OpenLineage out of a running daemon: to an address with a login, to a file, and not twice after a restart. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileTarget } from '../../app/lineage-events/target.ts';
import { stepEvent } from '../../lineage/openlineage/events.ts';
import { FacetMaker } from '../../lineage/openlineage/facets.ts';
import { JobEvent, RunEvent } from '../lineage/openlineage/shape.ts';
import { until } from '../support/until.ts';
import { openSite, startApp } from './app-fixture.ts';

const WITH = "WITH ('connector' = 'kafka', 'properties.bootstrap.servers' = 'k:9092'";
const SQL = `CREATE TABLE dw.src (a INT) ${WITH}, 'topic' = 'a'); CREATE TABLE dw.dst (a INT) ${WITH}, 'topic' = 'b'); INSERT INTO dw.dst SELECT a FROM dw.src`;
const now = Date.now();
const SUBMITTED = { type: 'job', ts: now - 5000, job_name: 'etl', job_id: 'e1', owner: 'ann', sql: SQL };

interface Posted {
  readonly path: string;
  readonly authorization: string;
  readonly tenant: string;
  readonly body: unknown;
}

/** A receiver that answers as it is told, then 201. */
async function openReceiver(answers: number[]) {
  const posted: Posted[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const status = answers.shift() ?? 201;
      if (status === 201) {
        posted.push({
          path: request.url ?? '',
          authorization: request.headers.authorization ?? '',
          tenant: String(request.headers['x-tenant']),
          body: JSON.parse(Buffer.concat(chunks).toString('utf8')),
        });
      }
      response.writeHead(status).end();
    });
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return { posted, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close: () => server.close() };
}

test('a submission and its states reach the address in order, with the login, over an answer of 503', async t => {
  const receiver = await openReceiver([503]);
  t.after(receiver.close);
  const site = openSite();
  const target = { url: `${receiver.url}/api/v1/lineage`, headers: { 'x-tenant': 'dw' }, auth: { token: 'hunter2' } };
  const daemon = await startApp(
    site.config({ lineage: { events: [target], producer: 'https://dw.example.com/tidewatch' } }),
  );
  t.after(() => daemon.app.stop());

  await daemon.take('jobs', SUBMITTED);
  await daemon.take('jobs', { type: 'job_status', ts: now - 4000, job_name: 'etl', job_id: 'e1', status: 'RUNNING' });
  await until('both events are there', () => receiver.posted.length >= 2);

  const [start, running] = receiver.posted.map(({ body }) => RunEvent.parse(body));
  assert.deepEqual([start!.eventType, running!.eventType], ['START', 'RUNNING']);
  assert.equal(start!.run.runId, running!.run.runId);
  assert.equal(start!.producer, 'https://dw.example.com/tidewatch');
  assert.deepEqual(
    [start!.inputs, start!.outputs].map(list =>
      list?.map(({ namespace, name, facets }) => [namespace, name, facets.symlinks?.identifiers[0]?.name]),
    ),
    [[['kafka://k:9092', 'a', 'default_catalog.dw.src']], [['kafka://k:9092', 'b', 'default_catalog.dw.dst']]],
  );
  const { path, authorization, tenant } = receiver.posted[0]!;
  assert.deepEqual([path, authorization, tenant], ['/api/v1/lineage', 'Bearer hunter2', 'dw']);
  // Counted once the answer is there, which the receiver gives after it has kept the event.
  const counted = /tidewatch_lineage_events_total\{target="127\.0\.0\.1:\d+\/api\/v1\/lineage",outcome="sent"\} 2/;
  await until('both are counted', async () => counted.test(await daemon.get('/metrics')));
});

test('a file gets a line for each event, and after a restart only what is new', async t => {
  const site = openSite();
  const file = join(site.dir, 'out', 'events.ndjson');
  const config = site.config({ lineage: { events: [{ file: 'out/events.ndjson' }] } });
  // Whole lines: the last one may be half written.
  const lines = (): unknown[] =>
    existsSync(file)
      ? readFileSync(file, 'utf8')
          .split('\n')
          .slice(0, -1)
          .map(line => JSON.parse(line) as unknown)
      : [];

  const first = await startApp(config);
  await first.take('jobs', { ...SUBMITTED, job_id: undefined });
  await until('the job is told', () => lines().length === 1);
  await first.app.stop();
  const second = await startApp(config);
  t.after(() => second.app.stop());
  await second.take('jobs', SUBMITTED);
  await second.take('jobs', { type: 'job_status', ts: now, job_name: 'etl', job_id: 'e1', status: 'CANCELED' });
  await until('the run is told', () => lines().length === 3);

  assert.equal(JobEvent.parse(lines()[0]).job.name, 'etl');
  assert.deepEqual(
    lines()
      .slice(1)
      .map(line => RunEvent.parse(line).eventType),
    ['START', 'ABORT'],
  );
});

test('a reload sends on to new targets without a restart, and tells them how things stand', async t => {
  const site = openSite();
  const file = join(site.dir, 'late.ndjson');
  const daemon = await startApp(site.config());
  t.after(() => daemon.app.stop());
  await daemon.take('jobs', SUBMITTED);

  await daemon.app.reload(site.config({ http: { port: 0 }, lineage: { events: [{ file: 'late.ndjson' }] } }));
  await until('the new target is told', () => existsSync(file) && readFileSync(file, 'utf8').endsWith('\n'));

  assert.equal(RunEvent.parse(JSON.parse(readFileSync(file, 'utf8'))).eventType, 'START');
});

test('a full file makes room by one older file', async () => {
  const file = join(openSite().dir, 'events.ndjson');
  const target = fileTarget(file, 2000);
  const step = {
    run: { jobId: 'r', state: 'START', appId: null },
    ts: 1,
    status: null,
    exception: null,
    isFull: false,
  } as const;
  const event = (name: string) =>
    stepEvent({ namespace: 'flink', name, owner: null, sql: null }, step, null, new FacetMaker('urn:x:y'));

  for (let i = 0; i < 9; i++) await target.send(event(`j${i}`), new AbortController().signal);

  const names = (path: string): string[] =>
    readFileSync(path, 'utf8')
      .trim()
      .split('\n')
      .map(line => RunEvent.parse(JSON.parse(line)).job.name);
  const [older, newer] = [names(`${file}.1`), names(file)];
  assert.equal(newer.at(-1), 'j8');
  assert.equal(Number(newer[0]!.slice(1)), Number(older.at(-1)!.slice(1)) + 1);
});

const WRONG: readonly (readonly [sentence: string, target: object, message: RegExp])[] = [
  ['neither url nor file', {}, /lineage\.events\.0: expected either url or file/],
  ['both', { url: 'http://h', file: 'f' }, /expected either url or file/],
  ['no address', { url: 'marquez' }, /lineage\.events\.0\.url: expected an http/],
  ['half a login', { url: 'http://h', auth: { username: 'x' } }, /expected \{username, password\} or \{token\}/],
  ['an unknown key', { file: 'f', topic: 't' }, /lineage\.events\.0\.topic: unknown key "topic"/],
];
for (const [sentence, target, message] of WRONG) {
  test(`a target with ${sentence} is refused with its place`, () => {
    assert.throws(() => openSite().config({ lineage: { events: [target] } }), message);
  });
}
