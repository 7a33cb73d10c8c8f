import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Answer, type Api, MINUTE, NOW, openApi, point, problemOf } from './fixture.ts';
import { create as createIn, type History, type Rule, simple } from './rules-fixture.ts';

/** The users' own rule, as the design shows it. */
const OSTREAM_LAG = {
  name: 'ostream_lag',
  enabled: true,
  level: 'warning',
  schedule: '*/5 * * * *',
  zone: 'Asia/Shanghai',
  window: '30m',
  delay: '30s',
  repeat_interval: '29m',
  for: '0s',
  keep_firing_for: '0s',
  group_by: ['topic'],
  matchers: { cluster: 'data-1' },
  metrics: [
    { name: 'sdk_log', metric: 'lag', op: 'MAX', offset: '0m', matchers: { topic: 'sdk_log' } },
    { name: 'os_uninstall', metric: 'lag', op: 'MAX', offset: '0m', matchers: { topic: 'os_uninstall' } },
  ],
  condition: '{0}>10000000000 or {1}>100000',
  recovery: null,
  no_data: { policy: 'keep', after: 3, notify: true },
  zero_baseline: 'unknown',
  annotations: [{ name: 'sdk_log', formula: '[0]' }],
  summary: '{{topic}} lag {{value.0|number}}',
  receivers: ['dw-oncall'],
  labels: { team: 'dw' },
  max_groups: 10000,
  flapping: { window: 20, changes: 4 },
};

let api: Api;
before(async () => {
  api = await openApi({ fileRules: [{ document: simple('from_file'), file: 'rules/queue.yaml' }] });
});
after(() => api.close());

const create = (document: object, headers: Record<string, string> = {}): Promise<Answer<Rule>> =>
  createIn(api, document, headers);

test('the users’ own rule is created as written and comes back whole', async () => {
  const answer = await create(OSTREAM_LAG, { 'x-tidewatch-user': '李雷' });

  assert.equal(answer.status, 201, answer.text);
  const { id, version, health, late_after_eval, next_runs, ...document } = answer.body;
  assert.equal(answer.headers['etag'], `"${version}"`);
  assert.deepEqual(health, { state: 'ok' });
  assert.equal(late_after_eval, 0);
  assert.equal((next_runs as string[]).length, 5);
  for (const [field, value] of Object.entries(OSTREAM_LAG)) assert.deepEqual(document[field], value, field);
  assert.deepEqual((await api.get<Rule>(`rules/${id}`)).name, 'ostream_lag');
});

test('defaults are filled in as the contract says', async () => {
  const { body } = await create(simple('defaults'));

  const { enabled, level, zone, window, group_by, no_data, zero_baseline, flapping, receivers, max_groups } = body;
  assert.deepEqual(
    { enabled, level, zone, window, group_by, no_data, zero_baseline, flapping, receivers, max_groups },
    {
      enabled: true,
      level: 'warning',
      zone: 'UTC',
      window: '5m',
      group_by: [],
      no_data: { policy: 'keep', after: 3, notify: false },
      zero_baseline: 'unknown',
      flapping: null,
      receivers: [],
      max_groups: 10_000,
    },
  );
  assert.equal((body['metrics'] as { op: string; offset: string }[])[0]?.op, 'LAST');
});

test('a change needs the version that was read, and gives a new one', async () => {
  const { body: first } = await create(simple('versioned'));
  const put = (version: string | null, condition: string) =>
    api.ask<Rule>(
      'PUT',
      `rules/${first.id}`,
      simple('versioned', { condition }),
      version === null ? {} : { 'if-match': version },
    );

  const changed = await put(`"${first.version}"`, '{0} > 6');
  const late = await put(`"${first.version}"`, '{0} > 7');
  const blind = await put(null, '{0} > 7');

  assert.equal(changed.status, 200, changed.text);
  assert.notEqual(changed.body.version, first.version);
  assert.equal(changed.headers['etag'], `"${changed.body.version}"`);
  problemOf(late, 412, 'version-conflict');
  problemOf(blind, 428, 'bad-request');
  assert.equal((await api.get<Rule>(`rules/${first.id}`))['condition'], '{0} > 6');
});

