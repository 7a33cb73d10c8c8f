import assert from 'node:assert/strict';
import { test } from 'node:test';
import { afterAttempt, sendOnce } from '../../../alerting/notify/attempt.ts';
import type { ActiveChannel } from '../../../alerting/notify/channel.ts';
import { compose, createLinks } from '../../../alerting/notify/compose.ts';
import type { Entry } from '../../../alerting/notify/merge.ts';
import type { SendOptions, SendResult } from '../../../alerting/notify/notifier.ts';
import { decodeBody, newRow, refOf } from '../../../alerting/notify/outbox-body.ts';
import { ManualClock } from '../../../model/clock.ts';
import { intent, START } from './harness.ts';

const clock = new ManualClock(START);
const options: SendOptions[] = [];
const channel: ActiveChannel = {
  name: 'team',
  type: 'teams',
  notifier: {
    async send(_, asked) {
      options.push(asked);
      return { kind: 'sent' };
    },
    close: async () => {},
  },
  retry: { minMs: 1_000, maxMs: 300_000, giveUpMs: 86_400_000 },
  throttleFloorMs: 0,
  budget: null,
  fallback: null,
};

function entry(): Entry {
  const one = intent('a');
  const group = { groupKey: 'g', groupLabels: {}, receiver: 'r', stillFiring: 0, now: 0 };
  const message = compose([one], group, createLinks('http://tw.example'), () => ({ owner: '', affects: [] }));
  const row = newRow({ id: 'row-1', channel: 'team', at: START, kind: 'firing', message, alerts: [refOf(one, true)] });
  return { row, body: decodeBody(row.body) ?? assert.fail() };
}

function failed(before: Entry, result: SendResult): Entry {
  return afterAttempt(before, result, channel, { now: START, random: 0, failures: 0 }).entry;
}

const TOO_LARGE: SendResult = { kind: 'retryable', class: 'too-large', error: 'HTTP 413', remedy: 'send less' };
const THROTTLED: SendResult = { kind: 'retryable', class: 'throttled', error: 'HTTP 429' };

test('what a channel said of the message is remembered over what it said of itself in between', async () => {
  await sendOnce(failed(failed(entry(), TOO_LARGE), THROTTLED), channel, clock, new AbortController().signal);
  await sendOnce(failed(entry(), THROTTLED), channel, clock, new AbortController().signal);

  assert.deepEqual(
    options.splice(0).map(({ previousClass, attempt }) => [previousClass, attempt]),
    [
      ['too-large', 3],
      [undefined, 2],
    ],
  );
});

test('a notifier is told every alert the message speaks of, and the key is that of the row', async () => {
  await sendOnce(entry(), channel, clock, new AbortController().signal);

  const [asked] = options.splice(0);
  assert.equal(asked?.idempotencyKey, 'row-1');
  assert.deepEqual(
    asked?.alerts?.map(({ episode, status }) => [episode, status]),
    [[intent('a').episode, 'firing']],
  );
});

test('the delivery log says what to do about a failure, attempt by attempt', () => {
  const { body } = failed(entry(), TOO_LARGE);

  assert.equal(body.error, 'HTTP 413: send less');
  assert.equal(body.tries[0]?.error, 'HTTP 413: send less');
});
