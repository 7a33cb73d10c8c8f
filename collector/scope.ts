/**
 * Flink's logical scope and variables -> the name, labels and attributes of a series (contracts.md section 3). Pure.
 * Logical scopes are those of `LogicalScopeProvider`: `taskmanager.job.task.operator.KafkaSourceReader.topic.partition`.
 */
import type { Labels } from '../model/labels.ts';
import { type Fields, textField } from './decode/fields.ts';

/** The five kinds of Flink metric scope. */
export type FlinkScope = 'jobmanager' | 'job' | 'taskmanager' | 'task' | 'operator';

export interface LogicalScope {
  readonly scope: FlinkScope;
  /** Metric groups below the scope, outermost first. */
  readonly groups: readonly string[];
}

export interface Identity {
  readonly labels: Labels;
  readonly attrs: Labels;
}

/** Longest first: the first that fits is the scope. */
const SCOPES: readonly (readonly [prefix: string, scope: FlinkScope])[] = [
  ['taskmanager.job.task.operator', 'operator'],
  ['jobmanager.job.operator', 'operator'],
  ['taskmanager.job.task', 'task'],
  ['taskmanager.job', 'job'],
  ['jobmanager.job', 'job'],
  ['taskmanager', 'taskmanager'],
  ['jobmanager', 'jobmanager'],
];

const LABEL_OF_VARIABLE: Readonly<Record<string, string>> = {
  job_name: 'job',
  task_name: 'task',
  operator_name: 'operator',
  subtask_index: 'subtask',
};

/** Variables that change with every run and so must not make new series. */
const ATTRIBUTES = new Set(
  'job_id task_id operator_id task_attempt_id task_attempt_num tm_id app_id container_id'.split(' '),
);
/** In the scopes of processes these two tell the processes apart. */
const PROCESS_IDENTITY = new Set(['tm_id', 'container_id']);
const MAX_LABELS = 64;

/** Splits a logical scope; null when it begins like none of Flink's. */
export function parseLogicalScope(logical: string): LogicalScope | null {
  for (const [prefix, scope] of SCOPES) {
    if (logical === prefix) return { scope, groups: [] };
    if (logical.startsWith(prefix) && logical[prefix.length] === '.') {
      return { scope, groups: logical.slice(prefix.length + 1).split('.') };
    }
  }
  return null;
}

/**
 * `flink.<scope>.<group path>`. Groups that name a variable (`topic`, `partition`, `split`: Flink's key/value groups) are
 * labels, not part of the name. The old FlinkKafkaConsumer registered under `KafkaConsumer` what KafkaSource has under
 * `KafkaSourceReader`; both get the new name.
 */
export function seriesPrefix({ scope, groups }: LogicalScope, vars: Fields): string {
  let prefix = `flink.${scope}`;
  for (const group of groups) if (!Object.hasOwn(vars, group)) prefix += `.${group}`;
  return prefix;
}

const OLD_CONSUMER = 'flink.operator.KafkaConsumer';
const NEW_READER = 'flink.operator.KafkaSourceReader';
const OLD_READER_METRICS: Readonly<Record<string, string>> = {
  currentOffsets: 'currentOffset',
  committedOffsets: 'committedOffset',
  commitsSucceeded: 'commitsSucceeded',
  commitsFailed: 'commitsFailed',
};
const OLD_OFFSET_GROUPS: Readonly<Record<string, string>> = {
  [`${OLD_CONSUMER}.current-offsets`]: 'currentOffset',
  [`${OLD_CONSUMER}.committed-offsets`]: 'committedOffset',
};

/** A series name, with the labels that were part of an old metric's own name. */
export interface SeriesName {
  readonly name: string;
  readonly extra?: Labels;
}

/** Joins prefix and metric; metrics of the old FlinkKafkaConsumer get the names of KafkaSource (flink.md section 2). */
export function seriesName(prefix: string, metric: string): SeriesName {
  if (!prefix.startsWith(OLD_CONSUMER)) return { name: `${prefix}.${metric}` };
  const partitioned = OLD_OFFSET_GROUPS[prefix];
  if (partitioned) {
    // legacy: current-offsets.<topic>-<partition>
    const parts = /^(.+)-(\d+)$/.exec(metric);
    if (parts)
      return { name: `${NEW_READER}.${partitioned}`, extra: { topic: parts[1] ?? '', partition: parts[2] ?? '' } };
  }
  if (prefix !== OLD_CONSUMER) return { name: `${prefix}.${metric}` };
  const renamed = OLD_READER_METRICS[metric];
  return { name: renamed ? `${NEW_READER}.${renamed}` : `${NEW_READER}.KafkaConsumer.${metric}` };
}

/**
 * Variables -> labels and attributes. `scope` null: a record without a logical scope. At most 64 variables count;
 * empty values are left out.
 */
export function seriesIdentity(
  scope: FlinkScope | null,
  vars: Fields,
  env: { app_id: string; container_id: string },
): Identity {
  const labels: Record<string, string> = {};
  const attrs: Record<string, string> = {};
  const isProcess = scope === 'jobmanager' || scope === 'taskmanager';
  const put = (name: string, value: string): void => {
    if (value === '') return;
    if (!ATTRIBUTES.has(name) || (isProcess && PROCESS_IDENTITY.has(name)))
      labels[LABEL_OF_VARIABLE[name] ?? name] = value;
    else attrs[name] = value;
  };
  put('app_id', env.app_id);
  put('container_id', env.container_id);
  let count = 0;
  for (const name in vars) {
    if (++count > MAX_LABELS) break;
    put(name, textField(vars[name]));
  }
  return { labels, attrs };
}
