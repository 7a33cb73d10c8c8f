import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { Completeness } from '../../../lineage/lag/completeness.ts';
import { replayFreshness } from '../../../lineage/lag/replay.ts';
import type { OffsetRow } from '../../../model/offset-row.ts';
import { replayLines } from '../../support/pipeline-file.ts';
import { errorsOf, type Observation, observe, trueAge } from '../../support/pipeline-observe.ts';
import { randomPipeline, type Trouble } from '../../support/pipeline-random.ts';
import type { Reporting, ReportStyle } from '../../support/pipeline-reports.ts';
import type { PipelineSpec } from '../../support/pipeline-spec.ts';

const HOUR_MS = 3_600_000;
const TICK_MS = 500;
/** Where an idle partition ends. */
const IDLE = { endOffset: 7, lastStableOffset: 7 };
/** The same pipelines at every run; `bench/freshness.ts --fuzz` takes others. */
const SEED = 20_261_121;

const seeds = fc.integer({ min: 1, max: 1_000_000 });
const troubles: fc.Arbitrary<Trouble> = fc.record({
  stalls: fc.boolean(),
  bursts: fc.boolean(),
  joins: fc.boolean(),
  windows: fc.boolean(),
  idleWatermarks: fc.boolean(),
  crashes: fc.boolean(),
  rewinds: fc.boolean(),
  transactions: fc.boolean(),
  retention: fc.boolean(),
  quiet: fc.boolean(),
  sparse: fc.boolean(),
  lateStart: fc.boolean(),
  slowCommits: fc.boolean(),
});
/** One hop's reports come another way than the poll cycle's, late, or fail for minutes. */
const reporting: fc.Arbitrary<Reporting> = fc
  .record({
    intervalMs: fc.constantFrom(5_000, 10_000, 30_000),
    style: fc.constantFrom<ReportStyle>('cycle', 'reporter', 'commits', 'lag', 'whole-lag'),
    delayMs: fc.constantFrom(0, 0, 7_000, 45_000),
    silence: fc.boolean(),
  })
  .map(({ intervalMs, style, delayMs, silence }) => ({
    intervalMs,
    style: hop => (hop === 'hop1' ? style : 'cycle'),
    delayMs: hop => (hop === 'hop1' ? delayMs : 0),
    isSilent: (hop, t) => silence && hop === 'hop1' && t % 300_000 > 180_000,
  }));

/** Ten minutes of a random pipeline. Simulating them is what these tests spend their time on: what one run can show, one run does. */
function run(seed: number, trouble: Trouble, told: Reporting, change?: (row: OffsetRow) => readonly OffsetRow[]) {
  return observe(pipelineOf(seed, trouble), told, { untilMs: HOUR_MS / 6, ...(change && { change }) });
}

function pipelineOf(seed: number, trouble: Trouble): PipelineSpec {
  return randomPipeline(seed, trouble, 1 / 6);
}

