/** The task managers a job runs on now, and which of them each of its subtasks is on. */
import type { Clock } from '../../model/clock.ts';
import type { Matcher } from '../../model/labels.ts';
import { RUNS_ON } from '../../model/runs-on.ts';
import { resolveMetric } from '../../store/metric-catalog.ts';
import type { MetricStore } from '../../store/metric-store.ts';
import { latest } from './job-figures.ts';

/** One task manager; figures are null where it does not report them. */
export interface TaskManagerFigures {
  readonly tmId: string;
  readonly host: string;
  readonly containerId: string;
  readonly heapUsedBytes: number | null;
  readonly heapUsedRatio: number | null;
  readonly gcMsPerSecond: number | null;
  /** Of the process, 0 to 1. */
  readonly cpuLoad: number | null;
  readonly threads: number | null;
  /** Of this job. */
  readonly subtasks: number;
}

export interface JobProcesses {
  readonly taskManagers: readonly TaskManagerFigures[];
  /** Container of a subtask, '' where it is not known. */
  containerOf(task: string, subtask: number): string;
}

/** A job's series of one metric; beyond it subtasks have no container. */
const MAX_SUBTASKS = 5000;
const MAX_TASK_MANAGERS = 500;

const FIGURES = [
  ['heapUsedBytes', 'flink.taskmanager.Status.JVM.Memory.Heap.Used'],
  ['heapUsedRatio', 'heap_used_ratio'],
  ['gcMsPerSecond', 'gc_ms_per_second'],
  ['cpuLoad', 'flink.taskmanager.Status.JVM.CPU.Load'],
  ['threads', 'flink.taskmanager.Status.JVM.Threads.Count'],
] as const;

type Row = { -readonly [K in keyof TaskManagerFigures]: TaskManagerFigures[K] };

/** What is known of the processes of a job, the fullest heap first; at most 500 task managers. */
export async function jobProcesses(metrics: MetricStore, clock: Clock, job: string): Promise<JobProcesses> {
  const at = clock.now();
  const ofJob: Matcher = { label: 'job', op: '=', value: job };
  const rows = new Map<string, Row>();
  const rowOf = (tmId: string): Row | undefined => {
    const known = rows.get(tmId);
    if (known || tmId === '' || rows.size >= MAX_TASK_MANAGERS) return known;
    const made: Row = { tmId, host: '', containerId: '', ...NONE };
    rows.set(tmId, made);
    return made;
  };
  for (const { labels } of await latest(metrics, RUNS_ON, ['tm_id'], 'LAST', at, [ofJob])) rowOf(labels['tm_id'] ?? '');
  const read = async (field: (typeof FIGURES)[number][0], metric: string): Promise<void> => {
    for (const { labels, value } of await latest(metrics, metric, PROCESS, 'LAST', at, [ofJob])) {
      const row = rowOf(labels['tm_id'] ?? '');
      if (!row) continue;
      row[field] = value;
      row.host = labels['host'] || row.host;
      row.containerId = labels['container_id'] || row.containerId;
    }
  };
  await Promise.all(FIGURES.map(([field, metric]) => read(field, metric)));

  const containers = new Map<string, string>();
  for (const [subtask, attrs] of await subtaskAttrs(metrics, ofJob, rows)) {
    const row = rows.get(attrs['tm_id'] ?? '');
    if (row) row.subtasks++;
    containers.set(subtask, attrs['container_id'] || row?.containerId || '');
  }
  return {
    taskManagers: [...rows.values()].sort(
      (a, b) => (b.heapUsedRatio ?? -1) - (a.heapUsedRatio ?? -1) || (a.tmId < b.tmId ? -1 : 1),
    ),
    containerOf: (task, subtask) => containers.get(subtaskKey(task, String(subtask))) ?? '',
  };
}

const PROCESS = ['tm_id', 'container_id', 'host'];
const NONE = {
  heapUsedBytes: null,
  heapUsedRatio: null,
  gcMsPerSecond: null,
  cpuLoad: null,
  threads: null,
  subtasks: 0,
};

/** Attributes of each subtask's series. One that moved to another host has two: the one on a task manager of now, of the later attempt, counts. */
async function subtaskAttrs(
  metrics: MetricStore,
  ofJob: Matcher,
  now: ReadonlyMap<string, unknown>,
): Promise<ReadonlyMap<string, Readonly<Record<string, string>>>> {
  const resolved = resolveMetric('busy_ratio', []);
  const found = new Map<string, Readonly<Record<string, string>>>();
  if (resolved.kind === 'ambiguous') return found;
  const rank = (attrs: Readonly<Record<string, string>>): number =>
    (now.has(attrs['tm_id'] ?? '') ? 1e9 : 0) + Number(attrs['task_attempt_num'] ?? 0);
  const series = await metrics.series({ names: resolved.names, matchers: [ofJob], limit: MAX_SUBTASKS });
  for (const { labels, attrs } of series) {
    const key = subtaskKey(labels['task'] ?? '', labels['subtask'] ?? '');
    const known = found.get(key);
    if (known === undefined || rank(attrs) > rank(known)) found.set(key, attrs);
  }
  return found;
}

function subtaskKey(task: string, subtask: string): string {
  return `${task}\u0001${subtask}`;
}
