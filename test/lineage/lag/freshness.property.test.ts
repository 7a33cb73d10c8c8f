import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { answerFreshness, type FreshnessAnswer, findSink } from '../../../lineage/lag/answer.ts';
import { Completeness } from '../../../lineage/lag/completeness.ts';
import { indexGraph } from '../../../lineage/lag/freshness.ts';
import { OffsetTables } from '../../../lineage/lag/offsets.ts';
import { addRow } from '../../../lineage/lag/tables/offset-intake.ts';
import type { OffsetRow } from '../../../model/offset-row.ts';
import { Pipeline, type PipelineSpec, randomOf, type SimulatedHop } from './pipeline-simulator.ts';

const PARTITIONS = 3;
const HOUR_MS = 3_600_000;

/** A random straight pipeline of two to four hops, each stalling twice within the hour, with uneven partitions and a tide. */
function randomSpec(seed: number, checkpoint?: SimulatedHop['checkpoint']): PipelineSpec {
  const random = randomOf(seed);
  const length = 2 + Math.floor(random() * 3);
  const rate = 20 + random() * 60;
  const uneven = Array.from({ length: PARTITIONS }, () => 0.3 + random() * 1.4);
  const hops = Array.from({ length }, (_, k) => {
    const stalls = Array.from({ length: 2 }, () => {
      const from = 600_000 + random() * 2_000_000;
      return { from, to: from + 60_000 + random() * 540_000 };
    });
    const full = rate * PARTITIONS * (1.7 + random() * 3);
    const capacity = (t: number): number => (stalls.some(({ from, to }) => t >= from && t < to) ? 0 : full);
    const output = k === length - 1 ? null : `topic${k + 1}`;
    return { hop: `hop${k}`, inputs: [`topic${k}`], output, capacity, ...(checkpoint && { checkpoint }) };
  });
  const source = {
    topic: 'topic0',
    rate: (t: number, p: number) => rate * uneven[p]! * (1 + 0.4 * Math.sin(t / 300_000)),
  };
  return { partitions: PARTITIONS, sources: [source], hops, tickMs: 500 };
}

interface Observation {
  readonly answer: FreshnessAnswer;
  /** Complete up to, in truth. */
  readonly truth: number;
}

/** Runs an hour; asks at every sample and between two. `change` may withhold or add rows. */
function observe(
  seed: number,
  intervalMs: number,
  change: (rows: OffsetRow[]) => readonly OffsetRow[] = rows => rows,
  spec = randomSpec(seed),
): Observation[] {
  const pipeline = new Pipeline(spec);
  const tables = new OffsetTables();
  const graph = indexGraph(pipeline.graph);
  const name = spec.hops.at(-1)!.hop;
  const sink = findSink(graph, name)!;
  const all = spec.hops.map(hop => hop.hop);
  const observed: Observation[] = [];
  for (let t = 0; t < HOUR_MS; t += intervalMs) {
    pipeline.runTo(t);
    for (const row of change(pipeline.sample())) addRow(tables, row);
    for (const between of [0, 0.6 * intervalMs]) {
      const told = pipeline.now;
      pipeline.runTo(t + between);
      for (const row of pipeline.checkpoints(between === 0 ? t - 0.4 * intervalMs : told)) addRow(tables, row);
      if (t < 60_000) continue;
      observed.push({
        answer: answerFreshness(graph, tables, sink, name, pipeline.now),
        truth: pipeline.completeUpTo(all),
      });
    }
  }
  return observed;
}

const SEEDS = [11, 12, 13, 14, 15, 16];
const runs = SEEDS.map(seed => observe(seed, 10_000));
const observations = runs.flat();

function errorsOf(seen: readonly Observation[]): { mean: number; p99: number } {
  const errors = seen.map(({ answer, truth }) => Math.abs(answer.age_ms! - (answer.ts - truth))).sort((a, b) => a - b);
  return { mean: errors.reduce((a, b) => a + b, 0) / errors.length, p99: errors[Math.floor(errors.length * 0.99)]! };
}

