import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { deliveries } from '../../../alerting/notify/deliveries.ts';
import type { SendResult } from '../../../alerting/notify/notifier.ts';
import { StoreAwayError } from '../../../model/errors.ts';
import { addChannel, end, type Harness, intent, MINUTE, makeHarness, START, told } from './harness.ts';

const REFUSED: SendResult = { kind: 'permanent', class: 'refused', error: 'no' };
const BROKEN: SendResult = { kind: 'retryable', class: 'network', error: 'ECONNREFUSED' };

/** A rule of its own, so that dispatch makes a row of its own. */
function own(n: number, over: Parameters<typeof intent>[1] = {}) {
  return intent(`t${n}`, { ruleId: `r${n}`, ...over });
}

async function statuses(h: Harness): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const row of await h.rows()) counts[row.status] = (counts[row.status] ?? 0) + 1;
  return counts;
}

test('a failure is repeated under the same key, with growing waits, until the message is taken', async () => {
  const h = makeHarness();
  addChannel(h, 'oncall');
  h.answers.set('oncall', (_, { attempt }) => (attempt < 5 ? BROKEN : { kind: 'sent' }));

  await h.commit(intent('a'));
  await h.pass(MINUTE);

  assert.deepEqual(
    h.sent.map(sent => sent.options.attempt),
    [1, 2, 3, 4, 5],
  );
  assert.equal(new Set(h.sent.map(sent => sent.options.idempotencyKey)).size, 1);
  const waits = h.sent.slice(1).map((sent, i) => sent.at - (h.sent[i]?.at ?? 0));
  assert.deepEqual(waits, [1_000, 2_000, 4_000, 8_000], 'half of the doubling bound, as random is 0.5 here');
});

test('a throttle answer keeps the whole channel quiet for the floor, a longer word of the other side wins', async () => {
  const h = makeHarness();
  addChannel(h, 'oncall', { throttleFloorMs: MINUTE });
  const answers: SendResult[] = [
    { kind: 'retryable', class: 'throttled', error: 'too fast' },
    { kind: 'retryable', class: 'throttled', error: 'too fast', retryAfterMs: 2 * MINUTE },
  ];
  h.answers.set('oncall', () => answers.shift() ?? { kind: 'sent' });

  await h.commit(own(1));
  await h.settle();
  await h.commit(own(2));
  await h.pass(4 * MINUTE);

  const times = h.sent.map(sent => sent.at - START);
  assert.equal(times.length, 4);
  assert.ok((times[1] ?? 0) >= MINUTE && (times[2] ?? 0) >= (times[1] ?? 0) + 2 * MINUTE, String(times));
});

test('a permanent answer is dead at once: the fallback tells it, and the daemon hears of each', async () => {
  const h = makeHarness();
  addChannel(h, 'oncall', { fallback: 'backup' });
  addChannel(h, 'backup');
  h.answers.set('oncall', () => REFUSED);

  await h.commit(own(1, { receivers: ['oncall'] }), own(2, { receivers: ['oncall'] }));
  await h.pass(5_000);

  assert.deepEqual(told(h).sort(), ['backup firing: t1', 'backup firing: t2']);
  assert.deepEqual(await statuses(h), { dead: 2, delivered: 2 });
  assert.deepEqual(h.dead, ['oncall', 'oncall']);
});

test('a fallback that fails too ends there', async () => {
  const h = makeHarness();
  addChannel(h, 'oncall', { fallback: 'backup' });
  addChannel(h, 'backup', { fallback: 'oncall' });
  for (const name of ['oncall', 'backup']) h.answers.set(name, () => REFUSED);

  await h.commit(intent('a', { receivers: ['oncall'] }));
  await h.pass(20_000);

  assert.deepEqual(
    (await h.rows()).map(row => `${row.channel} ${row.status}`),
    ['backup dead', 'oncall dead'],
  );
});

test('what cannot be delivered for as long as the channel allows is given up', async () => {
  const h = makeHarness();
  addChannel(h, 'oncall', { retry: { minMs: 1_000, maxMs: 10_000, giveUpMs: MINUTE } });
  h.answers.set('oncall', () => BROKEN);

  await h.commit(intent('a'));
  await h.pass(2 * MINUTE);

  const [item] = (await deliveries(h.store, { limit: 10 })).items;
  assert.deepEqual([item?.status, item?.class], ['dead', 'gave-up']);
  assert.match(item?.error ?? '', /network: ECONNREFUSED/);
  assert.ok((item?.tries.length ?? 0) > 5);
});

test('a message for a channel that is gone is dead, not forgotten', async () => {
  const h = makeHarness();
  addChannel(h, 'oncall');
  h.answers.set('oncall', () => BROKEN);
  await h.commit(intent('a'));
  await h.settle();

  h.channels.delete('oncall');
  await h.pass(10_000);

  const [item] = (await deliveries(h.store, { limit: 10 })).items;
  assert.deepEqual([item?.status, item?.class], ['dead', 'no-channel']);
});

