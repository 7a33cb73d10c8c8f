import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RuleDocument } from '../../alerting/evaluate/document.ts';
import { compileRoute, RouteDocument } from '../../alerting/notify/route.ts';
import { toldOf } from '../../app/told.ts';

const directory = {
  receivers: new Map([['oncall', ['robot', 'phone']]]),
  channels: new Set(['robot', 'phone', 'trade-mail', 'dw-mail']),
  owners: new Map([['trade', ['trade-mail']]]),
  metaReceivers: [],
};
const route = (document: object) => compileRoute('r', RouteDocument.parse(document));
const rule = (document: object) => ({
  id: 'r',
  ...RuleDocument.parse({
    name: 'late',
    schedule: '* * * * *',
    metrics: [{ metric: 'age_ms' }],
    condition: '{0} > 1',
    group_by: ['report'],
    ...document,
  }),
});
const told = (
  routes: readonly ReturnType<typeof route>[],
  digest?: { receivers?: string[] },
  rules: readonly ReturnType<typeof rule>[] = [],
) =>
  toldOf(
    {
      notification: { directory: () => directory, routing: () => routes },
      impact: { ownerOf: labels => (labels['report'] === 'GMV' ? 'trade' : ''), affects: () => [] },
      rules: () => rules,
      config: () => ({
        owners: { trade: ['trade-mail'] },
        digest: digest && { schedule: '0 9 * * *', zone: 'UTC', ...digest },
      }),
    },
    { name: 'GMV', owner: 'trade' },
  );

test('without routes and digest the owner hears of the alerts', () => {
  assert.deepEqual(told([]), { alerts: ['trade-mail'], digest: [] });
});

test('a route that fits the report decides', () => {
  const routes = [route({ matchers: { report: 'GMV' }, receivers: ['oncall'], group_by: [] })];

  assert.deepEqual(told(routes).alerts, ['phone', 'robot']);
  assert.deepEqual(told([route({ matchers: { report: 'PV' }, receivers: ['oncall'] })]).alerts, ['trade-mail']);
});

test('the rules that speak of the report decide with their labels, levels and receivers', () => {
  const routes = [route({ matchers: { team: 'dw', severity: 'critical' }, receivers: ['oncall'] })];
  const grave = { labels: { team: 'dw' }, level: 'critical' };

  assert.deepEqual(told(routes, undefined, [rule(grave)]).alerts, ['phone', 'robot']);
  assert.deepEqual(told(routes, undefined, [rule({ ...grave, level: 'info' })]).alerts, ['trade-mail']);
  assert.deepEqual(told([], undefined, [rule({ receivers: ['dw-mail'] })]).alerts, ['dw-mail']);
  for (const other of [{ enabled: false }, { matchers: { report: 'PV' } }, { group_by: ['job'] }])
    assert.deepEqual(told(routes, undefined, [rule({ ...grave, ...other })]).alerts, ['trade-mail']);
});

test('the digest goes to the owner, or to the receivers it names', () => {
  assert.deepEqual(told([], {}).digest, ['trade-mail']);
  assert.deepEqual(told([], { receivers: ['dw-mail'] }).digest, ['dw-mail']);
});
