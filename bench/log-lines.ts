/** Flink log lines as benchmarks need them: 80 jobs, the wording of real task and job managers, 3 % errors with a stack trace. */
import type { LogLevel, LogRecord } from '../model/log-record.ts';

const JOBS = 80;
/** A job's share of lines falls with its rank; the first has about a fifth. */
const CONTAINERS_PER_JOB = 6;

interface Template {
  readonly level: LogLevel;
  readonly logger: string;
  readonly text: (r: Random) => string;
}

type Random = (below: number) => number;

const TEMPLATES: readonly Template[] = [
  {
    level: 'INFO',
    logger: 'org.apache.flink.runtime.checkpoint.CheckpointCoordinator',
    text: r =>
      `Completed checkpoint ${r(90_000)} for job ${hex(r, 32)} (${r(9_000_000)} bytes, checkpointDuration=${r(3000)} ms, finalizationTime=${r(20)} ms).`,
  },
  {
    level: 'INFO',
    logger: 'org.apache.flink.runtime.checkpoint.CheckpointCoordinator',
    text: r =>
      `Triggering checkpoint ${r(90_000)} (type=CheckpointType{name='Checkpoint', sharingFilesStrategy=FORWARD_BACKWARD}) @ ${r(2 ** 31)} for job ${hex(r, 32)}.`,
  },
  {
    level: 'INFO',
    logger: 'org.apache.flink.runtime.source.coordinator.SourceCoordinator',
    text: r =>
      `Marking checkpoint ${r(90_000)} as completed for source Source: KafkaSource-default_catalog.default_database.dw_sdk_log_${r(40)}.`,
  },
  {
    level: 'INFO',
    logger: 'org.apache.flink.kafka.shaded.org.apache.kafka.clients.consumer.internals.ConsumerCoordinator',
    text: r =>
      `[Consumer clientId=KafkaSource-${r(9999)}-${r(16)}, groupId=etl_group_${r(80)}] Discovered group coordinator kafka${r(30)}.data:9092 (id: ${r(2 ** 31)} rack: null)`,
  },
  {
    level: 'INFO',
    logger: 'org.apache.flink.runtime.executiongraph.ExecutionGraph',
    text: r =>
      `Source: dw_sdk_log[${r(9)}] -> Calc[${r(9)}] -> WatermarkAssigner[${r(9)}] (${r(32)}/32) (${hex(r, 32)}_${hex(r, 32)}_${r(32)}_0) switched from INITIALIZING to RUNNING.`,
  },
  {
    level: 'INFO',
    logger: 'com.example.etl.OrderEnricher',
    text: r =>
      `订单 ${r(2 ** 31)} 处理完成, user=u${r(500_000)} topic=dwd_order_${r(30)} partition=${r(32)} offset=${r(2 ** 31)} cost=${r(200)}ms traceId=${hex(r, 16)}`,
  },
  {
    level: 'INFO',
    logger: 'com.example.etl.SdkLogParser',
    text: r =>
      `parsed batch of ${r(5000)} events from topic=ods_sdk_log partition=${r(64)} offsets=[${r(2 ** 31)},${r(2 ** 31)}] dropped=${r(20)} reason=schema_mismatch version=v${r(12)} device=${hex(r, 16)} region=cn-${r(9)}`,
  },
  {
    level: 'DEBUG',
    logger: 'org.apache.flink.streaming.connectors.kafka.internals.KafkaFetcher',
    text: r =>
      `Fetched ${r(500)} records in ${r(90)} ms for TopicPartition dwd_click_${r(30)}-${r(32)}, high watermark ${r(2 ** 31)}, position ${r(2 ** 31)}, max.poll.records=500`,
  },
  {
    level: 'WARN',
    logger: 'org.apache.flink.metrics.MetricGroup',
    text: r =>
      `Name collision: Group already contains a Metric with the name 'pendingCommittables'. Metric will not be reported.[10.1.${r(255)}.${r(255)}, taskmanager, container_e05_17000_${r(9999)}_01_00000${r(9)}, dw_sdk_agg[${r(9)}]: Committer, ${r(32)}]`,
  },
  {
    level: 'WARN',
    logger: 'org.apache.flink.runtime.taskmanager.BackPressureMonitor',
    text: r =>
      `Task Join[${r(9)}] -> Sink: dws_order_${r(30)}[${r(9)}] subtask ${r(32)} is back pressured for ${r(90_000)} ms, buffers in use ${r(2048)}/2048, alignment ${r(9000)} ms`,
  },
];

