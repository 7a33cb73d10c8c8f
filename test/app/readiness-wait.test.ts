import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { waitUntilReady } from '../../app/readiness-wait.ts';
import type { Readiness } from '../../lineage/readiness/readiness.ts';
import { ManualClock } from '../../model/clock.ts';
import { UserError } from '../../model/errors.ts';

const READY: Readiness = { ready: true, complete_up_to: 1, blocking: [], rows: null };
const behind = (hop: string, eta_ms: number | null): Readiness => ({
  ready: false,
  complete_up_to: 0,
  blocking: [{ hop, reason: 'behind', eta_ms }],
  rows: null,
});
const away = new UserError('bad-request', 'the daemon does not answer', { status: 503 });

/** Plays answers one after the other, each after as long as it was asked to wait; the last one again and again. */
async function play(answers: readonly (Readiness | null | Error)[], waitMs: number) {
  const clock = new ManualClock(0);
  const told: string[] = [];
  const asked: number[] = [];
  const wait = waitUntilReady({
    waitMs,
    clock,
    async ask(ms) {
      asked.push(ms);
      const answer = answers[Math.min(asked.length, answers.length) - 1] ?? null;
      // A daemon that is away says so at once, one that answers waits as it was told to.
      if (answer instanceof Error) throw answer;
      if (answer?.ready === false) await clock.sleep(ms);
      return answer;
    },
    tell: answer => told.push(answer.ready ? 'ready' : `${answer.blocking[0]?.hop} ${answer.blocking[0]?.eta_ms}`),
    tellAway: message => told.push(message),
  });
  const settled = wait.then(
    result => result,
    (error: Error) => error.message,
  );
  await clock.advance(waitMs + 1000);
  return { result: await settled, told, asked };
}

describe('tidewatch ready', () => {
  test('is ready at once', async () => {
    assert.deepEqual(await play([READY], 0), { result: true, told: ['ready'], asked: [0] });
  });

  test('asks once when it is not to wait', async () => {
    assert.deepEqual(await play([behind('etl', null)], 0), { result: false, told: ['etl null'], asked: [0] });
  });

  test('waits in requests of 20 s until the time is over', async () => {
    const { result, asked } = await play([behind('etl', null)], 50_000);

    assert.equal(result, false);
    assert.deepEqual(asked, [0, 20_000, 20_000, 10_000]);
  });

  test('tells what blocks when it changes, not while an ETA only counts down', async () => {
    const { result, told } = await play(
      [behind('etl', 100_000), behind('etl', 80_000), behind('etl', 20_000), behind('druid', 20_000), READY],
      300_000,
    );

    assert.equal(result, true);
    assert.deepEqual(told, ['etl 100000', 'etl 20000', 'druid 20000', 'ready']);
  });

  test('waits through a restart, telling it once', async () => {
    const { result, told, asked } = await play(
      [behind('etl', null), away, away, away, null, behind('etl', null), READY],
      300_000,
    );

    assert.equal(result, true);
    assert.deepEqual(told, ['etl null', 'the daemon does not answer', 'ready']);
    assert.equal(asked.length, 7);
  });

  test('a daemon that never answers is not ready in time', async () => {
    const { result, told } = await play([away], 10_000);

    assert.equal(result, false);
    assert.deepEqual(told, ['the daemon does not answer']);
  });

  test('a name the daemon has never known ends it, however long it was to wait', async () => {
    const { result, asked } = await play([null], 60_000);

    assert.match(String(result), /knows neither a report nor a dataset/);
    assert.equal(asked.length, 1);
  });

  test('what the daemon refuses for good ends it', async () => {
    const refusal = new UserError('bad-request', 'the daemon at x answers 422', { status: 422 });

    assert.match(String((await play([refusal], 60_000)).result), /answers 422/);
  });
});
