import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Api, NOW, openApi, SECOND } from './fixture.ts';

const JVM = 'taskmanager.Status.JVM';
const TMS = ['tm-1', 'tm-2', 'tm-3'];
let api: Api;

/** A session cluster of three task managers: `etl` runs on two of them, `other` on the third; one subtask of `etl` has moved. */
before(async () => {
  api = await openApi();
  await api.take('jobs', { type: 'job', ts: NOW - 600 * SECOND, job_name: 'etl', job_id: 'e1' });
  await api.take('jobs', { type: 'job', ts: NOW - 600 * SECOND, job_name: 'other', job_id: 'o1' });
  for (const ago of [20, 10, 0])
    await api.take('metrics', ...TMS.map((tm, i) => processReport(tm, i, ago)), ...taskReports(ago));
});
after(() => api.close());

function processReport(tm: string, index: number, ago: number): object {
  const gauges = (scope: string, values: Record<string, number>) => ({ scope: `${JVM}.${scope}`, gauges: values });
  return {
    v: 1,
    ts: NOW - ago * SECOND,
    env: { app_id: 'app_1', container_id: `c-${tm}`, job_name: 'session', host: 'h' },
    vars: { host: `h-${tm}`, tm_id: tm },
    groups: [
      gauges('Memory.Heap', { Used: 100 * (index + 1), Max: 1000 }),
      gauges('GarbageCollector.All', { Time: 5000 - ago * 10 * (index + 1), Count: 4 }),
      gauges('CPU', { Load: 0.25 }),
      gauges('Threads', { Count: 80 + index }),
    ],
  };
}

function taskReports(ago: number): object[] {
  const of = (job: string, tm: string, subtask: number, attempt: number) => ({
    v: 1,
    ts: NOW - ago * SECOND,
    env: { app_id: 'app_1', container_id: `c-${tm}`, job_name: 'session', host: 'h' },
    vars: {
      host: `h-${tm}`,
      tm_id: tm,
      job_id: `${job[0]}1`,
      job_name: job,
      task_name: 'Source',
      task_attempt_num: String(attempt),
      subtask_index: String(subtask),
    },
    groups: [
      {
        scope: 'taskmanager.job.task',
        gauges: {
          accumulateBusyTimeMs: 90_000 - ago * 300,
          accumulateIdleTimeMs: 900_000 - ago * 700,
          accumulateBackPressuredTimeMs: 0,
        },
        counters: { numRecordsIn: 100_000 - ago * 40 },
      },
    ],
  });
  // subtask 1 of etl has moved from tm-3 to tm-2
  return [
    of('etl', 'tm-1', 0, 0),
    of('etl', ago === 20 ? 'tm-3' : 'tm-2', 1, ago === 20 ? 0 : 1),
    of('other', 'tm-3', 0, 0),
    {
      v: 1,
      ts: NOW - ago * SECOND,
      vars: { job_id: 'chain1', job_name: 'chain' },
      groups: [{ scope: 'jobmanager.job', gauges: { runningTime: 60_000, restartingTime: 0 } }],
    },
    endsOf('chain', 'Source: ods[1]', { numRecordsIn: 60_000 - ago * 600 }),
    endsOf('chain', 'Sink: dwd[2]: Writer', { numRecordsSend: 20_000 - ago * 200 }),
  ];

  /** One end of a job that is a single chain: its task counts nothing, its operators do. */
  function endsOf(job: string, operator: string, counters: Record<string, number>) {
    return {
      v: 1,
      ts: NOW - ago * SECOND,
      env: { app_id: 'app_1', container_id: 'c-tm-3', job_name: 'session', host: 'h' },
      vars: {
        host: 'h-tm-3',
        tm_id: 'tm-3',
        job_id: 'chain1',
        job_name: job,
        task_name: 'chain',
        operator_name: operator,
        subtask_index: '0',
      },
      groups: [
        { scope: 'taskmanager.job.task', counters: { numRecordsIn: 0, numRecordsOut: 0 } },
        { scope: 'taskmanager.job.task.operator', counters },
      ],
    };
  }
}

interface Job {
  readonly status: string;
  readonly busy_ratio: number;
  readonly records_in_per_second: number;
  readonly records_out_per_second: number;
  readonly containers: readonly string[];
  readonly subtasks: readonly {
    readonly subtask: number;
    readonly container_id: string;
    readonly records_in_per_second: number;
  }[];
  readonly task_managers: readonly Record<string, unknown>[];
}

test('a job lists the task managers it runs on with their heap, collections, CPU and container', async () => {
  const { task_managers } = await api.get<Job>('jobs/other');

  assert.deepEqual(task_managers, [
    {
      tm_id: 'tm-3',
      host: 'h-tm-3',
      container_id: 'c-tm-3',
      heap_used_bytes: 300,
      heap_used_ratio: 0.3,
      gc_ms_per_second: 30,
      cpu_load: 0.25,
      threads: 82,
      subtasks: 1,
    },
  ]);
});

test('each subtask names the container it is in now', async () => {
  const job = await api.get<Job>('jobs/etl');

  assert.deepEqual(
    job.subtasks.map(s => [s.subtask, s.container_id]),
    [
      [0, 'c-tm-1'],
      [1, 'c-tm-2'],
    ],
  );
  assert.deepEqual([...job.containers].sort(), ['c-tm-1', 'c-tm-2', 'c-tm-3']);
  assert.deepEqual(job.task_managers.map(tm => [tm['tm_id'], tm['subtasks']]).sort(), [
    ['tm-1', 1],
    ['tm-2', 1],
    ['tm-3', 0],
  ]);
});

test('rates of a job are exact: busy 300 of 1000 ms, 40 records a second and subtask', async () => {
  const job = await api.get<Job>('jobs/etl');

  assert.deepEqual([job.busy_ratio, job.records_in_per_second], [0.3, 80]);
});

test('a job that is one chain takes in what its source counts and writes what its sink counts', async () => {
  const { records_in_per_second, records_out_per_second } = await api.get<Job>('jobs/chain');

  assert.deepEqual([records_in_per_second, records_out_per_second], [600, 200]);
});

test('a job of whose states nobody told is running when it says so itself', async () => {
  const { status } = await api.get<Job>('jobs/chain');

  assert.equal(status, 'RUNNING');
});

test('heap of a job’s task managers is asked with a matcher on the job', async () => {
  interface Answer {
    readonly groups: readonly { readonly labels: Record<string, string>; readonly points: readonly number[][] }[];
  }
  const { body } = await api.ask<Answer>('POST', 'metrics/query', {
    metric: 'heap_used_ratio',
    matchers: { job: 'etl' },
    group_by: ['tm_id'],
    op: 'LAST',
    window: '15s',
    at: NOW,
  });

  assert.deepEqual(
    body.groups.map(g => [g.labels['tm_id'], g.points[0]?.[1]]),
    [
      ['tm-1', 0.1],
      ['tm-2', 0.2],
    ],
  );
});
