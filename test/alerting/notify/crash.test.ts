/** Bar 2 of the design: kill -9 anywhere between the commit of an intent and the record of its delivery. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { StateStore } from '../../../store/state-store.ts';
import { addChannel, addRoute, end, type Harness, intent, makeHarness, START } from './harness.ts';

const WRITES = new Set(['commitFlush', 'updateOutbox']);

class Killed extends Error {}

/** The process dies at its `n`-th write, before it or right after it; from then on nothing it does reaches the store. */
function killAt(h: Harness, n: number, when: 'before' | 'after'): { through: StateStore; reached: () => boolean } {
  let writes = 0;
  let dead = false;
  const through = new Proxy(h.store, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== 'function') return value;
      return async (...given: unknown[]) => {
        if (dead) throw new Killed();
        if (!WRITES.has(String(name)) || ++writes < n) return Reflect.apply(value, target, given);
        dead = true;
        if (when === 'after') await Reflect.apply(value, target, given);
        h.restart();
        throw new Killed();
      };
    },
  });
  return { through, reached: () => dead };
}

/** Fires on three channels (one breaks at first, one is refused and has a fallback), waits in a route, and ends. */
async function scenario(h: Harness): Promise<void> {
  for (const name of ['mail', 'flaky', 'routed', 'backup']) addChannel(h, name);
  addChannel(h, 'refused', { fallback: 'backup' });
  h.receivers.set('oncall', ['mail', 'flaky', 'refused']);
  addRoute(h, 'x', { matchers: { topic: 'c' }, receivers: ['routed'], group_wait: '5s', group_interval: '5s' });
  h.answers.set('flaky', (_, { attempt }) =>
    attempt === 1 ? { kind: 'retryable', class: 'network', error: 'reset' } : { kind: 'sent' },
  );
  h.answers.set('refused', () => ({ kind: 'permanent', class: 'refused', error: 'no' }));
  await h.commit(intent('a'), intent('b'), intent('c'));
  await h.pass(12_000);
  await h.commit(end('a', START + 20_000), end('c', START + 20_000));
  await h.pass(12_000);
}

/** topic/status pairs each channel was told, with the idempotency keys under which. */
function heard(h: Harness): Map<string, Set<string>> {
  const keys = new Map<string, Set<string>>();
  for (const { channel, message, options, result } of h.sent) {
    if (result !== 'sent') continue;
    for (const alert of message.alerts) {
      const fact = `${channel} ${alert.labels['topic']} ${alert.status}`;
      keys.set(fact, (keys.get(fact) ?? new Set()).add(options.idempotencyKey));
    }
  }
  return keys;
}

const EXPECTED = [
  'backup a firing',
  'backup a resolved',
  'backup b firing',
  'flaky a firing',
  'flaky a resolved',
  'flaky b firing',
  'mail a firing',
  'mail a resolved',
  'mail b firing',
  'routed c firing',
  'routed c resolved',
];

for (const when of ['before', 'after'] as const) {
  test(`killed ${when} any write: everything is told, under one key, and what was in flight at most twice`, async () => {
    let n = 1;
    for (; n < 100; n++) {
      const h = makeHarness();
      const { through, reached } = killAt(h, n, when);
      h.restart(through);
      await scenario(h);
      await h.pass(15_000);

      const facts = heard(h);
      assert.deepEqual([...facts.keys()].sort(), EXPECTED, `write ${n}`);
      for (const [fact, keys] of facts) assert.equal(keys.size, 1, `write ${n}: ${fact} under ${keys.size} keys`);
      for (const channel of ['mail', 'flaky', 'routed', 'backup']) {
        const sends = h.sent.filter(sent => sent.channel === channel && sent.result === 'sent');
        const twice = sends.length - new Set(sends.map(sent => sent.options.idempotencyKey)).size;
        assert.ok(twice <= 1, `write ${n}: ${channel} got ${twice} messages twice`);
      }
      assert.deepEqual(await h.store.openIntents(), []);
      assert.ok((await h.rows()).every(row => row.status === 'delivered' || row.status === 'dead'));
      if (!reached()) break;
    }
    assert.ok(n > 10 && n < 100, `the scenario has ${n - 1} writes`);
  });
}