test('an end replaces its beginning that could not be sent, also when the two are far apart', async () => {
  const h = makeHarness();
  addChannel(h, 'oncall');
  h.answers.set('oncall', () => BROKEN);
  await h.commit(intent('a'), intent('b'));
  await h.pass(30_000);

  await h.commit(end('a', START + MINUTE));
  h.answers.delete('oncall');
  await h.pass(5 * MINUTE);

  assert.deepEqual(told(h).sort(), ['oncall firing: b', 'oncall resolved: a']);
});

test('a beginning whose every alert has ended is suppressed, and the log says why', async () => {
  const h = makeHarness();
  addChannel(h, 'oncall');
  h.answers.set('oncall', () => BROKEN);
  await h.commit(intent('a'));
  await h.settle();

  await h.commit(end('a', START + MINUTE));
  h.answers.delete('oncall');
  h.restart();
  await h.pass(5 * MINUTE);

  assert.deepEqual(told(h), ['oncall resolved: a']);
  const items = (await deliveries(h.store, { limit: 10 })).items;
  assert.deepEqual(items.map(item => [item.kind, item.status, item.class]).sort(), [
    ['firing', 'suppressed', 'superseded'],
    ['resolved', 'delivered', undefined],
  ]);
});

test('the next episode of an alert waits for the end of the one before', async () => {
  const h = makeHarness();
  addChannel(h, 'oncall');
  await h.commit(intent('a'));
  await h.settle();
  h.answers.set('oncall', message =>
    message.status === 'resolved' && h.clock.now() < START + 40_000 ? { ...BROKEN, class: 'odd' } : { kind: 'sent' },
  );

  await h.commit(end('a', START + 10_000));
  await h.settle();
  await h.commit(intent('a', { t: START + 20_000, startsAt: START + 20_000 }), own(2));
  await h.pass(2 * MINUTE);

  assert.deepEqual(told(h), ['oncall firing: a', 'oncall firing: t2', 'oncall resolved: a', 'oncall firing: a']);
});

test('what is sent and recorded while the store still answers with it as waiting is not sent again', async () => {
  const h = makeHarness();
  addChannel(h, 'oncall');
  const [asked, taken] = [Promise.withResolvers<void>(), Promise.withResolvers<SendResult>()];
  h.answers.set('oncall', () => {
    asked.resolve();
    return taken.promise;
  });
  const [read, answer] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  let looks = 0;
  h.restart(
    new Proxy(h.store, {
      get(target, name) {
        const value: unknown = Reflect.get(target, name);
        if (typeof value !== 'function') return value;
        return async (...given: unknown[]) => {
          const found: unknown = await Reflect.apply(value, target, given);
          if (name !== 'outboxDue' || ++looks !== 2) return found;
          read.resolve();
          await answer.promise;
          return found;
        };
      },
    }),
  );
  await h.commit(intent('a'));

  const sending = h.settle();
  await asked.promise;
  const looking = h.settle();
  await read.promise;
  taken.resolve({ kind: 'sent' });
  await sending;
  answer.resolve();
  await looking;

  assert.deepEqual(told(h), ['oncall firing: a']);
  assert.deepEqual(await statuses(h), { delivered: 1 });
});

test('while rows are being written a look waits for the rest of them, but not for ever', async () => {
  const h = makeHarness();
  addChannel(h, 'oncall');
  const answers: SendResult[] = [BROKEN, BROKEN];
  h.answers.set('oncall', () => answers.shift() ?? { kind: 'sent' });
  const sentAfter = async (ms: number): Promise<number> => {
    await h.clock.advance(ms);
    for (let turn = 0; turn < 20; turn++) await nextTurn();
    return h.sent.length;
  };
  await h.commit(intent('a'));
  await h.settle();

  h.isFilling = true;
  assert.equal(await sentAfter(9_000), 1, 'the second attempt is put off');
  assert.equal(await sentAfter(5_000), 2);
  h.isFilling = false;
  assert.equal(await sentAfter(5_000), 3);
});

test('recipients that have a mail are not asked again', async () => {
  const h = makeHarness();
  addChannel(h, 'oncall');
  h.answers.set('oncall', (_, { attempt }) => ({
    ...(attempt === 1 ? { kind: 'retryable', class: 'recipient', error: 'greylisted' } : { kind: 'sent' }),
    recipients:
      attempt === 1
        ? [
            { address: 'a', status: 'delivered' },
            { address: 'b', status: 'retryable' },
            { address: 'c', status: 'permanent', error: 'no such user' },
          ]
        : [{ address: 'b', status: 'delivered' }],
  }));

  await h.commit(intent('a'));
  await h.pass(10_000);

  assert.deepEqual(h.sent[1]?.options.skip, ['a', 'c']);
  const [item] = (await deliveries(h.store, { channel: 'oncall', limit: 10 })).items;
  assert.deepEqual(
    item?.recipients?.map(({ address, status }) => [address, status]),
    [
      ['a', 'delivered'],
      ['b', 'delivered'],
      ['c', 'permanent'],
    ],
  );
  assert.deepEqual([item?.status, item?.class, item?.error], ['delivered', 'partial', 'no such user']);
});

