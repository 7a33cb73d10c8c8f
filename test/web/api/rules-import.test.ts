/** What a Prometheus rule file becomes over the API. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { ImportAnswer } from '../../../web/api/routes/rules-import.ts';
import { type Api, openApi, problemOf } from './fixture.ts';

const FILE = `groups:
  - name: g
    rules:
      - {record: "a:b", expr: sum(a)}
      - {alert: Down, expr: up == 0, for: 5m}
      - {alert: Quantile, expr: "histogram_quantile(0.9, x) > 1"}
`;

let api: Api;
before(async () => {
  api = await openApi();
});
after(() => api?.close());

test('what converts comes back as rules that can be created, what does not with its place', async () => {
  const { status, body } = await api.ask<ImportAnswer>('POST', 'rules/import', { text: FILE });
  assert.equal(status, 200);
  assert.deepEqual(
    body.remarks.map(({ line, alert, kind }) => [line, alert, kind]),
    [
      [4, 'a:b', 'refused'],
      [6, 'Quantile', 'refused'],
    ],
  );
  assert.deepEqual(
    body.rules.map(({ name }) => name),
    ['Down'],
  );
  assert.deepEqual((await api.get<{ items: unknown[] }>('rules')).items, [], 'nothing is kept');

  assert.equal((await api.ask('POST', 'rules', body.rules[0])).status, 201);
  const again = (await api.ask<ImportAnswer>('POST', 'rules/import', { text: FILE })).body;
  assert.deepEqual(
    again.rules.map(({ name }) => name),
    ['Down 2'],
    'a name that is taken gets a number',
  );
  assert.match(again.remarks.find(({ alert }) => alert === 'Down')?.message ?? '', /called "Down 2"/);
});

test('a text that is no rule file is refused with line and column', async () => {
  const shape = problemOf(await api.ask('POST', 'rules/import', { text: 'groups: 5\n' }), 422, 'bad-request');
  assert.deepEqual([shape.errors?.[0]?.path, shape.errors?.[0]?.line], ['groups', 1]);
  const yaml = problemOf(await api.ask('POST', 'rules/import', { text: 'groups:\n  - {a: b\n' }), 422, 'bad-request');
  assert.ok((yaml.errors?.[0]?.line ?? 0) >= 2, JSON.stringify(yaml.errors));
});
