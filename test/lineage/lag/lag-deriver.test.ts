import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { createLagDeriver } from '../../../lineage/lag/lag-deriver.ts';
import { OffsetTables } from '../../../lineage/lag/offsets.ts';
import type { OffsetRow, OffsetsRow } from '../../../model/offset-row.ts';
import type { MetricGroup } from '../../../model/sample.ts';

const JOB = { type: 'offsets', hop: 'agg', topic: 'dw', partition: 0 } as const;

function position(ts: number, value: number, partition = 0): OffsetsRow {
  return { ...JOB, ts, partition, position: value };
}

/** A commit found by a poll, or with null a partition the group has none for. */
function polled(ts: number, committed: number | null, partition = 0): OffsetsRow {
  return { ...JOB, ts, partition, polled: true, ...(committed !== null && { committed }) };
}

function end(ts: number, value: number, partition = 0): OffsetsRow {
  return { ...JOB, hop: '', ts, partition, endOffset: value };
}

/** Feeds batches and keeps what a store would: the last value of every (name, labels, ts). */
function series(batches: readonly (readonly OffsetRow[])[]): Map<string, Map<number, number>> {
  const deriver = createLagDeriver(new OffsetTables());
  const stored = new Map<string, Map<number, number>>();
  for (const batch of batches) {
    for (const group of deriver.derive(batch, 1)) store(stored, group);
  }
  return stored;
}

function store(stored: Map<string, Map<number, number>>, group: MetricGroup): void {
  for (const [name, value] of group.values) {
    const partition = group.labels['partition'];
    const key =
      partition === undefined ? `${name} ${group.labels['job']}` : `${name} ${group.labels['job']} ${partition}`;
    const points = stored.get(key) ?? new Map<number, number>();
    points.set(group.ts, value);
    stored.set(key, points);
  }
}

function lagOf(batches: readonly (readonly OffsetRow[])[]): Record<number, number> {
  return Object.fromEntries([...(series(batches).get('lag agg') ?? [])].sort((a, b) => a[0] - b[0]));
}

