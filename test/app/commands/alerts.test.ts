/** `tidewatch alerts`: against a daemon whose rules fire, and one whose answers are made up. */
import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { alertOf, guardIds, readMatchers } from '../../../app/commands/alert-answers.ts';
import { alerts as command } from '../../../app/commands/alerts.ts';
import { until } from '../../support/until.ts';
import { openSite, type RunningApp, startApp } from '../app-fixture.ts';
import { cli } from '../run-cli.ts';

interface Listed {
  readonly id: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly state: string;
  readonly cause: string | null;
  readonly acked?: { readonly by: string };
  readonly silenced_by?: readonly string[];
}

const rule = (name: string, level: string, more: object = {}) => ({
  ...{ name, level, schedule: '* * * * * *', window: '1h', delay: '0s', group_by: ['job'] },
  ...{ metrics: [{ metric: 'depth', op: 'LAST' }], condition: '{0} > 5', ...more },
});

describe('tidewatch alerts of a running daemon', { timeout: 400_000 }, () => {
  let running: RunningApp;
  const alerts = (...args: readonly string[]) => cli(['alerts', ...args, '--url', running.app.address]);
  const listed = async (...args: readonly string[]) =>
    JSON.parse((await alerts('list', '--json', ...args)).out) as readonly Listed[];
  const names = (items: readonly Listed[]) => items.map(({ labels }) => `${labels['alertname']} ${labels['job']}`);
  const live = async (name: string) =>
    (await running.get<{ items: readonly Listed[] }>('alerts')).items.filter(
      ({ labels }) => labels['alertname'] === name,
    );
  const idOf = async (name: string) => (await live(name))[0]?.id ?? '';

  before(async () => {
    running = await startApp(openSite().config());
    const row = (job: string) => ({ ts: Date.now(), name: 'depth', value: 9, vars: { job } });
    await running.take('metrics', row('etl'), row('agg'));
    for (const document of [rule('deep', 'warning'), rule('worse', 'critical'), rule('soon', 'info', { for: '1h' })])
      assert.equal((await running.post('rules', document)).status, 201);
    await until('all alerts', async () => (await running.get<{ items: unknown[] }>('alerts')).items.length === 6);
  });
  after(() => running?.app.stop());

  test('list is worst first, exit 1 while one fires; the number and what nobody has taken on at the end', async () => {
    const { code, out } = await alerts('list', '--zone', 'UTC');
    assert.equal(code, 1);
    assert.match(
      out,
      /^critical firing \d+ (s|min), since (\d\d-\d\d )?\d\d:\d\d {2}worse\{job="(agg|etl)"\}\n {2}says /,
    );
    assert.match(out, /\n\n6 alerts: 2 critical, 2 warning, 2 info; 4 firing that nobody has taken on\n$/);
    const severities = (await listed()).map(({ labels, state }) => `${state} ${labels['severity']}`);
    assert.deepEqual(new Set(severities), new Set(['firing critical', 'firing warning', 'pending info']));
    assert.deepEqual(
      severities,
      severities.toSorted((a, b) => a.indexOf('g') - b.indexOf('g') || (a < b ? -1 : 1)),
    );
  });

  test('matchers, severity, state and owner narrow it; exit 0 where none of those shown fires', async () => {
    assert.deepEqual(names(await listed('job=etl', '--severity', 'warning')), ['worse etl', 'deep etl']);
    assert.deepEqual(names(await listed('job=~"a.*"', 'alertname!=deep', '--state', 'firing')), ['worse agg']);
    const pending = await alerts('list', '--state', 'pending');
    assert.deepEqual([pending.code, /2 of 6 alerts: 2 info\n$/.test(pending.out)], [0, true], pending.out);
    assert.equal((await alerts('list', 'job=nobody')).out, 'none of the 6 alerts match\n');
  });

  test('ack takes an alert on, by the beginning of its id too', async () => {
    const id = await idOf('deep');
    const { code, out, err } = await alerts('ack', id.slice(0, 20), '--by', 'ann', '--ttl', '2h');
    assert.equal(code, 0, err);
    assert.match(out, /^deep\{job="\w+"\}: taken on by ann until /);
    assert.equal((await live('deep')).find(each => each.id === id)?.acked?.by, 'ann');
    assert.ok(!(await listed('--open')).some(each => each.id === id));
    assert.match((await alerts('list')).out, / {2}quiet {2}taken on by ann until /);
    const pending = ['ack', await idOf('soon'), '--url', running.app.address];
    await assert.rejects(command(pending, Date.now()), /does not fire yet/);
  });

  test('silence says what it would keep quiet, does it, and ends', async () => {
    const asked = await alerts('silence', 'alertname=worse', '--for', '2h', '--dry-run');
    assert.equal(asked.code, 0, asked.err);
    assert.match(asked.out, /^2 live alerts are silenced by it:\n {2}firing worse\{job="\w+"\}\n/);
    assert.match(asked.out, /nothing is silenced yet: --dry-run/);
    assert.equal((await running.get<{ items: unknown[] }>('silences')).items.length, 0);

    const args = ['silence', 'alertname=~"wor.*"', 'job!=nobody', '--for', '2h', '--comment', 'planned', '--by', 'ann'];
    const made = JSON.parse((await alerts(...args, '--json')).out) as {
      silence: Record<string, unknown>;
      alerts: object[];
    };
    assert.deepEqual([made.silence['comment'], made.silence['created_by'], made.alerts.length], ['planned', 'ann', 2]);
    const id = String(made.silence['id']);
    assert.deepEqual((await live('worse'))[0]?.silenced_by, [id]);
    assert.equal((await alerts('silence', '--end', id)).out, `${id} has ended\n`);
    assert.equal((await live('worse'))[0]?.silenced_by, undefined);
    const unknown = ['silence', '--end', 'nope', '--url', running.app.address];
    await assert.rejects(command(unknown, Date.now()), /there is no silence nope/);
  });

  test('the id of an alert stands for its labels, so that it stays quiet when it gets worse', async () => {
    const id = await idOf('worse');
    const { out } = await alerts('silence', id, '--for', '1h', '--json');
    const { silence } = JSON.parse(out) as { silence: { id: string; matchers: object } };
    const { severity: _, ...labels } = (await live('worse')).find(each => each.id === id)?.labels ?? {};
    assert.deepEqual(silence.matchers, labels);
  });

  const WRONG: readonly (readonly [sentence: string, args: readonly string[], message: RegExp])[] = [
    ['none of the three', ['show'], /alerts needs "list"/],
    ['a severity nobody knows', ['list', '--severity', 'bad'], /expected info, warning, error, critical/],
    ['a state nobody knows', ['list', '--state', 'on'], /expected firing, recovering, pending/],
    ['a matcher that is none', ['list', 'etl'], /matcher "etl" is not label=value/],
    ['a silence of nothing', ['silence', '--for', '1h'], /needs matchers such as job=etl/],
    ['a silence without end', ['silence', 'a=b'], /--for 2h/],
    ['a silence that is over', ['silence', 'a=b', '--for', '0s'], /--for 0s: expected a duration/],
    ['a silence of everything', ['silence', 'a=', '--for', '1h'], /would silence everything/],
    ['two matchers of a label', ['silence', 'a=b', 'a=c', '--for', '1h'], /two matchers of a/],
    ['an id beside matchers', ['silence', 'xyz', 'a=c', '--for', '1h'], /one id of an alert, or matchers/],
    ['an alert nobody knows', ['ack', 'xyz'], /no live alert has the id xyz/],
    ['taking on nothing', ['ack'], /needs the ID of an alert/],
    ['taking on for no time', ['ack', 'x', '--ttl', 'long'], /--ttl long/],
  ];
  for (const [sentence, args, message] of WRONG) {
    test(`${sentence} is usage`, async () => {
      await assert.rejects(command([...args, '--url', running.app.address], Date.now()), message);
    });
  }
});

