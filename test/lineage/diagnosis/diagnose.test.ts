import assert from 'node:assert/strict';
import { test } from 'node:test';
import { diagnose } from '../../../lineage/diagnosis/diagnose.ts';
import type { Action, JobInput } from '../../../lineage/diagnosis/inputs.ts';
import { AT, BACKLOG, GROWING, jobInput, steady, subtask, TOPIC, twoTasks } from './job-input.ts';

const top = (given: Partial<JobInput>) => {
  const [first] = diagnose(jobInput(given)).diagnoses;
  return [first?.kind ?? null, first?.confidence ?? null];
};
const hot = (busy: readonly number[], rates: readonly number[]) =>
  busy.map((b, i) => subtask(i, { busy: b, rate: rates[i] ?? null }));
const collecting = [{ taskManager: 'tm-0', gcMsPerSecond: steady(300), heapAfterGcRatio: 0.95 }];
const overloaded = twoTasks({ busy: 0.1, pressed: 0.9 }, { busy: 0.95, rate: 180 }, BACKLOG);
const slowSink = twoTasks({ busy: 0.1, pressed: 0.9 }, { busy: 1, rate: 100 }, BACKLOG);
const skewed = twoTasks({ busy: 0.1, pressed: 0.9 }, hot([1, 0.1, 0.1, 0.1], [400, 50, 50, 50]), BACKLOG);

const CASES: readonly (readonly [string, Partial<JobInput>, string | null, number | null])[] = [
  ['a calm job', {}, null, null],
  ['one key takes most of the records', { tasks: skewed, topics: [GROWING] }, 'data-skew', 0.85],
  [
    'a subtask is busy with no more records than others',
    { tasks: twoTasks({ busy: 0.1, pressed: 0.9 }, hot([1, 0.1, 0.1, 0.1], [50, 60, 60, 60]), BACKLOG) },
    'slow-instance',
    0.75,
  ],
  [
    'the bottleneck collects garbage',
    { tasks: overloaded, topics: [GROWING], taskManagers: collecting },
    'gc-pressure',
    0.8,
  ],
  [
    'the sink takes half of its usual records a busy second',
    { tasks: slowSink, topics: [GROWING] },
    'external-sink-slow',
    0.8,
  ],
  [
    'even load, growing backlog, too little capacity',
    { tasks: overloaded, topics: [GROWING] },
    'under-provisioned',
    0.75,
  ],
  [
    'the input has dropped',
    { tasks: twoTasks({ busy: 0 }, { busy: 0 }), topics: [{ ...TOPIC, arrivalPerSecond: 10 }] },
    'upstream-drop',
    0.85,
  ],
  [
    'judged by another baseline than last week’s',
    {
      tasks: twoTasks({ busy: 0 }, { busy: 0 }),
      topics: [{ ...TOPIC, arrivalPerSecond: 10, usualArrival: { perSecond: 400, baseline: 'yesterday' } }],
    },
    'upstream-drop',
    0.68,
  ],
  [
    'restarts over and over, offsets stand',
    { restarts: 5, topics: [{ ...GROWING, status: 'REWIND' }] },
    'restart-loop',
    0.8,
  ],
  ['restarts over and over, offsets not known', { restarts: 5, topics: [] }, 'restart-loop', 0.64],
  ['silent, and nothing is written', { silentIntervals: 5, outputFlat: true, tasks: [] }, 'dead-job', 0.9],
  ['silent, nobody reads what it writes', { silentIntervals: 5, outputFlat: null, tasks: [] }, 'dead-job', 0.72],
  ['commits stopped', { tasks: [], topics: [{ ...GROWING, status: 'STOP' }] }, 'dead-job', 0.9],
  [
    'commits stopped between restarts',
    { restarts: 5, tasks: [], topics: [{ ...GROWING, status: 'STOP' }] },
    'restart-loop',
    0.8,
  ],
  [
    'checkpoints fail before a transactional sink',
    {
      visibleOnCheckpoint: true,
      checkpoint: { durationMs: 9000, intervalMs: 60_000, failures: 4, alignmentMs: 0, ageMs: 400_000 },
      downstream: [{ name: 'GMV', ageMs: [310_000, 340_000, 370_000, 400_000], residenceMs: { dwd_job: 400_000 } }],
    },
    'checkpoint-bound',
    0.85,
  ],
  [
    'the watermark stands because of a silent partition',
    {
      watermarkLagMs: [100_000, 130_000, 160_000, 190_000],
      topics: [{ ...TOPIC, partitions: { silent: 1, moving: 3 } }],
    },
    'idle-partition',
    0.8,
  ],
  [
    'the backlog falls',
    { topics: [{ ...TOPIC, lagMs: 300_000, lagRecords: [100_000, 90_000, 80_000, 70_000], processedPerSecond: 733 }] },
    'catching-up',
    0.9,
  ],
  [
    'the data spent its age elsewhere',
    { downstream: [{ name: 'GMV', ageMs: steady(600_000, 4), residenceMs: { ods_job: 590_000, dwd_job: 10_000 } }] },
    'upstream-hop',
    0.9,
  ],
];

for (const [sentence, given, kind, confidence] of CASES) {
  test(`${sentence}: ${kind ?? 'nothing'}`, () => assert.deepEqual(top(given), [kind, confidence]));
}

