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
const JOBS = ['truth_first', 'truth_second', 'truth_third'] as const;
const SAMPLE_MS = 500;
const STEADY = { perSecond: 50, forMs: 15_000 };
const BURST = { perSecond: 600, slownessUs: 2500, forMs: 8000 };
/** `TRUTH_STALL_S=120` makes it as long as in the bar; a short one shows the same rules. */
const STALL_MS = Number(process.env['TRUTH_STALL_S'] ?? 25) * 1000;
const RECOVERY = { slownessUs: 4000 };

interface Said {
  readonly phase: string;
  readonly ts: number;
  readonly age_ms: number | null;
  readonly age_low_ms: number | null;
  readonly age_high_ms: number | null;
  readonly complete_up_to: number | null;
  readonly blame: string | null;
  readonly rules: readonly string[];
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
    await estate.running(...(await Promise.all(JOBS.map(job => estate.submit(job)))));
  },
  { timeout: 240_000 },
);
after(async () => {
  await witness?.stop();
  await running?.close();
});

test('the truth lies within the bounds at every sample, and no bound flatters', { timeout: 240_000 }, async t => {
  const [estate, truth] = [running!, witness!];
  const said = new Map(OUTPUTS.map(output => [output, [] as Said[]]));
  let phase = 'steady';
  let isSampling = true;
  const sampling = Promise.all(
    OUTPUTS.map(async output => {
      const id = encodeURIComponent(`kafka://${estate.brokerList}/${output}`);
      while (isSampling) {
        const answer = await estate.daemon.get<Said>(`/api/v1/freshness/${id}`);
        said.get(output)?.push({ ...answer, phase });
        await delay(SAMPLE_MS);
      }
    }),
  );
  const level = (): Promise<unknown> => until('everything has come out', () => truth.isLevel(), 60_000);

  await level().catch(() => undefined);
  await delay(STEADY.forMs);
  phase = 'burst';
  estate.slowDown(BURST.slownessUs);
  truth.rate(BURST.perSecond);
  await delay(BURST.forMs);
  truth.rate(STEADY.perSecond);
  await delay(BURST.forMs);
  phase = 'stall';
  estate.slowDown(-1);
  await delay(STALL_MS);
  phase = 'recovery';
  estate.slowDown(RECOVERY.slownessUs);
  await delay(STALL_MS);
  isSampling = false;
  await sampling;
  estate.slowDown(0);
  truth.rate(0);
  await level();

  const violations: string[] = [];
  for (const output of OUTPUTS) {
    const rows = (said.get(output) ?? []).map(answer => ({ ...answer, truth: truth.ageAt(output, answer.ts) }));
    if (process.env['TRUTH_TRACE']) for (const row of rows) console.log(output, JSON.stringify(row));
    for (const [name, of] of Map.groupBy(rows, row => row.phase)) {
      const errors = of.filter(row => row.age_ms !== null).map(row => Math.abs((row.age_ms ?? 0) - row.truth));
      const unknown = of.length - errors.length;
      const mean = errors.reduce((sum, error) => sum + error, 0) / errors.length;
      t.diagnostic(
        `${output} ${name}: ${of.length} samples, ${unknown} unknown, truth up to ${Math.max(...of.map(row => row.truth))} ms, ` +
          `point error mean ${Math.round(mean)} ms, worst ${Math.max(...errors)} ms, widest ${Math.max(...of.map(r => (r.age_high_ms ?? 0) - (r.age_low_ms ?? 0)))} ms`,
      );
    }
    for (const { phase: name, ts, age_low_ms: low, age_high_ms: high, complete_up_to: upTo, truth: age } of rows) {
      if (low !== null && age < low) violations.push(`${output} ${name}: truth ${age} below ${low} at ${ts}`);
      if (high !== null && age > high) violations.push(`${output} ${name}: truth ${age} above ${high} at ${ts}`);
      if (upTo !== null && upTo > ts - age) violations.push(`${output} ${name}: complete up to ${upTo - (ts - age)} ms too late`);
    }
  }
  assert.deepEqual(violations, []);
  assert.ok(INTERVAL_MS > 0);
});
