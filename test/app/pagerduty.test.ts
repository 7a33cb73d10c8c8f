/** An incident from its trigger to its resolve, through the whole daemon. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type MockChannel, pagerdutyJudge, startMockChannel } from '../support/mock-channels.ts';
import { until } from '../support/until.ts';
import { openSite, type RunningApp, startApp } from './app-fixture.ts';

let pagerduty: MockChannel;
let running: RunningApp;

before(async () => {
  pagerduty = await startMockChannel(pagerdutyJudge('key'));
  const channel = { name: 'pager', type: 'pagerduty', base_url: pagerduty.url, routing_key: 'key' };
  running = await startApp(openSite().config({ channels: [channel] }));
});
after(async () => {
  await running.app.stop();
  await pagerduty.close();
});

const depth = (value: number) => ({ ts: Date.now(), name: 'depth', value, vars: { topic: 'ods' } });

test('an alert triggers, its acknowledgement acknowledges, and its end resolves one and the same incident', async () => {
  const rule = await running.post('rules', {
    name: 'deep',
    schedule: '* * * * * *',
    delay: '0s',
    window: '10m',
    group_by: ['topic'],
    metrics: [{ metric: 'depth', op: 'LAST' }],
    condition: '{0} > 5',
    receivers: ['pager'],
  });
  assert.equal(rule.status, 201);

  await running.take('metrics', depth(9));
  await until('the trigger', () => pagerduty.requests[0]);
  const { items } = await running.get<{ items: { id: string }[] }>('alerts');
  const acked = await running.post(`alerts/${items[0]?.id}/ack`, { by: 'ann' });
  assert.equal(acked.status, 200);
  await until('the acknowledgement', () => pagerduty.requests[1]);
  await running.take('metrics', depth(1));
  await until('the resolve', () => pagerduty.requests[2]);

  assert.deepEqual(
    pagerduty.requests.map(({ body }) => body.event_action),
    ['trigger', 'acknowledge', 'resolve'],
  );
  assert.equal(new Set(pagerduty.requests.map(({ body }) => body.dedup_key)).size, 1);
  assert.equal(pagerduty.requests[0]?.body.dedup_key, items[0]?.id);
});