describe('lag is the end offset minus the position, by event time', () => {
  const cases: { sentence: string; batches: OffsetRow[][]; lag: Record<number, number> }[] = [
    { sentence: 'both in one row', batches: [[{ ...JOB, ts: 10, endOffset: 100, position: 70 }]], lag: { 10: 30 } },
    { sentence: 'the end offset came first', batches: [[end(10, 100)], [position(10, 70)]], lag: { 10: 30 } },
    { sentence: 'the position came first', batches: [[position(10, 70)], [end(10, 100)]], lag: { 10: 30 } },
    { sentence: 'no end offset: no point', batches: [[position(10, 70)], [position(20, 80)]], lag: {} },
    {
      sentence: 'a position before the first end offset has no lag',
      batches: [[position(5, 60)], [end(10, 100)]],
      lag: {},
    },
    {
      sentence: 'an end offset that encloses an earlier position corrects its point',
      batches: [[end(0, 100)], [position(5_000, 100)], [end(10_000, 200)]],
      lag: { 5000: 50 },
    },
    {
      sentence: 'a position ahead of the last end offset is level, not negative',
      batches: [[end(0, 100)], [position(5_000, 120)]],
      lag: { 5000: 0 },
    },
    {
      sentence: 'an end offset older than two minutes says nothing of now',
      batches: [[end(0, 100)], [position(60_000, 90)], [position(200_000, 100)]],
      lag: { 60000: 10 },
    },
    {
      sentence: 'the sum waits for no partition reported a moment later, and takes it in when it comes',
      batches: [[end(1_000, 100, 0), end(1_000, 200, 1)], [position(1_000, 90, 0)], [position(1_300, 150, 1)]],
      lag: { 1000: 60, 1300: 60 },
    },
    {
      sentence: 'a partition without end offsets leaves the sum unknown',
      batches: [[end(0, 100, 0)], [position(0, 90, 0), position(0, 5, 1)]],
      lag: {},
    },
    {
      sentence: 'a repeated batch changes nothing',
      batches: [
        [end(0, 100), position(0, 90)],
        [end(0, 100), position(0, 90)],
      ],
      lag: { 0: 10 },
    },
    {
      sentence: 'a dead job goes on falling behind with every end offset',
      batches: [
        [end(0, 100), position(0, 100)],
        [end(10_000, 200), position(10_000, 200)],
        [end(20_000, 300)],
        [end(60_000, 700)],
      ],
      lag: { 0: 0, 10000: 0, 60000: 500 },
    },
    {
      sentence: 'positions that arrive late correct what silence had suggested',
      batches: [
        [end(0, 100), position(0, 100)],
        [end(10_000, 200), position(10_000, 200)],
        [end(60_000, 700)],
        [
          position(20_000, 300),
          position(30_000, 400),
          position(40_000, 500),
          position(50_000, 600),
          position(60_000, 690),
        ],
      ],
      lag: { 0: 0, 10000: 0, 20000: 0, 30000: 0, 40000: 0, 50000: 0, 60000: 10 },
    },
    {
      sentence: 'a -1 of Flink before the first record is no position',
      batches: [[end(0, 100)], [position(0, -1)]],
      lag: {},
    },
    {
      sentence: 'a consumer that reports its lag needs no end offset',
      batches: [
        [
          { type: 'lag', ts: 5, hop: 'agg', topic: 'dw', partition: 0, lagRecords: 7 },
          { type: 'lag', ts: 5, hop: 'agg', topic: 'dw', partition: 1, lagRecords: 4 },
        ],
      ],
      lag: { 5: 11 },
    },
    {
      sentence: 'a group alone is where its commits are, found anew or not',
      batches: [
        [end(0, 100), polled(0, 90)],
        [end(10_000, 130), polled(10_000, 90)],
        [end(20_000, 130), polled(20_000, 125)],
      ],
      lag: { 0: 10, 10000: 40, 20000: 5 },
    },
    {
      sentence: 'a partition the group never committed counts from the start',
      batches: [
        [end(0, 100, 0), { ...end(0, 7, 1), startOffset: 2 }, polled(0, 90, 0), polled(0, null, 1)],
        [end(10_000, 100, 0), { ...end(10_000, 9, 1), startOffset: 2 }, polled(10_000, 90, 0), polled(10_000, null, 1)],
      ],
      lag: { 0: 15, 10000: 17 },
    },
    {
      sentence: 'its first commit ends that',
      batches: [
        [end(0, 100, 0), end(0, 7, 1), polled(0, 90, 0), polled(0, null, 1)],
        [end(10_000, 100, 0), end(10_000, 7, 1), polled(10_000, 90, 0), polled(10_000, 6, 1)],
      ],
      lag: { 0: 17, 10000: 11 },
    },
    {
      sentence: 'the commit beside live positions changes nothing',
      batches: [
        [end(0, 100), position(0, 80), polled(0, 50)],
        [end(10_000, 100), position(10_000, 90), polled(10_000, 50)],
      ],
      lag: { 0: 20, 10000: 10 },
    },
    {
      sentence: 'once positions are silent for a minute the commit stands in: a restart reads from there',
      batches: [
        [end(0, 100), position(0, 100), polled(0, 95)],
        [end(80_000, 200), polled(80_000, 95)],
      ],
      lag: { 0: 0, 80000: 105 },
    },
    {
      sentence: 'pushed and polled end offsets of one moment count once',
      batches: [[end(0, 100), { ...end(0, 100), polled: true }, position(0, 90), polled(0, 90)]],
      lag: { 0: 10 },
    },
    {
      sentence: 'an end offset that falls between two polls is a topic made anew, however little it falls',
      batches: [
        [{ ...end(0, 10), polled: true }, polled(0, 10)],
        [{ ...end(10_000, 8), polled: true }, polled(10_000, 1)],
      ],
      lag: { 0: 0, 10000: 7 },
    },
    {
      sentence: 'a lag of the topic as a whole is its sum already',
      batches: [[{ type: 'lag', ts: 5, hop: 'agg', topic: 'dw', lagRecords: 9 }]],
      lag: { 5: 9 },
    },
  ];
  for (const { sentence, batches, lag } of cases) {
    test(sentence, () => assert.deepEqual(lagOf(batches), lag));
  }
});

test('labels name the job, the topic and, where told, partition, group and cluster', () => {
  const deriver = createLagDeriver(new OffsetTables());

  const groups = deriver.derive([{ ...JOB, ts: 10, endOffset: 9, position: 4, group: 'g', cluster: 'data-1' }], 77);

  const labels = { job: 'agg', topic: 'dw', group: 'g', cluster: 'data-1' };
  assert.deepEqual(groups, [
    { ts: 10, labels: { ...labels, partition: '0' }, attrs: {}, arrivedAt: 77, values: [['lag_records', 5]] },
    { ts: 10, labels, attrs: {}, arrivedAt: 77, values: [['lag', 5]] },
  ]);
});

