/**
 * Freshness against known truth: simulated pipelines whose records carry the time they entered (`test/support/pipeline.ts`), asked at every
 * poll and between two. Errors of the age, of its bounds and of the hop to blame, the classic sum of today's lags beside it (too
 * early: too small by over a minute); errors
 * in recovery; then the speed and memory of `bench/lag.ts`. `node --expose-gc bench/freshness.ts [seeds] [--only NAME] [--fuzz N] [--no-speed]`
 */
import { parseArgs } from 'node:util';
import { errorsOf, type Observation, observe, trueAge } from '../test/support/pipeline-observe.ts';
import { randomPipeline, type Trouble } from '../test/support/pipeline-random.ts';
import type { Reporting } from '../test/support/pipeline-reports.ts';
import { fuzz } from './support/pipeline-fuzz.ts';
import { recoveringPipeline } from './support/pipeline-recovery.ts';

const HOUR_MS = 3_600_000;
const TICK_MS = 500;
/** Older than this the hop to blame counts. */
const OLD_MS = 90_000;

interface Scenario {
  readonly trouble: Trouble;
  /** How hop1 tells where it is; the others in the poll cycle. */
  readonly told?: Omit<Reporting, 'intervalMs'>;
}

const SCENARIOS: Readonly<Record<string, Scenario>> = {
  stalls: { trouble: { stalls: true } },
  bursts: { trouble: { stalls: true, bursts: true } },
  joins: { trouble: { stalls: true, joins: true } },
  'exactly-once': { trouble: { stalls: true, transactions: true } },
  crashes: { trouble: { crashes: true } },
  'exactly-once crashes': { trouble: { crashes: true, transactions: true } },
  rewinds: { trouble: { stalls: true, rewinds: true } },
  retention: { trouble: { stalls: true, retention: true } },
  'quiet hours': { trouble: { stalls: true, quiet: true } },
  'a record a minute': { trouble: { stalls: true, sparse: true } },
  windows: { trouble: { stalls: true, windows: true } },
  'windows, idle inputs': { trouble: { quiet: true, windows: true, idleWatermarks: true } },
  'a hop begins late': { trouble: { stalls: true, checkpoints: true, lateStart: true } },
  'commits 0 to 4 s late': { trouble: { stalls: true, transactions: true, slowCommits: true } },
  'lag per partition': { trouble: { stalls: true }, told: { style: hop => (hop === 'hop1' ? 'lag' : 'cycle') } },
  'lag of the topic': { trouble: { stalls: true }, told: { style: hop => (hop === 'hop1' ? 'whole-lag' : 'cycle') } },
  'commits only': {
    trouble: { stalls: true, checkpoints: true },
    told: { style: hop => (hop === 'hop1' ? 'commits' : 'cycle') },
  },
  'clocks 8 s off': {
    trouble: { stalls: true },
    told: { style: () => 'reporter', skewMs: hop => (hop === 'hop1' ? 8_000 : -8_000) },
  },
  'reports 45 s late': { trouble: { stalls: true }, told: { delayMs: hop => (hop === 'hop1' ? 45_000 : 0) } },
  'silent for 5 of 15 min': {
    trouble: { stalls: true },
    told: { isSilent: (hop, t) => hop === 'hop1' && t % 900_000 > 600_000 },
  },
};
/** What the bars of the mean and of p99 are asked of: nothing is late, off or missing. */
const BARRED: readonly string[] = [
  'stalls',
  'bursts',
  'joins',
  'exactly-once',
  'crashes',
  'exactly-once crashes',
  'rewinds',
  'retention',
];
const BARS = new Map([
  [10_000, { meanMs: 2_000, p99Ms: 24_000 }],
  [30_000, { meanMs: 5_000, p99Ms: 60_000 }],
]);

const HEAD = ['scenario', 'mean s', 'p99 s', 'worst s', 'too early', 'too late', 'blame', 'sum: mean s', 'too early'];

function print(cells: readonly string[]): void {
  console.log(cells.map((cell, i) => (i === 0 ? cell.padEnd(24) : cell.padStart(12))).join(''));
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(2);
}

/** Share of old observations whose culprit is that of the oldest record not shown. */
function blamed(old: readonly Observation[], culprit: (one: Observation) => string | null): string {
  const right = old.filter(one => {
    const [worst] = Object.entries(one.truth.residence).sort((a, b) => b[1] - a[1]);
    return worst?.[0] === culprit(one);
  });
  return old.length === 0 ? '–' : `${((100 * right.length) / old.length).toFixed(1)} %`;
}

