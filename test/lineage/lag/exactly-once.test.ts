/** Chains of exactly-once jobs that stall and crash, sampled no oftener than every 30 s: who is to blame, and how far the age is off. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { errorsOf, type Observation, observe, trueAge } from '../../support/pipeline-observe.ts';
import { randomPipeline, type Trouble } from '../../support/pipeline-random.ts';
import type { PipelineSpec } from '../../support/pipeline-spec.ts';

const HOUR_MS = 3_600_000;
const INTERVAL_MS = 30_000;
/** Older than this the hop to blame counts (lag.md section 7). */
const OLD_MS = 90_000;

function culprit({ truth }: Observation): string | undefined {
  return Object.entries(truth.residence).sort((a, b) => b[1] - a[1])[0]?.[0];
}

describe('sampled every 30 s', () => {
  const troubles: readonly (readonly [string, Trouble])[] = [
    ['exactly-once jobs that stall', { stalls: true, transactions: true }],
    ['exactly-once jobs that crash', { crashes: true, transactions: true }],
  ];
  for (const [name, trouble] of troubles) {
    test(`${name}: nine of ten culprits, a mean error below 5 s, bounds that hold`, () => {
      const seen = [1, 2, 3, 4].flatMap(
        seed => observe(randomPipeline(seed, trouble), { intervalMs: INTERVAL_MS }, { untilMs: HOUR_MS }).observations,
      );
      const old = seen.filter(one => trueAge(one) > OLD_MS);
      const right = old.filter(one => one.answer.blame === culprit(one));
      assert.ok(old.length > 500, `${old.length} old answers`);
      assert.ok(right.length >= 0.9 * old.length, `${right.length} of ${old.length} culprits`);
      const { mean } = errorsOf(seen.map(one => (one.answer.age_ms ?? Number.NaN) - trueAge(one)));
      assert.ok(mean <= 5_000, `mean error ${mean} ms`);
      for (const one of seen) {
        assert.ok((one.answer.complete_up_to ?? 0) <= one.truth.completeUpTo, `too early at ${one.answer.ts}`);
        assert.ok((one.answer.age_low_ms ?? 0) <= trueAge(one) + 500, `too late at ${one.answer.ts}`);
      }
    });
  }
});

/** `ingest` commits every minute, 5 s later, and crashes at 15:10 for a minute; `mart` reads what it committed. */
const CRASH: PipelineSpec = {
  partitions: 2,
  sources: [{ topic: 'raw', rate: () => 40 }],
  hops: [
    {
      hop: 'ingest',
      inputs: ['raw'],
      output: 'ods',
      capacity: () => 320,
      delivery: 'exactly_once',
      checkpoint: { intervalMs: 60_000, durationMs: () => 5_000 },
      crashes: [{ at: 910_000, downMs: 61_000 }],
    },
    { hop: 'mart', inputs: ['ods'], output: null, capacity: () => 400 },
  ],
  tickMs: 500,
};

test('after a crash the job that wrote its transaction anew is to blame, not the reader that waited for it', () => {
  const { observations } = observe(CRASH, { intervalMs: INTERVAL_MS }, { untilMs: 1_200_000 });
  const after = observations.filter(({ answer }) => answer.ts >= 990_000 && answer.ts <= 1_020_000);
  assert.ok(after.length >= 3);
  for (const one of after) {
    assert.equal(culprit(one), 'ingest');
    assert.equal(one.answer.blame, 'ingest', JSON.stringify(one.answer.residence_ms));
    assert.ok(one.answer.rules.includes('written-anew'));
    assert.ok(Math.abs((one.answer.age_ms ?? Number.NaN) - trueAge(one)) < 5_000, `at ${one.answer.ts}`);
  }
});
