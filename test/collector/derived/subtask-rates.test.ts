import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DecodedGroup } from '../../../collector/decode/metric.ts';
import { Derivation } from '../../../collector/derived/derivation.ts';
import { MemoryMetricStore } from '../../../store/memory-metrics.ts';
import { pointsOf, T0, takeEach, task } from './subtask-report.ts';

const times = (busy: number, idle: number, backPressured = 0) => ({
  accumulateBusyTimeMs: busy,
  accumulateIdleTimeMs: idle,
  accumulateBackPressuredTimeMs: backPressured,
});

const CASES: readonly {
  readonly sentence: string;
  readonly reports: readonly DecodedGroup[];
  readonly metric: string;
  readonly points: readonly (readonly [number, number])[];
}[] = [
  {
    sentence: 'the rate is the difference of two reports over the time between them',
    reports: [task(0, { numRecordsIn: 1000 }), task(10, { numRecordsIn: 1500 }), task(30, { numRecordsIn: 1600 })],
    metric: 'records_in_per_second',
    points: [
      [10, 50],
      [30, 5],
    ],
  },
  {
    sentence: 'bytes too',
    reports: [task(0, { numBytesOut: 0 }), task(10, { numBytesOut: 20_480 })],
    metric: 'bytes_out_per_second',
    points: [[10, 2048]],
  },
  {
    sentence: 'accumulated times become ratios',
    reports: [task(0, times(100_000, 500_000)), task(10, times(102_500, 507_500))],
    metric: 'busy_ratio',
    points: [[10, 0.25]],
  },
  {
    sentence: 'a time that sways back counts nothing twice',
    reports: [
      task(0, times(1000, 90_000)),
      task(10, times(1171, 99_000)),
      task(20, times(1008, 109_000)),
      task(30, times(1271, 118_000)),
    ],
    metric: 'busy_ratio',
    points: [
      [10, 0.0171],
      [20, 0],
      [30, 0.01],
    ],
  },
  {
    sentence: 'a ratio is at most 1, though Flink attributes a moment more than there was',
    reports: [task(0, times(0, 90_000)), task(10, times(0, 100_160))],
    metric: 'idle_ratio',
    points: [[10, 1]],
  },
  {
    sentence: 'the first report of a new attempt is compared with nothing',
    reports: [
      task(0, { numRecordsIn: 1000 }),
      task(10, { numRecordsIn: 5000 }, { attempt: 1 }),
      task(20, { numRecordsIn: 5100 }, { attempt: 1 }),
    ],
    metric: 'records_in_per_second',
    points: [[20, 10]],
  },
  {
    sentence: 'unless its times tell that it has run for a while: then it is the rate of its life',
    reports: [
      task(0, { numRecordsIn: 1000, ...times(100, 60_000) }),
      task(60, { numRecordsIn: 5000, ...times(10_000, 30_000) }, { attempt: 1 }),
    ],
    metric: 'records_in_per_second',
    points: [[60, 125]],
  },
  {
    sentence: 'an attempt of 4 s tells nothing yet',
    reports: [
      task(0, { numRecordsIn: 1000, ...times(100, 60_000) }),
      task(34, { numRecordsIn: 486, ...times(403, 3206) }, { attempt: 3 }),
      task(44, { numRecordsIn: 4255, ...times(717, 13_149) }, { attempt: 3 }),
    ],
    metric: 'records_in_per_second',
    points: [[44, 376.9]],
  },
  {
    sentence: 'a task manager given up on, which goes on reporting, does not take part',
    reports: [
      task(0, { numRecordsIn: 1000 }),
      task(10, { numRecordsIn: 100 }, { attempt: 1 }),
      task(12, { numRecordsIn: 1010 }, { attempt: 0 }),
      task(20, { numRecordsIn: 200 }, { attempt: 1 }),
    ],
    metric: 'records_in_per_second',
    points: [[20, 10]],
  },
  {
    sentence: 'an earlier attempt whose reports are read after those of its successor has its rates as well',
    reports: [
      task(0, { numRecordsIn: 1000 }),
      task(10, { numRecordsIn: 1100 }),
      task(50, { numRecordsIn: 100 }, { attempt: 1 }),
      task(20, { numRecordsIn: 1300 }),
      task(60, { numRecordsIn: 200 }, { attempt: 1 }),
      task(30, { numRecordsIn: 1400 }),
    ],
    metric: 'records_in_per_second',
    points: [
      [10, 10],
      [20, 20],
      [60, 10],
      [30, 10],
    ],
  },
  {
    sentence: 'a JobManager that took over counts attempts from 0 again, in a graph of its own',
    reports: [
      task(0, { numRecordsIn: 1000 }, { attempt: 4 }),
      task(10, { numRecordsIn: 100 }, { attempt: 0, graph: 'ffff' }),
      task(20, { numRecordsIn: 200 }, { attempt: 0, graph: 'ffff' }),
    ],
    metric: 'records_in_per_second',
    points: [[20, 10]],
  },
  {
    sentence: 'without attempts a fall is a new beginning, and what came since counts',
    reports: [100, 200, 30].map((numRecordsIn, i) =>
      task(i * 10, { numRecordsIn }, { attrs: { task_attempt_id: '', task_attempt_num: '' } }),
    ),
    metric: 'records_in_per_second',
    points: [
      [10, 10],
      [20, 3],
    ],
  },
  {
    sentence: 'a report told twice and one that comes late change nothing',
    reports: [0, 10, 10, 5, 20].map(second => task(second, { numRecordsIn: second * 7 })),
    metric: 'records_in_per_second',
    points: [
      [10, 7],
      [20, 7],
    ],
  },
  {
    sentence: 'after a long silence an average is no figure of now',
    reports: [task(0, { numRecordsIn: 0 }), task(301, { numRecordsIn: 9000 }), task(311, { numRecordsIn: 9100 })],
    metric: 'records_in_per_second',
    points: [[311, 10]],
  },
  {
    sentence: 'other subtasks are others',
    reports: [
      task(0, { numRecordsIn: 1000 }),
      task(1, { numRecordsIn: 0 }, { subtask: '1' }),
      task(10, { numRecordsIn: 1100 }),
      task(11, { numRecordsIn: 0 }, { subtask: '1' }),
    ],
    metric: 'records_in_per_second',
    points: [
      [10, 10],
      [11, 0],
    ],
  },
  {
    sentence: 'what Flink shows before it has measured is held back, by the life that the times tell',
    reports: [
      task(0, { busyTimeMsPerSecond: 1000, idleTimeMsPerSecond: 0, ...times(878, 2959) }),
      task(10, { busyTimeMsPerSecond: 100, idleTimeMsPerSecond: 900, ...times(878, 12_959) }),
    ],
    metric: 'flink.task.busyTimeMsPerSecond',
    points: [[10, 100]],
  },
  {
    sentence: 'or, where Flink sends averages only, by their look at the first sight',
    reports: [
      task(0, { busyTimeMsPerSecond: 1000, idleTimeMsPerSecond: 0, backPressuredTimeMsPerSecond: 0 }),
      task(10, { busyTimeMsPerSecond: 400, idleTimeMsPerSecond: 600, backPressuredTimeMsPerSecond: 0 }),
    ],
    metric: 'flink.task.busyTimeMsPerSecond',
    points: [[10, 400]],
  },
  {
    sentence: 'or by the attempt',
    reports: [
      task(0, { busyTimeMsPerSecond: 300 }),
      task(10, { busyTimeMsPerSecond: 1000 }, { attempt: 1 }),
      task(20, { busyTimeMsPerSecond: 310 }, { attempt: 1 }),
    ],
    metric: 'flink.task.busyTimeMsPerSecond',
    points: [
      [0, 300],
      [20, 310],
    ],
  },
  {
    sentence: 'a task busy all the time keeps its 1000',
    reports: [0, 10].map(second =>
      task(second, { busyTimeMsPerSecond: 1000, idleTimeMsPerSecond: 0, ...times(900_000 + second * 1000, 0) }),
    ),
    metric: 'flink.task.busyTimeMsPerSecond',
    points: [
      [0, 1000],
      [10, 1000],
    ],
  },
  {
    sentence: 'a meter is too low for the 60 s that it averages over',
    reports: [0, 10, 60, 70].map(second =>
      task(second, { numRecordsInPerSecond: second }, { attempt: second === 0 ? 0 : 1 }),
    ),
    metric: 'flink.task.numRecordsInPerSecond',
    points: [
      [0, 0],
      [70, 70],
    ],
  },
];

