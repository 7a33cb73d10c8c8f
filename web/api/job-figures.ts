/** The live figures of jobs, read from the metric store in a few grouped queries however many jobs there are. */
import type { Clock } from '../../model/clock.ts';
import type { Labels, Matcher } from '../../model/labels.ts';
import { resolveMetric } from '../../store/metric-catalog.ts';
import type { MetricOp, MetricStore } from '../../store/metric-store.ts';

/** Reports come every few seconds to every minute; older values are no longer "now". */
const NOW_MS = 3 * 60_000;
/** Rates of counters are taken over as long; where two reports are farther apart, Flink's own averages stand in. */
const RATE_MS = 60_000;
const SEEN_STEP_MS = 10_000;

export interface JobFigures {
  readonly lagRecords: number | null;
  readonly lagMs: number | null;
  readonly inPerSecond: number | null;
  readonly outPerSecond: number | null;
  /** Of the busiest subtask. */
  readonly busyRatio: number | null;
  readonly backPressuredRatio: number | null;
  readonly restarts: number | null;
  readonly checkpointAgeMs: number | null;
  /** How long it has been in these states without interruption. */
  readonly runningMs: number | null;
  readonly restartingMs: number | null;
  /** When it last reported anything about itself, to ten seconds. */
  readonly lastSeen: number | null;
}

export interface SubtaskFigures {
  readonly task: string;
  readonly subtask: number;
  readonly busyRatio: number | null;
  readonly backPressuredRatio: number | null;
  readonly inPerSecond: number | null;
}

const NONE: JobFigures = {
  lagRecords: null,
  lagMs: null,
  inPerSecond: null,
  outPerSecond: null,
  busyRatio: null,
  backPressuredRatio: null,
  restarts: null,
  checkpointAgeMs: null,
  runningMs: null,
  restartingMs: null,
  lastSeen: null,
};

/** Latest value per group of labels; `op` runs over what came in the last minutes. */
export async function latest(
  metrics: MetricStore,
  metric: string,
  groupBy: readonly string[],
  op: MetricOp,
  at: number,
  matchers: readonly Matcher[] = [],
): Promise<{ labels: Labels; value: number }[]> {
  const resolved = resolveMetric(metric, []);
  if (resolved.kind !== 'ok') return [];
  const groups = await metrics.window({ names: resolved.names, matchers, groupBy, op, windowMs: NOW_MS, at: [at] });
  return groups.flatMap(g => (g.points[0] ? [{ labels: g.labels, value: g.points[0][1] }] : []));
}

/**
 * Figures by job name. What a job takes in is what its source operators count, what it writes what its sink writers count: a task that is
 * both source and sink counts neither. Jobs without these counters show the sum over subtasks of the task where it is largest.
 */
