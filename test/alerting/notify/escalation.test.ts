/** Escalation in dispatch: whom it spares, and what it says. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  addChannel,
  addInhibition,
  addRoute,
  end,
  endsFiring,
  fires,
  intent,
  MINUTE,
  makeHarness,
  START,
  told,
} from './harness.ts';

const STEP = 30_000;
const HOST = {
  source_matchers: { topic: 'cause' },
  target_matchers: { topic: { op: '!=', value: 'cause' } },
};
const ESCALATING = { receivers: ['team'], group_wait: '30s', escalation: [{ after: '5m', receivers: ['boss'] }] };

for (const ruleId of ['r1', 'r0']) {
  test(`a consequence is not escalated while its cause of ${ruleId === 'r1' ? 'the same rule' : 'another rule and route'} fires`, async () => {
    const h = makeHarness();
    for (const channel of ['team', 'boss', 'host-team']) addChannel(h, channel);
    addRoute(h, 'host', { matchers: { topic: 'cause' }, receivers: ['host-team'], group_wait: '0' });
    addRoute(h, 'x', ESCALATING);
    addInhibition(h, 'i1', HOST);
    const [cause, effect] = [intent('cause', { ruleId }), intent('effect')];
    fires(h, cause, effect);

    await h.commit(cause, effect);
    await h.pass(10 * MINUTE, STEP);
    assert.deepEqual(told(h), ['host-team firing: cause']);

    endsFiring(h, cause.episode);
    await h.commit(end('cause', START + 10 * MINUTE, { ruleId }));
    await h.pass(10 * MINUTE, STEP);
    assert.deepEqual(told(h).slice(2), ['team firing: effect', 'boss firing: effect']);
  });
}

test('an alert told alone is not escalated once a cause of it fires', async () => {
  const h = makeHarness();
  for (const channel of ['team', 'boss']) addChannel(h, channel);
  addRoute(h, 'x', ESCALATING);
  addInhibition(h, 'i1', HOST);
  const effect = intent('effect');
  fires(h, effect);

  await h.commit(effect);
  await h.pass(2 * MINUTE, STEP);
  fires(h, intent('cause', { ruleId: 'r0', startsAt: START + 2 * MINUTE }));
  await h.pass(10 * MINUTE, STEP);

  assert.deepEqual(told(h), ['team firing: effect']);
});

test('escalation and repeats carry what the last tick says, the first word its own and how long it is', async () => {
  const h = makeHarness();
  for (const channel of ['team', 'boss']) addChannel(h, channel);
  addRoute(h, 'x', { ...ESCALATING, repeat_interval: '8m' });
  h.latest = one => ({ ...one, t: h.clock.now(), values: [99], summary: 'worse by now', annotations: [] });

  await h.commit(intent('a'));
  await h.pass(9 * MINUTE, STEP);

  const seen = h.sent.map(
    ({
      channel,
      message: {
        alerts: [alert],
        at,
        toldAt = 0,
      },
    }) => [
      channel,
      alert?.values[0],
      alert?.summary,
      alert?.annotations.map(({ name }) => name),
      (at - START) / 1000,
      (toldAt - START) / 1000,
    ],
  );
  assert.deepEqual(seen, [
    ['team', 12_345, 'a is behind', ['a'], 0, 60],
    ['boss', 99, 'worse by now', ['escalation'], 360, 360],
    ['team', 99, 'worse by now', [], 540, 540],
  ]);
  assert.equal(h.sent[1]?.message.stillFiring, undefined, 'what is escalated is not counted beside itself');
});
