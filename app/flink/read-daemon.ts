/** A daemon's API -> what it has seen of one cluster. */
import { z } from 'zod';
import type { ClusterFacts, DaemonFacts, SeenJob, SeenLine, SeenMetrics } from './facts.ts';
import { configuredReporter } from './reporter-config.ts';

/** The daemon, asked below /api/v1: bodies, null for 404; rejects when it is away. */
export interface AskDaemon {
  get(path: string): Promise<unknown>;
  post(path: string, body: object): Promise<unknown>;
}

const Stream = z.object({ stream: z.string(), topic: z.string(), errors: z.record(z.string(), z.number()) });
const Status = z.object({ now: z.number(), streams: z.array(Stream) });
const Groups = z.object({
  groups: z.array(
    z.object({ labels: z.record(z.string(), z.string()), points: z.array(z.tuple([z.number(), z.number()])) }),
  ),
});
const Lines = z.object({
  items: z.array(z.object({ ts: z.number(), role: z.string(), app_id: z.string() })),
});
const Jobs = z.object({
  items: z.array(
    z.object({ name: z.string(), job_id: z.string(), reads: z.array(z.string()), writes: z.array(z.string()) }),
  ),
});
const Job = z.object({ sql: z.unknown() });

const LINES_BACK_MS = 7 * 86_400_000;
/** A record may be this late: the reporter's interval is not the daemon's, and Elasticsearch refreshes every few seconds. */
const SLACK_MS = 20_000;
const INTERVALS = 3;
const MAX_PROCESSES = 200;

/** Asks the daemon about this cluster. */
export async function readDaemon(daemon: AskDaemon, cluster: ClusterFacts): Promise<DaemonFacts> {
  const { now, streams } = Status.parse(await daemon.get('status'));
  const interval = configuredReporter(cluster.config)?.intervalMs ?? 10_000;
  const windowMs = INTERVALS * interval + SLACK_MS;
  const topicOf = (stream: string): string => streams.find(s => s.stream === stream)?.topic ?? 'http';
  const refusedOf = (stream: string) => streams.find(s => s.stream === stream)?.errors ?? {};
  const metrics = await taskManagerMetrics(daemon, cluster, windowMs);
  const lines = await taskManagerLines(daemon, cluster, metrics, now);
  const ties = tiesOf(cluster, lines);
  return {
    windowMs,
    topics: { metrics: topicOf('metrics'), logs: topicOf('logs'), jobs: topicOf('jobs') },
    refused: { metrics: refusedOf('metrics'), logs: refusedOf('logs') },
    metrics,
    lines,
    jobManagerReports: await jobManagerReports(daemon, ties, windowMs),
    jobManagerLine: await jobManagerLine(daemon, ties, now),
    jobs: await seenJobs(daemon, cluster),
  };
}

/** The last value of each group within the window. */
async function window(
  daemon: AskDaemon,
  body: { metric: string; matchers?: Record<string, string>; group_by: string[]; window: string },
): Promise<{ readonly labels: Readonly<Record<string, string>>; readonly value: number }[]> {
  const { groups } = Groups.parse(await daemon.post('metrics/query', { op: 'LAST', ...body }));
  return groups.flatMap(({ labels, points: [point] }) => (point ? [{ labels, value: point[1] }] : []));
}

/** The reporter's own account (`ReporterHealth` in flink/metrics), every TaskManager at once. */
async function taskManagerMetrics(
  daemon: AskDaemon,
  cluster: ClusterFacts,
  windowMs: number,
): Promise<Map<string, SeenMetrics>> {
  const asked = { group_by: ['tm_id', 'container_id'], window: `${windowMs}ms` };
  const counts = await window(daemon, { metric: 'flink.taskmanager.tidewatch.metrics', ...asked });
  const drops = await window(daemon, { metric: 'flink.taskmanager.tidewatch.recordsDropped', ...asked });
  const dropped = new Map(drops.map(({ labels, value }) => [labels['tm_id'] ?? '', value]));
  const own = new Set(cluster.taskManagers);
  const seen = new Map<string, SeenMetrics>();
  for (const { labels, value } of counts) {
    const id = labels['tm_id'] ?? '';
    if (own.has(id))
      seen.set(id, { count: value, dropped: dropped.get(id) ?? 0, container: labels['container_id'] ?? '' });
  }
  return seen;
}

