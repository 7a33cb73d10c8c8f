/** The page of an alert that is over: what `GET /alerts/{id}` answers once the alert is not live any more. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type EndedAlert, endedAlert } from '../../../alerting/ended-alert.ts';
import type { Intent } from '../../../alerting/intent.ts';
import { compose, createLinks } from '../../../alerting/notify/compose.ts';
import { newRow, refOf } from '../../../alerting/notify/outbox-body.ts';
import { nowhereRow } from '../../../alerting/notify/rows.ts';
import { ManualClock } from '../../../model/clock.ts';
import { type Api, MINUTE, openApi, point, problemOf } from './fixture.ts';

type Page = EndedAlert & { readonly rule: { readonly id: string } | null; readonly rule_name: string };
interface Live {
  readonly id: string;
  readonly rule_id: string;
  readonly state: string;
}

const DAY = 24 * 60 * MINUTE;
const KEPT_MS = 14 * DAY;
let api: Api;
before(async () => {
  api = await openApi();
});
after(() => api.close());

const pageOf = (id: string): Promise<Page> => api.get<Page>(`alerts/${id}`);
const intents = async (): Promise<readonly Intent[]> =>
  (await api.state.openIntents()).map(({ body }) => body as Intent);
const liveOf = async (rule: string): Promise<Live | undefined> =>
  (await api.get<{ items: Live[] }>('alerts')).items.find(({ rule_id }) => rule_id === rule);

/** A minute passes in which the metric has this value. */
async function minute(metric: string, value: number): Promise<void> {
  await api.take('metrics', point(metric, value, api.clock.now() + 30_000, { region: 'east' }));
  await api.clock.advance(MINUTE);
  await api.evaluation.get().engine.tick();
}

/** A rule `{0} > 5` of the metric; it sees one minute. */
async function ruleOf(metric: string, more: object = {}): Promise<{ readonly id: string; readonly version: string }> {
  const { status, body, text } = await api.ask<{ id: string; version: string }>('POST', 'rules', {
    name: metric,
    schedule: '* * * * *',
    window: '1m',
    group_by: ['region'],
    labels: { team: 'dw' },
    metrics: [{ metric }],
    condition: '{0} > 5',
    annotations: [{ name: 'waiting', formula: '[0]' }],
    ...more,
  });
  assert.equal(status, 201, text);
  return body;
}

/** An alert of a new rule that fires for two minutes and is over: values 1, 9, 12, 2. */
async function ended(metric: string): Promise<{ id: string; rule: string; from: number; to: number }> {
  const rule = await ruleOf(metric);
  await minute(metric, 1);
  await minute(metric, 9);
  const from = api.clock.now();
  const live = await liveOf(rule.id);
  assert.equal(live?.state, 'firing');
  await minute(metric, 12);
  await minute(metric, 2);
  assert.equal(await liveOf(rule.id), undefined, 'it is over');
  return { id: live.id, rule: rule.id, from, to: api.clock.now() };
}

/** Takes the intents of a rule as a flush does; with a channel each becomes a delivered message. */
async function flush(rule: string, channel: string | null): Promise<void> {
  const mine = (await intents()).filter(({ ruleId }) => ruleId === rule);
  const group = { groupKey: rule, groupLabels: {}, receiver: 'ops', stillFiring: 0, now: 0 };
  const rows = mine.map(intent => ({
    ...newRow({
      id: `${intent.id}-row`,
      channel: channel ?? '',
      at: intent.t + 1000,
      kind: intent.kind,
      message: compose([intent], group, createLinks('http://localhost'), () => ({ owner: '', affects: [] })),
      alerts: [refOf(intent, true)],
    }),
    status: 'delivered' as const,
  }));
  await api.state.commitFlush(`group-${rule}`, null, {
    state: null,
    consumedIntents: mine.map(({ id }) => id),
    outbox: channel === null ? [] : rows,
  });
}

/** What the four ticks of `ended` say, whatever was told. */
function assertTold(page: Page, { rule, from, to }: { rule: string; from: number; to: number }): void {
  assert.deepEqual(
    [page.state, page.starts_at, page.active_at, page.ends_at, page.reason, page.rule?.id],
    ['resolved', from, from, to, 'recovered', rule],
  );
  assert.deepEqual([page.at_firing?.t, page.at_firing?.values, page.at_firing?.formula], [from, [9], '{0} 9 > 5']);
  assert.deepEqual([page.at_end?.t, page.at_end?.values, page.at_end?.formula], [to, [2], '{0} 2 > 5']);
  assert.deepEqual(
    page.history.map(({ t, values, state }) => [(t - from) / MINUTE, values[0], state]),
    [
      [-1, 1, 'inactive'],
      [0, 9, 'firing'],
      [1, 12, 'firing'],
      [2, 2, 'inactive'],
    ],
  );
  assert.deepEqual([page.values, page.formula], [[9], '{0} 9 > 5']);
  assert.deepEqual(page.annotations, [{ name: 'waiting', value: '9' }]);
}

test('the end is known before its message is written', async () => {
  const alert = await ended('unsent');

  const page = await pageOf(alert.id);

  assertTold(page, alert);
  assert.deepEqual(page.deliveries, []);
  assert.deepEqual(page.labels, { alertname: 'unsent', severity: 'warning', team: 'dw', region: 'east' });
});