describe('an hour of random pipelines with known truth', () => {
  test('sampled every 10 s the age errs by at most 2 s on average and 24 s at p99', () => {
    const { mean, p99 } = errorsOf(observations);

    assert.ok(mean <= 2_000 && p99 <= 24_000, `mean ${mean} ms, p99 ${p99} ms`);
  });

  test('sampled every 30 s it errs by at most 5 s on average and 60 s at p99', () => {
    const { mean, p99 } = errorsOf(SEEDS.slice(0, 3).flatMap(seed => observe(seed, 30_000)));

    assert.ok(mean <= 5_000 && p99 <= 60_000, `mean ${mean} ms, p99 ${p99} ms`);
  });

  test('the truth is never older than the safe bound nor fresher than the other', () => {
    for (const { answer, truth } of observations) {
      assert.ok(answer.complete_up_to! <= truth, `at ${answer.ts}: ${answer.complete_up_to} > ${truth}`);
      assert.ok(answer.age_low_ms! <= answer.ts - truth, `at ${answer.ts}`);
    }
  });

  test('with exactly-once hops the wait for commits is counted once, and the bounds hold', () => {
    const checkpoint = { intervalMs: 60_000, durationMs: 4_000 };
    const seen = [11, 12].flatMap(seed => observe(seed, 10_000, rows => rows, randomSpec(seed, checkpoint)));
    const { mean, p99 } = errorsOf(seen);

    assert.ok(mean <= 2_000 && p99 <= 24_000, `mean ${mean} ms, p99 ${p99} ms`);
    for (const { answer, truth } of seen) {
      assert.ok(answer.complete_up_to === null || answer.complete_up_to <= truth, `at ${answer.ts}`);
      assert.ok(answer.age_low_ms! <= answer.ts - truth, `at ${answer.ts}`);
    }
  });

  test('complete-up-to never goes back, and held back it still is never later than the truth', () => {
    for (const run of runs) {
      const completeness = new Completeness();
      let before = 0;
      for (const { answer, truth } of run) {
        const upTo = completeness.hold(answer).complete_up_to!;
        assert.ok(upTo >= before && upTo <= truth, `at ${answer.ts}: ${before}, ${upTo}, ${truth}`);
        before = upTo;
      }
    }
  });

  test('residences sum to the age, and no figure is negative or not finite', () => {
    for (const { answer } of observations) {
      const residences = Object.values(answer.residence_ms);
      assert.equal(
        residences.reduce((a, b) => a + b, 0),
        answer.age_ms,
      );
      for (const value of [...residences, answer.age_ms, answer.age_low_ms, answer.age_high_ms, answer.lag_sum_ms]) {
        assert.ok(Number.isFinite(value) && value! >= 0, `${value} at ${answer.ts}`);
      }
    }
  });

  test('the sum of the lags of today misses by far more than the composition', () => {
    const bySum = observations.map(({ answer, truth }) => Math.abs(answer.lag_sum_ms! - (answer.ts - truth)));
    const meanBySum = bySum.reduce((a, b) => a + b, 0) / bySum.length;

    assert.ok(meanBySum > 10 * errorsOf(observations).mean, `${meanBySum} ms`);
  });

  test('an added idle partition changes nothing', () => {
    const idle = (rows: OffsetRow[]): OffsetRow[] => [
      ...rows,
      ...rows
        .filter(row => row.type === 'offsets' && row.partition === 0)
        .map(row => ({ ...row, partition: 99, endOffset: 7, ...('position' in row && { position: 7 }) })),
    ];
    const figures = ({ answer }: Observation): unknown => [answer.age_ms, answer.complete_up_to, answer.residence_ms];

    assert.deepEqual(observe(11, 10_000, idle).map(figures), runs[0]!.map(figures));
  });

  test('a hop that stops reporting only widens the bounds', () => {
    const silenced = observe(12, 10_000, rows =>
      rows.map(row =>
        row.type === 'offsets' && row.hop === 'hop1' && row.ts > 1_800_000 ? withoutPosition(row) : row,
      ),
    );
    for (const [i, { answer, truth }] of silenced.entries()) {
      const full = runs[1]![i]!.answer;
      assert.ok(answer.complete_up_to! <= truth && answer.complete_up_to! <= full.complete_up_to!, `at ${answer.ts}`);
      assert.ok(answer.age_low_ms! <= answer.ts - truth, `at ${answer.ts}`);
    }
  });
});

function withoutPosition(row: OffsetRow & { type: 'offsets' }): OffsetRow {
  const { position: _, ...rest } = row;
  return { ...rest, hop: '' };
}
