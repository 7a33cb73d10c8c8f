import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import type { Ack } from '../../../alerting/notify/ack.ts';
import { tellAck } from '../../../alerting/notify/ack-notice.ts';
import { createLinks } from '../../../alerting/notify/compose.ts';
import { addChannel, fires, type Harness, intent, makeHarness, START } from './harness.ts';

const EPISODE = intent('a').episode;
let harness: Harness;

describe('word of an acknowledgement', () => {
  beforeEach(async () => {
    harness = makeHarness();
    addChannel(harness, 'pager', { acknowledges: true });
    addChannel(harness, 'chat');
    harness.receivers.set('oncall', ['pager', 'chat']);
    fires(harness, intent('a'));
    await harness.commit(intent('a'));
    await harness.settle();
  });

  function ack(over: Partial<Ack> = {}): Ack {
    return {
      episode: EPISODE,
      alert: 'a is behind',
      by: 'ann',
      at: START,
      until: START + 1,
      severity: 'warning',
      ...over,
    };
  }

  function tell(taken: Ack): Promise<number> {
    return tellAck(taken, {
      state: harness.store,
      channel: name => harness.channels.get(name) ?? null,
      firing: () => harness.firing,
      links: createLinks('http://tw.example'),
      clock: harness.clock,
    });
  }

  test('a channel with incidents of its own hears who acknowledged what; the others hear nothing', async () => {
    assert.equal(await tell(ack()), 1);
    await harness.settle();

    const told = harness.sent.slice(2);
    assert.deepEqual(
      told.map(({ channel, message, options }) => [channel, message.alerts[0]?.ackedBy, options.alerts?.[0]?.episode]),
      [['pager', 'ann', EPISODE]],
    );
  });

  test('the same acknowledgement told twice is one message', async () => {
    await tell(ack());
    await tell(ack());
    await harness.settle();

    assert.equal(harness.sent.length, 3);
  });

  test('an alert that is over, or that this channel was never told of, is not told', async () => {
    assert.equal(await tell(ack({ episode: 'another' })), 0);
    harness.firing.length = 0;
    assert.equal(await tell(ack()), 0);
  });
});
