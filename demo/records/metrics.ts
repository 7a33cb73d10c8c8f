/** The estate as Flink's reporter would tell it: one batched `tidewatch.metrics` record per task manager or job manager. */
import { CLUSTER } from '../estate.ts';
import { dataTime, type JobState } from '../hop-state.ts';
import type { Simulation } from '../simulate.ts';

interface Group {
  readonly scope: string;
  readonly vars: Readonly<Record<string, string>>;
  readonly gauges: Record<string, number | boolean | null>;
  readonly counters: Record<string, number>;
  readonly meters: Record<string, number>;
  readonly histograms: Record<string, never>;
}

const MIB = 1_048_576;

function group(
  scope: string,
  vars: Record<string, string>,
  gauges: Group['gauges'],
  counters: Group['counters'] = {},
  meters: Group['meters'] = {},
): Group {
  return { scope, vars, gauges, counters, meters, histograms: {} };
}

/** Names of a job's vertices as Flink prints them: a source chain, and behind a shuffle the aggregation. */
export function taskNames(job: JobState): { source: string; sink: string | null } {
  const source = `Source: ${job.spec.inputs.join(', ')}`;
  if (!job.spec.kind.includes('window'))
    return { source: `${source} -> Calc -> ${job.spec.output}: Writer`, sink: null };
  return { source: `${source} -> Calc`, sink: `GlobalWindowAggregate -> Calc -> ${job.spec.output}: Writer` };
}

function hostOf(job: JobState, containerIndex: number): string {
  return `flink-${(job.name.length * 7 + containerIndex * 3) % 12}.demo`;
}

function taskManagerRecord(sim: Simulation, job: JobState, containerIndex: number): unknown {
  const host = hostOf(job, containerIndex);
  const containerId = job.containers[containerIndex]!;
  const tmId = `${host}:45454-${containerId.slice(-6)}`;
  const ids = { host, tm_id: tmId, job_id: job.jobId, job_name: job.name };
  const names = taskNames(job);
  const groups: Group[] = [];
  const lagMs = Math.max(0, sim.second - dataTime(job)) * 1000;
  const topics = job.inputs.length;
  job.subtasks.forEach((subtask, s) => {
    if (subtask.containerIndex !== containerIndex) return;
    const vars = {
      ...ids,
      task_name: names.source,
      task_id: `${s}`,
      subtask_index: `${s}`,
      task_attempt_num: `${job.attempt}`,
    };
    const shuffled = names.sink !== null;
    const backPressured = subtask.backPressuredRatio;
    const sourceBusy = shuffled ? subtask.busyRatio * (backPressured > 0 ? 0.15 : 0.7) : subtask.busyRatio;
    groups.push(
      group(
        'taskmanager.job.task',
        vars,
        times(sourceBusy, backPressured),
        {
          numRecordsIn: Math.floor(subtask.recordsIn),
          numRecordsOut: Math.floor(shuffled ? subtask.recordsIn : subtask.recordsOut),
        },
        {
          numRecordsInPerSecond: round(subtask.inPerSecond),
          numRecordsOutPerSecond: round(shuffled ? subtask.inPerSecond : subtask.outPerSecond),
        },
      ),
    );
    if (names.sink) {
      groups.push(
        group(
          'taskmanager.job.task',
          { ...vars, task_name: names.sink },
          times(subtask.busyRatio, 0),
          { numRecordsIn: Math.floor(subtask.recordsIn), numRecordsOut: Math.floor(subtask.recordsOut) },
          { numRecordsInPerSecond: round(subtask.inPerSecond), numRecordsOutPerSecond: round(subtask.outPerSecond) },
        ),
      );
    }
    for (let i = 0; i < topics; i++) groups.push(...sourceGroups(job, i, s, vars, lagMs));
  });
  groups.push(...jvmGroups(sim, job, ids.host, tmId, containerIndex));
  return {
    v: 1,
    ts: sim.second * 1000,
    env: { app_id: job.appId, container_id: containerId, job_name: job.spec.session ? 'session' : job.name, host },
    vars: { host, tm_id: tmId },
    groups,
  };
}

function times(busy: number, backPressured: number): Group['gauges'] {
  const busyMs = Math.round(busy * 1000);
  const backMs = Math.min(1000 - busyMs, Math.round(backPressured * 1000));
  return {
    busyTimeMsPerSecond: busyMs,
    backPressuredTimeMsPerSecond: backMs,
    idleTimeMsPerSecond: Math.max(0, 1000 - busyMs - backMs),
    isBackPressured: backMs > 500,
  };
}

