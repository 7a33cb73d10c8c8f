import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pino } from 'pino';
import type { ActiveChannel } from '../../alerting/notify/channel.ts';
import type { Message } from '../../alerting/notify/message.ts';
import { newRow } from '../../alerting/notify/outbox-body.ts';
import { testMessage } from '../../alerting/notify/test-message.ts';
import { SelfWatch } from '../../app/meta-alerts.ts';
import { ManualClock } from '../../model/clock.ts';
import { createTelemetry } from '../../model/telemetry.ts';
import { openSqliteStateStore } from '../../store/sqlite/state-store.ts';
import type { OutboxRow } from '../../store/state-store.ts';

const START = Date.parse('2026-11-21T10:00:00Z');
const MINUTE = 60_000;

/** A daemon whose ailments a test sets. */
function patient() {
  const clock = new ManualClock(START);
  const telemetry = createTelemetry();
  const store = openSqliteStateStore({ path: ':memory:', clock });
  const ails = { behind: 0, lateMs: 0, state: true, metrics: true, heartbeat: null as string | null };
  const direct: string[] = [];
  let refuses = false;
  const channel = {
    notifier: {
      async send({ status, alerts }: Message) {
        if (refuses) return { kind: 'retryable' as const, class: 'network', error: 'away' };
        direct.push(`${status} ${alerts[0]?.labels['code']}`);
        return { kind: 'sent' as const };
      },
      close: async () => undefined,
    },
  } as unknown as ActiveChannel;
  const ping = (answers: () => boolean) => async () => {
    if (!answers()) throw new Error('away');
  };
  const state = new Proxy(store, {
    get(target, name) {
      if (name === 'ping') return ping(() => ails.state);
      const value: unknown = Reflect.get(target, name);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  const watch = new SelfWatch({
    state,
    metrics: { ping: ping(() => ails.metrics) },
    channels: { active: () => channel },
    rulesBehind: () => ails.behind,
    watermark: () => clock.now() - ails.lateMs,
    config: () => ({ maxWaitMs: 5 * MINUTE, receivers: ['ops'] }),
    metaChannels: () => ['ops'],
    heartbeatFailing: () => ails.heartbeat,
    publicUrl: 'http://tw.example',
    onChange: () => undefined,
    clock,
    telemetry,
    logger: pino({ level: 'silent' }),
  });
  return {
    clock,
    telemetry,
    store,
    ails,
    direct,
    watch,
    refuse: (value: boolean) => {
      refuses = value;
    },
    codes: () => watch.alerts().map(({ code, labels }) => [code, labels['channel']].filter(Boolean).join(' ')),
  };
}

const AILMENTS: readonly [string, (p: ReturnType<typeof patient>) => void, string][] = [
  ['rules behind their schedule', p => void (p.ails.behind = 2), 'rules-behind'],
  ['an intake further behind than rules wait', p => void (p.ails.lateMs = 6 * MINUTE), 'stream-behind'],
  ['a metric store that does not answer', p => void (p.ails.metrics = false), 'store-away'],
  ['series that are refused', p => p.telemetry.seriesRefused.inc(5), 'series-limit'],
  ['a heartbeat that does not arrive', p => void (p.ails.heartbeat = 'HTTP 503'), 'heartbeat-failing'],
];
for (const [sentence, ail, code] of AILMENTS) {
  test(`an alert about itself: ${sentence}, and its end`, async () => {
    const p = patient();
    await p.watch.start();
    ail(p);
    for (let look = 0; look < 3; look++) await p.watch.check();
    assert.deepEqual(p.codes(), [code]);

    Object.assign(p.ails, { behind: 0, lateMs: 0, metrics: true, heartbeat: null });
    await p.clock.advance(11 * MINUTE);
    await p.watch.check();

    assert.deepEqual(p.codes(), []);
    const intents = (await p.store.openIntents()).map(
      ({ body }) => (body as { endsAt: number | null }).endsAt !== null,
    );
    assert.deepEqual(intents, [false, true], 'told once, ended once');
    await p.watch.stop();
  });
}

test('a store that misses one look is no alert', async () => {
  const p = patient();
  await p.watch.start();
  p.ails.metrics = false;
  await p.watch.check();
  p.ails.metrics = true;
  await p.watch.check();
  assert.deepEqual(p.codes(), []);
  await p.watch.stop();
});

test('an idle stream of which nothing is known is not behind', async () => {
  const p = patient();
  await p.watch.start();
  p.ails.lateMs = Number.POSITIVE_INFINITY;
  await p.watch.check();
  assert.deepEqual(p.codes(), []);
  await p.watch.stop();
});

test('a state store that is away cannot carry its own alert: it is told directly, until it is taken, and so is its end', async () => {
  const p = patient();
  await p.watch.start();
  p.ails.state = false;
  p.refuse(true);
  for (let look = 0; look < 4; look++) await p.watch.check();
  assert.deepEqual(p.direct, []);
  p.refuse(false);
  for (let look = 0; look < 3; look++) await p.watch.check();
  assert.deepEqual(p.direct, ['info store-away']);

  p.ails.state = true;
  for (let look = 0; look < 3; look++) await p.watch.check();

  assert.deepEqual(p.direct, ['info store-away', 'resolved store-away']);
  await p.watch.stop();
});

/** A row after an attempt at `minutes`. */
function attempted(status: OutboxRow['status'], minutes: number, channel = 'robot'): OutboxRow {
  const at = START + minutes * MINUTE;
  const made = newRow({
    id: `${channel}-${minutes}`,
    channel,
    at,
    kind: 'firing',
    message: testMessage(channel, '', at),
    alerts: [],
  });
  const body = made.body as Record<string, never>;
  const tries = [{ at, outcome: status === 'delivered' ? 'sent' : 'retryable', class: 'network', error: 'reset' }];
  return { ...made, status, body: { ...body, tries, class: 'network', error: 'reset' } };
}

const CHANNELS: readonly [string, readonly OutboxRow[], string[]][] = [
  ['a message that died', [attempted('dead', 0)], ['channel-failing robot']],
  ['died, then one was delivered', [attempted('dead', 0), attempted('delivered', 1)], []],
  ['a first failure', [attempted('retrying', 0)], []],
  ['failures for five minutes', [attempted('retrying', 0), attempted('retrying', 5)], ['channel-failing robot']],
  [
    'failures with a delivery in between',
    [attempted('retrying', 0), attempted('delivered', 2), attempted('retrying', 5)],
    [],
  ],
  [
    'two channels',
    [attempted('dead', 0), attempted('dead', 1, 'mail')],
    ['channel-failing robot', 'channel-failing mail'],
  ],
];
for (const [sentence, rows, expected] of CHANNELS) {
  test(`a failing channel: ${sentence}`, async () => {
    const p = patient();
    await p.watch.start();
    await p.clock.advance(6 * MINUTE);
    for (const row of rows) p.watch.noteDelivery(row);
    await p.watch.check();
    await p.watch.check();
    assert.deepEqual(p.codes(), expected);
    await p.watch.stop();
  });
}

test('after a restart the outbox says which channel fails', async () => {
  const p = patient();
  await p.store.commitFlush('g', null, { state: null, consumedIntents: [], outbox: [attempted('dead', 0)] });
  await p.watch.start();
  await p.watch.check();
  assert.deepEqual(p.codes(), ['channel-failing robot']);
  await p.watch.stop();
});
