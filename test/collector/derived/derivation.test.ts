import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DecodedGroup } from '../../../collector/decode/metric.ts';
import { Derivation } from '../../../collector/derived/derivation.ts';
import type { FlinkScope } from '../../../collector/scope.ts';
import type { CheckpointRow } from '../../../model/offset-row.ts';
import { pointsOf, T0, takeEach, task } from './subtask-report.ts';

function group(
  scope: FlinkScope,
  second: number,
  labels: Record<string, string>,
  values: Readonly<Record<string, number>>,
  attrs: Record<string, string> = {},
): DecodedGroup {
  const named = Object.entries(values).map(([name, value]) => [`flink.${scope}.${name}`, value] as const);
  return { ts: T0 + second * 1000, scope, labels, attrs, values: named, counters: [], arrivedAt: T0 };
}

const GC = 'Status.JVM.GarbageCollector';
const taskmanager = (second: number, values: Record<string, number>, tm = 'tm-1') =>
  group('taskmanager', second, { host: 'h1', tm_id: tm }, values);

test('time in garbage collection per second comes from the time of all collectors', () => {
  const all = takeEach([
    taskmanager(0, { [`${GC}.All.Time`]: 1000, [`${GC}.G1 Young Generation.Time`]: 900 }),
    taskmanager(10, { [`${GC}.All.Time`]: 1500, [`${GC}.G1 Young Generation.Time`]: 1300 }),
  ]);

  assert.deepEqual(pointsOf(all, 'gc_ms_per_second'), [[10, 50]]);
});

test('where Flink does not sum them, they are added up', () => {
  const all = takeEach([
    taskmanager(0, {
      [`${GC}.PS_Scavenge.Time`]: 100,
      [`${GC}.PS_MarkSweep.Time`]: 900,
      [`${GC}.PS_MarkSweep.Count`]: 5,
    }),
    taskmanager(10, {
      [`${GC}.PS_Scavenge.Time`]: 120,
      [`${GC}.PS_MarkSweep.Time`]: 980,
      [`${GC}.PS_MarkSweep.Count`]: 99,
    }),
  ]);

  assert.deepEqual(pointsOf(all, 'gc_ms_per_second'), [[10, 10]]);
});

test('a JobManager has no garbage collection rate: the alias speaks of task managers', () => {
  const all = takeEach([0, 10].map(s => group('jobmanager', s, { host: 'h1' }, { [`${GC}.All.Time`]: s })));

  assert.deepEqual(pointsOf(all, 'gc_ms_per_second'), []);
});

test('a report of a task says where its job runs, once for each task manager', () => {
  const [derived] = takeEach([]).concat(takeEach([task(0, { numRecordsIn: 1 })]));
  const attrs = { app_id: 'app_1', container_id: 'c_2', tm_id: 'tm-2' };
  const more = takeEach([task(0, {}, { subtask: '1', attrs })]);

  const places = [...(derived?.groups ?? []), ...(more[0]?.groups ?? [])].filter(g => g.values[0]?.[0] === 'runs_on');
  assert.deepEqual(
    places.map(({ labels, attrs: told, values }) => ({ labels, told, values })),
    [
      { labels: { job: 'etl', tm_id: 'tm-1' }, told: { host: 'h1' }, values: [['runs_on', 1]] },
      {
        labels: { job: 'etl', tm_id: 'tm-2' },
        told: { app_id: 'app_1', container_id: 'c_2', host: 'h1' },
        values: [['runs_on', 1]],
      },
    ],
  );
});

const checkpointed = (second: number, id: number, more: Record<string, number> = {}, run = 'a1') =>
  group(
    'job',
    second,
    { host: 'h0', job: 'etl' },
    { lastCompletedCheckpointId: id, lastCheckpointDuration: 300, ...more },
    { job_id: run },
  );
const at = (second: number) => T0 + second * 1000;
const row = (ts: number, barrierTs: number): CheckpointRow => ({ type: 'checkpoint', hop: 'etl', ts, barrierTs });

