/**
 * A session cluster of Flink 2.3 ships its own telemetry: reporter, appender and listener from the module's jars, installed with what
 * `tidewatch flink-config` writes. The daemon's answers are compared with what the producer, the broker and Flink's REST API say.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { search } from '../e2e/captured-run/answers.ts';
import { until } from '../support/until.ts';
import { baselineTests, expectThroughput, QUIET, untilLevel } from './baseline-tests.ts';
import { FILTER, FlinkEstate, residentBytes, WINDOW } from './estate.ts';
import { jobOf, readingsOf, seriesOf } from './figures.ts';
import { LagWitness } from './lag-witness.ts';

const LIMIT = { timeout: 180_000 };
/** Under back-pressure: events a second, all of which pass, and how long the aggregate waits at each record. */
const FLOOD = { perSecond: 3000, oneIn: 1, slownessUs: 50_000 } as const;
const DEEP_LAG = 30_000;
const LAG_TOLERANCE = 0.05;
const SEARCH_LIMIT_MS = 10_000;
const MEMORY_LIMIT = 6 * 2 ** 30;
/** Fires as long as the job has a lag, whatever it is. */
const RULE = {
  name: 'window_job_is_watched',
  schedule: '*/2 * * * * *',
  delay: '2s',
  window: '20s',
  group_by: ['job'],
  matchers: { job: WINDOW },
  metrics: [{ metric: 'lag', op: 'LAST' }],
  condition: '{0} >= 0',
};

let running: FlinkEstate | undefined;
const jobs = new Map<string, string>();

function estate(): FlinkEstate {
  if (!running) throw new Error('the estate did not start');
  return running;
}

function idOf(job: string): string {
  return jobs.get(job) ?? '';
}

before(
  async () => {
    running = await FlinkEstate.start('2.3.0');
    await running.producer.start(QUIET.perSecond, QUIET.oneIn);
    const names = [FILTER, WINDOW];
    const ids = await running.submit(...names);
    for (const [i, name] of names.entries()) jobs.set(name, ids[i] ?? '');
    await running.running(...ids);
  },
  { timeout: 240_000 },
);
after(() => running?.close());

describe('in quiet times', { concurrency: true }, () => {
  baselineTests(estate, () => jobs);
});

describe('under back-pressure', () => {
  test('the lag is right, to 5 %, while Flink itself comes to say less than half of it', LIMIT, async t => {
    const { daemon, rest, producer, endOf } = estate();
    const witness = new LagWitness(rest, idOf(WINDOW), () => endOf('dw_sdk_log_cdo'));
    witness.start();
    t.after(() => witness.stop());
    const from = Date.now();
    estate().slowDown(FLOOD.slownessUs);
    t.after(() => estate().slowDown(0));
    await producer.start(FLOOD.perSecond, FLOOD.oneIn);
    t.after(() => producer.start(QUIET.perSecond, QUIET.oneIn));

    const deepLags = async () => {
      const lags = await readingsOf(daemon, 'lag', { job: WINDOW, topic: 'dw_sdk_log_cdo' }, from);
      const pendingAt = await pendingRecords(from);
      return lags.flatMap(({ ts, value }) => {
        const truth = witness.at(ts);
        return truth && truth.low > DEEP_LAG ? [{ value, pending: pendingAt(ts), ...truth }] : [];
      });
    };
    let seen: unknown;
    const deep = await until(
      'three deep lags of which pendingRecords says less than half',
      async () => {
        const found = await deepLags();
        seen = found;
        return found.filter(({ pending, low }) => pending < low / 2).length >= 3 && found;
      },
      LIMIT.timeout / 2,
      () => seen,
    );

    for (const { value, low, high } of deep) {
      const isRight = value >= low * (1 - LAG_TOLERANCE) && value <= high * (1 + LAG_TOLERANCE);
      assert.ok(isRight, `the daemon says ${value}, truly ${low} to ${high}`);
    }
  });

  test('released, the job drains its backlog and the lag is gone', LIMIT, async () => {
    await untilLevel(estate(), WINDOW);
  });
});

