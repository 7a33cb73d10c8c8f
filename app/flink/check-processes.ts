import { type DaemonFacts, type DoctorFacts, JOB_MANAGER, type SeenLine } from './facts.ts';
import type { Finding } from './finding.ts';
import { configuredReporter } from './reporter-config.ts';

/** What a process sends. */
type Sent = 'metrics' | 'logs';

/** Names our senders give their threads (`SenderSettings` in flink/common). */
const THREADS = { metrics: 'tidewatch-metrics', logs: 'tidewatch-logs' } as const satisfies Record<Sent, string>;

/** What to do about a process that sends nothing. */
const INSTALL = {
  metrics:
    "the reporter's jar belongs into plugins/tidewatch-metrics/ of this process's Flink home; " +
    'restart it and look for "tidewatch" in its log',
  logs:
    "install the generated log4j files in conf/ of this process's Flink home, and the library jar in lib/; restart it; " +
    'without CONTAINER_ID and TIDEWATCH_ROLE its lines cannot be told apart',
} as const satisfies Record<Sent, string>;

/** Flink on YARN sets `_APP_ID` for the JobManager only (`YarnClusterDescriptor`), so it cannot be missed in a TaskManager. */
const YARN_CONTAINER = /^container_/;

/** Whether each process's metrics, or lines, arrive; and where they are lost when they do not. */
export function checkProcesses(facts: DoctorFacts, step: Sent): Finding[] {
  const { cluster, daemon, daemonError } = facts;
  // Without a reporter there is nothing more to say of each process.
  if (step === 'metrics' && configuredReporter(cluster.config) === null) return [];
  if (daemon === null) {
    const remedy = 'start the daemon, or name its address with --url';
    return [{ step, subject: 'daemon', state: 'bad', detail: `cannot be asked: ${daemonError}`, remedy }];
  }
  const found = cluster.taskManagers.map(id => {
    const detail = step === 'metrics' ? metricsDetail(daemon, id) : lineDetail(daemon.lines.get(id));
    return processFinding(facts, step, id, detail);
  });
  if (cluster.taskManagers.length === 0)
    found.push({ step, subject: 'TaskManagers', state: 'unknown', detail: 'none is registered' });
  return [jobManager(facts, daemon, step), ...found];
}

function jobManager(facts: DoctorFacts, daemon: DaemonFacts, step: Sent): Finding {
  const isTied = step === 'metrics' ? daemon.jobManagerReports !== null : daemon.jobManagerLine !== undefined;
  if (!isTied && runs(facts, step, JOB_MANAGER) !== false) {
    const detail =
      'nothing tells this cluster’s JobManager from others yet: no job runs and no line of a TaskManager names an application';
    return { step, subject: 'JobManager', state: 'unknown', detail };
  }
  const detail =
    step === 'metrics'
      ? daemon.jobManagerReports
        ? `reported within ${daemon.windowMs / 1000} s`
        : null
      : lineDetail(daemon.jobManagerLine ?? undefined);
  return processFinding(facts, step, JOB_MANAGER, detail);
}

function metricsDetail({ metrics, windowMs }: DaemonFacts, id: string): string | null {
  const seen = metrics.get(id);
  if (!seen) return null;
  const dropped =
    seen.dropped > 0 ? `; ${seen.dropped} records were dropped since its start: Kafka was away or too slow` : '';
  return `${seen.count} metrics each interval, seen within ${windowMs / 1000} s${dropped}`;
}

function lineDetail(line: SeenLine | undefined): string | null {
  return line ? `newest line ${age(line.ageMs)} old` : null;
}

function processFinding(facts: DoctorFacts, step: Sent, id: string, detail: string | null): Finding {
  const subject = id === JOB_MANAGER ? 'JobManager' : `TaskManager ${id}`;
  if (detail !== null) return { step, subject, state: 'ok', detail };
  const sends = step === 'metrics' ? 'reporter' : 'appender';
  const missing = `no ${step === 'metrics' ? 'metrics' : 'lines'} at the daemon`;
  const running = runs(facts, step, id);
  if (running === true)
    return {
      step,
      subject,
      state: 'bad',
      detail: `${missing}, although the ${sends} runs in it${refusals(facts, step)}`,
      remedy: `its records do not reach the daemon: check its Kafka address and login, the topic, and the process's own log for "tidewatch"`,
    };
  return {
    step,
    subject,
    state: 'bad',
    detail: running === null ? missing : `${missing}; the ${sends} does not run in it`,
    remedy: INSTALL[step],
  };
}

/** What the daemon had to refuse may be what is missing here. */
function refusals({ daemon }: DoctorFacts, step: Sent): string {
  const reasons = Object.entries(daemon?.refused[step] ?? {}).map(([code, count]) => `${count} ${code}`);
  return reasons.length === 0 ? '' : `; the daemon refused records of this stream: ${reasons.join(', ')}`;
}

/** Null when its threads are not known. */
function runs({ threads }: DoctorFacts, step: Sent, id: string): boolean | null {
  return threads.get(id)?.some(name => name === THREADS[step]) ?? null;
}

/** Whether the TaskManagers' lines say whose they are. */
export function checkEnvironment({ cluster, daemon }: DoctorFacts): Finding[] {
  if (daemon === null) return [];
  return [...daemon.lines].map(([id, line]): Finding => {
    const missing = [
      ...(line.role === '' ? ['TIDEWATCH_ROLE'] : []),
      ...(line.appId === '' && !YARN_CONTAINER.test(id) ? ['_APP_ID'] : []),
      ...(daemon.metrics.get(id)?.container === '' ? ['CONTAINER_ID'] : []),
    ];
    const base = { step: 'environment', subject: `TaskManager ${id}` } as const;
    if (missing.length === 0) return { ...base, state: 'ok', detail: 'its lines carry role and application' };
    const setsAny = [...cluster.config.keys()].some(key => key.startsWith('containerized.taskmanager.env.'));
    const where = setsAny
      ? 'containerized.taskmanager.env.* sets others already: add these'
      : 'set them as tidewatch flink-config writes it for this kind of deployment';
    return { ...base, state: 'bad', detail: `${missing.join(', ')} not set`, remedy: `${where}, and restart` };
  });
}

function age(ms: number): string {
  if (ms < 120_000) return `${Math.round(ms / 1000)} s`;
  return ms < 7_200_000 ? `${Math.round(ms / 60_000)} min` : `${Math.round(ms / 3_600_000)} h`;
}
