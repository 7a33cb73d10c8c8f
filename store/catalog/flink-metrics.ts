/**
 * The Flink metrics the daemon knows before it has seen them: names, types, units and meaning as measured on Flink 2.3.0 and 1.20.3
 * (docs: Flink "Metrics" page, "System metrics"). Used to resolve bare names on an empty store and to explain metrics.
 */
import type { MetricText } from './aliases.ts';
import { JOB } from './flink-job.ts';
import { OPERATOR } from './flink-operator.ts';
import { JOBMANAGER, PROCESS, TASKMANAGER } from './flink-process.ts';
import type { FlinkMetricType, FlinkRow } from './flink-row.ts';
import { TASK, TASK_AND_OPERATOR } from './flink-task.ts';
import { TASK_IO } from './flink-task-io.ts';

export interface FlinkMetric extends MetricText {
  readonly type: FlinkMetricType;
}

/** Known Flink metrics under their full stored names, `flink.<scope>.<group path>.<metric>`. */
export const FLINK_METRICS: readonly FlinkMetric[] = [
  ...under('job', JOB),
  ...under('task', [...TASK_AND_OPERATOR, ...TASK, ...TASK_IO]),
  ...under('operator', [...TASK_AND_OPERATOR, ...OPERATOR]),
  ...under('taskmanager', [...PROCESS, ...TASKMANAGER]),
  ...under('jobmanager', [...PROCESS, ...JOBMANAGER]),
];

const known = new Map(FLINK_METRICS.map(metric => [metric.name, metric]));

/** Metrics whose path holds a name of the user's or the JVM's: a state of RocksDB, a garbage collector. */
const BY_PATTERN: readonly (readonly [RegExp, FlinkRow])[] = [
  [
    /^flink\.operator\..+\.rocksdb\.estimate-live-data-size$/,
    ['', 'gauge', 'bytes', 'Live data of a state in RocksDB (estimate)', 'RocksDB 状态的存活数据量（估计）'],
  ],
  [
    /^flink\.operator\..+\.rocksdb\.total-sst-files-size$/,
    ['', 'gauge', 'bytes', 'Files of a state in RocksDB', 'RocksDB 状态的 SST 文件大小'],
  ],
  [
    /^flink\.operator\..+\.rocksdb\.estimate-num-keys$/,
    ['', 'gauge', 'count', 'Keys of a state in RocksDB (estimate)', 'RocksDB 状态的键数（估计）'],
  ],
  [
    /^flink\.operator\..+\.rocksdb\.[a-z0-9._-]*(?:size|usage|bytes)[a-z0-9._-]*$/,
    ['', 'gauge', 'bytes', 'A size that RocksDB tells of a state', 'RocksDB 状态的容量指标'],
  ],
  [
    /^flink\.operator\..+\.rocksdb\.[a-z0-9._-]+$/,
    ['', 'gauge', 'count', 'A figure that RocksDB tells of a state', 'RocksDB 状态的指标'],
  ],
  [
    /^flink\.(?:task|job)manager\.Status\.JVM\.GarbageCollector\.[^.]+\.Time$/,
    ['', 'gauge', 'ms', 'Time in one garbage collector since the start', '启动以来单个 GC 收集器的耗时'],
  ],
  [
    /^flink\.(?:task|job)manager\.Status\.JVM\.GarbageCollector\.[^.]+\.Count$/,
    ['', 'gauge', 'count', 'Runs of one garbage collector since the start', '启动以来单个 GC 收集器的次数'],
  ],
  [
    /^flink\.(?:task|job)manager\.Status\.JVM\.GarbageCollector\.[^.]+\.TimeMsPerSecond(?:\.count)?$/,
    ['', 'meter', 'ms/s', 'Time in one garbage collector per second', '单个 GC 收集器每秒耗时'],
  ],
];

/** What is known of a stored name; undefined for metrics of users and of other systems. */
export function describeFlink(name: string): FlinkMetric | undefined {
  const found = known.get(name) ?? partOf(name);
  if (found !== undefined) return found;
  const row = BY_PATTERN.find(([pattern]) => pattern.test(name))?.[1];
  return row && metricOf(name, row);
}

/** The count beside a meter, and the fields of a histogram, are series of their own. */
function partOf(name: string): FlinkMetric | undefined {
  const end = name.lastIndexOf('.');
  const whole = end < 0 ? undefined : known.get(name.slice(0, end));
  const part = name.slice(end + 1);
  if (whole === undefined || (part !== 'count' && whole.type !== 'histogram')) return undefined;
  if (whole.type !== 'meter' && whole.type !== 'histogram') return undefined;
  if (part !== 'count') return { ...whole, name, en: `${whole.en}: ${part}`, zh: `${whole.zh}：${part}` };
  return { name, type: 'counter', unit: 'count', en: `${whole.en}: how many in all`, zh: `${whole.zh}：累计数` };
}

function under(scope: string, rows: readonly FlinkRow[]): FlinkMetric[] {
  return rows.map(row => metricOf(`flink.${scope}.${row[0]}`, row));
}

function metricOf(name: string, [, type, unit, en, zh]: FlinkRow): FlinkMetric {
  return { name, type, unit, en, zh };
}
