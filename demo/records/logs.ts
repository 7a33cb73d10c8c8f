/** The `tidewatch.logs` stream: what the Flink processes of the estate would write, in the daemon's own record format. */
import { dataTime, type JobState } from '../hop-state.ts';
import type { Random } from '../random.ts';
import type { EstateEvent, Simulation } from '../simulate.ts';
import { crashTrace, type LoggedException } from './crash-traces.ts';
import { taskNames } from './metrics.ts';

type Level = 'INFO' | 'WARN' | 'ERROR';

interface Line {
  readonly level: Level;
  readonly logger: string;
  readonly thread: string;
  readonly message: string;
  readonly exception?: LoggedException;
}

const RUNTIME = 'org.apache.flink.runtime';

function record(sim: Simulation, job: JobState, containerIndex: number, line: Line, offsetMs = 0): unknown {
  return {
    ts: sim.second * 1000 + offsetMs,
    level: line.level,
    logger: line.logger,
    thread: line.thread,
    message: line.message,
    ...(line.exception ? { exception: line.exception } : {}),
    mdc: { 'flink-job-id': job.jobId },
    job_name: job.spec.session ? 'session' : job.name,
    app_id: job.appId,
    container_id: job.containers[containerIndex] ?? job.containers[0],
    host: `flink-${(job.name.length * 7 + containerIndex * 3) % 12}.demo`,
    role: containerIndex === 0 ? 'jobmanager' : 'taskmanager',
    pid: String(20_000 + job.name.length * 31 + containerIndex),
  };
}

function statusLines(sim: Simulation, event: Extract<EstateEvent, { kind: 'status' }>): unknown[] {
  const { job, previous } = event;
  const graph = `${RUNTIME}.executiongraph.ExecutionGraph`;
  const change = record(
    sim,
    job,
    0,
    {
      level: 'INFO',
      logger: graph,
      thread: 'flink-pekko.actor.default-dispatcher-16',
      message: `Job ${job.name} (${job.jobId}) switched from state ${previous} to ${job.status}.`,
    },
    40,
  );
  if (job.status !== 'RESTARTING') return [change];
  const { source } = taskNames(job);
  const failed = `${source} (1/${job.spec.parallelism})#${job.attempt} (${job.jobId.slice(0, 16)}) switched from RUNNING to FAILED`;
  const exception = event.exception === undefined ? undefined : crashTrace(job, event.exception);
  return [
    record(
      sim,
      job,
      1,
      {
        level: 'WARN',
        logger: `${RUNTIME}.taskmanager.Task`,
        thread: `${source} (1/${job.spec.parallelism})#${job.attempt}`,
        message: `${failed} with failure cause:`,
        ...(exception ? { exception } : {}),
      },
      4,
    ),
    record(
      sim,
      job,
      0,
      {
        level: 'INFO',
        logger: graph,
        thread: 'flink-pekko.actor.default-dispatcher-4',
        message: `${failed} on ${job.containers[1]} @ flink-host.`,
        ...(exception ? { exception } : {}),
      },
      22,
    ),
    change,
    record(
      sim,
      job,
      0,
      {
        level: 'INFO',
        logger: `${RUNTIME}.jobmaster.JobMaster`,
        thread: 'flink-pekko.actor.default-dispatcher-4',
        message: `${job.spec.parallelism} tasks will be restarted to recover the failed task.`,
      },
      61,
    ),
  ];
}

function checkpointLines(
  sim: Simulation,
  event: Extract<EstateEvent, { kind: 'checkpoint' | 'checkpoint-failed' }>,
): unknown[] {
  const { job } = event;
  const c = job.checkpoint;
  const logger = `${RUNTIME}.checkpoint.CheckpointCoordinator`;
  if (event.kind === 'checkpoint-failed') {
    return [
      record(
        sim,
        job,
        0,
        {
          level: 'INFO',
          logger,
          thread: 'Checkpoint Timer',
          message: `Checkpoint ${c.id + 1} of job ${job.jobId} expired before completing.`,
        },
        5,
      ),
      record(
        sim,
        job,
        0,
        {
          level: 'WARN',
          logger: `${RUNTIME}.checkpoint.CheckpointFailureManager`,
          thread: 'Checkpoint Timer',
          message: `Failed to trigger or complete checkpoint ${c.id + 1} for job ${job.jobId}. (${c.failures} consecutive failed attempts so far)`,
        },
        6,
      ),
    ];
  }
  return [
    record(
      sim,
      job,
      0,
      {
        level: 'INFO',
        logger,
        thread: 'Checkpoint Timer',
        message: `Triggering checkpoint ${c.id} (type=CheckpointType{name='Checkpoint'}) @ ${sim.second * 1000} for job ${job.jobId}.`,
      },
      2,
    ),
    record(
      sim,
      job,
      0,
      {
        level: 'INFO',
        logger,
        thread: 'jobmanager-io-thread-1',
        message: `Completed checkpoint ${c.id} for job ${job.jobId} (${c.sizeBytes} bytes, checkpointDuration=${c.durationMs} ms, finalizationTime=8 ms).`,
      },
      Math.min(990, c.durationMs),
    ),
  ];
}