const alert = (id: string, labels: Record<string, string>, more: object = {}) => ({
  ...{ id, kind: 'rule', labels: { alertname: id, severity: 'error', ...labels }, state: 'firing', severity: 'error' },
  ...{ starts_at: 1, active_at: 1, owner: '', summary: '', formula: '', affects: [], ...more },
});
const ANSWERS: Readonly<Record<string, unknown>> = {
  alerts: {
    items: [
      alert('slow', { job: 'etl' }),
      alert('late', { report: 'gmv' }),
      alert('waits', { report: 'roi' }),
      alert('unsure', { job: 'agg' }),
      alert('follows', { job: 'dws' }, { inhibited_by: { inhibition: 'upstream', source: 'slow' } }),
      alert('bare', {}),
      alert('gone', { job: 'over' }),
    ],
  },
  'freshness/gmv': { blame: 'etl' },
  'freshness/roi': { blame: 'nifi_in' },
  'jobs/etl/diagnosis': { diagnoses: [{ name: 'Slow sink', confidence: 0.8, suggestion: 'look at it' }] },
  'jobs/agg/diagnosis': { diagnoses: [{ name: 'Hot key', confidence: 0.4, suggestion: '' }] },
};

describe('why alerts are so', () => {
  let server: Server;
  const asked: string[] = [];
  before(async () => {
    server = createServer((request, response) => {
      const path = (request.url ?? '').replace('/api/v1/', '').replace(/\?.*/, '');
      asked.push(path);
      const answer = ANSWERS[path];
      response.writeHead(answer === undefined ? 404 : 200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(answer ?? { detail: 'nothing' }));
    });
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  });
  after(() => server.close());

  test('the likeliest cause of the job, of what a report waits for, or the alert it follows from', async () => {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const { out } = await cli(['alerts', 'list', '--json', '--url', url]);
    assert.deepEqual(Object.fromEntries((JSON.parse(out) as Listed[]).map(({ id, cause }) => [id, cause])), {
      slow: 'Slow sink (80 %): look at it',
      late: 'etl: Slow sink (80 %): look at it',
      waits: 'waits for nifi_in',
      unsure: null,
      follows: 'follows from slow{job="etl"}',
      bare: null,
      gone: null,
    });
    assert.equal(asked.filter(path => path === 'jobs/etl/diagnosis').length, 1, 'a job is asked about once');
  });
});

