import { configSections } from '../../../app/flink/config-fragment.ts';
import type { ClusterFacts, DaemonFacts, DoctorFacts } from '../../../app/flink/facts.ts';
import { flinkTarget } from './target-fixture.ts';

export const TM = 'container_1_1_01_000002';
export const JOB = 'a'.repeat(32);
export const LINE = { ageMs: 4000, role: 'taskmanager', appId: 'application_1_1' };

/** A 2.x cluster on YARN with everything installed. */
export const CLUSTER: ClusterFacts = {
  version: '2.3.0',
  config: new Map(configSections(flinkTarget()).flatMap(section => section.entries)),
  classPath: ['flink-dist-2.3.0.jar', 'tidewatch-flink-lib-0.1.0.jar'],
  taskManagers: [TM],
  jobs: [{ id: JOB, name: 'orders', state: 'RUNNING', checkpointIntervalMs: 10_000 }],
};
/** A daemon that has seen all of it. */
export const DAEMON: DaemonFacts = {
  windowMs: 50_000,
  topics: { metrics: 'tidewatch.metrics', logs: 'tidewatch.logs', jobs: 'tidewatch.jobs' },
  refused: { metrics: {}, logs: {} },
  metrics: new Map([[TM, { count: 120, dropped: 0, container: TM }]]),
  jobManagerReports: true,
  lines: new Map([[TM, LINE]]),
  jobManagerLine: LINE,
  jobs: new Map([[JOB, { name: 'orders', reads: 1, writes: 1, hasSql: true }]]),
};
/** Nothing wrong anywhere. */
export const HEALTHY: DoctorFacts = {
  cluster: CLUSTER,
  daemon: DAEMON,
  daemonError: '',
  threads: new Map(),
  jarVersion: '0.1.0',
};
