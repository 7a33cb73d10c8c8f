import type { Samples, SubtaskInput, TaskInput, TaskManagerInput } from '../../lineage/diagnosis/inputs.ts';
import type { MetricStore, StoredName } from '../../store/metric-store.ts';
import { type JobMetrics, medianOf, type Row } from './job-metrics.ts';

const SOURCE = /(?:^|-> )Source: /;
const SINK = /(?:^|-> )Sink: |: (?:Writer|Committer)\b/;
const MINUTE = 60_000;
const HOUR = 3_600_000;
/** Busy time below it says nothing of what a record costs. */
const BUSY_ENOUGH = 0.02;
const ENOUGH_PAST = 3;
/** A job's subtasks, as the metric store names the task managers they run on. */
const MAX_SUBTASKS = 5000;

/** What a task is told of by its name. */
export type NamedTask = Omit<TaskInput, 'backlog' | 'partitions'>;

/** The job's tasks with their subtasks, in the order data goes through them as far as that is known. */
export async function readTasks(
  own: JobMetrics,
  metrics: Pick<MetricStore, 'series'>,
  { job, at }: { readonly job: string; readonly at: number },
  signal?: AbortSignal,
): Promise<{ readonly tasks: readonly NamedTask[]; readonly topologyKnown: boolean }> {
  const bySubtask = ['task', 'subtask'];
  const [busy, pressed, idle, taken, put, sourced, hosts, usual] = await Promise.all([
    own.samples('busy_ratio', bySubtask, 'AVG'),
    own.samples('back_pressured_ratio', bySubtask, 'AVG'),
    own.samples('idle_ratio', bySubtask, 'AVG'),
    own.samples('records_in_per_second', bySubtask, 'AVG'),
    own.samples('records_out_per_second', bySubtask, 'AVG'),
    own.samples('flink.operator.numRecordsIn', [...bySubtask, 'operator'], 'RATE'),
    taskManagersOf(metrics, job, signal),
    readUsual(own, at),
  ]);
  const sources = sourced.filter(({ labels }) => SOURCE.test(labels['operator'] ?? ''));
  const names = [...new Set([...busy, ...taken].flatMap(({ labels }) => labels['task'] || []))].sort();
  const subtasksOf = (task: string): readonly SubtaskInput[] => {
    const of = (rows: readonly Row[]) =>
      new Map(rows.filter(row => row.labels['task'] === task).map(row => [Number(row.labels['subtask']), row.samples]));
    const [b, q, i, rates] = [of(busy), of(pressed), of(idle), inRates(task, of(sources), of(taken), of(put))];
    const indexes = [...new Set([...b.keys(), ...rates.keys()])].sort((a, c) => a - c);
    const none: Samples = [];
    return indexes.map(subtask => ({
      subtask,
      taskManager: hosts.get(`${task}\u0001${subtask}`) ?? '',
      busyRatio: b.get(subtask) ?? none,
      backPressuredRatio: q.get(subtask) ?? none,
      idleRatio: i.get(subtask) ?? none,
      inPerSecond: rates.get(subtask) ?? none,
    }));
  };
  const tasks = names.map(task => ({
    task,
    isSource: SOURCE.test(task),
    isSink: SINK.test(task),
    subtasks: subtasksOf(task),
    usualPerBusySecond: usual(task),
  }));
  return withUpstream(tasks);
}

/** What a task takes in: a source's task counts nothing in itself, but its source operator does, else what it puts out stands in. */
function inRates(
  task: string,
  sources: ReadonlyMap<number, Samples>,
  taken: ReadonlyMap<number, Samples>,
  put: ReadonlyMap<number, Samples>,
): ReadonlyMap<number, Samples> {
  if (!SOURCE.test(task)) return taken;
  if (sources.size > 0) return sources;
  const counts = [...taken.values()].some(samples => samples.some(value => value !== null && value > 0));
  return counts || put.size === 0 ? taken : put;
}

/**
 * Flink's metrics do not tell which task feeds which. Sources come first and sinks last; with one task between them that is all there is
 * to know. Several are put in the order of their back pressure, which comes from behind, and the order is said to be assumed.
 */