describe('whatever befalls a pipeline and its reports', () => {
  const cases = fc
    .sample(fc.tuple(seeds, troubles, reporting), { numRuns: 20, seed: SEED })
    .map(([seed, trouble, told]) => ({ seed, trouble, told, ...run(seed, trouble, told) }));
  type Case = (typeof cases)[number];

  async function each(some: readonly Case[], check: (one: Case) => void | Promise<void>): Promise<void> {
    for (const one of some) {
      try {
        await check(one);
      } catch (cause) {
        const { seed, trouble, told } = one;
        throw new Error(`seed ${seed} with ${JSON.stringify(trouble)}, ${JSON.stringify(told)}`, { cause });
      }
    }
  }

  test('the truth lies within the bounds of every answer, for every source too', () =>
    each(cases, ({ trouble, told, observations }) => {
      // How far a job got before somebody set it back is told by nobody where it is further than that at its next report.
      const unseen = trouble.rewinds ? Number.POSITIVE_INFINITY : TICK_MS + (trouble.crashes ? told.intervalMs : 0);
      for (const observation of observations) {
        const { answer, truth } = observation;
        const at = `at ${answer.ts}: ${JSON.stringify(answer)}, true ${JSON.stringify(truth)}`;
        assert.ok((answer.complete_up_to ?? Number.NEGATIVE_INFINITY) <= truth.completeUpTo, at);
        // What was dropped counts as not shown until it has been read.
        assert.ok(truth.lateDropped > 0 || (answer.age_low_ms ?? 0) <= trueAge(observation) + unseen, at);
        for (const [source, upTo] of Object.entries(truth.perSource)) {
          assert.ok((answer.per_source[source]?.complete_up_to ?? 0) <= upTo, `${source} ${at}`);
        }
      }
    }));

  test('clocks that are off widen the bounds by as much as the end offsets show of it', () => {
    fc.assert(
      fc.property(seeds, fc.integer({ min: -9_000, max: 9_000 }), (seed, skewMs) => {
        const told: Reporting = {
          intervalMs: 10_000,
          style: () => 'reporter',
          skewMs: hop => (hop === 'hop1' ? skewMs : 0),
        };
        for (const observation of run(seed, { stalls: true }, told).observations) {
          const { answer, truth } = observation;
          assert.ok((answer.complete_up_to ?? 0) <= truth.completeUpTo, `at ${answer.ts}`);
          assert.ok((answer.age_low_ms ?? 0) <= trueAge(observation) + TICK_MS, `at ${answer.ts}`);
        }
      }),
      { numRuns: 6, seed: SEED },
    );
  });

  test('every figure is finite and not negative, the bounds enclose the age, and residences sum to it', () =>
    each(cases, ({ observations }) => {
      for (const { answer } of observations) {
        const residences = Object.values(answer.residence_ms);
        const { age_ms: age, age_low_ms: low, age_high_ms: high, lag_sum_ms: sum, eta_ms: eta } = answer;
        for (const value of [...residences, age, low, high, sum, eta?.low ?? null, eta?.high ?? null]) {
          assert.ok(value === null || (Number.isFinite(value) && value >= 0), JSON.stringify(answer));
        }
        if (age === null) continue;
        assert.equal(
          residences.reduce((a, b) => a + b, 0),
          age,
          JSON.stringify(answer),
        );
        assert.ok((low ?? 0) <= age && (high ?? age) >= age, JSON.stringify(answer));
        assert.ok(answer.blame === null || (answer.residence_ms[answer.blame] ?? 0) === Math.max(...residences));
      }
    }));

  test('complete-up-to never goes back, and held it still is never later than the truth', () =>
    each(cases, ({ observations }) => {
      const completeness = new Completeness();
      let before = Number.NEGATIVE_INFINITY;
      for (const { answer, truth } of observations) {
        const held = completeness.hold(answer);
        const upTo = held.complete_up_to ?? before;
        assert.ok(upTo >= before && upTo <= truth.completeUpTo, `at ${answer.ts}: ${before}, ${upTo}`);
        const residences = Object.values(held.residence_ms).reduce((a, b) => a + b, 0);
        assert.equal(residences, held.age_ms ?? 0, 'residences still sum to the age');
        before = upTo;
      }
    }));

  test('a partition in which nothing happens changes nothing', () => {
    const withIdle = (row: OffsetRow): readonly OffsetRow[] =>
      row.type === 'offsets' && row.partition === 0
        ? [row, { ...row, partition: 99, ...IDLE, ...(row.position !== undefined && { position: 7 }) }]
        : [row];
    const figures = ({ answer }: Observation): unknown => [answer.age_ms, answer.complete_up_to, answer.residence_ms];
    fc.assert(
      fc.property(seeds, troubles, (seed, trouble) => {
        const told = { intervalMs: 10_000 };
        assert.deepEqual(
          run(seed, { ...trouble, retention: false }, told, withIdle).observations.map(figures),
          run(seed, { ...trouble, retention: false }, told).observations.map(figures),
        );
      }),
      { numRuns: 6, seed: SEED },
    );
  });

  test('reports that are late or missing only widen the bounds', () => {
    fc.assert(
      fc.property(seeds, troubles, fc.integer({ min: 1_000, max: 90_000 }), (seed, any, delayMs) => {
        // A report that is missing may be the only one to show that a position fell; and what nobody is seen to read is bounded by its
        // oldest record, where a job that has begun is unknown before its first report.
        const trouble = { ...any, crashes: false, rewinds: false, lateStart: false };
        const full = run(seed, trouble, { intervalMs: 10_000 }).observations;
        const less: Reporting = {
          intervalMs: 10_000,
          delayMs: hop => (hop === 'hop1' ? delayMs : 0),
          isSilent: (hop, t) => hop === 'hop0' && t % 150_000 > 100_000,
        };
        for (const [i, { answer }] of run(seed, trouble, less).observations.entries()) {
          const known = full[i]!.answer;
          const at = `at ${answer.ts}: ${JSON.stringify(answer)}, with all reports ${JSON.stringify(known)}`;
          const unknown = Number.NEGATIVE_INFINITY;
          assert.ok((answer.complete_up_to ?? unknown) <= (known.complete_up_to ?? unknown), at);
          assert.ok((answer.age_low_ms ?? unknown) <= (known.age_low_ms ?? unknown), at);
        }
      }),
      { numRuns: 8, seed: SEED },
    );
  });

  test('rows of one moment give the same answers in any order', () => {
    fc.assert(
      fc.property(seeds, troubles, reporting, (seed, trouble, told) => {
        const spec = randomPipeline(seed, trouble, 1 / 12);
        const answers = (backwards: boolean): unknown =>
          observe(spec, told, { untilMs: HOUR_MS / 12, backwards }).observations.map(({ answer }) => answer);
        assert.deepEqual(answers(true), answers(false));
      }),
      { numRuns: 6, seed: SEED },
    );
  });

  test('replay of what the daemon was told gives the answers the daemon gave', () =>
    each(cases.slice(0, 8), async ({ seed, trouble, tape, observations }) => {
      const completeness = new Completeness();
      const live = observations.map(({ answer }) => JSON.stringify(completeness.hold(answer)));
      const lines = async function* (): AsyncGenerator<string> {
        yield* replayLines(pipelineOf(seed, trouble), tape);
      };
      const replayed: string[] = [];
      for await (const line of replayFreshness(lines())) replayed.push(line);
      assert.deepEqual(replayed, live);
    }));
});