describe('an exception in a function', () => {
  test('is found with its stack trace, as one event, in less than 10 s', LIMIT, async () => {
    const { daemon, producer } = estate();
    producer.failNext();
    const sent = await until('the record is sent', () => producer.failureSentAt);
    const q = '"Dirty record in explode"';

    const event = await until(
      'the stack trace is found',
      async () => {
        const { items } = await search(daemon, { q, job: FILTER, from: sent, limit: 100 });
        return items.find(({ container_id }) => estate().containers.includes(container_id));
      },
      SEARCH_LIMIT_MS - (Date.now() - sent),
    );

    const stack = event.exception?.stack ?? '';
    assert.match(stack, /Caused by: java\.lang\.IllegalStateException: Dirty record in explode:\n/);
    assert.match(stack, /\tat io\.tidewatch\.flink\.testing\.Explode\.eval\(Explode\.java:\d+\)\n/);
    assert.match(stack, /Caused by: java\.lang\.NumberFormatException: For input string: "<record of 12 characters>"/);
    assert.match(stack, /Failed to deserialize JSON '<record of \d+ characters, sha256 [0-9a-f]+>'/);
    const { items } = await search(daemon, { q: '"Explode.java"', from: sent, limit: 100 });
    assert.deepEqual(
      items.filter(({ message }) => /^\s*at /.test(message)),
      [],
      'no line of a stack is an event',
    );
  });

  test('restarts the job, which is counted once', LIMIT, async () => {
    const { daemon } = estate();
    await estate().running(idOf(FILTER));

    await until('the job runs again', async () => (await jobOf(daemon, FILTER)).status === 'RUNNING');
    await until('the restart is counted', async () => (await jobOf(daemon, FILTER)).restarts === 1);
    const { events } = await jobOf(daemon, FILTER);
    assert.equal(events.filter(({ status }) => status === 'RESTARTING').length, 1);
    assert.equal((await jobOf(daemon, WINDOW)).restarts, 0, 'the other job did not restart');
  });
});

describe('a TaskManager that is killed and replaced', () => {
  test('the jobs go on, and the metrics of the new container are there', LIMIT, async () => {
    const { daemon, containers } = estate();
    const [lost = ''] = containers;
    const from = Date.now();
    await estate().killTaskManager(lost);
    const replacement = await estate().addTaskManager();
    await estate().taskManagersRegistered();
    await estate().running(idOf(FILTER), idOf(WINDOW));

    await until('metrics of the new container', async () => {
      const series = await seriesOf(daemon, 'records_out_per_second', { container_id: replacement }, from);
      return series.some(({ points }) => points.length > 0);
    });
    const heap = await seriesOf(
      daemon,
      'flink.taskmanager.Status.JVM.Memory.Heap.Used',
      { container_id: replacement },
      from,
    );
    assert.equal(heap.length, 1);
    assert.ok((await search(daemon, { container: replacement, limit: 1 })).items.length > 0, 'its lines too');
  });

  test('nothing is counted twice', LIMIT, async () => {
    const { daemon } = estate();
    const check = async (job: string): Promise<void> => {
      await expectThroughput(estate(), job);
      const subtasks = (await jobOf(daemon, job)).subtasks.map(({ task, subtask }) => `${task} ${subtask}`);
      assert.deepEqual(subtasks, [...new Set(subtasks)], 'each subtask is listed once');
    };
    await Promise.all([FILTER, WINDOW].map(check));
  });
});

test('everything together takes no more than 6 GB of memory', t => {
  const bytes = residentBytes();
  t.diagnostic(`${Math.round(bytes / 2 ** 20)} MiB`);
  assert.ok(bytes <= MEMORY_LIMIT, `${bytes} bytes`);
});

describe('a job that is cancelled', () => {
  test('has ended, and its alerts with it', LIMIT, async () => {
    const { daemon, rest } = estate();
    const created = await daemon.post<{ id: string }>('/api/v1/rules', RULE);
    assert.equal(created.status, 201, JSON.stringify(created.body));
    const alerts = async (): Promise<readonly { labels: Record<string, string> }[]> => {
      const { items } = await daemon.get<{ items: { labels: Record<string, string> }[] }>(
        '/api/v1/alerts?state=firing',
      );
      return items.filter(({ labels }) => labels['job'] === WINDOW);
    };
    await until('the alert fires', async () => (await alerts()).length === 1);
    const from = Date.now();

    await rest.cancel(idOf(WINDOW));

    await until('the job is cancelled', async () => (await jobOf(daemon, WINDOW)).status === 'CANCELED');
    await until('its alert is closed', async () => (await alerts()).length === 0);
    const { notifications } = await daemon.get<{ notifications: { kind: string; reason?: string }[] }>(
      `/api/v1/rules/${created.body.id}/history?from=${from}&to=${Date.now()}`,
    );
    assert.deepEqual(
      notifications.map(({ kind, reason }) => [kind, reason]),
      [['resolved', 'job-ended']],
    );
    assert.equal((await jobOf(daemon, FILTER)).status, 'RUNNING');
  });
});

/** What Flink itself says: `pendingRecords` of the window job, summed over its subtasks as last reported at an instant. */
async function pendingRecords(from: number): Promise<(ts: number) => number> {
  const series = await seriesOf(estate().daemon, 'pendingRecords', { job: WINDOW }, from - 10_000);
  return ts => series.reduce((sum, { points }) => sum + (points.findLast(([t]) => t <= ts)?.[1] ?? 0), 0);
}