test('what was read can be changed and sent back whole, also a rule of levels; the text of another rule cannot', async () => {
  const levels = [{ level: 'error', condition: '{0} > 5' }];
  for (const more of [{}, { condition: undefined, levels }]) {
    const { body } = await create(simple(`round_${Object.keys(more).length}`, more));
    const read = await api.get<Rule>(`rules/${body.id}`);
    const put = (rule: object) => api.ask<Rule>('PUT', `rules/${body.id}`, rule, { 'if-match': `"${read.version}"` });

    problemOf(await put({ ...read, id: 'other' }), 422, 'bad-request');
    problemOf(await put({ ...read, verson: '1' }), 422, 'bad-request');
    const answer = await put({ ...read, window: '7m' });

    assert.equal(answer.status, 200, answer.text);
    const { version, ...changed } = answer.body;
    const { version: _, ...was } = read;
    assert.deepEqual(changed, { ...was, window: '7m' });
    assert.notEqual(version, read.version);
  }
});

test('a deleted rule is gone; an old version cannot delete it', async () => {
  const { body } = await create(simple('deleted'));

  problemOf(await api.ask('DELETE', `rules/${body.id}`, undefined, { 'if-match': '"0"' }), 412, 'version-conflict');
  const gone = await api.ask('DELETE', `rules/${body.id}`, undefined, { 'if-match': `"${body.version}"` });

  assert.equal(gone.status, 204);
  problemOf(await api.ask('GET', `rules/${body.id}`), 404, 'not-found');
  problemOf(await api.ask('DELETE', `rules/${body.id}`), 404, 'not-found');
});

test('a rule of a file is listed with the file and changed only there', async () => {
  const { items, next } = await api.get<{ items: Rule[]; next: null }>('rules');
  const rule = items.find(r => r.name === 'from_file');

  assert.equal(next, null);
  assert.equal(rule?.['file'], 'rules/queue.yaml');
  const put = await api.ask('PUT', `rules/${rule?.id}`, simple('from_file'), { 'if-match': `"${rule?.version}"` });
  assert.match(problemOf(put, 409, 'managed-by-file').detail, /rules\/queue\.yaml/);
  problemOf(await api.ask('DELETE', `rules/${rule?.id}`), 409, 'managed-by-file');
});

test('two rules cannot have one name', async () =>
  void problemOf(await create(simple('from_file')), 409, 'name-taken'));

const REFUSED: readonly (readonly [sentence: string, more: object, code: string, place: object])[] = [
  ['a formula that ends early', { condition: '{0} > ' }, 'bad-formula', { path: 'condition', position: 6 }],
  [
    'a formula of a metric there is not',
    { condition: '{0} > 1 and {3} > 1' },
    'bad-formula',
    { path: 'condition', position: 12 },
  ],
  ['a formula that is no condition', { condition: '{0} + 1' }, 'bad-formula', { path: 'condition', position: 0 }],
  [
    'a hint column that cannot be read',
    { annotations: [{ name: 'a', formula: '[0' }] },
    'bad-formula',
    { path: 'annotations.0.formula' },
  ],
  ['a cron pattern that cannot be read', { schedule: '61 * * * *' }, 'bad-schedule', { path: 'schedule' }],
  ['a zone nobody knows', { zone: 'Mars/Base' }, 'bad-schedule', {}],
  ['an unknown field', { recipients: ['a'] }, 'bad-request', {}],
  ['no metrics', { metrics: [] }, 'bad-request', { path: 'metrics' }],
  ['a duration that is none', { window: 'long' }, 'bad-request', { path: 'window' }],
];
for (const [sentence, more, code, place] of REFUSED) {
  test(`a rule with ${sentence} is refused with its place`, async () => {
    const problem = problemOf(await create(simple('refused', more)), 422, code);

    const { path, position, message } = problem.errors?.[0] ?? {};
    assert.notEqual(message ?? '', '');
    assert.deepEqual({ path, position, ...place }, { path, position });
  });
}

test('every complaint about a rule comes at once', async () => {
  const answer = await create(
    simple('refused', { condition: '{0} >', schedule: 'never', annotations: [{ name: 'a', formula: '(' }] }),
  );

  assert.equal(problemOf(answer, 422, 'bad-formula').errors?.length, 3);
});