/** One row. "Too early" counts complete-up-to later than the truth, "too late" a lower bound of the age above it. */
function table(name: string, seen: readonly Observation[]): void {
  const known = seen.filter(({ answer }) => answer.age_ms !== null);
  const age = errorsOf(known.map(one => one.answer.age_ms! - trueAge(one)));
  const sum = errorsOf(
    known.flatMap(one => (one.answer.lag_sum_ms === null ? [] : one.answer.lag_sum_ms - trueAge(one))),
  );
  const early = seen.filter(({ answer, truth }) => (answer.complete_up_to ?? 0) > truth.completeUpTo).length;
  const late = seen.filter(one => (one.answer.age_low_ms ?? 0) > trueAge(one) + TICK_MS).length;
  const old = known.filter(one => trueAge(one) > OLD_MS);
  print([
    name,
    ...[age.mean, age.p99, age.worst].map(seconds),
    ...[early, late].map(count => `${count}/${seen.length}`),
    blamed(old, one => one.answer.blame),
    seconds(sum.mean),
    errorsBelow(known),
  ]);
}

/** How often the sum of today's lags is too small by over a minute. */
function errorsBelow(known: readonly Observation[]): string {
  const early = known.filter(one => (one.answer.lag_sum_ms ?? Number.POSITIVE_INFINITY) < trueAge(one) - 60_000).length;
  return `${early}/${known.length}`;
}

function scenarios(seeds: number, only: string | undefined): void {
  for (const [intervalMs, bar] of BARS) {
    console.log(
      `\nSampled every ${intervalMs / 1000} s; ${seeds} seeds of an hour (bars: mean ${seconds(bar.meanMs)}, p99 ${seconds(bar.p99Ms)}, blame 90 %, none too early)`,
    );
    print(HEAD);
    const all: Observation[] = [];
    for (const [name, { trouble, told }] of Object.entries(SCENARIOS)) {
      if (only !== undefined && name !== only) continue;
      const seen: Observation[] = [];
      for (let seed = 1; seed <= seeds; seed++) {
        seen.push(
          ...observe(randomPipeline(seed, trouble), { intervalMs, ...told }, { untilMs: HOUR_MS }).observations,
        );
      }
      table(name, seen);
      if (BARRED.includes(name)) all.push(...seen);
    }
    if (only === undefined) table('first eight together', all);
  }
}

/** A stall of two minutes and the recovery at `r` times the arrival speed: the largest error in sampling intervals. */
function recovery(): void {
  console.log(
    '\nA hop stalls for 2 min and recovers at r times the arrival speed; error of the age in sampling intervals, worst;\nbetween polls nothing tells yet that it goes on, so the first one after the stall is off by r times what has passed',
  );
  print(['r, interval', 'steady', 'stall', 'at a poll', 'between', 'bar']);
  for (const intervalMs of [5_000, 10_000, 30_000]) {
    for (const r of [1.5, 2, 3, 5]) {
      const { spec, phaseAt } = recoveringPipeline(r);
      const worst = { steady: 0, stall: 0, poll: 0, between: 0 };
      const seen = observe(spec, { intervalMs }, { untilMs: 1_800_000, fromMs: 120_000 }).observations;
      for (const one of seen) {
        const during = phaseAt(one.answer.ts, trueAge(one));
        const phase = during !== 'recovery' ? during : one.answer.ts % intervalMs === 0 ? 'poll' : 'between';
        worst[phase] = Math.max(worst[phase], Math.abs(one.answer.age_ms! - trueAge(one)) / intervalMs);
      }
      const bar = Math.max(1, r - 1).toFixed(1);
      print([`${r}, ${intervalMs / 1000} s`, ...Object.values(worst).map(error => error.toFixed(2)), `1 / ${bar}`]);
    }
  }
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    only: { type: 'string' },
    fuzz: { type: 'string', default: '200' },
    'no-speed': { type: 'boolean', default: false },
  },
});
scenarios(Number(positionals[0] ?? 8), values.only);
if (values.only === undefined) {
  recovery();
  const { answers, broken } = fuzz(1, Number(values.fuzz));
  console.log(
    `\n${values.fuzz} pipelines with any trouble at once: ${answers} answers, ${broken.length} pipelines with the truth outside their bounds`,
  );
  for (const seed of broken) console.log(`  ${seed}`);
}
if (!values['no-speed'] && values.only === undefined) {
  console.log('\nSpeed and memory');
  await import('./lag.ts');
}