test('the page tells who was told, and stays when the rule is deleted', async () => {
  const alert = await ended('told');
  await flush(alert.rule, 'mail');

  const page = await pageOf(alert.id);

  assertTold(page, alert);
  assert.deepEqual(
    page.deliveries.map(({ channel, kind, status }) => [channel, kind, status]),
    [
      ['mail', 'resolved', 'delivered'],
      ['mail', 'firing', 'delivered'],
    ],
  );
  assert.equal((await api.ask('DELETE', `rules/${alert.rule}`)).status, 204);
  const later = await pageOf(alert.id);
  assert.deepEqual([later.rule, later.rule_name, later.state, later.ends_at], [null, 'told', 'resolved', alert.to]);
  assert.deepEqual([later.at_firing?.formula, later.at_end?.values], ['{0} 9 > 5', [2]]);
});

test('what was told to nobody is found in the rule’s history, and read by the rule as it was', async () => {
  const alert = await ended('nobody');
  await flush(alert.rule, null);
  const { version, ...document } = await api.get<{ version: string } & Record<string, unknown>>(`rules/${alert.rule}`);
  const changed = Object.fromEntries(
    Object.entries(document).filter(([field]) => ['name', 'schedule', 'window', 'group_by', 'metrics'].includes(field)),
  );
  await api.clock.advance(MINUTE);
  const put = await api.ask(
    'PUT',
    `rules/${alert.rule}`,
    { ...changed, condition: '{0} > 77' },
    { 'if-match': version },
  );
  assert.equal(put.status, 200, put.text);

  assertTold(await pageOf(alert.id), alert);
});

test('an alert of a rule that was switched off says so', async () => {
  const rule = await ruleOf('switched_off');
  await minute('switched_off', 9);
  const live = await liveOf(rule.id);
  const off = {
    name: 'switched_off',
    schedule: '* * * * *',
    metrics: [{ metric: 'switched_off' }],
    condition: '{0} > 5',
  };
  const put = await api.ask(
    'PUT',
    `rules/${rule.id}`,
    { ...off, window: '1m', group_by: ['region'], enabled: false },
    { 'if-match': rule.version },
  );
  assert.equal(put.status, 200, put.text);

  const page = await pageOf(live?.id ?? '');

  assert.deepEqual([page.state, page.reason], ['resolved', 'disabled']);
  assert.notEqual(page.ends_at, null);
});

test('of many alerts in one message each page has its own numbers', async () => {
  const rule = await ruleOf('many');
  const regions = ['west', 'north', 'south', 'east'];
  const at = api.clock.now() + 30_000;
  await api.take('metrics', ...regions.map((region, i) => point('many', 10 + i, at, { region })));
  await api.clock.advance(MINUTE);
  await api.evaluation.get().engine.tick();
  const mine = (await intents()).filter(({ ruleId }) => ruleId === rule.id);
  const [first, ...more] = mine;
  assert.ok(first);
  const row = nowhereRow([first, ...more], createLinks('http://localhost'), api.clock.now());
  await api.state.commitFlush('many', null, { state: null, consumedIntents: mine.map(({ id }) => id), outbox: [row] });
  assert.equal((await api.ask('DELETE', `rules/${rule.id}`)).status, 204);

  for (const { episode, labels, values } of mine) {
    const page = await pageOf(episode);
    assert.deepEqual([page.labels, page.at_firing?.values, page.reason], [labels, values, 'deleted']);
  }
});

test('what waited to fire and never did is inactive', async () => {
  const rule = await ruleOf('waited', { for: '5m' });
  await minute('waited', 9);
  const from = api.clock.now();
  const pending = await liveOf(rule.id);
  assert.equal(pending?.state, 'pending');
  await minute('waited', 2);

  const page = await pageOf(pending.id);

  assert.deepEqual(
    [page.state, page.starts_at, page.active_at, page.ends_at, page.at_firing],
    ['inactive', null, from, from + MINUTE, null],
  );
});

test('a missing rule says no data, and its page says when that ended', async () => {
  const rule = await ruleOf('silent', { no_data: { policy: 'keep', after: 1, notify: true } });
  await minute('elsewhere', 1);
  const from = api.clock.now();
  const live = await liveOf(rule.id);
  assert.ok(live, 'no data is told');
  await minute('silent', 1);

  const page = await pageOf(live.id);

  assert.deepEqual(
    [page.kind, page.state, page.starts_at, page.ends_at, page.history],
    ['meta', 'resolved', from, from + MINUTE, []],
  );
  assert.match(page.summary, /no data/);
});

for (const id of ['nope', 'AAAAAAAAAAAAAAAA-zzzzzzzz', `AAAAAAAAAAAAAAAA-${Date.parse('2026-11-20').toString(36)}`]) {
  test(`an address of no alert (${id}) is not found, and says how long alerts are kept`, async () => {
    const { detail } = problemOf(await api.ask('GET', `alerts/${id}`), 404, 'not-found');
    assert.match(detail, /history is kept/);
    assert.match(detail, /14 days/);
  });
}

test('past its retention an alert is not found any more', async () => {
  const alert = await ended('expired');
  await flush(alert.rule, 'mail');
  const { engine, rules } = api.evaluation.get();
  const history = engine.history.bind(engine);
  // A clock of its own: the daemon's would run through every five seconds of two weeks.
  const after = async (days: number): Promise<EndedAlert | null> => {
    const clock = new ManualClock(alert.to + days * DAY);
    await api.state.expire(clock.now() - KEPT_MS, 0);
    return endedAlert({ state: api.state, rules, history, clock, keptMs: KEPT_MS }, alert.id);
  };

  assert.equal((await after(13))?.ends_at, alert.to);
  assert.equal(await after(15), null);
});
