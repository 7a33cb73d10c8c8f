import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ClusterFacts } from '../../../app/flink/facts.ts';
import { type AskDaemon, readDaemon } from '../../../app/flink/read-daemon.ts';
import { CLUSTER, JOB, TM } from './facts-fixture.ts';

const NOW = 1_795_000_000_000;
const YARN_TM = 'container_e01_1700000000000_0042_01_000002';

/** What a daemon has: series by metric and matcher, lines by query. */
interface Seen {
  readonly metrics?: Readonly<
    Record<string, readonly { readonly labels: Record<string, string>; readonly value: number }[]>
  >;
  readonly lines?: Readonly<Record<string, { readonly ts: number; readonly role: string; readonly app_id: string }>>;
  readonly jobs?: readonly {
    readonly name: string;
    readonly job_id: string;
    readonly reads: string[];
    readonly writes: string[];
  }[];
  readonly sql?: Readonly<Record<string, string>>;
}

/** Answers as the API does: `metric{matcher=value}` and the search's own parameters are the keys. */
function fakeDaemon({ metrics = {}, lines = {}, jobs = [], sql = {} }: Seen, asked: string[] = []): AskDaemon {
  return {
    async post(_path, body) {
      const {
        metric,
        matchers = {},
        window,
      } = body as { metric: string; matchers?: Record<string, string>; window: string };
      const filter = Object.entries(matchers).map(([label, value]) => `{${label}=${value}}`);
      asked.push(`${metric}${filter.join('')} ${window}`);
      const groups = metrics[`${metric}${filter.join('')}`] ?? [];
      return { groups: groups.map(({ labels, value }) => ({ labels, points: [[NOW, value]] })), partial: false };
    },
    async get(path) {
      if (path === 'status')
        return { now: NOW, streams: [{ stream: 'metrics', topic: 'prod.metrics', errors: { 'ts-future': 4 } }] };
      if (path === 'jobs') return { items: jobs, next: null };
      if (path.startsWith('jobs/')) return { sql: sql[decodeURIComponent(path.slice('jobs/'.length))] ?? null };
      const query = new URLSearchParams(path.slice(path.indexOf('?')));
      const key = ['q', 'app', 'container'].flatMap(name => query.get(name) ?? []).join(' ');
      const line = lines[key];
      return { items: line ? [line] : [] };
    },
  };
}

const count = (id: string, value: number, container: string) => ({
  labels: { tm_id: id, container_id: container },
  value,
});

describe('what a daemon has seen of a cluster', () => {
  test('metrics and drops of its own TaskManagers, their lines by container', async () => {
    const facts = await readDaemon(
      fakeDaemon({
        metrics: {
          'flink.taskmanager.tidewatch.metrics': [count('other', 9, 'c9'), count(TM, 120, 'c-1')],
          'flink.taskmanager.tidewatch.recordsDropped': [count(TM, 3, 'c-1')],
        },
        lines: { 'c-1': { ts: NOW - 5000, role: 'taskmanager', app_id: 'app-1' } },
      }),
      CLUSTER,
    );

    assert.deepEqual([...facts.metrics], [[TM, { count: 120, dropped: 3, container: 'c-1' }]]);
    assert.deepEqual([...facts.lines], [[TM, { ageMs: 5000, role: 'taskmanager', appId: 'app-1' }]]);
    assert.deepEqual(facts.refused, { metrics: { 'ts-future': 4 }, logs: {} });
    assert.deepEqual(facts.topics, { metrics: 'prod.metrics', logs: 'http', jobs: 'http' });
  });

  test('the window is three of the reporter’s intervals and some', async () => {
    const asked: string[] = [];
    const config = new Map([...CLUSTER.config, ['metrics.reporter.tidewatch.interval', '60 s'] as const]);

    const facts = await readDaemon(fakeDaemon({}, asked), { ...CLUSTER, config });

    assert.equal(facts.windowMs, 200_000);
    assert.equal(asked[0], 'flink.taskmanager.tidewatch.metrics 200000ms');
  });

  const TIES: readonly (readonly [
    sentence: string,
    cluster: Partial<ClusterFacts>,
    seen: Seen,
    reports: boolean | null,
    line: boolean | undefined,
  ])[] = [
    ['no job and no application: it cannot be told', { taskManagers: [], jobs: [] }, {}, null, undefined],
    ['nothing of it is there', {}, {}, false, false],
    [
      'the application of a TaskManager’s line',
      { jobs: [] },
      {
        metrics: { 'flink.jobmanager.tidewatch.metrics{app_id=app-1}': [{ labels: {}, value: 30 }] },
        lines: {
          [TM]: { ts: NOW, role: 'taskmanager', app_id: 'app-1' },
          'role:jobmanager app-1': { ts: NOW, role: 'jobmanager', app_id: 'app-1' },
        },
      },
      true,
      true,
    ],
    [
      'the application in the name of a YARN container',
      { taskManagers: [YARN_TM], jobs: [] },
      {
        metrics: {
          'flink.jobmanager.tidewatch.metrics{app_id=application_1700000000000_0042}': [{ labels: {}, value: 30 }],
        },
      },
      true,
      false,
    ],
    [
      'a job it runs',
      { taskManagers: [] },
      {
        metrics: { [`flink.job.numRestarts{job_id=${JOB}}`]: [{ labels: {}, value: 0 }] },
        lines: { [`role:jobmanager job_id:${JOB}`]: { ts: NOW, role: 'jobmanager', app_id: '' } },
      },
      true,
      true,
    ],
  ];
  for (const [sentence, cluster, seen, reports, line] of TIES) {
    test(`the JobManager is told by ${sentence}`, async () => {
      const facts = await readDaemon(fakeDaemon(seen), { ...CLUSTER, ...cluster });

      assert.equal(facts.jobManagerReports, reports);
      assert.equal(facts.jobManagerLine === undefined ? undefined : facts.jobManagerLine !== null, line);
    });
  }

  test('jobs by their id, else by their name', async () => {
    const job = (name: string, job_id: string) => ({ name, job_id, reads: ['a'], writes: [] });
    const known = async (...jobs: ReturnType<typeof job>[]) =>
      (await readDaemon(fakeDaemon({ jobs, sql: { orders: 'INSERT …' } }), CLUSTER)).jobs.get(JOB);

    assert.deepEqual(await known(job('orders', 'earlier')), { name: 'orders', reads: 1, writes: 0, hasSql: true });
    assert.deepEqual(await known(job('orders', 'earlier'), job('renamed', JOB)), {
      name: 'renamed',
      reads: 1,
      writes: 0,
      hasSql: false,
    });
    assert.equal(await known(job('others', 'x')), undefined);
  });
});