for (const { sentence, reports, metric, points } of CASES) {
  test(`${metric}: ${sentence}`, () => {
    const found = pointsOf(takeEach(reports), metric).map(([t, value]) => [t, Math.round(value * 1e6) / 1e6]);

    assert.deepEqual(found, points);
  });
}

test('a batch that is repeated because a store was away gives the same again, and once committed nothing twice', () => {
  const derivation = new Derivation();
  const first = [task(0, { numRecordsIn: 0 }), task(10, { numRecordsIn: 50 }), task(20, { numRecordsIn: 70 })];

  const lost = derivation.take(first);
  const repeated = derivation.take(first);
  repeated.commit();
  const again = derivation.take(first);

  assert.deepEqual(repeated.groups, lost.groups);
  assert.deepEqual(pointsOf([repeated], 'records_in_per_second'), [
    [10, 5],
    [20, 2],
  ]);
  assert.deepEqual(pointsOf([again], 'records_in_per_second'), []);
});

test('batches of two partitions, under way at once, do not disturb each other', () => {
  const derivation = new Derivation();
  derivation.take([task(0, { numRecordsIn: 1000 })]).commit();

  const earlier = derivation.take([task(10, { numRecordsIn: 1100 })]);
  const successor = derivation.take([task(50, { numRecordsIn: 100 }, { attempt: 1 })]);
  earlier.commit();
  successor.commit();
  const later = takeEach(
    [task(20, { numRecordsIn: 1300 }), task(60, { numRecordsIn: 200 }, { attempt: 1 })],
    derivation,
  );

  assert.deepEqual(pointsOf([earlier, ...later], 'records_in_per_second'), [
    [10, 10],
    [20, 20],
    [60, 10],
  ]);
});

