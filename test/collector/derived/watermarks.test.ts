import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Recent } from '../../../collector/derived/recent.ts';
import { type RunWatermarks, Watermarks } from '../../../collector/derived/watermarks.ts';
import type { WatermarkRow } from '../../../model/offset-row.ts';
import type { MetricGroup } from '../../../model/sample.ts';

const NONE_YET = -(2 ** 63);
const END_OF_INPUT = 2 ** 63;

interface Report {
  readonly ts: number;
  readonly subtask: string;
  readonly watermark: number;
  readonly late?: number | null;
  readonly run?: string;
}

function group({ ts, subtask, watermark, late = 0, run = 'run1' }: Report): MetricGroup {
  return {
    ts,
    labels: { job: 'agg', operator: 'WindowAggregate[7]', subtask },
    attrs: { job_id: run, operator_id: 'op7' },
    arrivedAt: ts,
    values: [
      ['flink.operator.currentInputWatermark', watermark],
      ...(late === null ? [] : [['flink.operator.numLateRecordsDropped', late] as const]),
    ],
  };
}

/** Rows of batches taken one after the other. */
function rowsOf(...batches: readonly (readonly Report[])[]): readonly WatermarkRow[] {
  const memory = new Recent<RunWatermarks>(10);
  return batches.flatMap(batch => {
    const watermarks = new Watermarks(memory);
    for (const report of batch) watermarks.take(group(report));
    const rows = watermarks.rows();
    watermarks.commit();
    return rows;
  });
}

const row = (ts: number, watermark: number | null, lateDropped = 0): WatermarkRow => ({
  type: 'watermark',
  ts,
  hop: 'agg',
  watermark,
  lateDropped,
});

const cases: { sentence: string; batches: readonly (readonly Report[])[]; rows: readonly WatermarkRow[] }[] = [
  {
    sentence: 'the least of all subtasks counts, and what they dropped adds up',
    batches: [
      [
        { ts: 10_000, subtask: '0', watermark: 9_000, late: 3 },
        { ts: 10_000, subtask: '1', watermark: 7_000, late: 4 },
      ],
    ],
    rows: [row(10_000, 7_000, 7)],
  },
  {
    sentence: 'an operator that keeps no windows does not count, however idle its partition is',
    batches: [
      [
        { ts: 10_000, subtask: '0', watermark: 9_000 },
        { ts: 10_000, subtask: '1', watermark: 1_000, late: null },
      ],
    ],
    rows: [row(10_000, 9_000)],
  },
  {
    sentence: 'task managers report apart: a row a round, at the time of its newest report',
    batches: [
      [{ ts: 10_000, subtask: '0', watermark: 9_000 }],
      [{ ts: 12_000, subtask: '1', watermark: 8_000 }],
      [{ ts: 20_000, subtask: '0', watermark: 19_000 }],
      [{ ts: 22_000, subtask: '1', watermark: 18_000 }],
    ],
    rows: [row(10_000, 9_000), row(20_000, 8_000)],
  },
  {
    sentence: 'a subtask without a watermark leaves the job without one',
    batches: [
      [
        { ts: 10_000, subtask: '0', watermark: 9_000 },
        { ts: 10_000, subtask: '1', watermark: NONE_YET },
      ],
    ],
    rows: [row(10_000, null)],
  },
  {
    sentence: 'the end of bounded input is as far as the clock',
    batches: [[{ ts: 10_000, subtask: '0', watermark: END_OF_INPUT }]],
    rows: [row(10_000, 10_000)],
  },
  {
    sentence: 'a report told again, or late, says nothing new',
    batches: [
      [{ ts: 10_000, subtask: '0', watermark: 9_000 }],
      [{ ts: 10_000, subtask: '0', watermark: 9_000 }],
      [{ ts: 5_000, subtask: '0', watermark: 4_000 }],
    ],
    rows: [row(10_000, 9_000)],
  },
  {
    sentence: 'a subtask that is gone no longer holds the others up',
    batches: [
      [
        { ts: 10_000, subtask: '0', watermark: 9_000 },
        { ts: 10_000, subtask: '1', watermark: 9_000 },
      ],
      [{ ts: 60_000, subtask: '0', watermark: 59_000 }],
      [{ ts: 140_000, subtask: '0', watermark: 139_000 }],
    ],
    rows: [row(10_000, 9_000), row(140_000, 139_000)],
  },
];
for (const { sentence, batches, rows } of cases) {
  test(`watermarks of a job with windows: ${sentence}`, () => {
    assert.deepEqual(rowsOf(...batches), rows);
  });
}

test('a batch that is taken again gives its row again', () => {
  const memory = new Recent<RunWatermarks>(10);
  for (let attempt = 0; attempt < 2; attempt++) {
    const watermarks = new Watermarks(memory);
    watermarks.take(group({ ts: 10_000, subtask: '0', watermark: 9_000 }));
    assert.deepEqual(watermarks.rows(), [row(10_000, 9_000)]);
  }
});

test('runs beyond the memory are refused and counted', () => {
  const watermarks = new Watermarks(new Recent<RunWatermarks>(2));
  for (const run of ['a', 'b', 'c']) watermarks.take(group({ ts: 10_000, subtask: '0', watermark: 9_000, run }));
  assert.ok(watermarks.refused > 0);
  assert.equal(watermarks.rows().length + watermarks.refused, 3);
});
