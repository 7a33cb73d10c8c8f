import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HEARTBEAT_EVERY_MS, withHeartbeats } from '../../../collector/kafka/heartbeats.ts';
import { ManualClock } from '../../../model/clock.ts';

test('beats while the work goes on, and not for quick work', async () => {
  const clock = new ManualClock(0);
  const work = Promise.withResolvers<void>();
  let beats = 0;
  const beat = async (): Promise<void> => void beats++;
  await withHeartbeats(Promise.resolve(), beat, clock);
  assert.equal(beats, 0);

  const waiting = withHeartbeats(work.promise, beat, clock);
  await clock.advance(3 * HEARTBEAT_EVERY_MS);
  work.resolve();
  await waiting;

  assert.equal(beats, 3);
});

test('a heartbeat that fails ends the wait; failed work is the failure', async () => {
  const clock = new ManualClock(0);
  const never = Promise.withResolvers<void>();
  const lost = withHeartbeats(never.promise, () => Promise.reject(new Error('rebalance')), clock);
  const judged = assert.rejects(lost, /rebalance/);
  await clock.advance(HEARTBEAT_EVERY_MS);
  await judged;

  await assert.rejects(
    withHeartbeats(Promise.reject(new Error('store')), async () => {}, clock),
    /store/,
  );
});