async function newestLine(daemon: AskDaemon, query: Record<string, string>, now: number): Promise<SeenLine | null> {
  const parameters = new URLSearchParams({ ...query, from: String(now - LINES_BACK_MS), limit: '1' });
  const [line] = Lines.parse(await daemon.get(`logs/search?${parameters}`)).items;
  return line ? { ageMs: Math.max(0, now - line.ts), role: line.role, appId: line.app_id } : null;
}

async function taskManagerLines(
  daemon: AskDaemon,
  cluster: ClusterFacts,
  metrics: ReadonlyMap<string, SeenMetrics>,
  now: number,
): Promise<Map<string, SeenLine>> {
  const lines = new Map<string, SeenLine>();
  for (const id of cluster.taskManagers.slice(0, MAX_PROCESSES)) {
    // On YARN and Kubernetes a TaskManager is called what its container is called.
    const line = await newestLine(daemon, { container: metrics.get(id)?.container || id }, now);
    if (line) lines.set(id, line);
  }
  return lines;
}

/** What tells this cluster's JobManager from others: the application of its TaskManagers, else the jobs it runs. */
interface Ties {
  readonly app: string | null;
  readonly jobs: readonly string[];
}

function tiesOf(cluster: ClusterFacts, lines: ReadonlyMap<string, SeenLine>): Ties {
  const named = [...lines.values()].find(line => line.appId !== '')?.appId;
  const app = named ?? cluster.taskManagers.map(yarnApplicationOf).find(id => id !== null) ?? null;
  return { app, jobs: cluster.jobs.map(job => job.id) };
}

/** `container_e01_1700000000000_0042_01_000002` -> `application_1700000000000_0042`. */
function yarnApplicationOf(container: string): string | null {
  const match = /^container_(?:e\d+_)?(\d+_\d+)_\d+_\d+$/.exec(container);
  return match ? `application_${match[1]}` : null;
}

async function jobManagerReports(daemon: AskDaemon, { app, jobs }: Ties, windowMs: number): Promise<boolean | null> {
  const own = [
    ...(app === null ? [] : [{ metric: 'flink.jobmanager.tidewatch.metrics', matchers: { app_id: app } }]),
    ...jobs.slice(0, 3).map(id => ({ metric: 'flink.job.numRestarts', matchers: { job_id: id } })),
  ];
  for (const asked of own)
    if ((await window(daemon, { ...asked, group_by: [], window: `${windowMs}ms` })).length > 0) return true;
  return own.length === 0 ? null : false;
}

async function jobManagerLine(
  daemon: AskDaemon,
  { app, jobs }: Ties,
  now: number,
): Promise<SeenLine | null | undefined> {
  const queries = [
    ...(app === null ? [] : [{ q: 'role:jobmanager', app }]),
    ...jobs.slice(0, 3).map(id => ({ q: `role:jobmanager job_id:${id}` })),
  ];
  for (const query of queries) {
    const line = await newestLine(daemon, query, now);
    if (line) return line;
  }
  return queries.length === 0 ? undefined : null;
}

async function seenJobs(daemon: AskDaemon, cluster: ClusterFacts): Promise<Map<string, SeenJob>> {
  const { items } = Jobs.parse(await daemon.get('jobs'));
  const seen = new Map<string, SeenJob>();
  for (const { id, name } of cluster.jobs) {
    const known = items.find(job => job.job_id === id) ?? items.find(job => job.name === name);
    if (!known) continue;
    const detail = Job.safeParse(await daemon.get(`jobs/${encodeURIComponent(known.name)}`));
    seen.set(id, {
      name: known.name,
      reads: known.reads.length,
      writes: known.writes.length,
      hasSql: detail.success && typeof detail.data.sql === 'string' && detail.data.sql !== '',
    });
  }
  return seen;
}
