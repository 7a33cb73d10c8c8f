import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FactKind } from '../../../lineage/diagnosis/fact.ts';
import { factsOf } from '../../../lineage/diagnosis/facts.ts';
import type { JobInput } from '../../../lineage/diagnosis/inputs.ts';
import { GROWING, jobInput, steady, subtask, TOPIC, task, twoTasks } from './job-input.ts';

const holds = (kind: FactKind, given: Partial<JobInput>): boolean | null => factsOf(jobInput(given), [])[kind].holds;
const onePerSubtask = (busy: readonly number[], rate: readonly number[] = busy.map(() => 100)) => [
  task(
    'Agg',
    busy.map((b, i) => subtask(i, { busy: b, rate: rate[i] ?? null })),
  ),
];
const topic = (given: Partial<typeof TOPIC>): Partial<JobInput> => ({ topics: [{ ...TOPIC, ...given }] });

const CASES: readonly (readonly [
  sentence: string,
  kind: FactKind,
  given: Partial<JobInput>,
  expected: boolean | null,
])[] = [
  ['a minute behind is not lagging', 'lagging', topic({ lagMs: 60_000 }), false],
  ['more than a minute behind is', 'lagging', topic({ lagMs: 60_001 }), true],
  ['three times the usual lag is not lagging', 'lagging', topic({ lagMs: 300_000, usualLagMs: 100_000 }), false],
  ['more than three times is', 'lagging', topic({ lagMs: 300_001, usualLagMs: 100_000 }), true],
  ['an unknown lag is neither', 'lagging', topic({ lagMs: null }), null],
  ['a backlog growing by 6 % of arrival grows', 'growing', topic({ lagRecords: [0, 720, 1440, 2160] }), true],
  ['by 4 % it does not', 'growing', topic({ lagRecords: [0, 480, 960, 1440] }), false],
  ['one sample that does not grow is enough against it', 'growing', topic({ lagRecords: [0, 720, 720, 1440] }), false],
  ['a backlog nobody knows does neither', 'growing', topic({ lagRecords: steady(null, 4) }), null],
  [
    'a large backlog that shrinks falls',
    'falling',
    topic({ lagMs: 90_000, lagRecords: [90_000, 80_000, 70_000, 60_000] }),
    true,
  ],
  ['a few records fewer are no catching up', 'falling', topic({ lagRecords: [3000, 2000, 1000, 0] }), false],
  ['half of the time back-pressured is back pressure', 'back-pressured', { tasks: twoTasks({ pressed: 0.5 }) }, true],
  ['5 % is none', 'back-pressured', { tasks: twoTasks({ pressed: 0.05 }) }, false],
  ['80 % busy is saturated', 'saturated', { tasks: twoTasks({}, { busy: 0.8 }) }, true],
  ['79 % is not', 'saturated', { tasks: twoTasks({}, { busy: 0.79 }) }, false],
  [
    'legacy sources without busy time leave it to the others',
    'saturated',
    { tasks: twoTasks({ busy: null }, { busy: 0.9 }) },
    true,
  ],
  ['no busy time at all is unknown', 'saturated', { tasks: twoTasks({ busy: null }, { busy: null }) }, null],
  ['90 % idle is idle', 'idle', { tasks: twoTasks({ busy: 0.1 }) }, true],
  [
    'without idle time what is left of busy and back pressure counts',
    'idle',
    { tasks: twoTasks({ busy: 0.05, idle: null }) },
    true,
  ],
  ['half more busy than the middle one is skew', 'busy-skew', { tasks: onePerSubtask([0.9, 0.4, 0.4, 0.3]) }, true],
  ['a little less is not', 'busy-skew', { tasks: onePerSubtask([0.89, 0.4, 0.4, 0.3]) }, false],
  ['of two subtasks one can stand out', 'busy-skew', { tasks: onePerSubtask([0.95, 0.1]) }, true],
  ['one subtask cannot', 'busy-skew', { tasks: onePerSubtask([0.95]) }, false],
  [
    'twice the mean is a skew of rates',
    'rate-skew',
    { tasks: onePerSubtask([0.5, 0.5, 0.5, 0.5], [400, 100, 150, 150]) },
    true,
  ],
  ['a little less is not', 'rate-skew', { tasks: onePerSubtask([0.5, 0.5, 0.5, 0.5], [390, 110, 150, 150]) }, false],
  ['of two subtasks three times the other is', 'rate-skew', { tasks: onePerSubtask([0.5, 0.5], [300, 100]) }, true],
  ['of two subtasks twice the other is not', 'rate-skew', { tasks: onePerSubtask([0.5, 0.5], [200, 100]) }, false],
  [
    'the busy subtask itself has to take in more',
    'rate-skew',
    { tasks: onePerSubtask([0.1, 0.9, 0.1, 0.1], [400, 100, 100, 100]) },
    false,
  ],
  [
    '100 ms/s is garbage collection',
    'gc',
    { taskManagers: [{ taskManager: 'tm-0', gcMsPerSecond: steady(100), heapAfterGcRatio: 0.3 }] },
    true,
  ],
  [
    '99 ms/s is usual',
    'gc',
    { taskManagers: [{ taskManager: 'tm-0', gcMsPerSecond: steady(99), heapAfterGcRatio: 0.3 }] },
    false,
  ],
  [
    'so is a heap full after it',
    'gc',
    { taskManagers: [{ taskManager: 'tm-0', gcMsPerSecond: steady(9), heapAfterGcRatio: 0.9 }] },
    true,
  ],
  ['no task manager reports', 'gc', { taskManagers: [] }, null],
  [
    'a checkpoint longer than its interval',
    'checkpoint',
    { checkpoint: { durationMs: 70_000, intervalMs: 60_000, failures: 0, alignmentMs: 0, ageMs: 0 } },
    true,
  ],
  [
    'two failures running',
    'checkpoint',
    { checkpoint: { durationMs: 1000, intervalMs: 60_000, failures: 2, alignmentMs: 0, ageMs: 0 } },
    true,
  ],
  [
    'most of it alignment',
    'checkpoint',
    { checkpoint: { durationMs: 8000, intervalMs: 60_000, failures: 0, alignmentMs: 5000, ageMs: 0 } },
    true,
  ],
  [
    'none for more than three intervals',
    'checkpoint',
    { checkpoint: { durationMs: 1000, intervalMs: 60_000, failures: 0, alignmentMs: 0, ageMs: 180_001 } },
    true,
  ],
  [
    'one failure is no trouble',
    'checkpoint',
    { checkpoint: { durationMs: 1000, intervalMs: 60_000, failures: 1, alignmentMs: 0, ageMs: 100_000 } },
    false,
  ],
  [
    'no checkpoint figures at all',
    'checkpoint',
    { checkpoint: { durationMs: null, intervalMs: null, failures: null, alignmentMs: null, ageMs: null } },
    null,
  ],
  ['one restart is an event', 'restarted', { restarts: 1 }, true],
  ['and no loop', 'restart-loop', { restarts: 2 }, false],
  ['three are a loop', 'restart-loop', { restarts: 3 }, true],
  [
    'less than half of the usual input, and idle',
    'input-drop',
    { ...topic({ arrivalPerSecond: 199 }), tasks: twoTasks({ busy: 0.1 }, { busy: 0.1 }) },
    true,
  ],
  [
    'half of it is no drop',
    'input-drop',
    { ...topic({ arrivalPerSecond: 200 }), tasks: twoTasks({ busy: 0.1 }, { busy: 0.1 }) },
    false,
  ],
  ['busy tasks are not short of input', 'input-drop', topic({ arrivalPerSecond: 10 }), false],
  ['without a past nobody knows', 'input-drop', topic({ usualArrival: null }), null],
  ['2.5 intervals without a report', 'silent', { silentIntervals: 2.5 }, true],
  ['two intervals are nothing', 'silent', { silentIntervals: 2 }, false],
  ['a job that never reported is not silent', 'silent', { silentIntervals: null }, null],
  [
    'a watermark that falls behind second by second',
    'watermark-stuck',
    { watermarkLagMs: [10_000, 40_000, 70_000, 100_000] },
    true,
  ],
  ['one that moves', 'watermark-stuck', { watermarkLagMs: [10_000, 20_000, 30_000, 40_000] }, false],
  [
    'one that stands while nothing flows',
    'watermark-stuck',
    { watermarkLagMs: [10_000, 40_000, 70_000, 100_000], ...topic({ processedPerSecond: 0 }) },
    false,
  ],
  [
    'commits have ceased and nothing is read',
    'stopped',
    { ...topic({ status: 'STOP' }), tasks: twoTasks({ rate: 0 }) },
    true,
  ],
  ['commits have ceased but records are read', 'stopped', topic({ status: 'STOP' }), false],
  ['REWIND stands', 'standing-offsets', topic({ status: 'REWIND' }), true],
  [
    'most of what arrives piles up, though the last commits were level',
    'standing-offsets',
    topic({ lagRecords: [0, 9000, 18_000, 27_000] }),
    true,
  ],
  ['WARN moves', 'standing-offsets', topic({ status: 'WARN' }), false],
  ['no status', 'standing-offsets', topic({ status: 'UNKNOWN', lagRecords: [] }), null],
];

