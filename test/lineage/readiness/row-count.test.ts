import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Hop } from '../../../lineage/lag/hop-graph.ts';
import { countRows, type RowPeriod } from '../../../lineage/readiness/row-count.ts';
import type { Labels } from '../../../model/labels.ts';
import { MemoryMetricStore } from '../../../store/memory-metrics.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const FROM = Date.parse('2026-11-20T10:00:00Z');
const TO = FROM + HOUR;
const KAFKA = 'kafka://h:9092/dwd';
const DRUID = 'druid://prod/gmv';

function hop(name: string, output: string): Hop {
  return { hop: name, inputs: ['ods'], output, windowMs: null, allowedOooMs: 0, delivery: 'at_least_once' };
}

function period(dataset: string, writers: readonly Hop[], outputs = 1): RowPeriod {
  return { dataset, from: FROM, to: TO, writers, outputsOf: () => outputs, now: TO + 20 * MINUTE };
}

/** Points of one series, one a minute from `from` to `to`. */
async function fill(
  store: MemoryMetricStore,
  name: string,
  labels: Labels,
  [from, to]: readonly [number, number],
  valueAt: (t: number) => number,
  stepMs = MINUTE,
): Promise<void> {
  const groups = [];
  for (let ts = from; ts <= to; ts += stepMs)
    groups.push({ ts, labels, attrs: {}, values: [[name, valueAt(ts)] as const], arrivedAt: ts });
  await store.append(groups);
}

/** A dataset that is always complete up to `ageMs` ago. */
async function withAge(dataset: string, ageMs: number): Promise<MemoryMetricStore> {
  const store = new MemoryMetricStore();
  await fill(store, 'age_high_ms', { dataset }, [FROM - 10 * MINUTE, TO + 20 * MINUTE], () => ageMs, 5000);
  return store;
}

describe('rows of a period', () => {
  test('pushed counts of the period are exact: their sum, whoever else counted', async () => {
    const store = await withAge(KAFKA, MINUTE);
    const labels = { dataset: KAFKA };
    await fill(store, 'dataset_rows', labels, [FROM - 30 * MINUTE, TO + 30 * MINUTE], () => 100, 30 * MINUTE);
    await fill(store, 'flink.operator.numRecordsSend', { job: 'etl', operator: 'Sink: Writer' }, [FROM, TO], t => t);

    assert.deepEqual(await countRows(store, period(KAFKA, [hop('etl', KAFKA)])), {
      actual: 200,
      low: 200,
      high: 200,
      hop: null,
    });
  });

  test('what the sink counted while the period went through, within a minute at both ends', async () => {
    // Ten rows a second, five minutes late: the period passes from 10:05 to 11:05.
    const store = await withAge(KAFKA, 5 * MINUTE);
    const labels = { job: 'etl', operator: 'dwd[2]: Writer', subtask: '0' };
    await fill(
      store,
      'flink.operator.numRecordsSend',
      labels,
      [FROM - 20 * MINUTE, TO + 20 * MINUTE],
      t => (t - FROM) / 100,
    );

    const count = await countRows(store, period(KAFKA, [hop('etl', KAFKA)]));

    assert.ok(count !== null);
    assert.equal(count.hop, 'etl');
    assert.ok(count.low < 36_000 && count.high > 36_000, JSON.stringify(count));
    assert.ok(count.high - count.low <= 6 * 600, JSON.stringify(count));
    assert.ok(count.low <= count.actual && count.actual <= count.high);
  });

  test('Druid counts what it took in', async () => {
    const store = await withAge(DRUID, 0);
    const series = [FROM - 20 * MINUTE, TO + 20 * MINUTE] as const;
    await fill(store, 'druid.ingest.events.processed', { dataSource: 'gmv' }, series, () => 600);
    await fill(store, 'druid.ingest.events.processed', { dataSource: 'other' }, series, () => 1);

    const count = await countRows(store, period(DRUID, [hop('gmv', DRUID)]));

    assert.ok(count !== null && count.low <= 36_000 && count.high >= 36_000, JSON.stringify(count));
    assert.ok(count.high - count.low <= 6 * 600, JSON.stringify(count));
  });

  const UNKNOWN: readonly (readonly [sentence: string, period: RowPeriod, hasAge: boolean])[] = [
    ['nobody writes it', period(KAFKA, []), true],
    ['its writer has several outputs', period(KAFKA, [hop('etl', KAFKA)], 2), true],
    ['no counter is there', period(KAFKA, [hop('etl', KAFKA)]), true],
    ['how its completeness went is not on record', period(KAFKA, [hop('etl', KAFKA)]), false],
  ];
  for (const [sentence, asked, hasAge] of UNKNOWN) {
    test(`are not known where ${sentence}`, async () => {
      const store = hasAge ? await withAge(KAFKA, 0) : new MemoryMetricStore();

      assert.equal(await countRows(store, asked), null);
    });
  }
});