test('a channel that never answers is cut short and tried again', async () => {
  const h = makeHarness();
  addChannel(h, 'oncall');
  h.answers.set('oncall', (_, { attempt }, signal) =>
    attempt > 1
      ? { kind: 'sent' }
      : new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error))),
  );
  await h.commit(intent('a'));

  const first = h.settle();
  await h.clock.advance(0);
  await h.clock.advance(16_000);
  await first;
  await h.pass(10_000);

  const [item] = (await deliveries(h.store, { limit: 10 })).items;
  assert.deepEqual([item?.status, item?.attempts, item?.tries[0]?.class], ['delivered', 2, 'timeout']);
});

test('a row that cannot be read is dead and holds nothing up', async () => {
  const h = makeHarness();
  addChannel(h, 'oncall');
  const damaged = {
    id: 'x',
    channel: 'oncall',
    createdAt: START,
    nextAttemptAt: START,
    status: 'pending',
    attempts: 0,
    body: 7,
  } as const;
  await h.store.commitFlush('g', null, { state: null, consumedIntents: [], outbox: [damaged] });
  await h.commit(intent('a'));

  await h.settle();

  assert.deepEqual(told(h), ['oncall firing: a']);
  assert.deepEqual(await statuses(h), { dead: 1, delivered: 1 });
});

test('a message sent while the store goes away is recorded later, not sent again', async () => {
  let away = false;
  const h = makeHarness();
  const through = new Proxy(h.store, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== 'function') return value;
      return (...given: unknown[]) =>
        away ? Promise.reject(new StoreAwayError('gone')) : Reflect.apply(value, target, given);
    },
  });
  h.restart(through);
  addChannel(h, 'oncall');
  h.answers.set('oncall', () => {
    away = true;
    return { kind: 'sent' };
  });
  await h.commit(intent('a'));

  const first = h.settle();
  await h.clock.advance(0);
  await h.clock.advance(30_000);
  away = false;
  await h.clock.advance(5_000);
  await first;
  await h.pass(10_000);

  assert.equal(h.sent.length, 1);
  assert.deepEqual(await statuses(h), { delivered: 1 });
});

test('the limit of a robot holds in every window, nothing is lost, and the criticals come first', async () => {
  const h = makeHarness();
  addChannel(h, 'robot', { budget: { requests: 20, windowMs: MINUTE } });
  const many = (from: number, n: number) =>
    Array.from({ length: n }, (_, i) =>
      own(from + i, { receivers: ['robot'], severity: (from + i) % 100 === 99 ? 'critical' : 'warning' }),
    );

  await h.commit(...many(0, 700));
  await h.settle();
  assert.deepEqual(
    h.sent[0]?.message.alerts.slice(0, 7).map(alert => alert.labels['severity']),
    Array.from({ length: 7 }, () => 'critical'),
    'the first message carries the criticals of all of them',
  );
  for (let minute = 0; minute < 2; minute++) {
    for (let second = 0; second < 60; second += 2) {
      await h.commit(...many(10_000 + minute * 1_000 + second * 3, 3));
      await h.pass(2_000);
    }
  }
  h.restart();
  await h.commit(...many(50_000, 30));
  await h.pass(3 * MINUTE);

  const times = h.sent.map(sent => sent.at);
  for (const at of times) {
    const inWindow = times.filter(other => other >= at && other < at + MINUTE).length;
    assert.ok(inWindow <= 20, `${inWindow} requests in one minute`);
  }
  const items = (await deliveries(h.store, { channel: 'robot', limit: 100_000 })).items;
  assert.ok(
    items.every(item => item.status === 'delivered' || (item.status === 'suppressed' && item.class === 'merged')),
  );
  const delivered = items.filter(item => item.status === 'delivered').flatMap(item => item.alerts);
  assert.equal(new Set(delivered.map(alert => alert.labels['topic'])).size, 700 + 180 + 30);
});

test('a channel that is down is probed, not hammered, and told everything when it is back', async () => {
  const h = makeHarness();
  addChannel(h, 'oncall');
  h.answers.set('oncall', () => BROKEN);
  for (let i = 0; i < 240; i++) {
    await h.commit(own(i));
    await h.pass(1_000);
  }
  const probes = h.sent.length;
  h.answers.delete('oncall');
  await h.pass(10 * MINUTE);

  assert.ok(probes < 30, `${probes} attempts at a channel that is down`);
  const delivered = (await deliveries(h.store, { limit: 1_000 })).items.filter(item => item.status === 'delivered');
  assert.equal(new Set(delivered.flatMap(item => item.alerts.map(alert => alert.labels['topic']))).size, 240);
});
