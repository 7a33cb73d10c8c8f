/** Silence and inhibition in dispatch (alerting.md rule 16): what is told, what is not, and what is told once the silence is over. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Intent } from '../../../alerting/intent.ts';
import {
  addChannel,
  addInhibition,
  addRoute,
  addSilence,
  end,
  endsFiring,
  fires,
  intent,
  MINUTE,
  makeHarness,
  START,
  told,
  untold,
} from './harness.ts';

const STEP = 30_000;
const repeat = (topic: string, minutes: number, over: object = {}) =>
  intent(topic, { kind: 'repeat', t: START + minutes * MINUTE, ...over });

test('a silenced alert is told to nobody, and the delivery log says which silence it was', async () => {
  const h = makeHarness();
  addChannel(h, 'oncall');
  addSilence(h, 'a', 0, 10 * MINUTE, { comment: 'upgrade', created_by: 'han' });

  await h.commit(intent('a'), intent('b'));
  await h.pass(5_000);

  assert.deepEqual(told(h), ['oncall firing: b']);
  assert.deepEqual(await untold(h), ['oncall firing silenced silence-a: a']);
  assert.deepEqual(await h.store.openIntents(), []);
});

const TICKS: readonly [string, { from: number; to: number }, string[]][] = [
  ['a silence that began after the tick changes nothing', { from: 1, to: 10 * MINUTE }, ['oncall firing: a']],
  ['a silence from the tick on hushes it', { from: 0, to: 10 * MINUTE }, []],
  ['a silence that ended at the tick changes nothing', { from: -MINUTE, to: 0 }, ['oncall firing: a']],
];
for (const [sentence, { from, to }, expected] of TICKS) {
  test(`judged at the tick, not at the clock: ${sentence}`, async () => {
    const h = makeHarness();
    addChannel(h, 'oncall');
    addSilence(h, 'a', from, to);
    await h.clock.advance(30_000);

    await h.commit(intent('a'));
    await h.settle();

    assert.deepEqual(told(h), expected);
  });
}

test('after a silence a still-firing alert that was never told is told once, as firing', async () => {
  const h = makeHarness();
  addChannel(h, 'oncall');
  addSilence(h, 'a', 0, 5 * MINUTE);
  await h.commit(intent('a'));
  await h.pass(4 * MINUTE, STEP);
  assert.deepEqual(told(h), []);

  await h.pass(10 * MINUTE, STEP);

  assert.deepEqual(told(h), ['oncall firing: a']);
  assert.equal((await h.rows()).find(row => row.status === 'delivered')?.attempts, 1);
});

test('the debt of a silence survives a restart', async () => {
  const h = makeHarness();
  addChannel(h, 'oncall');
  addSilence(h, 'a', 0, 5 * MINUTE);
  await h.commit(intent('a'));
  await h.pass(MINUTE, STEP);

  h.restart();
  await h.pass(6 * MINUTE, STEP);

  assert.deepEqual(told(h), ['oncall firing: a']);
});

test('a repeat that fell due in a silence is told once after it; one that did not is not', async () => {
  const h = makeHarness();
  addChannel(h, 'oncall');
  addSilence(h, 'a', MINUTE, 10 * MINUTE);
  addSilence(h, 'b', MINUTE, 10 * MINUTE);
  await h.commit(intent('a'), intent('b'));
  await h.pass(2 * MINUTE, STEP);

  await h.commit(repeat('a', 2));
  await h.pass(4 * MINUTE, STEP);
  await h.commit(repeat('a', 6));
  await h.pass(10 * MINUTE, STEP);

  assert.deepEqual(told(h), ['oncall firing: a b', 'oncall firing: a']);
  assert.equal(h.sent[1]?.message.alerts.length, 1);
});

test('the repeat interval counts from the word that came late', async () => {
  const h = makeHarness();
  addChannel(h, 'oncall');
  addSilence(h, 'a', 0, 4 * MINUTE);
  const every3 = { repeatMs: 3 * MINUTE };
  await h.commit(intent('a', every3));
  for (const minutes of [3, 6, 9, 12]) {
    await h.pass(3 * MINUTE, STEP);
    await h.commit(repeat('a', minutes, every3));
    await h.settle();
  }

  assert.deepEqual(
    h.sent.map(({ at }) => (at - START) / MINUTE),
    [4, 7, 10],
  );
});

test('a resolve during a silence is told only where the firing was', async () => {
  const h = makeHarness();
  addChannel(h, 'oncall');
  addSilence(h, 'told', MINUTE, 10 * MINUTE);
  addSilence(h, 'never', 0, 10 * MINUTE);
  await h.commit(intent('told'), intent('never'));
  await h.pass(2 * MINUTE, STEP);

  await h.commit(end('told', START + 2 * MINUTE), end('never', START + 2 * MINUTE));
  await h.pass(20 * MINUTE, STEP);

  assert.deepEqual(told(h), ['oncall firing: told', 'oncall resolved: told']);
});

test('a resolve after the silence of an alert that nobody was told of is told to nobody', async () => {
  const h = makeHarness();
  addChannel(h, 'oncall');
  addRoute(h, 'slow', { receivers: ['oncall'], group_wait: '0', group_interval: '1h' });
  addSilence(h, 'a', 0, MINUTE);
  await h.commit(intent('a'), intent('b'));
  await h.pass(2 * MINUTE, STEP);

  await h.commit(end('a', START + 2 * MINUTE));
  await h.pass(61 * MINUTE, STEP);

  assert.deepEqual(told(h), ['oncall firing: b']);
  assert.equal((await untold(h)).filter(line => line.includes('resolved')).length, 1);
});

test('a worse severity in a silence is told once after it, as it stands by then', async () => {
  const h = makeHarness();
  addChannel(h, 'oncall');
  addSilence(h, 'a', MINUTE, 5 * MINUTE);
  await h.commit(intent('a'));
  await h.settle();

  await h.commit(intent('a', { t: START + 2 * MINUTE, severity: 'critical', episode: `r1-a-${START}` }));
  await h.pass(6 * MINUTE, STEP);

  assert.deepEqual(
    h.sent.map(({ message }) => message.severity),
    ['warning', 'critical'],
  );
});

test('a silence of an owner hushes what the owner answers for', async () => {
  const h = makeHarness();
  addChannel(h, 'oncall');
  h.impact = { ownerOf: labels => (labels['topic'] === 'a' ? 'dw' : 'app'), affects: () => [] };
  addSilence(h, 'x', 0, MINUTE, { matchers: { owner: 'dw' }, purpose: 'maintenance' });

  await h.commit(intent('a'), intent('b'));
  await h.settle();

  assert.deepEqual(told(h), ['oncall firing: b']);
});

test('a silenced alert pages nobody through escalation and does not come up in what still fires', async () => {
  const h = makeHarness();
  addChannel(h, 'team');
  addChannel(h, 'boss');
  addRoute(h, 'x', {
    receivers: ['team'],
    group_wait: '0',
    group_interval: '1s',
    escalation: [{ after: '5m', receivers: ['boss'] }],
  });
  addSilence(h, 'a', MINUTE, 20 * MINUTE);
  addSilence(h, 'b', 0, 20 * MINUTE);
  await h.commit(intent('a'), intent('b'));
  await h.pass(10 * MINUTE, STEP);
  await h.commit(intent('c', { t: START + 10 * MINUTE, startsAt: START + 10 * MINUTE }));
  await h.pass(MINUTE, STEP);

  assert.deepEqual(told(h), ['team firing: a', 'team firing: c']);
  assert.equal(h.sent[1]?.message.stillFiring, 1, 'only a was ever told');
});

const HOST = {
  source_matchers: { topic: 'cause' },
  target_matchers: { topic: { op: '!=', value: 'cause' } },
};

test('what follows from a cause is not told on its own but listed under it', async () => {
  const h = makeHarness();
  addChannel(h, 'oncall');
  addInhibition(h, 'i1', HOST);
  const [cause, effect] = [intent('cause', { ruleId: 'r0' }), intent('effect')];
  fires(h, cause, effect);

  await h.commit(cause, effect);
  await h.pass(5_000);

  assert.deepEqual(told(h), ['oncall firing: cause']);
  assert.deepEqual(h.sent[0]?.message.alerts[0]?.alsoAffected, ['rule r1 (topic=effect)']);
  assert.deepEqual(await untold(h), ['oncall firing inhibited i1: effect']);
});

test('when the cause ends, a consequence that goes on is told once', async () => {
  const h = makeHarness();
  addChannel(h, 'oncall');
  addInhibition(h, 'i1', HOST);
  const [cause, effect] = [intent('cause', { ruleId: 'r0' }), intent('effect')];
  fires(h, cause, effect);
  await h.commit(cause, effect);
  await h.pass(MINUTE, STEP);

  endsFiring(h, cause.episode);
  await h.commit(end('cause', START + MINUTE, { ruleId: 'r0' }));
  await h.pass(5 * MINUTE, STEP);

  assert.deepEqual(told(h).sort(), ['oncall firing: cause', 'oncall firing: effect', 'oncall resolved: cause']);
});

test('an inhibited alert does not leak when the daemon restarts', async () => {
  const h = makeHarness();
  addChannel(h, 'oncall');
  addInhibition(h, 'i1', HOST);
  const [cause, effect] = [intent('cause', { ruleId: 'r0' }), intent('effect')];
  fires(h, cause, effect);
  await h.commit(cause);
  await h.settle();

  h.restart();
  await h.commit(effect);
  await h.pass(10 * MINUTE, STEP);

  assert.deepEqual(told(h), ['oncall firing: cause']);
});

test('a cause that began after the tick of its consequence does not take the word back', async () => {
  const h = makeHarness();
  addChannel(h, 'oncall');
  addInhibition(h, 'i1', HOST);
  fires(h, intent('cause', { startsAt: START + 1 }), intent('effect'));

  await h.commit(intent('effect'));
  await h.settle();

  assert.deepEqual(told(h), ['oncall firing: effect']);
});

test('the consequences listed under a cause leave out what all of them share with it', async () => {
  const h = makeHarness();
  addChannel(h, 'oncall');
  addInhibition(h, 'i1', HOST);
  const shared = { team: 'dw', zone: 'east' };
  const withLabels = (one: Intent, more: object): Intent => ({ ...one, labels: { ...one.labels, ...shared, ...more } });
  const cause = withLabels(intent('cause', { ruleId: 'r0' }), {});
  const effects = [withLabels(intent('a'), {}), withLabels(intent('b'), { zone: 'west' })];
  fires(h, cause, ...effects);

  await h.commit(cause, ...effects);
  await h.pass(5_000);

  assert.deepEqual(h.sent[0]?.message.alerts[0]?.alsoAffected, [
    'rule r1 (topic=a, zone=east)',
    'rule r1 (topic=b, zone=west)',
  ]);
});

test('an alert that nobody receives shows in the delivery log', async () => {
  const h = makeHarness();

  await h.commit(intent('a', { receivers: ['gone'] }));
  await h.settle();

  assert.deepEqual(await untold(h), [' firing no-receiver : a']);
});