const ERRORS = [
  'java.lang.OutOfMemoryError',
  'java.util.concurrent.TimeoutException',
  'org.apache.kafka.common.errors.DisconnectException',
  'java.lang.NumberFormatException',
];

/** Line number `i` at event time `ts`; equal arguments give equal lines. */
export function flinkLine(i: number, ts: number): LogRecord {
  const r = random(i);
  const job = Math.floor(JOBS * (r(1_000_000) / 1_000_000) ** 2.5);
  const container = r(CONTAINERS_PER_JOB);
  const app = `application_1700000000000_${String(1000 + job)}`;
  const failed = r(100) < 3;
  const template = TEMPLATES[r(TEMPLATES.length)] ?? TEMPLATES[0]!;
  return {
    ts,
    level: failed ? 'ERROR' : template.level,
    logger: failed ? 'org.apache.flink.runtime.taskmanager.Task' : template.logger,
    thread: `Source: dw_sdk_log[${job % 9}] -> Calc[${job % 7}] -> Sink: dwd_order[${job % 5}] (${r(32) + 1}/32)#0`,
    message: failed
      ? `Join[${r(9)}] -> Sink: dwd_order (${r(32)}/32)#${r(5)} (${hex(r, 32)}) switched from RUNNING to FAILED with failure cause:`
      : template.text(r),
    ...(failed ? { exception: exception(r) } : {}),
    jobName: `dwd_job_${job}`,
    jobId: hex(random(job + 1), 32),
    owner: `team${job % 9}`,
    cluster: '',
    appId: app,
    containerId: `container_e05_1700000000000_${1000 + job}_01_00000${container + 1}`,
    host: `node${(job * CONTAINERS_PER_JOB + container) % 60}.data`,
    role: container === 0 ? 'jobmanager' : 'taskmanager',
    pid: String(10_000 + job * 10 + container),
  };
}

/** The line in the native wire format (636 bytes on average). */
export function flinkLineJson(record: LogRecord): string {
  return JSON.stringify({
    ts: record.ts,
    level: record.level,
    logger: record.logger,
    thread: record.thread,
    message: record.message,
    exception: record.exception,
    mdc: { 'flink-job-id': record.jobId },
    job_name: record.jobName,
    app_id: record.appId,
    container_id: record.containerId,
    role: record.role,
    host: record.host,
    pid: record.pid,
  });
}

function exception(r: Random) {
  const name = ERRORS[r(ERRORS.length)] ?? '';
  const message = name.endsWith('OutOfMemoryError') ? 'Java heap space' : `failed after ${r(30_000)} ms`;
  const frames = Array.from(
    { length: 16 + r(12) },
    (_, i) =>
      `\tat org.apache.flink.streaming.runtime.tasks.StreamTask.step${(i * 7) % 40}(StreamTask.java:${100 + ((i * 37) % 900)})`,
  );
  return { class: name, message, stack: [`${name}: ${message}`, ...frames].join('\n') };
}

function hex(r: Random, digits: number): string {
  let text = '';
  while (text.length < digits) text += r(0x10000).toString(16).padStart(4, '0');
  return text;
}

/** Mulberry32: small, fast, and the same everywhere. */
function random(seed: number): Random {
  let state = Math.imul(seed + 1, 0x9e3779b1);
  return below => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 4294967296) * below);
  };
}
