import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { readAppConfig } from '../../app/config.ts';
import { restartNeeded } from '../../app/reload.ts';
import { startDaemon } from '../support/daemon.ts';
import { until } from '../support/until.ts';
import { openSite, type RunningApp, type Site, startApp } from './app-fixture.ts';

const rule = (name: string, more: object = {}) => ({
  name,
  schedule: '* * * * *',
  metrics: [{ metric: 'depth' }],
  condition: '{0} > 5',
  ...more,
});
const mail = (name: string) => ({ name, type: 'email', host: '127.0.0.1', from: 'a@x.example', to: ['b@x.example'] });
type Items = { readonly items: readonly { readonly name: string; readonly condition?: string }[] };

describe('a reload', () => {
  let site: Site;
  let running: RunningApp;
  const names = async (list: 'rules' | 'channels'): Promise<string[]> =>
    (await running.get<Items>(list)).items.map(i => i.name);
  const configured = (more: object = {}) =>
    site.config({ alerting: { rules: ['rules.json'] }, channels: [mail('first')], ...more });

  before(async () => {
    site = openSite();
    site.write('rules.json', [rule('kept'), rule('dropped')]);
    running = await startApp(configured());
    await running.post('rules', rule('saved'));
  });
  after(() => running.app.stop());
  beforeEach(async () => {
    site.write('rules.json', [rule('kept'), rule('dropped')]);
    await running.app.reload(configured());
  });

  test('takes over rules of files, channels and reports, and leaves what the API saved', async () => {
    site.write('rules.json', { rules: [rule('kept', { condition: '{0} > 6' }), rule('new')] });
    const reports = [{ name: 'GMV', owner: 'trade', reads: ['druid://prod/gmv'] }];

    await running.app.reload(configured({ channels: [mail('second')], reports }));

    assert.deepEqual(await names('rules'), ['kept', 'new', 'saved']);
    assert.deepEqual(await names('channels'), ['second']);
    assert.equal((await running.get<Items>('rules')).items[0]?.condition, '{0} > 6');
    const { items } = await running.get<{ items: { report: string }[] }>('freshness');
    assert.deepEqual(
      items.map(i => i.report),
      ['GMV'],
    );
  });

  test('that needs a restart names the keys and changes nothing', async () => {
    site.write('rules.json', [rule('new')]);
    const config = configured({
      channels: [mail('second')],
      http: { port: 9 },
      alerting: { rules: ['rules.json'], delay: '1s' },
    });

    await assert.rejects(running.app.reload(config), /restart the daemon to change http, alerting$/);

    assert.deepEqual(await names('rules'), ['dropped', 'kept', 'saved']);
    assert.deepEqual(await names('channels'), ['first']);
  });

  test('that brings a rule with the name of a saved one is refused whole', async () => {
    site.write('rules.json', [rule('new'), rule('saved')]);

    await assert.rejects(
      running.app.reload(configured({ channels: [mail('second')] })),
      /another rule is named "saved"/,
    );

    assert.deepEqual(await names('rules'), ['dropped', 'kept', 'saved']);
    assert.deepEqual(await names('channels'), ['first'], 'channels are not half-way taken over');
  });
});

describe('restartNeeded', () => {
  const site = openSite();
  const before = site.config({ alerting: { delay: '30s' } });
  const FREE: readonly object[] = [
    { log: { level: 'debug' } },
    { retention: { logs: '1d' } },
    { receivers: { ops: ['a'] } },
    { owners: { trade: ['a'] } },
    { routes: [{ receivers: ['a'] }] },
    { channels: [mail('a')] },
    { reports: [{ name: 'r', reads: ['druid://c/d'] }] },
    { alerting: { delay: '30s', meta_receivers: ['ops'] } },
  ];
  const FIXED: readonly (readonly [key: string, more: object])[] = [
    ['http', { http: { port: 1 } }],
    ['data_dir', { data_dir: 'elsewhere' }],
    ['roles', { roles: ['web'] }],
    ['kafka', { kafka: { brokers: ['h:1'] } }],
    ['clusters', { clusters: { a: { brokers: ['h:1'] } } }],
    ['elasticsearch', { elasticsearch: { node: 'http://h:1' } }],
    ['metrics', { metrics: { max_series: 5 } }],
    ['retention', { retention: { ended_jobs: '1d' } }],
    ['redaction', { redaction: { enabled: false } }],
    ['alerting', { alerting: { delay: '1s' } }],
  ];
  for (const more of FREE) {
    test(`${Object.keys(more)[0]} may change while it runs`, () =>
      assert.deepEqual(restartNeeded(before, site.config({ alerting: { delay: '30s' }, ...more })), []));
  }
  for (const [key, more] of FIXED) {
    test(`${key} needs a restart`, () =>
      assert.deepEqual(restartNeeded(before, site.config({ alerting: { delay: '30s' }, ...more })), [key]));
  }

  test('how a cluster is polled may change, which brokers it has may not', () => {
    const cluster = (settings: object) => site.config({ clusters: { a: { brokers: ['h:1'], ...settings } } });

    assert.deepEqual(restartNeeded(cluster({}), cluster({ poll: '5s', groups: ['x-*'], topics: ['y'] })), []);
    assert.deepEqual(restartNeeded(cluster({}), cluster({ brokers: ['h:1', 'h:2'] })), ['clusters']);
  });

  test('a changed secret needs one too, though it never prints', () => {
    const auth = (password: string) =>
      site.config({ alerting: { delay: '30s' }, http: { port: 0, auth: { username: 'a', password } } });

    assert.deepEqual(restartNeeded(auth('one'), auth('two')), ['http']);
  });
});

test('SIGHUP takes a good file over; a bad one leaves the old configuration and shows in a metric', async () => {
  const site = openSite();
  const config = (level: string) => ({
    http: { port: 0 },
    data_dir: 'data',
    alerting: { rules: ['rules.json'] },
    log: { level },
  });
  site.write('rules.json', [rule('one')]);
  const file = site.write('tidewatch.yaml', config('info'));
  readAppConfig(file, {});
  const daemon = await startDaemon(file);
  const reloaded = () => daemon.metric('tidewatch_config_last_reload_successful');
  const names = async () => (await daemon.get<Items>('/api/v1/rules')).items.map(r => r.name);

  site.write('rules.json', [rule('two', { condition: '{0} >' })]);
  daemon.signal('SIGHUP');
  await until('the bad file is refused', async () => (await reloaded()) === 0);
  const afterBad = await names();
  site.write('rules.json', [rule('three')]);
  daemon.signal('SIGHUP');
  await until('the good file is taken over', async () => (await reloaded()) === 1);
  const afterGood = await names();
  const { code } = await daemon.stop();

  assert.deepEqual(afterBad, ['one']);
  assert.deepEqual(afterGood, ['three']);
  assert.match(daemon.output, /rules\.json.* rule \\"two\\": /, 'the log says which rule of which file');
  assert.equal(code, 0);
});