test('when cluster and group become known the lag goes on under them, and no time is told twice', () => {
  const deriver = createLagDeriver(new OffsetTables());
  const told = new Map<number, string[]>();
  for (const row of [
    end(10, 50),
    position(10, 45),
    position(20, 48),
    { ...position(30, 60), cluster: 'data-1', group: 'g' },
    // what lies between two ends is told anew
    { ...end(10, 50), cluster: 'data-1' },
    { ...end(40, 80), cluster: 'data-1' },
  ]) {
    for (const { ts, labels, values } of deriver.derive([row], 1)) {
      if (values[0]![0] === 'lag') told.set(ts, [...new Set([...(told.get(ts) ?? []), Object.keys(labels).join()])]);
    }
  }

  assert.deepEqual(told.get(10), ['job,topic'], 'before');
  assert.deepEqual(told.get(30), ['job,topic,group,cluster'], 'after');
  for (const [ts, series] of told) assert.equal(series.length, 1, `${ts} is told as ${series.join(' and ')}`);
});

test('positions without a cluster meet the end offsets of the only cluster with that topic', () => {
  const deriver = createLagDeriver(new OffsetTables());

  deriver.derive([{ ...end(10, 50), cluster: 'data-1' }], 1);
  const one = deriver.derive([position(10, 45)], 1);
  deriver.derive([{ ...end(10, 500), cluster: 'data-2' }], 1);
  const ambiguous = deriver.derive([position(20, 45)], 1);

  assert.deepEqual(
    one.map(g => g.values[0]),
    [
      ['lag_records', 5],
      ['lag', 5],
    ],
  );
  assert.deepEqual(ambiguous, []);
});

test('a topic made anew starts over instead of staying level for ever', () => {
  const lag = lagOf([
    [end(0, 1_000), position(0, 1_000)],
    [end(10_000, 100), position(10_000, 40)],
  ]);

  assert.deepEqual(lag, { 0: 0, 10000: 60 });
});

interface Captured {
  readonly metric: 'currentOffset' | 'numRecordsSend' | 'pendingRecords';
  readonly ts: number;
  readonly partition?: number;
  readonly subtask?: number;
  readonly value: number;
}

describe('a real Flink run: cdo_window_agg behind cdo_filter_job, back-pressured from second 180 to 270', () => {
  const T0 = 1795255880238;
  const captured = readFileSync(new URL('../../fixtures/lag/cdo-window-agg.ndjson', import.meta.url), 'utf8')
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as Captured);
  const rows = (metric: Captured['metric']): Captured[] => captured.filter(row => row.metric === metric);
  const sumAt = (metric: Captured['metric'], ts: number): number =>
    rows(metric).reduce((sum, row) => (row.ts === ts ? sum + row.value : sum), 0);
  const nextOffsets = (ts: number): number => sumAt('currentOffset', ts) + 4;
  const instants = [...new Set(captured.map(row => row.ts))];
  const nearest = (second: number): number =>
    instants.reduce((best, ts) =>
      Math.abs(ts - T0 - second * 1000) < Math.abs(best - T0 - second * 1000) ? ts : best,
    );
  // The writer's counters began at an unknown offset: an instant with the consumer level gives it.
  const level = nearest(154);
  const baseline = nextOffsets(level) - sumAt('numRecordsSend', level);
  // Counters say how much was written in all, not to which partition: one partition stands for the four.
  const positions = instants.map(ts => ({ ...JOB, ts, position: nextOffsets(ts) }));
  const ends = instants.map(ts => end(ts, baseline + sumAt('numRecordsSend', ts)));

  for (const [order, batches] of [
    ['end offsets first', [ends, positions]],
    ['positions first', [positions, ends]],
    ['interleaved one by one', positions.flatMap((row, i) => [[row], [ends[i]!]])],
  ] as const) {
    test(`the true lag is found, ${order}`, () => {
      const lag = series(batches).get('lag agg')!;

      assert.equal(lag.get(nearest(264)), 53_198);
      assert.equal(lag.get(nearest(244)), 34_359);
      assert.equal(lag.get(nearest(274)), 4);
      assert.equal(lag.get(nearest(154)), 0);
      assert.equal(sumAt('pendingRecords', nearest(264)), 5_321, 'what Flink itself says at that second');
    });
  }
});
