import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { until } from '../support/until.ts';
import { openSite, type RunningApp, startApp } from './app-fixture.ts';
import { cli, freePort } from './run-cli.ts';

const DATASET = 'druid://prod/gmv';
const site = openSite();
/** When the data was told last: a hop nobody tells of any more is stale. */
let now: number;
let port: number;
let running: RunningApp;

const start = (): Promise<RunningApp> =>
  startApp(
    site.config({
      http: { port },
      reports: [{ name: '交易 GMV', owner: 'trade', reads: [DATASET], objective: { age_limit: '10m', target: 0.99 } }],
    }),
  );

/** Rows of the last two minutes; Druid is 30 s behind. */
async function feed(app: RunningApp): Promise<void> {
  now = Math.floor(Date.now() / 1000) * 1000;
  const rows = Array.from({ length: 13 }, (_, i) => {
    const ts = now - (12 - i) * 10_000;
    const fields = { topic: 'dwd', partition: 0, end_offset: 1000 + i * 100, position: 1000 + i * 100 - 300 };
    return { type: 'offsets', ts, hop: 'gmv', ...fields };
  });
  const spec = {
    clusterName: 'prod',
    spec: {
      dataSchema: { dataSource: 'gmv' },
      ioConfig: { topic: 'dwd', consumerProperties: { 'bootstrap.servers': 'k:9092' } },
    },
  };
  await app.take('jobs', { type: 'druid_supervisor', ts: now, spec: { type: 'kafka', ...spec } });
  await app.take('offsets', ...rows);
}

describe('commands about freshness', { timeout: 400_000 }, () => {
  before(async () => {
    port = await freePort();
    running = await start();
    await feed(running);
  });
  after(() => running?.app.stop());

  const url = (): string => `http://127.0.0.1:${port}`;
  /** Questions the gate has answered. */
  const answered = async (): Promise<number> => {
    const counters = await (await fetch(`${url()}/metrics`)).text();
    return Number(/route="\/api\/v1\/readiness",status="200"} (\d+)/.exec(counters)?.[1] ?? 0);
  };

  test('freshness is a table, worst first, exit 0 while every objective is kept', async () => {
    const { code, out } = await cli(['freshness', '--url', url(), '--zone', 'Asia/Shanghai']);

    assert.equal(code, 0, out);
    assert.match(out, /^STATE +REPORT +OWNER +DATA AS OF +BEHIND +LIMIT/);
    assert.match(out, /fresh +交易 GMV +trade +(\d\d-\d\d )?\d\d:\d\d +\d+ (s|min) +10 min/);
    const [report] = JSON.parse((await cli(['freshness', '--url', url(), '--json'])).out) as { report: string }[];
    assert.equal(report?.report, '交易 GMV');
    assert.match((await cli(['freshness', '--url', url(), '--owner', 'ads'])).out, /^no reports are declared/);
  });

  test('lag is the path with its sum', async () => {
    const { code, out } = await cli(['lag', '交易 GMV', '--url', url()]);

    assert.equal(code, 0, out);
    assert.match(out, /^交易 GMV: complete up to/);
    assert.match(out, /gmv +\d+ (s|min) +(OK|WARN) +█+/);
    assert.match(out, /= age +\d+ (s|min)/);
    assert.equal((await cli(['lag', 'nope', '--url', url()])).code, 2);
  });

  test('ready tells ready, not ready and usage by its exit code', async () => {
    await feed(running);
    const ask = (...args: string[]) => cli(['ready', '--dataset', DATASET, '--url', url(), ...args]);
    const long = await ask('--complete-to', new Date(now - 60_000).toISOString());
    const soon = await ask('--complete-to', String(now + 3_600_000), '--json');

    assert.deepEqual([long.code, /^ready: complete up to /.test(long.out)], [0, true], long.err);
    assert.equal(soon.code, 1);
    const { ready, blocking } = JSON.parse(soon.out) as { ready: boolean; blocking: { reason: string }[] };
    assert.deepEqual([ready, blocking.map(block => block.reason)], [false, ['period-open']]);
    assert.equal((await cli(['ready', '--dataset', 'x', '--complete-to', '1', '--url', url()])).code, 2);
  });

  test('ready waits through a restart of the daemon', async () => {
    // The data, 30 s behind, goes past this instant by itself only long after the daemon has been asked and stopped.
    const end = Date.now() - 5_000;
    const before = await answered();
    const waiting = cli([
      'ready',
      '--dataset',
      DATASET,
      '--complete-to',
      String(end),
      '--wait',
      '150s',
      '--url',
      url(),
    ]);
    await until('the gate is asked', async () => (await answered()) > before);
    await running.app.stop();
    running = await start();
    const later = Math.floor(Date.now() / 1000) * 1000;
    const position = 100_000;
    await running.take('offsets', {
      ...{ type: 'offsets', ts: later, hop: 'gmv', topic: 'dwd', partition: 0 },
      ...{ end_offset: position, position },
    });

    const { code, out, err } = await waiting;
    assert.equal(code, 0, `${out}\n${err}`);
    assert.match(out, /not ready: .*\nready: complete up to/s);
    assert.match(err, /does not answer/);
  });
});
