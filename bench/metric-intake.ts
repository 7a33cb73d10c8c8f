/**
 * The way of a metric record from bytes to durable points: 60 tasks of 5 operators (20 jobs), a report each 10 s as the reporter
 * sends it (batched), through the pipeline into the embedded store. Prints points/s, CPU and heap.
 * `node --expose-gc bench/metric-intake.ts [reports] [--no-store]`; without a store the collector alone is measured.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPipeline } from '../collector/pipeline.ts';
import type { RawRecord } from '../collector/source.ts';
import { ManualClock } from '../model/clock.ts';
import { createTelemetry } from '../model/telemetry.ts';
import type { LogStore } from '../store/log-store.ts';
import type { MetricStore } from '../store/metric-store.ts';
import { openSqliteMetricStore } from '../store/sqlite/metric-store.ts';

const REPORTS = Number(process.argv[2] ?? 300);
const BARE = process.argv.includes('--no-store');
const START = Date.UTC(2026, 10, 21, 8);
const STEP = 10_000;
const DAY = 86_400_000;
const TASKS = 60;
const OPERATORS = 5;

/** Everything one subtask says in one report: its task and its operators, each a record of its own. */
function reportOf(index: number, ts: number): object[] {
  const n = (ts - START) / STEP;
  const job = index % 20;
  const vars = {
    host: `h${index % 4}`,
    tm_id: `h${index % 4}:28200-0f7ff1`,
    job_id: `98701d34400b8e47a30ebb7a32d4a2${10 + job}`,
    job_name: `job_${job}`,
    task_id: `cbc357ccb763df2852fee8c4fc7d55${10 + Math.floor(index / 20)}`,
    task_name: `Source: KafkaSource-default_catalog.default_database.dw_sdk_log_${job} -> Calc[${index}]`,
    task_attempt_id: `f6c0e1b3a4d54b1e${index}`,
    task_attempt_num: '0',
    subtask_index: '0',
  };
  const env = {
    app_id: `application_1_00${job}`,
    container_id: `container_e01_00${job}_01_000002`,
    job_name: `job_${job}`,
  };
  const io = {
    numRecordsIn: n * 4000 + index,
    numRecordsOut: n * 3900,
    numBytesIn: n * 800_000,
    numBytesOut: n * 700_000,
  };
  const meters = Object.fromEntries(Object.keys(io).map(name => [`${name}PerSecond`, { rate: 12.5 + n, count: n }]));
  const task = {
    scope: 'taskmanager.job.task',
    gauges: {
      accumulateBusyTimeMs: n * 3000,
      accumulateIdleTimeMs: n * 6000,
      accumulateBackPressuredTimeMs: n * 1000,
      busyTimeMsPerSecond: 300,
      idleTimeMsPerSecond: 600,
      backPressuredTimeMsPerSecond: 100,
      isBackPressured: false,
      checkpointAlignmentTime: 1200,
      checkpointStartDelayNanos: 900,
      currentInputWatermark: ts - 2000,
    },
    counters: io,
    meters,
  };
  const buffers = {
    scope: 'taskmanager.job.task.Shuffle.Netty.Output.Buffers',
    gauges: { outPoolUsage: 0.2, outputQueueLength: 3 },
  };
  const operators = Array.from({ length: OPERATORS }, (_, o) => ({
    v: 1,
    ts,
    env,
    vars: { ...vars, operator_id: `0a448493b4782967b150582570326227${o}`, operator_name: `Calc[${o}]` },
    groups: [{ scope: 'taskmanager.job.task.operator', gauges: { watermarkLag: 2000 + n }, counters: io, meters }],
  }));
  return [{ v: 1, ts, env, vars, groups: [task, buffers] }, ...operators];
}

const dir = mkdtempSync(join(tmpdir(), 'tidewatch-bench-'));
const clock = new ManualClock(START);
const telemetry = createTelemetry();
const store = BARE ? null : await openSqliteMetricStore({ dir, clock, telemetry });
let written = 0;
const counting: Pick<MetricStore, 'append'> = {
  async append(groups, options, signal) {
    for (const group of groups) written += group.values.length;
    return store ? store.append(groups, options, signal) : { written: 0, refused: 0 };
  },
};
const pipeline = createPipeline({
  logStore: {} as LogStore,
  metricStore: counting,
  offsets: { take: async () => undefined },
  jobEvents: { accept: async () => {} },
  deadLetter: { write: async () => {}, stats: () => ({ kept: 0, lost: 0 }), close: async () => {} },
  telemetry,
  clock,
  config: { logRetentionMs: DAY, metricRetentionMs: DAY, keepsMetric: () => true, dotted: () => null },
});

let wall = 0;
let cpu = 0;
for (let report = 0; report < REPORTS; report++) {
  const ts = START + report * STEP;
  await clock.advance(STEP);
  const records: RawRecord[] = Array.from({ length: TASKS }, (_, i) => reportOf(i, ts))
    .flat()
    .map((record, offset) => ({ partition: 0, offset, recordTs: ts, value: Buffer.from(JSON.stringify(record)) }));
  const begun = performance.now();
  const usage = process.cpuUsage();
  await pipeline({ stream: 'metrics', topic: 'm', epoch: 'e', arrivedAt: ts + 400, records }, { visible: true });
  const { user, system } = process.cpuUsage(usage);
  if (report < 20) {
    written = 0;
    continue;
  }
  cpu += user + system;
  wall += performance.now() - begun;
}
globalThis.gc?.();
console.log(
  `${BARE ? 'collector alone' : 'pipeline and store'}: ${written} points, ${Math.round((written / wall) * 1000)} points/s, ` +
    `${(cpu / written).toFixed(2)} us CPU a point, ${(cpu / 1000 / (REPORTS - 20)).toFixed(2)} ms CPU a report, heap ${Math.round(process.memoryUsage().heapUsed / 1e6)} MB`,
);
await store?.close();
rmSync(dir, { recursive: true, force: true });
