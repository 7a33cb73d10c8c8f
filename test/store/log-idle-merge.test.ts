import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualClock } from '../../model/clock.ts';
import { IdleMerge } from '../../store/sqlite/log-idle-merge.ts';

/** Steps answered by hand: `answers` are what is still to be asked for. */
function steps() {
  const asked: PromiseWithResolvers<boolean>[] = [];
  const step = (): Promise<boolean> => {
    const answer = Promise.withResolvers<boolean>();
    asked.push(answer);
    return answer.promise;
  };
  const answer = async (more: boolean): Promise<void> => {
    asked.at(-1)?.resolve(more);
    await settled();
  };
  return { asked, step, answer };
}

const settled = (): Promise<void> => new Promise(resolve => setImmediate(resolve));

test('merging begins when no lines came for a while, and goes on until there is nothing to do', async () => {
  const clock = new ManualClock(0);
  const { asked, step, answer } = steps();
  const merge = new IdleMerge(clock, step);
  merge.postpone();
  clock.advance(99);
  assert.equal(asked.length, 0);
  clock.advance(1);
  await answer(true);
  await answer(true);
  assert.equal(asked.length, 3);
  await answer(false);
  clock.advance(1000);
  assert.equal(asked.length, 3);
});

test('lines that come while it merges stop it after the step, and it begins again when they have stopped', async () => {
  const clock = new ManualClock(0);
  const { asked, step, answer } = steps();
  const merge = new IdleMerge(clock, step);
  merge.postpone();
  clock.advance(100);
  clock.advance(10);
  merge.postpone();
  await answer(true);
  assert.equal(asked.length, 1);
  clock.advance(100);
  assert.equal(asked.length, 2);
});

test('a failed step ends merging until the next lines', async () => {
  const clock = new ManualClock(0);
  const { asked, step } = steps();
  const merge = new IdleMerge(clock, step);
  merge.postpone();
  clock.advance(100);
  asked[0]?.reject(new Error('the writer died'));
  await settled();
  merge.postpone();
  clock.advance(100);
  assert.equal(asked.length, 2);
});

test('nothing is merged after the stop', async () => {
  const clock = new ManualClock(0);
  const { asked, step, answer } = steps();
  const merge = new IdleMerge(clock, step);
  merge.postpone();
  clock.advance(100);
  merge.stop();
  await answer(true);
  merge.postpone();
  clock.advance(1000);
  assert.equal(asked.length, 1);
});