for (const [sentence, kind, given, expected] of CASES) {
  test(`${kind}: ${sentence}`, () => assert.equal(holds(kind, given), expected));
}

test('one lost sample of three does not hide a symptom, two do', () => {
  const of = (busyRatio: readonly (number | null)[]) =>
    holds('saturated', { tasks: [task('Agg', [{ ...subtask(0), busyRatio }])] });
  assert.equal(of([0.9, null, 0.9]), true);
  assert.equal(of([null, null, 0.9]), null);
  assert.equal(of([0.9, null, 0.5]), false);
});

test('what subtasks say in the first interval after a restart is not believed', () => {
  const busy = { tasks: twoTasks({}, { busy: 1 }) };
  assert.equal(holds('saturated', { ...busy, runningMs: 120_000 }), true);
  assert.equal(holds('saturated', { ...busy, runningMs: 45_000 }), null);
});

test('facts carry the figures they rest on and the place they were seen', () => {
  const { lagging, 'busy-skew': skew } = factsOf(
    jobInput({ topics: [GROWING], tasks: onePerSubtask([0.2, 0.2, 0.9, 0.2]) }),
    [],
  );
  assert.deepEqual(lagging, {
    kind: 'lagging',
    holds: true,
    place: { topic: 'dwd_log' },
    values: { lagMs: 400_000, usual: 1000, limitMs: 60_000 },
  });
  assert.deepEqual(skew.place, { task: 'Agg', subtask: 2, taskManager: 'tm-2' });
});
