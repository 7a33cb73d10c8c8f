import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { App } from '../../app/app.ts';
import { type SmtpSink, startSmtpSink } from '../support/smtp-sink.ts';
import { until } from '../support/until.ts';
import { openSite, type RunningApp, type Site, silent, startApp } from './app-fixture.ts';

interface Alert {
  readonly id: string;
  readonly state: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly active_at: number;
  readonly starts_at: number | null;
}
interface Delivery {
  readonly id: string;
  readonly status: string;
  readonly attempts: number;
  readonly channel: string;
}
type Items<T> = { readonly items: readonly T[] };

/** Looks every second, without delay. */
const everySecond = (name: string, more: object) => ({
  name,
  schedule: '* * * * * *',
  delay: '0s',
  window: '10m',
  group_by: ['topic'],
  metrics: [{ metric: 'depth', op: 'LAST' }],
  condition: '{0} > 5',
  receivers: ['mail'],
  ...more,
});
const depth = (value: number) => ({ ts: Date.now(), name: 'depth', value, vars: { topic: 'ods' } });

describe('from a record to an e-mail', () => {
  let site: Site;
  let smtp: SmtpSink;
  let running: RunningApp;

  before(async () => {
    site = openSite();
    smtp = await startSmtpSink();
    running = await startApp(
      site.config({
        channels: [
          {
            name: 'mail',
            type: 'email',
            host: '127.0.0.1',
            port: smtp.port,
            from: 't@x.example',
            to: ['oncall@x.example'],
          },
        ],
      }),
    );
  });
  after(async () => {
    await running?.app.stop();
    await smtp?.close();
  });

  test('it listens on a free port, is ready, and says what it is', async () => {
    assert.match(running.app.address, /^http:\/\/127\.0\.0\.1:\d+$/);
    assert.equal((await running.get<{ ready: boolean }>('/readyz')).ready, true);
    const status = await running.get<{ mode: string; evaluating: boolean }>('status');
    assert.deepEqual([status.mode, status.evaluating], ['embedded', true]);
    assert.match(await running.get<string>('/metrics'), /^tidewatch_config_last_reload_successful 1$/m);
  });

  test('what the intake answered is there in the next search, query and replay', async () => {
    const ts = Date.now();
    await running.take('logs', { ts, level: 'WARN', message: 'first light', job_name: 'etl' });
    await running.take('metrics', { ts, name: 'depth', value: 1, vars: { topic: 'ods' } });

    const found = await running.get<Items<{ message: string }>>('logs/search?q=light&job=etl');
    const series = await running.get<{ series: { points: [number, number][] }[] }>('metrics/query?metric=depth');

    assert.deepEqual(
      found.items.map(i => i.message),
      ['first light'],
    );
    assert.deepEqual(series.series[0]?.points, [[ts, 1]]);
  });

  test('a rule fires, its e-mail arrives, and the resolved one after it', async () => {
    const rule = await running.post<{ id: string }>('rules', everySecond('deep', {}));
    assert.equal(rule.status, 201);
    await running.take('metrics', depth(9));

    const firing = await until('the e-mail of the firing alert', () => smtp.mails[0]);
    const { items: alerts } = await running.get<Items<Alert>>('alerts');
    await running.take('metrics', depth(1));
    const resolved = await until('the e-mail of the resolved alert', () => smtp.mails[1]);

    assert.deepEqual(firing.to, ['oncall@x.example']);
    assert.match(`${firing.mail.subject}`, /deep/);
    assert.deepEqual(
      alerts.map(a => [a.state, a.labels['topic']]),
      [['firing', 'ods']],
    );
    assert.notEqual(resolved.mail.subject, firing.mail.subject);
    let noted: readonly string[] = [];
    await until(
      'both deliveries are noted',
      async () => {
        const { items } = await running.get<Items<Delivery>>('deliveries?channel=mail');
        noted = items.map(({ status }) => status);
        return noted.join() === 'delivered,delivered';
      },
      undefined,
      () => noted,
    );
  });
});

