import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MetaAlerts, type MetaCondition } from '../../../alerting/notify/meta-alerts.ts';
import { StoreAwayError } from '../../../model/errors.ts';
import type { StateStore } from '../../../store/state-store.ts';
import { addChannel, addRoute, type Harness, MINUTE, makeHarness } from './harness.ts';

const BEHIND: MetaCondition = {
  code: 'rules-behind',
  subject: '',
  severity: 'error',
  summary: '3 rules are behind',
  labels: {},
};
const failing = (channel: string): MetaCondition => ({
  code: 'channel-failing',
  subject: channel,
  severity: 'error',
  summary: `channel ${channel} cannot deliver`,
  labels: { channel },
});

function open(h: Harness, state: StateStore = h.store): MetaAlerts {
  return new MetaAlerts({ state, receivers: () => ['ops'], clock: h.clock });
}
const words = (h: Harness): string[] =>
  h.sent.map(
    ({ channel, message }) => `${channel} ${message.status} ${message.alerts.map(a => a.labels['code']).join(' ')}`,
  );

test('a condition is told once when it begins and once when it ends', async () => {
  const h = makeHarness();
  addChannel(h, 'ops');
  h.metaReceivers = ['ops'];
  const meta = open(h);
  await meta.load();

  for (const conditions of [[], [BEHIND], [BEHIND], [], []]) {
    await meta.update(conditions);
    await h.pass(MINUTE, 10_000);
  }

  assert.deepEqual(words(h), ['ops info rules-behind', 'ops resolved rules-behind']);
  assert.deepEqual(await h.store.loadRuleStates(), [], 'nothing is left behind');
});

test('the same thing wrong with two channels is two alerts, listed while they last', async () => {
  const h = makeHarness();
  const meta = open(h);
  await meta.update([failing('mail'), failing('robot')]);
  await meta.update([failing('robot')]);

  assert.deepEqual(
    meta.alerts().map(({ kind, code, labels, state }) => [kind, code, labels['channel'], state]),
    [['meta', 'channel-failing', 'robot', 'firing']],
  );
});

test('a restart neither tells it again nor forgets to end it', async () => {
  const h = makeHarness();
  addChannel(h, 'ops');
  h.metaReceivers = ['ops'];
  await open(h).update([BEHIND]);
  await h.settle();

  const after = open(h);
  await after.load();
  assert.equal(after.alerts().length, 1);
  await after.update([BEHIND]);
  await h.pass(MINUTE, 10_000);
  await after.update([]);
  await h.settle();

  assert.deepEqual(words(h), ['ops info rules-behind', 'ops resolved rules-behind']);
});

test('a route for everything does not take the daemon’s own word from its receivers', async () => {
  const h = makeHarness();
  addChannel(h, 'ops');
  addChannel(h, 'team');
  h.metaReceivers = ['ops'];
  addRoute(h, 'all', { receivers: ['team'] });
  await open(h).update([BEHIND]);
  await h.pass(MINUTE, 10_000);

  assert.deepEqual(words(h), ['ops info rules-behind']);
});

/** Every write of one raising and one ending, cut short before or after. */
for (const when of ['before', 'after'] as const) {
  test(`killed ${when} any write, each end of it is told once`, async () => {
    for (let n = 1; n <= 10; n++) {
      const h = makeHarness();
      addChannel(h, 'ops');
      h.metaReceivers = ['ops'];
      let writes = 0;
      let dead = false;
      const through = new Proxy(h.store, {
        get(target, name) {
          const value: unknown = Reflect.get(target, name);
          if (typeof value !== 'function') return value;
          return async (...given: unknown[]) => {
            if (dead) throw new StoreAwayError('killed');
            if (name === 'get' || ++writes < n) return Reflect.apply(value, target, given);
            dead = true;
            if (when === 'after') await Reflect.apply(value, target, given);
            throw new StoreAwayError('killed');
          };
        },
      });
      const run = async (meta: MetaAlerts): Promise<void> => {
        await meta.load();
        await meta.update([BEHIND]);
        await h.settle();
        await meta.update([]);
        await h.settle();
      };
      await run(open(h, through)).catch(() => undefined);
      await h.settle();
      if (dead) {
        const again = open(h);
        await again.load();
        await h.settle();
        await again.update([]);
        await h.settle();
      }
      const told = words(h);
      assert.ok(told.length === 2 || told.length === 0, `write ${n}: ${told}`);
      if (told.length === 2)
        assert.deepEqual(told, ['ops info rules-behind', 'ops resolved rules-behind'], `write ${n}`);
    }
  });
}
