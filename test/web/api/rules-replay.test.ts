/** Replays of rules over the API: of samples, of what is stored, and what is refused. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Api, MINUTE, NOW, openApi, point, problemOf } from './fixture.ts';
import { create as createIn, type History, type Rule, simple } from './rules-fixture.ts';

let api: Api;
before(async () => {
  api = await openApi();
});
after(() => api?.close());

const sample = (minute: number, value: number) => point('lag', value, NOW + minute * MINUTE, { topic: 'a' });
const replayed = {
  name: 'lag',
  schedule: '* * * * *',
  window: '1m',
  delay: '0s',
  group_by: ['topic'],
  metrics: [{ metric: 'lag', op: 'MAX' }],
  condition: '{0} > 10',
};

test('a replay with samples uses only these and saves nothing', async () => {
  const answer = await api.ask<History>('POST', 'rules/replay', {
    rule: replayed,
    from: NOW,
    to: new Date(NOW + 3 * MINUTE).toISOString(),
    as_of: 'ideal',
    samples: [sample(0, 1), sample(1, 20), sample(2, 30), sample(3, 2)],
  });

  assert.equal(answer.status, 200, answer.text);
  assert.deepEqual(
    answer.body.ticks.map(({ t, groups }) => [(t - NOW) / MINUTE, groups]),
    [
      [0, [{ labels: { topic: 'a' }, values: [1], result: false, state: 'inactive' }]],
      [1, [{ labels: { topic: 'a' }, values: [20], result: true, state: 'firing' }]],
      [2, [{ labels: { topic: 'a' }, values: [30], result: true, state: 'firing' }]],
      [3, [{ labels: { topic: 'a' }, values: [2], result: false, state: 'inactive' }]],
    ],
  );
  assert.deepEqual(
    answer.body.notifications.map(n => [(n.t - NOW) / MINUTE, n.kind, n.labels]),
    [
      [1, 'firing', { topic: 'a' }],
      [3, 'resolved', { topic: 'a' }],
    ],
  );
  assert.equal(
    (await api.get<{ items: Rule[] }>('rules')).items.some(r => r.name === 'lag'),
    false,
  );
});

test('a replay of a saved rule reads the store', async () => {
  await api.take('metrics', point('depth', 8, NOW - MINUTE), point('depth', 2, NOW));
  const { body: rule } = await createIn(api, simple('depth', { metrics: [{ metric: 'depth' }], window: '1m' }));

  const answer = await api.ask<History>('POST', 'rules/replay', { rule_id: rule.id, from: NOW - MINUTE, to: NOW });

  assert.deepEqual(
    answer.body.ticks.map(({ groups }) => [groups[0]?.labels, groups[0]?.values, groups[0]?.state]),
    [
      [{}, [8], 'firing'],
      [{}, [2], 'inactive'],
    ],
  );
});

const REPLAYS: readonly (readonly [sentence: string, body: object, status: number, code: string])[] = [
  ['of a rule and an id at once', { rule: replayed, rule_id: 'x', from: 0, to: 1 }, 422, 'bad-request'],
  ['of nothing', { from: 0, to: 1 }, 422, 'bad-request'],
  ['of a rule nobody knows', { rule_id: 'nope', from: 0, to: 1 }, 404, 'not-found'],
  ['without an end', { rule: replayed, from: 0 }, 422, 'bad-request'],
  [
    'with a sample that cannot be read',
    { rule: replayed, from: 0, to: 1, samples: [{ name: 'lag' }] },
    422,
    'bad-field',
  ],
  ['with an unknown field', { rule: replayed, from: 0, to: 1, speed: 2 }, 422, 'bad-request'],
];
for (const [sentence, body, status, code] of REPLAYS) {
  test(`a replay ${sentence} is refused`, async () =>
    void problemOf(await api.ask('POST', 'rules/replay', body), status, code));
}
