/**
 * From a job's own metrics to "complete up to": what a JobManager reports of checkpoints becomes rows, and an exactly-once sink gets a
 * bound that is never later than what its readers can see.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DecodedGroup } from '../../../collector/decode/metric.ts';
import { Derivation } from '../../../collector/derived/derivation.ts';
import { answerFreshness, type FreshnessAnswer, findSink } from '../../../lineage/lag/answer.ts';
import { indexGraph } from '../../../lineage/lag/freshness.ts';
import { OffsetTables } from '../../../lineage/lag/offsets.ts';
import { addRow } from '../../../lineage/lag/tables/offset-intake.ts';

interface Checkpoint {
  readonly id: number;
  readonly triggered: number;
  readonly completed: number;
}

const GRAPH = indexGraph({
  hops: [{ hop: 'etl', inputs: ['ods'], output: null, windowMs: null, allowedOooMs: 0, delivery: 'exactly_once' }],
});
const REPORT_MS = 10_000;
const END = 600_000;

/** Checkpoints at uneven times, some longer than a reporting interval, two of them within one. */
function checkpoints(seed: number): Checkpoint[] {
  const all: Checkpoint[] = [];
  let at = 3000 + seed * 731;
  for (let id = 1; at < END; id++) {
    const duration = 200 + ((id * 7919 + seed * 104_729) % 13_000);
    all.push({ id, triggered: at, completed: at + duration });
    at += duration + ((id * 3571 + seed * 57) % 17_000);
  }
  return all;
}

/** What the JobManager of either version reports at `ts`. */
function report(ts: number, last: Checkpoint | undefined, version: '2.3' | '1.20'): DecodedGroup {
  const values: (readonly [string, number])[] = [
    ['flink.job.lastCompletedCheckpointId', last?.id ?? -1],
    ['flink.job.lastCheckpointDuration', last ? last.completed - last.triggered : -1],
  ];
  if (version === '2.3') values.push(['flink.job.lastCheckpointCompletedTimestamp', last?.completed ?? -1]);
  return { ts, scope: 'job', labels: { job: 'etl' }, attrs: { job_id: 'a1' }, values, counters: [], arrivedAt: ts };
}

/** Asks at every second of a run whose sources are always level. */
function answers(
  version: '2.3' | '1.20',
  seed: number,
): { visible: number; reported: number; answer: FreshnessAnswer }[] {
  const all = checkpoints(seed);
  const lastAt = (t: number): Checkpoint | undefined => all.findLast(({ completed }) => completed <= t);
  const tables = new OffsetTables();
  const derivation = new Derivation();
  const sink = findSink(GRAPH, 'etl');
  assert.ok(sink);
  const found = [];
  let reported = -1;
  for (let t = 0; t < END; t += 1000) {
    if (t % REPORT_MS === 0) {
      const derived = derivation.take([report(t, lastAt(t), version)]);
      derived.commit();
      for (const row of derived.checkpoints) addRow(tables, row);
      addRow(tables, { type: 'offsets', ts: t, hop: 'etl', topic: 'ods', partition: 0, endOffset: t, position: t });
      reported = lastAt(t)?.triggered ?? -1;
    }
    const answer = answerFreshness(GRAPH, tables, sink, 'etl', t);
    found.push({ visible: lastAt(t)?.triggered ?? -1, reported, answer });
  }
  return found;
}

for (const version of ['2.3', '1.20'] as const) {
  test(`Flink ${version}: the bound of an exactly-once sink appears and is never later than what can be seen`, () => {
    for (const seed of [1, 2, 3, 4]) {
      const all = answers(version, seed);
      const bounds = all.filter(({ answer }) => answer.complete_up_to !== null);
      assert.ok(bounds.length > 500, `only ${bounds.length} of ${all.length} answers have a bound`);
      for (const { visible, answer } of bounds)
        assert.ok(
          (answer.complete_up_to ?? 0) <= visible,
          `at ${answer.ts} ${answer.complete_up_to}, visible ${visible}`,
        );
      assert.ok(all.at(-1)?.answer.rules.includes('commit-wait'));
    }
  });
}

// The bound stands on the last position sampled before the barrier: another interval at most.
for (const [version, intervals] of [
  ['2.3', 1],
  ['1.20', 2],
] as const) {
  test(`Flink ${version}: it is at most ${intervals} reporting intervals before the barrier that was reported last`, () => {
    for (const seed of [5, 6, 7])
      for (const { reported, answer } of answers(version, seed).slice(60))
        assert.ok(reported - (answer.complete_up_to ?? 0) <= intervals * REPORT_MS, `at ${answer.ts}`);
  });
}