function sourceGroups(job: JobState, input: number, s: number, vars: Record<string, string>, lagMs: number): Group[] {
  const topic = job.inputs[input]!;
  const operator = { ...vars, operator_name: `Source: ${topic.spec.name}`, operator_id: `op-${input}` };
  const mine = topic.end.map((_, p) => p).filter(p => p % job.subtasks.length === s);
  const pending = mine.reduce((sum, p) => sum + topic.end[p]! - job.position[input]![p]!, 0);
  // Under back-pressure the consumer is not polled and never learns of new records: Flink says 0 however far it is behind.
  const stuck = job.slowAt === 'downstream' && job.speed < 1;
  return [
    group('taskmanager.job.task.operator', operator, {
      pendingRecords: stuck ? 0 : Math.floor(pending),
      watermarkLag: lagMs + 5000,
      currentEmitEventTimeLag: lagMs,
      sourceIdleTime: pending < 1 ? 400 : 0,
    }),
    ...mine.map(p =>
      group(
        'taskmanager.job.task.operator.KafkaSourceReader.topic.partition',
        { ...operator, topic: topic.spec.name, partition: `${p}` },
        {
          currentOffset: Math.floor(job.position[input]![p]!) - 1,
          committedOffset: Math.floor(job.committed[input]![p]!),
        },
      ),
    ),
  ];
}

function jvmGroups(sim: Simulation, job: JobState, host: string, tmId: string, index: number): Group[] {
  const vars = { host, tm_id: tmId };
  const wave = 0.45 + 0.2 * Math.sin(sim.second / 61 + index * 2 + job.name.length);
  const max = 1638 * MIB;
  return [
    group('taskmanager.Status.JVM.Memory.Heap', vars, { Used: Math.round(max * wave), Max: max, Committed: max }),
    group(
      'taskmanager.Status.JVM.GarbageCollector.All',
      vars,
      { Time: (sim.second - job.startedAt) * 6, Count: Math.floor((sim.second - job.startedAt) / 9) },
      {},
      { TimeMsPerSecond: round(4 + wave * 9) },
    ),
    group('taskmanager.Status.JVM.CPU', vars, { Load: round(0.1 + wave * 0.5) }),
  ];
}

function jobManagerRecord(sim: Simulation, job: JobState): unknown {
  const host = hostOf(job, 0);
  const running = job.status === 'RUNNING';
  const inState = (sim.second - job.since) * 1000;
  const c = job.checkpoint;
  return {
    v: 1,
    ts: sim.second * 1000,
    env: {
      app_id: job.appId,
      container_id: job.containers[0],
      job_name: job.spec.session ? 'session' : job.name,
      host,
    },
    vars: { host },
    groups: [
      group(
        'jobmanager.job',
        { host, job_id: job.jobId, job_name: job.name },
        {
          numRestarts: job.restarts,
          uptime: running ? (sim.second - job.startedAt) * 1000 : 0,
          runningTime: running ? inState : 0,
          restartingTime: running ? 0 : inState,
          lastCheckpointDuration: c.durationMs,
          lastCheckpointSize: Math.round(c.sizeBytes * 0.08),
          lastCheckpointFullSize: c.sizeBytes,
          lastCompletedCheckpointId: c.id,
          lastCheckpointCompletedTimestamp: c.completedAt * 1000,
          numberOfCompletedCheckpoints: c.completed,
          numberOfFailedCheckpoints: c.failures,
        },
      ),
    ],
  };
}

const round = (value: number): number => Math.round(value * 100) / 100;

/** Metric records of every job; a restarting job's task managers say nothing, as in reality. */
export function metricRecords(sim: Simulation): unknown[] {
  const records: unknown[] = [];
  for (const job of sim.jobs) {
    records.push(jobManagerRecord(sim, job));
    if (job.status !== 'RUNNING') continue;
    for (let c = 1; c < job.containers.length; c++) records.push(taskManagerRecord(sim, job, c));
  }
  return records;
}

/**
 * What polling the brokers gives in one cycle: end offsets, and the offset a group has committed when that is news. A row with
 * `committed` is one commit, so an unchanged one is not told again.
 */
export function offsetRecords(sim: Simulation): unknown[] {
  const records: unknown[] = [];
  const ts = sim.second * 1000;
  for (const hop of sim.jobs) {
    const isNews = hop.toldCheckpoint !== hop.checkpoint.id;
    hop.toldCheckpoint = hop.checkpoint.id;
    hop.inputs.forEach((topic, i) => {
      topic.end.forEach((end, p) => {
        records.push({
          type: 'offsets',
          ts,
          hop: hop.name,
          topic: topic.spec.name,
          partition: p,
          end_offset: Math.floor(end),
          ...(isNews ? { committed: Math.floor(hop.committed[i]![p]!) } : {}),
          cluster: CLUSTER,
          group: hop.name,
        });
      });
    });
  }
  for (const hop of sim.druid) {
    hop.inputs[0]!.end.forEach((end, p) => {
      records.push({
        type: 'offsets',
        ts,
        hop: hop.name,
        topic: hop.spec.topic,
        partition: p,
        end_offset: Math.floor(end),
        cluster: CLUSTER,
      });
    });
  }
  return records;
}
