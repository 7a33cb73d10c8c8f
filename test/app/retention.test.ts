import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startRetention } from '../../app/retention.ts';
import type { DataStores } from '../../app/stores.ts';
import { ManualClock } from '../../model/clock.ts';
import { StoreAwayError } from '../../model/errors.ts';
import type { StateStore } from '../../store/state-store.ts';
import { openSite, silent } from './app-fixture.ts';

const DAY = 86_400_000;
const START = 100 * DAY;

/** What one round asked of the stores. */
interface Round {
  readonly at: number;
  readonly logs: (job: string) => number;
  readonly metrics: { readonly rawMs: number; readonly rollupMs: number };
  readonly state: { readonly before: number; readonly keysBefore: number };
}

function recorded(away: () => boolean) {
  const rounds: Round[] = [];
  let logs: Round['logs'] = () => 0;
  let metrics: Round['metrics'] = { rawMs: 0, rollupMs: 0 };
  let at = 0;
  const data: { logs: Pick<DataStores['logs'], 'expire'>; metrics: Pick<DataStores['metrics'], 'expire'> } = {
    logs: {
      async expire(now, retentionMs) {
        if (away()) throw new StoreAwayError('gone');
        [at, logs] = [now, retentionMs];
        return { dropped: 0 };
      },
    },
    metrics: {
      async expire(_now, retention) {
        metrics = retention;
        return { dropped: 0 };
      },
    },
  };
  const state: Pick<StateStore, 'expire'> = {
    async expire(before, keysBefore) {
      rounds.push({ at, logs, metrics, state: { before, keysBefore } });
    },
  };
  return { rounds, data, state };
}

test('what is past its retention goes at the start and every ten minutes, jobs by their own patterns first', async () => {
  const clock = new ManualClock(START);
  const { rounds, data, state } = recorded(() => false);
  const site = openSite();
  let config = site.config({
    retention: {
      logs: '7d',
      metrics: '15d',
      rollups: '90d',
      per_job: { 'dw_*_etl': { logs: '30d' }, 'a.b': { logs: '1d' } },
    },
  });
  const stop = startRetention({ config: () => config, data, state, clock, logger: silent });
  await clock.advance(0);
  const [first] = rounds;

  assert.equal(rounds.length, 1);
  assert.equal(first?.at, START);
  const JOBS: readonly (readonly [job: string, days: number])[] = [
    ['', 7],
    ['other', 7],
    ['dw_order_etl', 30],
    ['dw_order_agg', 7],
    ['a.b', 1],
    ['axb', 7],
  ];
  for (const [job, days] of JOBS) assert.equal(first?.logs(job), days * DAY, job);
  assert.deepEqual(first?.metrics, { rawMs: 15 * DAY, rollupMs: 90 * DAY });
  assert.deepEqual(first?.state, { before: START - 14 * DAY, keysBefore: START - DAY });

  config = site.config({ retention: { logs: '2d' } });
  await clock.advance(600_000);
  assert.equal(rounds.length, 2);
  assert.equal(rounds[1]?.logs(''), 2 * DAY, 'a reload counts at the next round');
  await stop();
  await clock.advance(6_000_000);
  assert.equal(rounds.length, 2);
});

test('a store that is away costs a round and no more', async () => {
  const clock = new ManualClock(START);
  let away = true;
  const { rounds, data, state } = recorded(() => away);
  const stop = startRetention({ config: () => openSite().config(), data, state, clock, logger: silent });
  await clock.advance(0);
  assert.equal(rounds.length, 0);

  away = false;
  await clock.advance(600_000);

  assert.equal(rounds.length, 1);
  await stop();
});
