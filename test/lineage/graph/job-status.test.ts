import assert from 'node:assert/strict';
import { test } from 'node:test';
import { JobRegistry } from '../../../lineage/graph/job-registry.ts';
import { readCapture } from '../../support/capture.ts';

const HOUR = 3_600_000;

interface Change {
  readonly at: number;
  readonly status: string;
  readonly exception?: string;
}

/** `RUNNING@0 RESTARTING@30`: changes at seconds. */
function changes(text: string): Change[] {
  return text.split(' ').map(word => {
    const [status = '', second = ''] = word.split('@');
    return { status, at: Number(second) * 1000 };
  });
}

function registryOf(all: readonly Change[], jobId = 'a1'): JobRegistry {
  const registry = new JobRegistry();
  for (const { at, ...change } of all)
    registry.status({ type: 'job_status', ts: at, jobName: 'etl', jobId, ...change });
  return registry;
}

const CASES: readonly (readonly [
  sentence: string,
  events: string,
  now: number,
  shown: readonly [status: string, since: number, flaps: number],
  kept: string,
])[] = [
  ['a job runs since it said so', 'CREATED@0 RUNNING@2', 100, ['RUNNING', 2, 0], 'CREATED RUNNING'],
  ['it restarts since it said so', 'RUNNING@0 RESTARTING@50', 51, ['RESTARTING', 50, 0], 'RUNNING RESTARTING'],
  [
    'RUNNING that has not lasted is still the restart',
    'RUNNING@0 RESTARTING@50 RUNNING@55',
    64,
    ['RESTARTING', 50, 0],
    'RUNNING RESTARTING RUNNING',
  ],
  [
    'once it has lasted the restart is over, and it runs since then',
    'RUNNING@0 RESTARTING@50 RUNNING@55',
    65,
    ['RUNNING', 55, 0],
    'RUNNING RESTARTING RUNNING',
  ],
  [
    'going back and forth is one restart since the first of it',
    'RUNNING@0 RESTARTING@50 RUNNING@55 RESTARTING@56 RUNNING@64 RESTARTING@65',
    70,
    ['RESTARTING', 50, 2],
    'RUNNING RESTARTING',
  ],
  [
    'until RUNNING has lasted',
    'RUNNING@0 RESTARTING@50 RUNNING@55 RESTARTING@56 RUNNING@64',
    80,
    ['RUNNING', 64, 0],
    'RUNNING RESTARTING RUNNING',
  ],
  [
    'a restart after a while of running is another one',
    'RUNNING@0 RESTARTING@50 RUNNING@55 RESTARTING@65 RUNNING@70',
    100,
    ['RUNNING', 70, 0],
    'RUNNING RESTARTING RUNNING RESTARTING RUNNING',
  ],
  [
    'what lies on the way back belongs to it',
    'RUNNING@0 RESTARTING@50 CREATED@52 RUNNING@55 RESTARTING@56 CREATED@58',
    59,
    ['RESTARTING', 50, 1],
    'RUNNING RESTARTING CREATED',
  ],
  [
    'a job that fails for good in the middle has failed',
    'RUNNING@0 RESTARTING@50 RUNNING@55 FAILING@56 FAILED@57',
    58,
    ['FAILED', 57, 0],
    'RUNNING RESTARTING RUNNING FAILING FAILED',
  ],
];

for (const [sentence, events, now, [status, since, flaps], kept] of CASES) {
  test(sentence, () => {
    const job = registryOf(changes(events)).get('etl', now * 1000)!;

    assert.deepEqual([job.status, job.since, job.flaps], [status, since * 1000, flaps]);
    assert.equal(job.events.map(event => event.status).join(' '), kept);
  });
}

test('events told again, one by one or all, count no flap twice', () => {
  const all = changes('RUNNING@0 RESTARTING@50 RUNNING@55 RESTARTING@56 RUNNING@64 RESTARTING@65');
  const registry = registryOf([...all, ...all]);

  assert.equal(registry.get('etl', 70_000)!.flaps, 2);
  assert.deepEqual(
    all.map(({ at, status }) => registry.status({ type: 'job_status', ts: at, jobName: 'etl', jobId: 'a1', status })),
    all.map(() => null),
  );
});

test('ten minutes of flapping leave the beginning of the restart known', () => {
  const restarts = Array.from({ length: 300 }, (_, i) => [
    { at: 50_000 + i * 4000, status: 'RESTARTING' },
    { at: 52_000 + i * 4000, status: 'RUNNING' },
  ]).flat();
  const job = registryOf([{ at: 0, status: 'RUNNING' }, ...restarts]).get('etl', 50_000 + 300 * 4000)!;

  assert.deepEqual([job.status, job.since, job.flaps, job.events.length], ['RESTARTING', 50_000, 299, 3]);
});

test('the exception of a restart is the first that was told, the last one of the job is the latest', () => {
  const job = registryOf([
    { at: 0, status: 'RESTARTING' },
    { at: 1000, status: 'RUNNING' },
    { at: 2000, status: 'RESTARTING', exception: 'first' },
    { at: 3000, status: 'RUNNING' },
    { at: 4000, status: 'RESTARTING', exception: 'second' },
  ]).get('etl', 5000)!;

  assert.equal(job.events[0]?.exception, 'first');
  assert.deepEqual(job.lastException, { ts: 4000, text: 'second' });
});

test('a new run of the job is not part of the restart of the old one', () => {
  const registry = registryOf(changes('RUNNING@0 RESTARTING@50'));
  registry.see('etl', 'b2', 52_000);
  registry.status({ type: 'job_status', ts: 53_000, jobName: 'etl', jobId: 'b2', status: 'RUNNING' });

  const job = registry.get('etl', 54_000)!;

  assert.deepEqual([job.status, job.since], ['RUNNING', 53_000]);
});

test('the captured kill of a task manager is one restart of each job, and the exception before it another', () => {
  const { statuses, second } = readCapture(24 * HOUR);
  const registry = new JobRegistry();
  for (const { ts, job_id, job_name, new: status = '' } of statuses)
    registry.status({ type: 'job_status', ts, jobId: job_id, jobName: job_name, status });
  const restarts = (name: string) =>
    registry
      .get(name, 24 * HOUR)!
      .events.filter(event => event.status === 'RESTARTING')
      .map(event => [Math.round(second(event.ts)), event.flaps ?? 0]);

  assert.deepEqual(restarts('cdo_filter_job'), [
    [330, 0],
    [380, 2],
  ]);
  assert.deepEqual(restarts('cdo_window_agg'), [[379, 2]]);
});