describe('a restart', () => {
  test('keeps rules, pending alerts with their beginning, undelivered messages, lines and series', async () => {
    const site = openSite();
    const smtp = await startSmtpSink();
    smtp.refuseData = () => ({ code: 451, text: 'try again later' });
    const config = site.config({
      channels: [
        {
          name: 'mail',
          type: 'email',
          host: '127.0.0.1',
          port: smtp.port,
          from: 't@x.example',
          to: ['oncall@x.example'],
          retry: { min: '1s', max: '1s', give_up: '1h' },
        },
      ],
    });

    const first = await startApp(config);
    await first.post('rules', everySecond('patient', { for: '1h', receivers: [] }));
    await first.post('rules', everySecond('urgent', {}));
    await first.take('metrics', depth(9));
    await first.take('logs', { ts: Date.now(), level: 'INFO', message: 'before the restart' });
    const stateOf = async (running: RunningApp, name: string) =>
      (await running.get<Items<Alert>>('alerts')).items.find(a => a.labels['alertname'] === name);
    const pending = await until('the pending alert', () => stateOf(first, 'patient'));
    const waiting = await until('a refused delivery', async () =>
      (await first.get<Items<Delivery>>('deliveries')).items.find(d => d.status === 'retrying'),
    );
    await first.app.stop();
    assert.equal(smtp.mails.length, 0);

    smtp.refuseData = () => null;
    const second = await startApp(config);
    const again = await until('the pending alert after the restart', () => stateOf(second, 'patient'));
    await until('the e-mail that was refused', () => smtp.mails[0]);
    const delivered = await until('the delivery to be noted', async () =>
      (await second.get<Items<Delivery>>('deliveries')).items.find(d => d.status === 'delivered'),
    );

    assert.deepEqual([pending.state, again.state, again.active_at], ['pending', 'pending', pending.active_at]);
    assert.equal(delivered.id, waiting.id, 'the very message, not another one');
    assert.ok(delivered.attempts > waiting.attempts, 'attempts are counted on');
    assert.equal(smtp.mails.length, 1);
    assert.equal((await second.get<Items<object>>('logs/search?q=restart')).items.length, 1);
    assert.equal((await second.get<{ series: object[] }>('metrics/query?metric=depth')).series.length, 1);
    await second.app.stop();
    await smtp.close();
  });
});

describe('two daemons on one data_dir', () => {
  test('the second answers 503 to intake and takes over when the first is gone', async () => {
    const site = openSite();
    const config = site.config();
    const first = await startApp(config);
    await first.take('logs', { ts: Date.now(), level: 'INFO', message: 'of the first' });

    const second = await startApp(config);
    const refused = await second.post<{ code: string }>('ingest/logs', '{"ts":1,"message":"x"}');
    const ready = await fetch(`${second.app.address}/readyz`);
    await first.app.stop();
    await until('the second is ready', async () => (await fetch(`${second.app.address}/readyz`)).ok);
    const found = await second.get<Items<object>>('logs/search?q=first');

    assert.deepEqual([refused.status, refused.body.code], [503, 'standby']);
    assert.equal(ready.status, 503, 'embedded data has one owner');
    assert.equal(found.items.length, 1);
    await second.app.stop();
  });
});

describe('what a role leaves out', () => {
  test('a collecting daemon takes records in and has no pages of rules', async () => {
    const site = openSite();
    const running = await startApp(site.config({ roles: ['collect'] }));

    await running.take('metrics', depth(1));
    const rules = await fetch(`${running.app.address}/api/v1/rules`);

    assert.equal(rules.status, 404);
    await running.app.stop();
  });
});

describe('a start that cannot be', () => {
  test('a taken port is named with the key to change', async () => {
    const site = openSite();
    const running = await startApp(site.config());
    const port = Number(new URL(running.app.address).port);
    const other = new App(site.config({ http: { port }, data_dir: 'other' }), { logger: silent });

    await assert.rejects(other.start(), new RegExp(`port ${port} on 127\\.0\\.0\\.1 is taken; set http\\.port`));
    await other.stop();
    await running.app.stop();
  });

  test('a data_dir that is a file is named', async () => {
    const site = openSite();
    site.write('occupied', 'a file');
    const app = new App(site.config({ data_dir: 'occupied' }), { logger: silent });

    await assert.rejects(app.start(), /data_dir .*occupied cannot be used/);
    await app.stop();
  });
});

test('stop may be called before start, twice, and leaves only data behind', async () => {
  const site = openSite();
  const running = await startApp(site.config());

  await Promise.all([running.app.stop(), running.app.stop()]);

  await assert.rejects(fetch(`${running.app.address}/healthz`));
  assert.deepEqual(
    readdirSync(join(site.dir, 'data')).filter(f => f.endsWith('-wal') || f.endsWith('.lock')),
    [],
    'every file is closed',
  );
  const never = new App(site.config(), { logger: silent });
  await never.stop();
});
