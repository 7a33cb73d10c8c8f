/** Jobs as screens show them: what the lineage service knows, joined with figures and alerts. */
import type { LiveAlert } from '../../alerting/engine.ts';
import type { JobInfo } from '../../lineage/graph/job-registry.ts';
import type { LineageService } from '../../lineage/service.ts';
import type { Clock } from '../../model/clock.ts';
import type { MetricStore } from '../../store/metric-store.ts';
import { type JobFigures, jobFigures } from './job-figures.ts';

/** What the estate's screens need of the daemon. */
export interface EstateServices {
  readonly lineage: LineageService;
  readonly metrics: MetricStore;
  readonly alerts: () => readonly LiveAlert[];
  readonly clock: Clock;
}

export type Level = 'ok' | 'warning' | 'critical' | 'unknown';
const RANK: Readonly<Record<Level, number>> = { critical: 0, warning: 1, unknown: 2, ok: 3 };
const WARN_LAG_MS = 60_000;
const CRITICAL_LAG_MS = 600_000;
const ENDED = new Set(['CANCELED', 'FINISHED']);
const DOWN = new Set(['FAILED', 'FAILING', 'RESTARTING', 'SUSPENDED']);

function jobLevel(status: string, figures: JobFigures | undefined): Level {
  if (ENDED.has(status)) return 'ok';
  if (status === 'FAILED') return 'critical';
  if (DOWN.has(status)) return 'critical';
  const lag = figures?.lagMs;
  if (lag !== null && lag !== undefined)
    return lag > CRITICAL_LAG_MS ? 'critical' : lag > WARN_LAG_MS ? 'warning' : 'ok';
  return status === 'RUNNING' ? 'ok' : 'unknown';
}

/** Where nobody tells of a job's states (Flink 1.x has no listener) its own times do. */
function statusSeen(figures: JobFigures | undefined): string {
  if ((figures?.restartingMs ?? 0) > 0) return 'RESTARTING';
  return (figures?.runningMs ?? 0) > 0 ? 'RUNNING' : 'UNKNOWN';
}

/** One job as lists show it. */
export function jobView(info: JobInfo, figures: JobFigures | undefined, edges: JobEdges, alerts: number) {
  const run = info.runs.at(-1);
  const status = info.status ?? statusSeen(figures);
  return {
    name: info.name,
    owner: info.owner ?? '',
    status,
    status_since: info.since,
    flaps: info.flaps,
    job_id: run?.jobId ?? '',
    app_id: run?.appId ?? '',
    containers: [] as readonly string[],
    cluster: '',
    lag_records: figures?.lagRecords ?? null,
    lag_ms: figures?.lagMs ?? null,
    records_in_per_second: figures?.inPerSecond ?? null,
    records_out_per_second: figures?.outPerSecond ?? null,
    busy_ratio: figures?.busyRatio ?? null,
    back_pressured_ratio: figures?.backPressuredRatio ?? null,
    restarts: figures?.restarts ?? null,
    checkpoint_age_ms: figures?.checkpointAgeMs ?? null,
    last_seen: figures?.lastSeen ?? run?.lastSeen ?? null,
    reads: edges.reads,
    writes: edges.writes,
    alerts,
    level: jobLevel(status, figures),
  };
}
export type JobView = ReturnType<typeof jobView>;

export interface JobEdges {
  readonly reads: readonly string[];
  readonly writes: readonly string[];
}

/** Datasets each job reads and writes. */
export function edgesByJob(lineage: LineageService): ReadonlyMap<string, JobEdges> {
  const { nodes, edges } = lineage.graph({});
  const jobs = new Map(
    nodes
      .filter(n => n.kind === 'job')
      .map(n => [n.id, { name: n.name, reads: [] as string[], writes: [] as string[] }]),
  );
  for (const { from, to, role } of edges) {
    if (role === 'writes') jobs.get(from)?.writes.push(to);
    else jobs.get(to)?.reads.push(from);
  }
  return new Map([...jobs.values()].map(j => [j.name, j]));
}

/** All jobs, worst first. */
export async function jobViews(services: EstateServices): Promise<JobView[]> {
  const { lineage, metrics, clock } = services;
  const [figures, edges] = [await jobFigures(metrics, clock), edgesByJob(lineage)];
  const alerts = new Map<string, number>();
  for (const alert of services.alerts()) {
    const job = alert.labels['job'];
    if (job && alert.state === 'firing') alerts.set(job, (alerts.get(job) ?? 0) + 1);
  }
  return lineage
    .jobs()
    .map(info =>
      jobView(
        info,
        figures.get(info.name),
        edges.get(info.name) ?? { reads: [], writes: [] },
        alerts.get(info.name) ?? 0,
      ),
    )
    .sort((a, b) => RANK[a.level] - RANK[b.level] || (b.lag_ms ?? -1) - (a.lag_ms ?? -1) || (a.name < b.name ? -1 : 1));
}
