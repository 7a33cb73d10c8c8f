import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pino } from 'pino';
import { LeaseKeeper } from '../../app/lease.ts';
import { ManualClock } from '../../model/clock.ts';
import { createTelemetry } from '../../model/telemetry.ts';
import { openSqliteStateStore } from '../../store/sqlite/state-store.ts';
import type { StateStore } from '../../store/state-store.ts';

const logger = pino({ level: 'silent' });

function keeper(
  state: StateStore,
  clock: ManualClock,
  told: string[],
  onWon: () => Promise<void> = async () => undefined,
) {
  return new LeaseKeeper({
    state,
    clock,
    logger,
    telemetry: createTelemetry(),
    onWon: async () => {
      told.push('won');
      await onWon();
    },
    onFailed: async () => void told.push('failed'),
    onLost: async () => void told.push('lost'),
  });
}

test('the first has it, the second gets it within the lease when the first is gone', async () => {
  const clock = new ManualClock(0);
  const state = openSqliteStateStore({ path: ':memory:', clock });
  const [first, second] = [[], []] as [string[], string[]];
  const a = keeper(state, clock, first);
  const b = keeper(state, clock, second);
  await a.start();
  await b.start();
  await clock.advance(20_000);
  assert.deepEqual([first, second], [['won'], []]);

  await a.stop();
  await clock.advance(2000);

  assert.deepEqual([first, second], [['won'], ['won']]);
  await b.stop();
  await state.close();
});

test('one that did not renew in time has lost it', async () => {
  const clock = new ManualClock(0);
  const state = openSqliteStateStore({ path: ':memory:', clock });
  const told: string[] = [];
  const a = keeper(state, clock, told);
  await a.start();
  // As after a long pause of the process: the other took it meanwhile.
  await state.releaseLease('evaluate', 'nobody');
  const taken = await state.acquireLease('evaluate', 'other', 6001, 6000);
  assert.equal(taken, true);

  await clock.advance(2000);

  assert.deepEqual(told, ['won', 'lost']);
  assert.equal(a.held, false);
  await a.stop();
  await state.close();
});

test('taking over may last longer than the lease, which is kept meanwhile', async () => {
  const clock = new ManualClock(0);
  const state = openSqliteStateStore({ path: ':memory:', clock });
  const told: string[] = [];
  const slow = Promise.withResolvers<void>();
  const a = keeper(state, clock, told, () => slow.promise);
  const started = a.start();
  await clock.advance(0);
  await clock.advance(30_000);

  assert.equal(await state.acquireLease('evaluate', 'other', clock.now(), 6000), false);

  slow.resolve();
  await started;
  assert.deepEqual(told, ['won']);
  await a.stop();
  await state.close();
});

test('a takeover that fails gives the lease back and is tried again', async () => {
  const clock = new ManualClock(0);
  const state = openSqliteStateStore({ path: ':memory:', clock });
  const told: string[] = [];
  let tries = 0;
  const a = keeper(state, clock, told, async () => {
    if (++tries === 1) throw new Error('the files are locked');
  });
  await a.start();
  await clock.advance(2000);

  assert.deepEqual(told, ['won', 'failed', 'won']);
  assert.equal(a.held, true);
  await a.stop();
  await state.close();
});
