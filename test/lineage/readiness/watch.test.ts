import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Readiness, ReadinessQuestion } from '../../../lineage/readiness/readiness.ts';
import { ReadinessWatch } from '../../../lineage/readiness/watch.ts';
import { ManualClock } from '../../../model/clock.ts';
import { UserError } from '../../../model/errors.ts';

const QUESTION: ReadinessQuestion = { target: 'GMV', completeTo: 1, periodMs: 1 };
const SECOND = 1000;

/** A gate that opens at `opensAt`, and counts how often it is asked. */
function gate(opensAt: number, eta: number | null = SECOND) {
  const clock = new ManualClock(0);
  const world = {
    clock,
    asked: 0,
    fails: null as Error | null,
    watch: new ReadinessWatch({
      clock,
      async ask(_question, at) {
        world.asked++;
        if (world.fails !== null) throw world.fails;
        const ready = at >= opensAt;
        const blocking: Readiness['blocking'] = ready ? [] : [{ hop: 'etl', reason: 'behind', eta_ms: eta }];
        return { ready, complete_up_to: at, blocking, rows: null };
      },
    }),
  };
  return world;
}

const never = new AbortController().signal;

describe('waiting for readiness', () => {
  test('what is ready is answered at once, and so is who does not wait', async () => {
    const open = gate(0);
    const shut = gate(100 * SECOND);

    assert.equal((await open.watch.ask(QUESTION, 30 * SECOND, never)).ready, true);
    assert.equal((await shut.watch.ask(QUESTION, 0, never)).ready, false);
    assert.equal(shut.watch.waiting, 0);
  });

  test('everyone gets the answer when it is ready, for one question a second', async () => {
    const world = gate(5 * SECOND);
    const answers = Promise.all(Array.from({ length: 500 }, () => world.watch.ask(QUESTION, 30 * SECOND, never)));
    await world.clock.advance(0);
    assert.equal(world.watch.waiting, 500);
    const before = world.asked;
    await world.clock.advance(6 * SECOND);

    assert.ok((await answers).every(({ ready }) => ready));
    assert.equal(world.asked - before, 5);
    assert.equal(world.watch.waiting, 0);
  });

  test('after the time asked for the latest answer is given', async () => {
    const world = gate(100 * SECOND);
    const answer = world.watch.ask(QUESTION, 3 * SECOND, never);
    await world.clock.advance(0);
    await world.clock.advance(3 * SECOND);

    assert.deepEqual(await answer, {
      ready: false,
      complete_up_to: 2 * SECOND,
      blocking: [{ hop: 'etl', reason: 'behind', eta_ms: SECOND }],
      rows: null,
    });
  });

  test('a question with a far answer is asked less often', async () => {
    const world = gate(1000 * SECOND, 600 * SECOND);
    const answer = world.watch.ask(QUESTION, 60 * SECOND, never);
    await world.clock.advance(0);
    await world.clock.advance(61 * SECOND);
    await answer;

    assert.equal(world.asked, 1 + 5);
  });

  test('who hangs up waits no more, and nothing is asked for nobody', async () => {
    const world = gate(100 * SECOND);
    const hangUp = new AbortController();
    const answer = world.watch.ask(QUESTION, 60 * SECOND, hangUp.signal);
    await world.clock.advance(2 * SECOND);
    hangUp.abort();
    await answer;
    const asked = world.asked;
    await world.clock.advance(30 * SECOND);

    assert.equal(world.watch.waiting, 0);
    assert.equal(world.asked, asked);
  });

  test('an answer that fails fails for all who wait, and the next question is asked anew', async () => {
    const world = gate(3 * SECOND);
    const answers = Promise.allSettled([1, 2].map(() => world.watch.ask(QUESTION, 60 * SECOND, never)));
    await world.clock.advance(0);
    world.fails = new UserError('standby', 'another daemon holds the lease');
    await world.clock.advance(SECOND);
    assert.deepEqual(
      (await answers).map(({ status }) => status),
      ['rejected', 'rejected'],
    );

    world.fails = null;
    const next = world.watch.ask(QUESTION, 60 * SECOND, never);
    await world.clock.advance(0);
    await world.clock.advance(5 * SECOND);
    assert.equal((await next).ready, true);
  });

  test('stopping gives everyone the latest answer', async () => {
    const world = gate(100 * SECOND);
    const answer = world.watch.ask(QUESTION, 60 * SECOND, never);
    await world.clock.advance(0);
    world.watch.close();

    assert.equal((await answer).ready, false);
    assert.equal((await world.watch.ask(QUESTION, 60 * SECOND, never)).ready, false);
  });

  test('too many who wait are told so', async () => {
    const world = gate(100 * SECOND);
    const waiting = Promise.all(Array.from({ length: 2000 }, () => world.watch.ask(QUESTION, 60 * SECOND, never)));
    await world.clock.advance(0);

    await assert.rejects(world.watch.ask(QUESTION, 60 * SECOND, never), { code: 'overloaded', status: 429 });
    world.watch.close();
    await waiting;
  });
});