test('a bare metric name of several scopes is refused with the full names to choose from', async () => {
  const problem = problemOf(
    await create(simple('mixed', { metrics: [{ metric: 'numRecordsOut' }] })),
    422,
    'ambiguous-metric',
  );

  assert.match(problem.detail, /flink\.task\.numRecordsOut/);
  assert.match(problem.detail, /flink\.operator\.numRecordsOut/);
});

test('a body that is no document is refused', async () => {
  problemOf(await api.ask('POST', 'rules', [simple('list')]), 422, 'bad-request');
  problemOf(await api.ask('POST', 'rules', '{"name":', { 'content-type': 'application/json' }), 400, 'bad-request');
  problemOf(await api.ask('POST', 'rules', 'name: x', { 'content-type': 'application/yaml' }), 415, 'bad-request');
});

test('next runs of a pattern follow its zone', async () => {
  const cron = encodeURIComponent('30 9 * * 1-5');
  const { next } = await api.get<{ next: string[] }>(
    `rules/next?cron=${cron}&zone=Asia/Shanghai&from=2026-11-20T00:00:00Z&n=3`,
  );

  assert.deepEqual(next, ['2026-11-20T01:30:00.000Z', '2026-11-23T01:30:00.000Z', '2026-11-24T01:30:00.000Z']);
  problemOf(await api.ask('GET', 'rules/next?cron=never'), 422, 'bad-schedule');
});

test('live evaluation shows in alerts and in the history, and its changes in the audit trail', async () => {
  const { body: rule } = await create(
    simple('live', { metrics: [{ metric: 'live_queue' }], group_by: ['region'], labels: { team: 'dw' }, window: '2m' }),
    { 'x-tidewatch-user': 'han' },
  );
  await api.take('metrics', point('live_queue', 9, NOW + 30_000, { region: 'east' }));

  await api.clock.advance(MINUTE);
  await api.evaluation.get().engine.tick();

  type AlertItem = {
    id: string;
    labels: object;
    state: string;
    values: number[];
    starts_at: number;
    active_at: number;
  };
  const { items } = await api.get<{ items: (AlertItem & { rule_id: string })[] }>('alerts?state=firing');
  const alert = items.find(a => a.rule_id === rule.id);
  assert.deepEqual(alert?.labels, { alertname: 'live', severity: 'warning', team: 'dw', region: 'east' });
  assert.deepEqual([alert?.values, alert?.starts_at, alert?.active_at], [[9], NOW + MINUTE, NOW + MINUTE]);
  const { ticks } = await api.get<History>(`rules/${rule.id}/history?from=${NOW}&to=${NOW + MINUTE}`);
  assert.deepEqual(ticks, [
    { t: NOW + MINUTE, groups: [{ labels: { region: 'east' }, values: [9], result: true, state: 'firing' }] },
  ]);
  const one = await api.get<AlertItem & { rule: Rule; history: { t: number; state: string }[] }>(`alerts/${alert?.id}`);
  assert.equal(one.rule.id, rule.id);
  assert.deepEqual(
    one.history.map(h => [h.t, h.state]),
    [[NOW + MINUTE, 'firing']],
  );
  const { items: audit } = await api.get<{ items: { who: string; object: string; at: number }[] }>('audit?limit=1');
  assert.deepEqual([audit[0]?.who, audit[0]?.object, audit[0]?.at], ['han', 'rule/live', NOW]);
});