export async function jobFigures(metrics: MetricStore, clock: Clock): Promise<ReadonlyMap<string, JobFigures>> {
  const at = clock.now();
  const figures = new Map<string, Record<keyof JobFigures, number | null>>();
  const of = (job: string): Record<keyof JobFigures, number | null> => {
    const known = figures.get(job);
    if (known) return known;
    const made = { ...NONE };
    figures.set(job, made);
    return made;
  };
  const perJob = async (field: keyof JobFigures, metric: string, op: MetricOp): Promise<void> => {
    for (const { labels, value } of await latest(metrics, metric, ['job'], op, at))
      of(labels['job'] ?? '')[field] = value;
  };
  const largestTask = async (field: keyof JobFigures, metric: string): Promise<void> => {
    const sums = new Map<string, { job: string; sum: number }>();
    for (const { labels, value } of await latest(metrics, metric, ['job', 'task', 'subtask'], 'LAST', at)) {
      const key = `${labels['job']}\u0001${labels['task']}`;
      const entry = sums.get(key) ?? { job: labels['job'] ?? '', sum: 0 };
      entry.sum += value;
      sums.set(key, entry);
    }
    for (const { job, sum } of sums.values()) of(job)[field] = Math.max(of(job)[field] ?? 0, sum);
  };
  const counted = async (counter: string, operator: string): Promise<ReadonlyMap<string, number>> => {
    const groups = await metrics.window({
      names: [{ name: counter }],
      matchers: [{ label: 'operator', op: '=~', value: operator }],
      groupBy: ['job'],
      op: 'RATE',
      windowMs: RATE_MS,
      at: [at],
    });
    return new Map(groups.flatMap(({ labels, points: [p] }) => (p ? [[labels['job'] ?? '', p[1]] as const] : [])));
  };
  const rate = async (
    field: 'inPerSecond' | 'outPerSecond',
    metric: string,
    [counter, operator]: readonly [counter: string, operator: string],
  ): Promise<void> => {
    const [ends] = await Promise.all([counted(counter, operator), largestTask(field, metric)]);
    for (const [job, perSecond] of ends) of(job)[field] = perSecond;
  };
  const perTopic = async (
    field: keyof JobFigures,
    metric: string,
    combine: (a: number, b: number) => number,
  ): Promise<void> => {
    for (const { labels, value } of await latest(metrics, metric, ['job', 'topic'], 'LAST', at)) {
      const entry = of(labels['job'] ?? '');
      entry[field] = entry[field] === null ? value : combine(entry[field], value);
    }
  };
  const seen = async (): Promise<void> => {
    const resolved = resolveMetric('restarts', []);
    if (resolved.kind !== 'ok') return;
    const instants = Array.from({ length: NOW_MS / SEEN_STEP_MS }, (_, i) => at - i * SEEN_STEP_MS);
    const query = {
      names: resolved.names,
      matchers: [],
      groupBy: ['job'],
      op: 'COUNT',
      windowMs: SEEN_STEP_MS,
    } as const;
    for (const { labels, points } of await metrics.window({ ...query, at: instants })) {
      of(labels['job'] ?? '').lastSeen = Math.max(...points.map(([t]) => t));
    }
  };
  await Promise.all([
    seen(),
    perTopic('lagRecords', 'lag', (a, b) => a + b),
    perTopic('lagMs', 'lag_ms', Math.max),
    rate('inPerSecond', 'records_in_per_second', ['flink.operator.numRecordsIn', 'Source: .*']),
    rate('outPerSecond', 'records_out_per_second', ['flink.operator.numRecordsSend', '.*: Writer']),
    perJob('busyRatio', 'busy_ratio', 'MAX'),
    perJob('backPressuredRatio', 'back_pressured_ratio', 'MAX'),
    perJob('restarts', 'restarts', 'LAST'),
    perJob('checkpointAgeMs', 'checkpoint_age_ms', 'LAST'),
    perJob('runningMs', 'flink.job.runningTime', 'LAST'),
    perJob('restartingMs', 'flink.job.restartingTime', 'LAST'),
  ]);
  figures.delete('');
  return figures;
}

/** One job's subtasks, the busiest first. */
export async function subtaskFigures(
  metrics: MetricStore,
  clock: Clock,
  job: string,
): Promise<readonly SubtaskFigures[]> {
  const at = clock.now();
  const rows = new Map<string, { -readonly [K in keyof SubtaskFigures]: SubtaskFigures[K] }>();
  const read = async (field: 'busyRatio' | 'backPressuredRatio' | 'inPerSecond', metric: string): Promise<void> => {
    const found = await latest(metrics, metric, ['task', 'subtask'], 'LAST', at, [
      { label: 'job', op: '=', value: job },
    ]);
    for (const { labels, value } of found) {
      const key = `${labels['task']}\u0001${labels['subtask']}`;
      const row = rows.get(key) ?? {
        task: labels['task'] ?? '',
        subtask: Number(labels['subtask']),
        busyRatio: null,
        backPressuredRatio: null,
        inPerSecond: null,
      };
      row[field] = value;
      rows.set(key, row);
    }
  };
  await Promise.all([
    read('busyRatio', 'busy_ratio'),
    read('backPressuredRatio', 'back_pressured_ratio'),
    read('inPerSecond', 'records_in_per_second'),
  ]);
  return [...rows.values()].sort((a, b) => (b.busyRatio ?? 0) - (a.busyRatio ?? 0) || a.subtask - b.subtask);
}