function withUpstream(tasks: readonly Omit<NamedTask, 'upstream'>[]) {
  const sources = tasks.filter(task => task.isSource);
  const sinks = tasks.filter(task => task.isSink && !task.isSource);
  const pressure = (task: Omit<NamedTask, 'upstream'>): number =>
    Math.max(-1, ...task.subtasks.map(s => s.backPressuredRatio.findLast(value => value !== null) ?? -1));
  const middle = tasks.filter(task => !task.isSource && !task.isSink).toSorted((a, b) => pressure(b) - pressure(a));
  const namesOf = (before: readonly { readonly task: string }[]) => before.map(({ task }) => task);
  const placed: NamedTask[] = sources.map(task => ({ ...task, upstream: [] }));
  let before = sources;
  for (const task of middle) {
    placed.push({ ...task, upstream: namesOf(before) });
    before = [task];
  }
  for (const task of sinks) placed.push({ ...task, upstream: namesOf(before) });
  return { tasks: placed, topologyKnown: middle.length <= 1 && sinks.length <= 1 };
}

/** Median records per busy second of a subtask of a task over the last day, before the last ten minutes. */
async function readUsual(own: JobMetrics, at: number): Promise<(task: string) => number | null> {
  const instants = [
    ...[10, 20, 30, 45].map(minutes => at - minutes * MINUTE),
    ...Array.from({ length: 24 }, (_, i) => at - (i + 1) * HOUR),
  ];
  const window = { instants, windowMs: 5 * MINUTE };
  const [busy, taken, put, sourced] = await Promise.all([
    own.at('busy_ratio', ['task'], 'AVG', window),
    own.at('records_in_per_second', ['task'], 'AVG', window),
    own.at('records_out_per_second', ['task'], 'AVG', window),
    own.at('flink.operator.numRecordsIn', ['task', 'subtask', 'operator'], 'RATE', window),
  ]);
  const of = (rows: readonly Row[], task: string): Samples =>
    rows.find(({ labels }) => labels['task'] === task)?.samples ?? [];
  const perSubtask = (task: string): Samples => {
    if (!SOURCE.test(task)) return of(taken, task);
    const rows = sourced.filter(({ labels }) => labels['task'] === task && SOURCE.test(labels['operator'] ?? ''));
    if (rows.length > 0)
      return instants.map((_, i) => {
        const known = rows.flatMap(row => row.samples[i] ?? []);
        return known.length === 0 ? null : known.reduce((sum, rate) => sum + rate, 0) / known.length;
      });
    const counted = of(taken, task);
    return counted.some(value => value !== null && value > 0) ? counted : of(put, task);
  };
  return task => {
    const rates = perSubtask(task);
    const costs = of(busy, task).flatMap((ratio, i) => {
      const rate = rates[i] ?? null;
      return ratio === null || ratio < BUSY_ENOUGH || rate === null || rate <= 0 ? [] : [rate / ratio];
    });
    return costs.length < ENOUGH_PAST ? null : medianOf(costs);
  };
}

/** Garbage collection and heap of the processes a job runs in. */
export async function readTaskManagers(
  own: JobMetrics,
  at: number,
  stepMs: number,
): Promise<readonly TaskManagerInput[]> {
  const [gc, heap] = await Promise.all([
    own.samples('gc_ms_per_second', ['tm_id'], 'AVG'),
    own.at('heap_used_ratio', ['tm_id'], 'MIN', { instants: [at], windowMs: 3 * stepMs }),
  ]);
  const left = new Map(heap.map(({ labels, samples }) => [labels['tm_id'] ?? '', samples[0] ?? null]));
  return gc.flatMap(({ labels, samples }) => {
    const taskManager = labels['tm_id'] ?? '';
    return taskManager === ''
      ? []
      : [{ taskManager, gcMsPerSecond: samples, heapAfterGcRatio: left.get(taskManager) ?? null }];
  });
}

/** Task manager by task and subtask, that of the latest attempt. */
async function taskManagersOf(
  metrics: Pick<MetricStore, 'series'>,
  job: string,
  signal?: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  const names: readonly StoredName[] = [{ name: 'busy_ratio' }, { name: 'flink.task.busyTimeMsPerSecond' }];
  const matchers = [{ label: 'job', op: '=' as const, value: job }];
  const found = await metrics.series({ names, matchers, limit: MAX_SUBTASKS }, signal);
  const attempts = new Map<string, number>();
  const hosts = new Map<string, string>();
  for (const { labels, attrs } of found) {
    const key = `${labels['task']}\u0001${labels['subtask']}`;
    const attempt = Number(attrs['task_attempt_num'] ?? 0);
    if (!attrs['tm_id'] || attempt < (attempts.get(key) ?? 0)) continue;
    attempts.set(key, attempt);
    hosts.set(key, attrs['tm_id']);
  }
  return hosts;
}