const CHECKPOINTS: readonly {
  readonly sentence: string;
  readonly reports: readonly DecodedGroup[];
  readonly rows: readonly CheckpointRow[];
}[] = [
  {
    sentence: 'Flink 2.x: completed when it says, triggered its duration before; told once',
    reports: [10, 20, 30].map(s =>
      checkpointed(s, s < 30 ? 7 : 8, { lastCheckpointCompletedTimestamp: at(s < 30 ? 4 : 26) }),
    ),
    rows: [row(at(4), at(4) - 300), row(at(26), at(26) - 300)],
  },
  {
    sentence: 'Flink 2.x without the id: the time tells them apart',
    reports: [10, 20, 30].map(s =>
      group(
        'job',
        s,
        { job: 'etl' },
        { lastCheckpointDuration: 300, lastCheckpointCompletedTimestamp: at(s < 30 ? 4 : 26) },
      ),
    ),
    rows: [row(at(4), at(4) - 300), row(at(26), at(26) - 300)],
  },
  {
    sentence:
      'Flink 1.20: between the last report of the one before and the first of this; the bounds keep to the safe side',
    reports: [checkpointed(10, 7), checkpointed(20, 7), checkpointed(30, 8), checkpointed(40, 8), checkpointed(50, 10)],
    rows: [row(at(30), at(20) - 300), row(at(50), at(40) - 300)],
  },
  {
    sentence: 'Flink 1.x: of what a new run reports first the age is not known',
    reports: [checkpointed(10, 7), checkpointed(20, 8, {}, 'b2'), checkpointed(30, 9, {}, 'b2')],
    rows: [row(at(30), at(20) - 300)],
  },
  {
    sentence: 'Flink before 1.18, which gives no id: their number tells them apart',
    reports: [0, 7, 7, 8].map((count, i) =>
      group(
        'job',
        10 * i,
        { job: 'etl' },
        { lastCheckpointDuration: count === 0 ? -1 : 300, numberOfCompletedCheckpoints: count },
      ),
    ),
    rows: [row(at(30), at(20) - 300)],
  },
  {
    sentence: 'before the first checkpoint Flink reports -1',
    reports: [
      checkpointed(0, -1, { lastCheckpointDuration: -1, lastCheckpointCompletedTimestamp: -1 }),
      checkpointed(10, 1, { lastCheckpointCompletedTimestamp: at(8) }),
    ],
    rows: [row(at(8), at(8) - 300)],
  },
  {
    sentence: 'a late report does not bring an older one back',
    reports: [checkpointed(10, 7), checkpointed(30, 8), checkpointed(20, 7), checkpointed(40, 8)],
    rows: [row(at(30), at(10) - 300)],
  },
];

for (const { sentence, reports, rows } of CHECKPOINTS) {
  test(`checkpoints of ${sentence}`, () => {
    assert.deepEqual(
      takeEach(reports).flatMap(derived => derived.checkpoints),
      rows,
    );
  });
}

const AGES: readonly {
  readonly sentence: string;
  readonly reports: readonly DecodedGroup[];
  /** `[second, age in seconds]`. */
  readonly ages: readonly (readonly [number, number])[];
}[] = [
  {
    sentence: 'on 1.x counts from the last report that named the one before',
    reports: [checkpointed(10, 7), checkpointed(20, 8), checkpointed(30, 8), checkpointed(40, 9)],
    ages: [
      [20, 10],
      [30, 20],
      [40, 10],
    ],
  },
  {
    sentence: 'is not known of the one that the first report names, until that it is old says enough',
    reports: [
      checkpointed(0, 7),
      checkpointed(10, 7),
      checkpointed(590, 7),
      checkpointed(600, 7),
      checkpointed(610, 7),
    ],
    ages: [
      [600, 600],
      [610, 610],
    ],
  },
  {
    sentence: 'on 2.x follows from the time of completion alone, and is not told twice',
    reports: [10, 20].map(s => checkpointed(s, s, { lastCheckpointCompletedTimestamp: at(s - 1) })),
    ages: [],
  },
  {
    sentence: 'is not known before the first',
    reports: [0, 10].map(s => checkpointed(s, -1, { lastCheckpointDuration: -1 })),
    ages: [],
  },
  {
    sentence: 'of another run is not that of this one',
    reports: [checkpointed(10, 7), checkpointed(20, 8), checkpointed(30, 9, {}, 'b2')],
    ages: [[20, 10]],
  },
];

for (const { sentence, reports, ages } of AGES) {
  test(`the age of the last checkpoint ${sentence}`, () => {
    assert.deepEqual(
      pointsOf(takeEach(reports), 'checkpoint_age_ms').map(([second, ms]) => [second, ms / 1000]),
      ages,
    );
  });
}

test('a checkpoint that could not be told is told with the next report, its bounds as safe as before', () => {
  const derivation = new Derivation();
  derivation.take([checkpointed(10, 7)]).commit();
  derivation.take([checkpointed(20, 8)]).commit({ rowsTold: false });

  const { checkpoints } = derivation.take([checkpointed(30, 8)]);

  assert.deepEqual(checkpoints, [row(at(30), at(10) - 300)]);
});