function eventLines(sim: Simulation, event: EstateEvent): unknown[] {
  switch (event.kind) {
    case 'status':
      return statusLines(sim, event);
    case 'deployed':
      return deployLines(sim, event.job, event.by);
    default:
      return checkpointLines(sim, event);
  }
}

/** What a session cluster says of a job that is submitted and starts. */
function deployLines(sim: Simulation, job: JobState, by: string): unknown[] {
  const say = (logger: string, message: string, offsetMs: number): unknown =>
    record(sim, job, 0, { level: 'INFO', logger, thread: 'flink-pekko.actor.default-dispatcher-7', message }, offsetMs);
  return [
    say(
      `${RUNTIME}.dispatcher.Dispatcher`,
      `Received JobGraph submission '${job.name}' (${job.jobId}), user ${by}.`,
      3,
    ),
    say(`${RUNTIME}.checkpoint.CheckpointCoordinator`, `Starting job ${job.jobId} from savepoint.`, 90),
    say(
      `${RUNTIME}.executiongraph.ExecutionGraph`,
      `Job ${job.name} (${job.jobId}) switched from state CREATED to RUNNING.`,
      240,
    ),
  ];
}

type MakeLine = (job: JobState, random: Random) => Line;

const STEADY: readonly MakeLine[] = [
  (job, r) => ({
    level: 'INFO',
    logger: 'org.apache.kafka.clients.FetchSessionHandler',
    thread: 'Source Data Fetcher for Source',
    message: `[Consumer clientId=${job.name}-${r.int(0, 3)}, groupId=${job.name}] Node 1 was unable to process the fetch request with (sessionId=${r.int(1e8, 1e9)}, epoch=${r.int(1, 9000)}): FETCH_SESSION_ID_NOT_FOUND.`,
  }),
  (job, r) => ({
    level: 'INFO',
    logger: 'org.apache.flink.connector.kafka.source.reader.KafkaSourceReader',
    thread: 'Source Data Fetcher for Source',
    message: `Committed offsets of ${job.spec.inputs[0]}-${r.int(0, 3)} at checkpoint ${job.checkpoint.id}`,
  }),
  (job, r) => ({
    level: 'INFO',
    logger: 'com.demo.udf.ParsePrice',
    thread: taskNames(job).source,
    message: `订单金额解析完成 batch=${r.int(1000, 9999)} 命中缓存 ${r.int(900, 999)}/1000 channel=${r.pick(['app_store', 'browser', 'game_center'])}`,
  }),
  (_job, r) => ({
    level: 'INFO',
    logger: 'org.apache.flink.contrib.streaming.state.RocksDBKeyedStateBackend',
    thread: 'jobmanager-io-thread-2',
    message: `Finished incremental snapshot, uploaded ${r.int(1, 60)} sst files in ${r.int(20, 400)} ms`,
  }),
];

const slowProduce: MakeLine = (job, r) => ({
  level: 'WARN',
  logger: 'org.apache.flink.connector.kafka.sink.KafkaWriter',
  thread: taskNames(job).source,
  message: `Slow produce request to ${job.spec.output}: ${r.int(800, 3000)} ms for ${r.int(200, 5000)} records`,
});

const slowLookup: MakeLine = (_job, r) => ({
  level: 'WARN',
  logger: 'org.apache.hadoop.hbase.client.AsyncRequestFutureImpl',
  thread: 'hconnection-shared-pool',
  message: `id=${r.int(1, 40)}, table=dim:dim_user, attempt=2/16, failureCount=1ops, last exception=java.net.SocketTimeoutException: callTimeout=3000`,
});

/** What a healthy job warns of now and then: a line taken for the cause of something must be one it could have written. */
function warningOf(job: JobState, random: Random): MakeLine {
  return job.spec.dims.includes('dim_user') && random.next() < 0.7 ? slowLookup : slowProduce;
}

/** Lines of one simulated second: what events caused, and the steady murmur of healthy jobs. */
export function logRecords(sim: Simulation, events: readonly EstateEvent[]): unknown[] {
  const lines = events.flatMap(e => eventLines(sim, e));
  for (let i = 0; i < 12; i++) {
    const job = sim.random.pick(sim.jobs);
    if (job.status !== 'RUNNING') continue;
    // Warnings are one line in twenty on a healthy estate.
    const make = sim.random.next() < 0.05 ? warningOf(job, sim.random) : sim.random.pick(STEADY);
    const container = sim.random.int(1, job.containers.length - 1);
    lines.push(record(sim, job, container, make(job, sim.random), sim.random.int(0, 999)));
  }
  for (const job of sim.jobs) {
    const behind = sim.second - dataTime(job);
    if (job.status !== 'RUNNING' || behind < 45 || sim.second % 15 !== 0) continue;
    lines.push(
      record(sim, job, 1, {
        level: 'WARN',
        logger: 'com.demo.monitor.LagGuard',
        thread: taskNames(job).source,
        message: `${behind} s behind: operator ${taskNames(job).sink ?? taskNames(job).source} is the slowest of the job (busy ${Math.round((job.subtasks[0]?.busyRatio ?? 0) * 100)} %)`,
      }),
    );
  }
  return lines;
}