test('reports of one batch are compared in the order of their time', () => {
  const derived = new Derivation().take([task(20, { numRecordsIn: 70 }), task(0, { numRecordsIn: 0 })]);

  assert.deepEqual(pointsOf([derived], 'records_in_per_second'), [[20, 3.5]]);
});

test('the counters of an attempt that replaced another begin at 0 after the last report of that', () => {
  const operator: DecodedGroup = {
    ...task(10, {}, { attempt: 1 }),
    scope: 'operator',
    labels: { host: 'h1', job: 'etl', task: 'Source', subtask: '0', operator: 'Sink' },
    values: [
      ['flink.operator.numRecordsSend', 900],
      ['flink.operator.currentSendTime', 4],
    ],
    counters: ['flink.operator.numRecordsSend'],
  };
  const derivation = new Derivation();
  derivation.take([task(0, { numRecordsIn: 1000, accumulateBusyTimeMs: 700 })]).commit();

  const { groups } = derivation.take([
    operator,
    task(10, { numRecordsIn: 5000, accumulateBusyTimeMs: 900 }, { attempt: 1 }),
  ]);

  const zeros = groups.filter(group => group.ts === T0 + 1);
  assert.deepEqual(
    zeros.map(group => [group.labels['operator'], group.values]),
    [
      ['Sink', [['flink.operator.numRecordsSend', 0]]],
      [
        undefined,
        [
          ['flink.task.numRecordsIn', 0],
          ['flink.task.accumulateBusyTimeMs', 0],
        ],
      ],
    ],
  );
});

test('RATE over a counter counts every record once through restarts of a subtask, of the daemon and of the job', async () => {
  const store = new MemoryMetricStore();
  const counted: readonly (readonly [second: number, count: number, attempt: number])[] = [
    [0, 1000, 0],
    [10, 1500, 0],
    // the subtask fails; its successor has already counted further
    [20, 4000, 1],
    [30, 4500, 1],
    // the whole job restarts
    [40, 200, 2],
    [50, 600, 2],
  ];
  let derivation = new Derivation();
  for (const [second, numRecordsIn, attempt] of counted) {
    if (second === 30 || second === 50) derivation = new Derivation();
    const derived = derivation.take([task(second, { numRecordsIn }, { attempt })]);
    await store.append(derived.groups);
    derived.commit();
  }

  const [group] = await store.window({
    names: [{ name: 'flink.task.numRecordsIn' }],
    matchers: [],
    groupBy: ['job'],
    op: 'RATE',
    windowMs: 60_000,
    at: [T0 + 50_000],
  });

  const records = 500 + 4000 + 500 + 200 + 400;
  assert.equal(Math.round((group?.points[0]?.[1] ?? 0) * 50), records);
});

test('RATE over an accumulated time counts no sway as a new beginning', async () => {
  const store = new MemoryMetricStore();
  for (const derived of takeEach(
    [0, 10, 20, 30].map((second, i) => task(second, times([9000, 9171, 9008, 9200][i]!, 0))),
  ))
    await store.append(derived.groups);

  const [group] = await store.window({
    names: [{ name: 'flink.task.accumulateBusyTimeMs' }],
    matchers: [],
    groupBy: [],
    op: 'RATE',
    windowMs: 60_000,
    at: [T0 + 30_000],
  });

  assert.equal(Math.round((group?.points[0]?.[1] ?? 0) * 30), 200);
});

test('a run of the same name elsewhere is another subtask', () => {
  const other = { graph: 'eeee', attrs: { job_id: 'b2' } };
  const all = takeEach([
    task(0, { numRecordsIn: 0 }),
    task(1, { numRecordsIn: 900 }, other),
    task(10, { numRecordsIn: 10 }),
    task(11, { numRecordsIn: 950 }, other),
  ]);

  assert.deepEqual(pointsOf(all, 'records_in_per_second'), [
    [10, 1],
    [11, 5],
  ]);
});

test('beyond the bound subtasks are not remembered and counted, until others have fallen silent', () => {
  const derivation = new Derivation({ subtasks: 1, processes: 1, runs: 1 });
  const of = (second: number, subtask: string) => task(second, { numRecordsIn: second }, { subtask });
  const all = takeEach([of(0, '0'), of(1, '1'), of(10, '0'), of(11, '1')], derivation);

  assert.deepEqual(pointsOf(all, 'records_in_per_second'), [[10, 1]]);
  assert.deepEqual(
    all.map(derived => derived.refused),
    [0, 1, 0, 1],
  );

  const later = takeEach([of(700, '1'), of(710, '1')], derivation);

  assert.deepEqual(pointsOf(later, 'records_in_per_second'), [[710, 1]]);
});
