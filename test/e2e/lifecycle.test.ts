/** Starting, reloading, stopping and taking over: what an operator does to a daemon. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { Daemon, scratchDir, startDaemon, writeConfig } from '../support/daemon.ts';
import { until } from '../support/until.ts';
import { parameters } from './captured-run/answers.ts';

const LIMIT = { timeout: 300_000 };
const RELOAD_OK = 'tidewatch_config_last_reload_successful';

const RULE = {
  name: 'backlog',
  schedule: '0 * * * *',
  metrics: [{ metric: 'lag', op: 'MAX' }],
  condition: '{0} > 10',
};

function line(message: string): string {
  return JSON.stringify({ ts: Date.now(), level: 'INFO', logger: 'x.Y', message, job_name: 'life' });
}

async function found(daemon: Daemon, phrase: string): Promise<number> {
  const path = `/api/v1/logs/search?${parameters({ q: `"${phrase}"` })}`;
  return (await daemon.get<{ items: object[] }>(path)).items.length;
}

const THREE_MISTAKES = `http:
  port: many
data_dir: data
retention:
  logs: a week
kafka:
  brokers: ["127.0.0.1:9092"]
  grupp: tidewatch
`;

for (const command of ['start', 'check-config']) {
  test(`${command} with three mistakes names each with its line and column, and exits 2`, LIMIT, async () => {
    const file = writeConfig(scratchDir(), 'mistakes', THREE_MISTAKES);

    const daemon = new Daemon([command, '--config', file]);
    const { code } = await daemon.exited;

    assert.equal(code, 2);
    for (const place of [
      /mistakes\.yaml:2:9 http\.port/,
      /mistakes\.yaml:5:9 retention\.logs/,
      /mistakes\.yaml:8:3 kafka\.grupp/,
    ])
      assert.match(daemon.output, place);
    assert.doesNotMatch(daemon.output, /\bat .*\.ts:\d+/, 'no stack trace');
  });
}

test(
  'SIGHUP: a bad file leaves the old configuration running and says so; a good one is taken over',
  LIMIT,
  async t => {
    const dir = scratchDir();
    const good = { http: { port: 0 }, data_dir: 'data', receivers: { oncall: ['mail'] } };
    const file = writeConfig(dir, 'reload', good);
    const daemon = await startDaemon(file);
    t.after(() => daemon.kill());
    await until('ready', async () => (await daemon.readiness()).ready);
    assert.equal(await daemon.metric(RELOAD_OK), 1);
    assert.equal((await daemon.post('/api/v1/rules', RULE)).status, 201);

    writeConfig(dir, 'reload', THREE_MISTAKES);
    daemon.signal('SIGHUP');
    await until('the reload is refused', async () => (await daemon.metric(RELOAD_OK)) === 0);
    await until('the mistake is named', () => /retention\.logs/.test(daemon.output));
    assert.equal((await daemon.readiness()).ready, true);
    await daemon.post('/api/v1/ingest/logs', line('after the bad reload'));
    assert.equal(await found(daemon, 'after the bad reload'), 1);

    const port = Number(new URL(daemon.url).port);
    writeFileSync(file, JSON.stringify({ ...good, http: { port: port + 1 } }));
    daemon.signal('SIGHUP');
    await until('what needs a restart is named', () => /restart the daemon to change http/.test(daemon.output));
    await until('that reload is refused, too', async () => (await daemon.metric(RELOAD_OK)) === 0);

    const channel = {
      name: 'mail',
      type: 'email',
      host: '127.0.0.1',
      port: 2525,
      from: 'a@x.example',
      to: ['b@x.example'],
    };
    writeConfig(dir, 'reload', { ...good, channels: [channel] });
    daemon.signal('SIGHUP');
    await until('the reload is taken over', async () => (await daemon.metric(RELOAD_OK)) === 1);
    const { items } = await daemon.get<{ items: { name: string }[] }>('/api/v1/channels');
    assert.deepEqual(
      items.map(({ name }) => name),
      ['mail'],
    );
    const rules = await daemon.get<{ items: { name: string }[] }>('/api/v1/rules');
    assert.deepEqual(
      rules.items.map(({ name }) => name),
      ['backlog'],
    );
  },
);

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  test(`${signal} amid requests: exit 0, everything answered for is there after the next start`, LIMIT, async t => {
    const file = writeConfig(scratchDir(), 'stop', { http: { port: 0 }, data_dir: 'data' });
    const daemon = await startDaemon(file);
    t.after(() => daemon.kill());
    await until('ready', async () => (await daemon.readiness()).ready);

    let answered = 0;
    let isOver = false;
    const sending = (async () => {
      while (!isOver) {
        const { status } = await daemon.post('/api/v1/ingest/logs', line(`kept line ${answered}`));
        if (status === 200) answered += 1;
      }
    })().catch(() => undefined);
    await until('some lines are in', () => answered > 20);
    daemon.signal(signal);
    const { code } = await daemon.exited;
    isOver = true;
    await sending;

    assert.equal(code, 0);
    const next = await startDaemon(file);
    t.after(() => next.kill());
    await until('ready again', async () => (await next.readiness()).ready);
    const { total } = await next.get<{ total: { value: number } }>('/api/v1/logs/search?q=kept');
    // The request the signal cut off may have been stored without its answer having arrived.
    assert.ok(total.value >= answered && total.value <= answered + 1, `${total.value} of ${answered}`);
  });
}

test(
  'a second daemon on one data_dir stands by, refuses intake, and takes over when the first dies',
  LIMIT,
  async t => {
    const dir = scratchDir();
    const file = writeConfig(dir, 'shared', { http: { port: 0 }, data_dir: 'data' });
    const first = await startDaemon(file);
    t.after(() => first.kill());
    await until('the first is ready', async () => (await first.readiness()).ready);
    assert.equal((await first.post('/api/v1/rules', RULE)).status, 201);
    await first.post('/api/v1/ingest/logs', line('from the first'));

    const second = await startDaemon(file);
    t.after(() => second.kill());
    assert.equal((await second.ask('GET', '/healthz')).status, 200);
    const evaluates = async (): Promise<string> =>
      (await second.readiness()).checks.find(({ name }) => name === 'evaluate')?.detail ?? '';
    await until('it says that it stands by', async () => /standby/.test(await evaluates()));
    const refused = await second.post<{ code: string }>('/api/v1/ingest/logs', line('too early'));
    assert.deepEqual([refused.status, refused.body.code], [503, 'standby']);

    await first.kill();
    await until('the second has taken over', async () => (await second.readiness()).ready);
    assert.equal((await second.post('/api/v1/ingest/logs', line('from the second'))).status, 200);
    assert.equal(await found(second, 'from the first'), 1);
    assert.equal(await found(second, 'from the second'), 1);
    assert.equal(await found(second, 'too early'), 0);
    const { items } = await second.get<{ items: { name: string }[] }>('/api/v1/rules');
    assert.deepEqual(
      items.map(({ name }) => name),
      ['backlog'],
    );
  },
);