describe('ids and matchers of the command line', () => {
  const ids = ['-abcdefghijklmno-mwqzvw5c', 'abcd', 'abce'].map(id => ({ ...alert(id, {}), kind: 'rule' as const }));

  test('an id that looks like an option is none', () => {
    const id = '-abcdefghijklmno-mwqzvw5c';
    assert.deepEqual(guardIds(['--ttl', '1h', id, 'x']), ['--ttl', '1h', 'x', '--', id]);
    assert.deepEqual(guardIds([id, '--', 'x']), ['--', 'x', id]);
    assert.deepEqual(guardIds(['--dry-run', '--comment', 'c']), ['--dry-run', '--comment', 'c']);
  });

  test('the beginning of an id will do while it is that of one alert', () => {
    assert.equal(alertOf('abcd', ids).id, 'abcd');
    assert.throws(() => alertOf('abc', ids), /2 live alerts have ids that begin with abc/);
    assert.throws(() => alertOf('x', ids), /no live alert has the id x/);
  });

  test('a value may stand in quotes, as in PromQL', () => {
    assert.deepEqual(readMatchers(['a="b c"', 'd=~"x|y"', 'e!=f', 'g!~"h"', 'i="']), [
      { label: 'a', op: '=', value: 'b c' },
      { label: 'd', op: '=~', value: 'x|y' },
      { label: 'e', op: '!=', value: 'f' },
      { label: 'g', op: '!~', value: 'h' },
      { label: 'i', op: '=', value: '"' },
    ]);
  });
});
