/**
 * Freshness against the truth on a real Flink: numbered records through two jobs, through a burst, a stall and recovery. What the daemon says
 * of the last topics is compared with what a reader of them has seen.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { until } from '../support/until.ts';
import { FlinkEstate, INTERVAL_MS } from './estate.ts';
import { TruthWitness } from './truth-witness.ts';

const [INPUT, MID, OUT, COMMITTED] = ['truth_in', 'truth_mid', 'truth_out', 'truth_out_committed'] as const;
const OUTPUTS = [OUT, COMMITTED] as const;
const [FIRST, SECOND, THIRD] = ['truth_first', 'truth_second', 'truth_third'] as const;
const SAMPLE_MS = 500;
const STEADY = { perSecond: 50, forMs: 10_000 };
const BURST = { perSecond: 600, slownessUs: 2500, forMs: 7000 };
/** `TRUTH_STALL_S=120` makes it as long as in the bar; a short one shows the same rules. */
const STALL_MS = Number(process.env['TRUTH_STALL_S'] ?? 20) * 1000;
const RECOVERY = { slownessUs: 4000 };
/** Until a stall is known of and has the larger share of the age: on a busy machine reports and polls come many intervals late. */
const KNOWN_AFTER_MS = 0.75 * STALL_MS;
/** Three intervals of Flink's reporter. */
const NEAR_MS = 3 * INTERVAL_MS;

interface Said {
  readonly phase: string;
  readonly ts: number;
  readonly age_ms: number | null;
  readonly age_low_ms: number | null;
  readonly age_high_ms: number | null;
  readonly complete_up_to: number | null;
  readonly blame: string | null;
}

let running: FlinkEstate | undefined;
let witness: TruthWitness | undefined;

before(
  async () => {
    const topics = { [INPUT]: 2, [MID]: 2, [OUT]: 2, [COMMITTED]: 2 };
    running = await FlinkEstate.start('2.3.0', { topics, elasticsearch: false });
    witness = new TruthWitness(running.broker, { input: INPUT, outputs: OUTPUTS });
    await witness.start(STEADY.perSecond);
    const estate = running;
    await estate.running(...(await estate.submit(FIRST, SECOND, THIRD)));
  },
  { timeout: 240_000 },
);
after(async () => {
  await witness?.stop();
  await running?.close();
});

test('the truth lies within the bounds at every sample, and the hop that stalls is named', {
  timeout: 360_000,
}, async t => {
  const [estate, truth] = [running!, witness!];
  const said = new Map(OUTPUTS.map(output => [output, [] as Said[]]));
  let phase = 'start';
  let isSampling = true;
  const sample = async (output: (typeof OUTPUTS)[number]): Promise<void> => {
    const id = encodeURIComponent(`kafka://${estate.brokerList}/${output}`);
    while (isSampling) {
      const answer = await estate.daemon.get<Omit<Said, 'phase'>>(`/api/v1/freshness/${id}`);
      said.get(output)?.push({ ...answer, phase });
      await delay(SAMPLE_MS);
    }
  };
  const sampling = Promise.all(OUTPUTS.map(sample));
  // A rejection before it is awaited must not end the process.
  sampling.catch(() => undefined);

  await until('the jobs have caught up', () => truth.behind() < 4 * STEADY.perSecond, 90_000);
  phase = 'steady';
  await delay(STEADY.forMs);
  phase = 'burst';
  estate.slowDown(BURST.slownessUs);
  truth.rate(BURST.perSecond);
  await delay(BURST.forMs);
  truth.rate(STEADY.perSecond);
  await delay(BURST.forMs);
  phase = 'stall';
  const stalledAt = Date.now();
  estate.slowDown(-1);
  await delay(STALL_MS);
  phase = 'recovery';
  estate.slowDown(RECOVERY.slownessUs);
  await delay(STALL_MS);
  isSampling = false;
  await sampling;
  estate.slowDown(0);
  truth.rate(0);
  await until('everything has come out', () => truth.behind() === 0, 90_000);

  const wrong: string[] = [];
  for (const output of OUTPUTS) {
    const rows = (said.get(output) ?? []).map(answer => ({ ...answer, output, truth: truth.ageAt(output, answer.ts) }));
    for (const [name, of] of Map.groupBy(rows, row => row.phase)) t.diagnostic(`${output} ${name}: ${summary(of)}`);
    wrong.push(...rows.flatMap(row => outOfBounds(row)));
    if (output === COMMITTED) continue;
    const farOff = (some: readonly Row[]): string[] =>
      some.flatMap(row => tooFarOff(row, at => at - truth.ageAt(output, at)));
    // How soon a change is known of is the machine's matter: most answers must be near, and all once it must be known.
    for (const [name, of] of Map.groupBy(rows, row => row.phase)) {
      if (name !== 'start' && 2 * farOff(of).length > of.length) wrong.push(...farOff(of));
    }
    const late = rows.filter(({ phase: name, ts }) => name === 'stall' && ts > stalledAt + KNOWN_AFTER_MS);
    wrong.push(
      ...farOff(late),
      ...late.filter(({ blame }) => blame !== SECOND).map(row => `${row.blame} is blamed for a stall of ${SECOND}`),
    );
  }
  assert.deepEqual(wrong, []);
});

type Row = Said & { readonly output: string; readonly truth: number };

function outOfBounds({ output, phase, ts, truth, ...row }: Row): string[] {
  const found: string[] = [];
  if (row.age_low_ms !== null && truth < row.age_low_ms) found.push(`truth ${truth} below ${row.age_low_ms}`);
  if (row.age_high_ms !== null && truth > row.age_high_ms) found.push(`truth ${truth} above ${row.age_high_ms}`);
  if (row.complete_up_to !== null && row.complete_up_to > ts - truth) found.push('complete up to later than the truth');
  return found.map(text => `${output}, ${phase}, at ${ts}: ${text}`);
}

/** The point is the truth of an instant near by; between reports a small lag is taken to go on, so it may run ahead as far as a report is late. */
function tooFarOff({ output, phase, ts, truth, age_ms: age }: Row, reach: (at: number) => number): string[] {
  if (age === null) return [`${output}, ${phase}, at ${ts}: no age`];
  const [least, most] = [reach(ts - NEAR_MS) - NEAR_MS, reach(ts + NEAR_MS) + NEAR_MS];
  return ts - age >= least && ts - age <= most ? [] : [`${output}, ${phase}, at ${ts}: ${age}, truly ${truth}`];
}

function summary(rows: readonly Row[]): string {
  const errors = rows.flatMap(({ age_ms: age, truth }) => (age === null ? [] : [Math.abs(age - truth)]));
  const mean = Math.round(errors.reduce((sum, error) => sum + error, 0) / Math.max(1, errors.length));
  const most = (of: (row: Row) => number): number => Math.max(0, ...rows.map(of));
  return (
    `${rows.length} samples, ${rows.length - errors.length} unknown, truth up to ${most(row => row.truth)} ms, ` +
    `error of the point mean ${mean} ms, worst ${Math.max(0, ...errors)} ms, ` +
    `bounds up to ${most(row => (row.age_high_ms ?? 0) - (row.age_low_ms ?? 0))} ms apart`
  );
}