test('a need that is not known lowers the confidence by a fifth and is named', () => {
  const noRates = twoTasks(
    { busy: 0.1, pressed: 0.9 },
    [1, 0.1, 0.1, 0.1].map((busy, i) => subtask(i, { busy, rate: null })),
    BACKLOG,
  );
  const { diagnoses } = diagnose(jobInput({ tasks: noRates }));
  assert.deepEqual(
    diagnoses.slice(0, 2).map(d => [d.kind, d.confidence, d.missing]),
    [
      ['data-skew', 0.68, ['rate-skew']],
      ['slow-instance', 0.6, ['rate-skew']],
    ],
  );
});

test('what speaks against a cause lowers it by 0.2 and is shown', () => {
  const { diagnoses } = diagnose(jobInput({ tasks: skewed, topics: [GROWING], taskManagers: collecting }));
  const skew = diagnoses.find(({ kind }) => kind === 'data-skew');
  assert.deepEqual([skew?.confidence, skew?.against.map(({ kind }) => kind)], [0.65, ['gc-on-hot-subtask']]);
});

test('at most three causes, the likeliest first, none below 0.05', () => {
  const everything: Partial<JobInput> = {
    tasks: skewed,
    topics: [{ ...GROWING, status: 'STALL' }],
    taskManagers: collecting,
    restarts: 9,
    downstream: [{ name: 'GMV', ageMs: steady(600_000, 4), residenceMs: { ods_job: 590_000 } }],
  };
  const { diagnoses } = diagnose(jobInput(everything));
  const confidences = diagnoses.map(({ confidence }) => confidence);
  assert.equal(diagnoses.length, 3);
  assert.deepEqual(
    confidences,
    confidences.toSorted((a, b) => b - a),
  );
  assert.ok(confidences.every(confidence => confidence >= 0.05));
});

test('parallelism is proposed for too few subtasks, and withheld where more would not help', () => {
  const few = diagnose(jobInput({ tasks: overloaded, topics: [GROWING] }));
  assert.equal(few.noAdvice, null);
  assert.ok(few.parallelism.some(({ proposed, parallelism }) => proposed !== null && proposed > parallelism));
  for (const [tasks, reason] of [
    [skewed, 'skew'],
    [slowSink, 'slow-sink'],
  ] as const) {
    const { parallelism, noAdvice } = diagnose(jobInput({ tasks, topics: [GROWING] }));
    assert.deepEqual([parallelism, noAdvice], [[], reason]);
  }
});

const rescaled = (given: Partial<Action> = {}): Action => ({
  kind: 'rescaled',
  at: AT - 10 * 60_000,
  parallelism: { from: 4, to: 8 },
  lagMs: { before: 400_000, after: 400_000 },
  perSecond: { before: 1000, after: 1050 },
  ...given,
});

const ACTIONS: readonly (readonly [string, Action, number])[] = [
  ['twice the subtasks read 5 % more: tried in vain', rescaled(), 0.45],
  ['they read half as much again: it helped', rescaled({ perSecond: { before: 1000, after: 1500 } }), 0.75],
  ['more than an hour ago', rescaled({ at: AT - 61 * 60_000 }), 0.75],
  ['too young to tell', rescaled({ at: AT - 60_000 }), 0.75],
  ['there was no lag to cure', rescaled({ lagMs: { before: 1000, after: 400_000 } }), 0.75],
  ['a restart cures something else', { ...rescaled(), kind: 'restarted' }, 0.75],
  ['subtasks were taken away', rescaled({ parallelism: { from: 8, to: 4 } }), 0.75],
];

for (const [sentence, action, confidence] of ACTIONS) {
  test(`too few subtasks: ${sentence}`, () => {
    const { diagnoses } = diagnose(jobInput({ tasks: overloaded, topics: [GROWING], actions: [action] }));
    const found = diagnoses.find(({ kind }) => kind === 'under-provisioned');
    assert.deepEqual([found?.confidence, found?.triedInVain], [confidence, confidence < 0.75]);
  });
}

test('a restart that left the lag as it was lowers what a restart cures', () => {
  const { perSecond, lagMs } = rescaled();
  const restarted: Action = { kind: 'restarted', at: AT - 10 * 60_000, lagMs, perSecond };
  assert.deepEqual(top({ silentIntervals: 5, outputFlat: true, tasks: [], actions: [restarted] }), ['dead-job', 0.6]);
});

test('a job of which nothing is known has no diagnosis, and everything is named as unknown', () => {
  const nothing = jobInput({
    tasks: [],
    taskManagers: [],
    topics: [],
    checkpoint: { durationMs: null, intervalMs: null, failures: null, alignmentMs: null, ageMs: null },
    restarts: null,
    runningMs: null,
    silentIntervals: null,
    outputFlat: null,
    watermarkLagMs: [],
    visibleOnCheckpoint: null,
    downstream: [],
  });
  const { diagnoses, symptoms, unknown, noAdvice } = diagnose(nothing);
  assert.deepEqual([diagnoses, symptoms, noAdvice], [[], [], 'no-tasks']);
  assert.ok(unknown.length > 20, `${unknown.length} unknown`);
});
