import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { diagnose, silentProcesses } from '../../../app/flink/diagnose.ts';
import { type ClusterFacts, type DaemonFacts, type DoctorFacts, JOB_MANAGER } from '../../../app/flink/facts.ts';
import type { Finding, Step } from '../../../app/flink/finding.ts';
import { CLUSTER, DAEMON, HEALTHY, JOB, LINE, TM } from './facts-fixture.ts';

interface Change {
  readonly cluster?: Partial<ClusterFacts>;
  readonly daemon?: Partial<DaemonFacts>;
  readonly threads?: DoctorFacts['threads'];
}

function findings({ cluster, daemon, threads }: Change): Finding[] {
  return diagnose({
    ...HEALTHY,
    cluster: { ...CLUSTER, ...cluster },
    daemon: { ...DAEMON, ...daemon },
    ...(threads ? { threads } : {}),
  });
}

/** The configuration without keys, and with others. */
function config(without: RegExp, more: Record<string, string> = {}): ReadonlyMap<string, string> {
  return new Map([...[...CLUSTER.config].filter(([key]) => !without.test(key)), ...Object.entries(more)]);
}

describe('the diagnosis of a cluster', () => {
  test('everything installed and seen: every finding is ok, none wants anything', () => {
    const found = findings({});

    assert.deepEqual(
      found.map(f => [f.step, f.state, f.remedy]),
      (
        [
          'version',
          'jars',
          'metrics',
          'metrics',
          'metrics',
          'logs',
          'logs',
          'environment',
          'lineage',
          'lineage',
          'checkpoints',
        ] as const
      ).map(step => [step, 'ok', undefined]),
    );
  });

  const none = new Map<string, never>();
  const running = (...names: string[]) => new Map([[TM, names]]);
  /** What is wrong -> the only finding that is not ok: its step, its state, what it says, what to do. */
  const FAULTS: readonly (readonly [
    sentence: string,
    change: Change,
    step: Step,
    state: 'bad' | 'unknown' | 'ok',
    detail: RegExp,
    remedy: RegExp | null,
  ])[] = [
    [
      'a version nobody tried',
      { cluster: { version: '1.13.6' } },
      'version',
      'bad',
      /1\.13\.6 was never tried/,
      /1\.14, .*1\.20, 2\.x/,
    ],
    ['no library jar', { cluster: { classPath: ['flink-dist.jar'] } }, 'jars', 'bad', /not on it/, /lib\//],
    [
      'a library jar of another version',
      { cluster: { classPath: ['tidewatch-flink-lib-0.0.9.jar'] } },
      'jars',
      'ok',
      /0\.0\.9/,
      /comes with 0\.1\.0/,
    ],
    [
      'the reporter among the libraries',
      { cluster: { classPath: [...CLUSTER.classPath, 'tidewatch-flink-metrics-0.1.0.jar'] } },
      'jars',
      'bad',
      /shadows/,
      /plugins\/tidewatch-metrics\//,
    ],
    [
      'another reporter only',
      { cluster: { config: config(/^metrics\./) } },
      'metrics',
      'bad',
      /no metric reporter of tidewatch/,
      /flink-config/,
    ],
    [
      'the reporter left out',
      { cluster: { config: config(/^metrics\.reporters$/, { 'metrics.reporters': 'prom' }) } },
      'metrics',
      'bad',
      /leaves it out/,
      /tidewatch/,
    ],
    [
      'another topic than the daemon reads',
      { daemon: { topics: { ...DAEMON.topics, metrics: 'prod.metrics' } } },
      'metrics',
      'bad',
      /writes to tidewatch\.metrics, the daemon reads prod\.metrics/,
      /topic: prod\.metrics/,
    ],
    [
      'a TaskManager without metrics, nothing else known',
      { daemon: { metrics: none } },
      'metrics',
      'bad',
      /^no metrics at the daemon$/,
      /plugins/,
    ],
    [
      'a TaskManager whose reporter does not run',
      { daemon: { metrics: none }, threads: running('main') },
      'metrics',
      'bad',
      /reporter does not run in it/,
      /plugins\/tidewatch-metrics\//,
    ],
    [
      'a TaskManager whose reporter runs for nothing',
      { daemon: { metrics: none }, threads: running('main', 'tidewatch-metrics') },
      'metrics',
      'bad',
      /although the reporter runs/,
      /Kafka address/,
    ],
    [
      'a TaskManager whose appender does not run',
      { daemon: { lines: none }, threads: running('tidewatch-metrics') },
      'logs',
      'bad',
      /appender does not run/,
      /log4j/,
    ],
    [
      'a JobManager that does not report',
      { daemon: { jobManagerReports: false } },
      'metrics',
      'bad',
      /^no metrics/,
      /plugins/,
    ],
    ['a JobManager without lines', { daemon: { jobManagerLine: null } }, 'logs', 'bad', /^no lines/, /log4j/],
    [
      'a JobManager nothing tells from others',
      { daemon: { jobManagerReports: null } },
      'metrics',
      'unknown',
      /nothing tells/,
      null,
    ],
    [
      'lines without role',
      { daemon: { lines: new Map([[TM, { ...LINE, role: '' }]]) } },
      'environment',
      'bad',
      /^TIDEWATCH_ROLE not set$/,
      /containerized\.taskmanager\.env/,
    ],
    [
      'metrics without a container',
      { daemon: { metrics: new Map([[TM, { count: 1, dropped: 0, container: '' }]]) } },
      'environment',
      'bad',
      /^CONTAINER_ID not set$/,
      /restart/,
    ],
    [
      'no listener on 2.x',
      { cluster: { config: config(/listener/) } },
      'lineage',
      'bad',
      /not configured/,
      /on the JobManager and on the client/,
    ],
    [
      'a job the daemon does not know',
      { daemon: { jobs: none } },
      'lineage',
      'bad',
      /does not know/,
      /listener.*jobs submit/,
    ],
    [
      'a job without lineage',
      { daemon: { jobs: new Map([[JOB, { name: 'orders', reads: 0, writes: 0, hasSql: false }]]) } },
      'lineage',
      'bad',
      /not known/,
      new RegExp(`--name "orders" --job-id ${JOB}`),
    ],
    [
      'a job without SQL',
      { daemon: { jobs: new Map([[JOB, { name: 'orders', reads: 1, writes: 1, hasSql: false }]]) } },
      'lineage',
      'ok',
      /no lineage of columns/,
      /jobs submit/,
    ],
    [
      'no checkpoints',
      { cluster: { jobs: [{ ...CLUSTER.jobs[0]!, checkpointIntervalMs: null }] } },
      'checkpoints',
      'bad',
      /commits no offsets/,
      /execution\.checkpointing\.interval/,
    ],
  ];
  for (const [sentence, change, step, state, detail, remedy] of FAULTS) {
    test(`${sentence}: one finding, with its remedy`, () => {
      const notable = findings(change).filter(f => f.state !== 'ok' || f.remedy !== undefined);

      assert.deepEqual(
        notable.map(f => [f.step, f.state]),
        [[step, state]],
      );
      assert.match(notable[0]?.detail ?? '', detail);
      if (remedy === null) assert.equal(notable[0]?.remedy, undefined);
      else assert.match(notable[0]?.remedy ?? '', remedy);
    });
  }

  test('a cluster without our reporter is told the file its Flink reads', () => {
    for (const [version, file] of [
      ['1.18.1', 'conf/flink-conf.yaml'],
      ['1.20.3', 'conf/config.yaml'],
      ['2.3.0', 'conf/config.yaml'],
    ] as const) {
      const found = findings({ cluster: { version, config: config(/metrics\.reporter/) } });
      assert.ok(found.find(f => f.step === 'metrics')?.remedy?.includes(file), version);
    }
  });

  test('a Flink that does not tell its class path is not accused of lacking the jars', () => {
    const found = findings({ cluster: { version: '1.14.6', classPath: [] } }).filter(f => f.step === 'jars');

    assert.deepEqual(
      found.map(f => f.state),
      ['unknown'],
    );
  });

  test('1.x has no listener, and a job is told by its submission', () => {
    const found = findings({
      cluster: { version: '1.20.3', config: config(/listener/) },
      daemon: { jobs: none },
    }).filter(f => f.step === 'lineage');

    assert.deepEqual(
      found.map(f => f.state),
      ['ok', 'bad'],
    );
    assert.match(found[1]?.remedy ?? '', /^tidewatch jobs submit/);
  });

  test('records dropped by a reporter are said', () => {
    const metrics = new Map([[TM, { count: 120, dropped: 7, container: TM }]]);

    assert.ok(findings({ daemon: { metrics } }).some(f => /7 records were dropped/.test(f.detail)));
  });

  test('what the daemon refused is a hint where records are missing', () => {
    const daemon = { metrics: new Map<string, never>(), refused: { metrics: { 'ts-future': 4 }, logs: {} } };
    const found = findings({ daemon, threads: new Map([[TM, ['tidewatch-metrics']]]) });

    assert.ok(found.some(f => /although the reporter runs in it; .*: 4 ts-future$/.test(f.detail)));
  });

  test('YARN gives TaskManagers no application id, so none is asked of them', () => {
    const lines = (id: string) => new Map([[id, { ...LINE, appId: '' }]]);
    const environment = (id: string) =>
      findings({ cluster: { taskManagers: [id] }, daemon: { lines: lines(id) } }).find(f => f.step === 'environment');

    assert.equal(environment(TM)?.state, 'ok');
    assert.match(environment('10.0.0.1:1234-abcdef')?.detail ?? '', /^_APP_ID not set$/);
  });

  test('a daemon that is away is a finding; what Flink says of itself is told all the same', () => {
    const found = diagnose({ ...HEALTHY, daemon: null, daemonError: 'refused' });

    assert.ok(found.some(f => f.subject === 'daemon' && f.state === 'bad' && /refused/.test(f.detail)));
    assert.ok(found.some(f => f.step === 'checkpoints' && f.state === 'ok'));
    assert.equal(found.find(f => f.subject === 'job orders' && f.step === 'lineage')?.state, 'unknown');
  });
});

describe('processes whose threads are looked at', () => {
  test('none when all is seen, the silent ones else, all when the daemon is away', () => {
    assert.deepEqual(silentProcesses(CLUSTER, DAEMON), []);
    assert.deepEqual(silentProcesses(CLUSTER, { ...DAEMON, lines: new Map() }), [TM]);
    assert.deepEqual(silentProcesses(CLUSTER, { ...DAEMON, jobManagerReports: null }), [JOB_MANAGER]);
    assert.deepEqual(silentProcesses(CLUSTER, null), [JOB_MANAGER, TM]);
  });
});