test('a tick is explained: the points it read, the formula with its numbers, and why it was told or not', async () => {
  const { body: rule } = await create(
    simple('told_why', {
      metrics: [{ metric: 'why_queue' }],
      group_by: ['region'],
      window: '2m',
      repeat_interval: '10m',
    }),
  );
  const now = api.clock.now();
  await api.take('metrics', point('why_queue', 9, now + 30_000, { region: 'east' }));
  for (let i = 0; i < 2; i++) {
    await api.clock.advance(MINUTE);
    await api.evaluation.get().engine.tick();
  }

  interface Explained {
    readonly t: number;
    readonly inputs: readonly { readonly window: object; readonly series: readonly { readonly points: unknown }[] }[];
    readonly groups: readonly {
      readonly levels: readonly { readonly tree: { readonly text: string; readonly value: boolean } }[];
      readonly why: { readonly told: boolean; readonly code: string; readonly until?: number };
      readonly previous_state: string | null;
    }[];
  }
  const first = await api.get<Explained>(`rules/${rule.id}/explain?at=${now + MINUTE + 30_000}&label=region=east`);
  assert.equal(first.t, now + MINUTE);
  assert.deepEqual(first.inputs[0]?.window, { from: now - MINUTE, to: now + MINUTE });
  assert.deepEqual(first.inputs[0]?.series[0]?.points, [[now + 30_000, 9]]);
  const [group] = first.groups;
  assert.deepEqual([group?.levels[0]?.tree.text, group?.levels[0]?.tree.value], ['{0} > 5', true]);
  assert.deepEqual([group?.why.told, group?.why.code, group?.previous_state], [true, 'told', null]);

  const second = await api.get<Explained>(`rules/${rule.id}/explain`);
  assert.equal(second.t, now + 2 * MINUTE);
  const { why, previous_state } = second.groups[0] ?? {};
  assert.deepEqual(
    [why?.told, why?.code, why?.until, previous_state],
    [false, 'interval', now + 11 * MINUTE, 'firing'],
  );
  assert.deepEqual((await api.get<Explained>(`rules/${rule.id}/explain?label=region=west`)).groups, []);
});

test('an alert nobody knows is not found, and the history of an unknown rule neither', async () => {
  problemOf(await api.ask('GET', 'alerts/nope'), 404, 'not-found');
  problemOf(await api.ask('GET', 'rules/nope/history'), 404, 'not-found');
});

test('a preview says what a rule that is not saved would do, and saves nothing', async () => {
  const before = (await api.get<{ items: readonly Rule[] }>('rules')).items.length;
  const { status, body } = await api.ask<{
    groups: { values: unknown; state: string }[];
    notifications_total: number;
    bands: unknown[];
  }>('POST', 'rules/preview', { rule: simple('unsaved', { metrics: [{ metric: 'nothing_here' }] }) });
  assert.equal(status, 200);
  assert.deepEqual([body.groups[0]?.values, body.notifications_total, body.bands], [[null], 0, []]);
  assert.equal((await api.get<{ items: readonly Rule[] }>('rules')).items.length, before);
  const refused = await api.ask('POST', 'rules/preview', { rule: simple('x', { condition: '{1} > 5' }) });
  problemOf(refused, 422, 'bad-formula');
});

test('versions, rollback and the explanation of a tick', async () => {
  const { body: first } = await create(
    simple('explained', { group_by: ['q'], metrics: [{ metric: 'explained_queue' }] }),
  );
  const second = await api.ask<Rule>('PUT', `rules/${first.id}`, simple('explained', { condition: '{0} > 50' }), {
    'if-match': `"${first.version}"`,
  });
  assert.equal(second.status, 200);
  const back = await api.ask<Rule>('POST', `rules/${first.id}/rollback`, { version: first.version });
  assert.equal(back.status, 200, back.text);
  assert.equal(back.body['condition'], '{0} > 5');
  assert.equal(back.body['origin'], 'api');
  const versions = await api.get<{ items: readonly { version: string; who: string }[] }>(`rules/${first.id}/versions`);
  assert.deepEqual(
    versions.items.map(({ version }) => version),
    [back.body.version, second.body.version, first.version],
  );
  const nowhere = await api.ask('GET', `rules/${first.id}/explain`);
  problemOf(nowhere, 404, 'not-found');
});

test('settings of generated rules are read, replaced under their version, and audited', async () => {
  const { body: before } = await api.ask<{ version: string; settings: object }>('GET', 'rules/generated');
  assert.deepEqual(before.settings, {});
  const put = (body: object, version: string) =>
    api.ask<{ version: string; effective: object }>('PUT', 'rules/generated', body, { 'if-match': `"${version}"` });
  const after = await put({ lag: { above: 5 } }, before.version);
  assert.equal(after.status, 200, after.text);
  assert.deepEqual(after.body.effective, { lag: { above: 5 }, exclude: { jobs: [], owners: [] }, jobs: [] });
  assert.equal((await put({}, before.version)).status, 412);
  problemOf(await put({ lag: 'much' }, after.body.version), 422, 'bad-request');
});