describe('an hour of pipelines that stall and recover', () => {
  const SEEDS = [11, 12, 13, 14, 15, 16];
  const observed = (intervalMs: number, trouble: Trouble): Observation[] =>
    SEEDS.flatMap(seed => observe(randomPipeline(seed, trouble), { intervalMs }, { untilMs: HOUR_MS }).observations);
  const errors = (seen: readonly Observation[]) => errorsOf(seen.map(one => one.answer.age_ms! - trueAge(one)));
  const everyTen = observed(10_000, { stalls: true, joins: true });

  const bars = [
    { intervalMs: 10_000, meanMs: 2_000, p99Ms: 24_000 },
    { intervalMs: 30_000, meanMs: 5_000, p99Ms: 60_000 },
  ];
  for (const { intervalMs, meanMs, p99Ms } of bars) {
    for (const transactions of [false, true]) {
      const kind = transactions ? 'exactly-once hops' : 'any joins';
      test(`sampled every ${intervalMs / 1000} s the age of ${kind} errs by ${meanMs} ms on average and ${p99Ms} at p99 at most`, () => {
        const seen = transactions
          ? observed(intervalMs, { stalls: true, transactions })
          : intervalMs === 10_000
            ? everyTen
            : observed(intervalMs, { stalls: true, joins: true });
        const { mean, p99 } = errors(seen);
        assert.ok(mean <= meanMs && p99 <= p99Ms, `mean ${mean} ms, p99 ${p99} ms`);
      });
    }
  }

  test('the hop to blame is right in nine of ten cases older than 90 s', () => {
    const old = everyTen.filter(one => trueAge(one) > 90_000);
    const right = old.filter(({ answer, truth }) => {
      const [worst] = Object.entries(truth.residence).sort((a, b) => b[1] - a[1]);
      return worst?.[0] === answer.blame;
    });
    assert.ok(old.length > 1_000 && right.length >= 0.9 * old.length, `${right.length} of ${old.length}`);
  });

  test('the sum of the lags of today misses by far more than the composition', () => {
    const bySum = errorsOf(everyTen.map(one => one.answer.lag_sum_ms! - trueAge(one)));
    assert.ok(bySum.mean > 10 * errors(everyTen).mean, `${bySum.mean} ms`);
  });
});
