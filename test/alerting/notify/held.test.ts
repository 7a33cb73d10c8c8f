/** Silence and inhibition at the moment of sending: from the second attempt on (alerting.md rule 16). */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deliveries } from '../../../alerting/notify/deliveries.ts';
import { addChannel, addSilence, end, type Harness, intent, MINUTE, makeHarness, START, told } from './harness.ts';

const STEP = 5_000;

/** A channel whose first `failures` attempts fail. */
function failing(h: Harness, failures: number): void {
  addChannel(h, 'oncall', { retry: { minMs: 1_000, maxMs: 5_000, giveUpMs: 24 * 60 * MINUTE } });
  let left = failures;
  h.answers.set('oncall', () => (left-- > 0 ? { kind: 'retryable', class: 'server', error: '500' } : { kind: 'sent' }));
}

test('the first attempt goes out by the tick, whatever is silenced by then', async () => {
  const h = makeHarness();
  failing(h, 0);
  addSilence(h, 'a', 1, 10 * MINUTE);
  await h.clock.advance(1_000);

  await h.commit(intent('a'));
  await h.settle();

  assert.deepEqual(told(h), ['oncall firing: a']);
});

test('a retry waits for the end of a silence, and the log says so meanwhile', async () => {
  const h = makeHarness();
  failing(h, 1);
  addSilence(h, 'a', 1, 10 * MINUTE);
  await h.commit(intent('a'));
  await h.settle();
  await h.pass(5 * MINUTE, STEP);

  const [meanwhile] = (await deliveries(h.store, { limit: 1 })).items;
  assert.equal(h.sent.length, 1);
  assert.deepEqual([meanwhile?.status, meanwhile?.withheld?.by], ['retrying', 'silence-a']);
  await h.pass(6 * MINUTE, STEP);

  assert.deepEqual(told(h), ['oncall firing: a']);
  const [after] = (await deliveries(h.store, { limit: 1 })).items;
  assert.deepEqual([after?.status, after?.withheld], ['delivered', undefined]);
});

test('a silence that is ended early lets the retry go at once', async () => {
  const h = makeHarness();
  failing(h, 1);
  addSilence(h, 'a', 1, 1_000 * MINUTE);
  await h.commit(intent('a'));
  await h.pass(MINUTE, STEP);

  h.silences = [];
  await h.pass(10_000);

  assert.deepEqual(told(h), ['oncall firing: a']);
});

test('of a message about several alerts only the silenced ones wait, under a key of their own', async () => {
  const h = makeHarness();
  failing(h, 1);
  addSilence(h, 'a', 1, 10 * MINUTE);
  await h.commit(intent('a'), intent('b'));
  await h.pass(MINUTE, STEP);
  assert.deepEqual(told(h), ['oncall firing: b']);

  h.restart();
  await h.pass(11 * MINUTE, STEP);

  assert.deepEqual(told(h), ['oncall firing: b', 'oncall firing: a']);
  assert.equal(new Set(h.sent.slice(1).map(({ options }) => options.idempotencyKey)).size, 2);
});

test('an alert that began and ended without a word getting through a silence is told to nobody', async () => {
  const h = makeHarness();
  failing(h, 1);
  addSilence(h, 'a', 1, 10 * MINUTE);
  await h.commit(intent('a'));
  await h.pass(MINUTE, STEP);
  await h.commit(end('a', START + MINUTE));
  await h.pass(20 * MINUTE, STEP);

  assert.deepEqual(told(h), []);
  assert.deepEqual(
    (await h.rows()).map(row => row.status),
    ['suppressed', 'suppressed'],
  );
});

test('the end of an alert that was told is told, though a repeat of it is held back', async () => {
  const h = makeHarness();
  addChannel(h, 'oncall');
  await h.commit(intent('a'));
  await h.settle();
  addSilence(h, 'a', 2 * MINUTE, 30 * MINUTE);
  h.answers.set('oncall', () => ({ kind: 'retryable', class: 'message', error: '500' }));
  await h.clock.advance(MINUTE);
  await h.commit(intent('a', { kind: 'repeat', t: START + MINUTE }));
  await h.settle();
  await h.pass(4 * MINUTE, STEP);
  h.answers.delete('oncall');
  await h.commit(end('a', START + 5 * MINUTE));
  await h.pass(MINUTE, STEP);

  assert.deepEqual(told(h), ['oncall firing: a', 'oncall resolved: a']);
});
