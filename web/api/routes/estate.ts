import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { UserError } from '../../../model/errors.ts';
import type { LogStore } from '../../../store/log-store.ts';
import { type EstateServices, edgesByJob, jobView, jobViews } from '../estate-view.ts';
import { type FreshnessServices, reportViews } from '../freshness-view.ts';
import { jobFigures, subtaskFigures } from '../job-figures.ts';
import { jobProcesses } from '../job-processes.ts';
import { type AlertServices, listAlerts } from './alerts.ts';

/** What the estate routes need of the daemon. */
export interface EstateRouteServices extends EstateServices, FreshnessServices {
  readonly alerting: AlertServices;
  readonly logs: LogStore;
  readonly streams: () => Promise<readonly unknown[]>;
}

const DAY = 86_400_000;
const WORST = 8;

/** GET /overview, /jobs, /jobs/{name}. */
export function estateRoutes(fastify: FastifyInstance, services: EstateRouteServices): void {
  const app = fastify.withTypeProvider<ZodTypeProvider>();
  const tags = ['estate'];

  app.get('/overview', { schema: { tags, summary: 'Reports, jobs, alerts and the daemon itself' } }, async () => {
    const [reports, jobs] = await Promise.all([reportViews(services), jobViews(services)]);
    const alerts = listAlerts(services.alerting);
    const firing = alerts.filter(a => a.state === 'firing');
    return {
      at: services.clock.now(),
      reports,
      jobs: {
        total: jobs.length,
        by_status: countBy(jobs, j => j.status),
        worst: jobs.filter(j => j.level !== 'ok').slice(0, WORST),
      },
      alerts: {
        firing: firing.length,
        pending: alerts.filter(a => a.state === 'pending').length,
        by_severity: countBy(firing, a => a.severity),
        latest: firing.slice(0, WORST),
      },
      pipeline: await services.streams(),
    };
  });

  app.get(
    '/jobs',
    {
      schema: {
        tags,
        summary: 'Jobs, worst first',
        querystring: z.strictObject({ q: z.string().default(''), status: z.string().optional() }),
      },
    },
    async ({ query }) => {
      const wanted = query.q.toLowerCase();
      const jobs = await jobViews(services);
      const items = jobs.filter(
        j =>
          (wanted === '' || j.name.toLowerCase().includes(wanted) || j.owner.toLowerCase().includes(wanted)) &&
          (!query.status || j.status === query.status),
      );
      return { items, next: null };
    },
  );

  app.get(
    '/jobs/:name',
    { schema: { tags, summary: 'One job', params: z.strictObject({ name: z.string() }) } },
    async ({ params: { name } }) => {
      const info = services.lineage.job(name);
      if (!info) throw new UserError('not-found', `there is no job ${name}`, { status: 404 });
      const now = services.clock.now();
      const [figures, subtasks, processes, containers] = await Promise.all([
        jobFigures(services.metrics, services.clock),
        subtaskFigures(services.metrics, services.clock, name),
        jobProcesses(services.metrics, services.clock, name),
        services.logs.facet(
          {
            query: { kind: 'field', field: 'job', value: name, prefix: false },
            field: 'container',
            from: now - DAY,
            limit: 20,
          },
          services.lineage.names,
        ),
      ]);
      const alerts = services.alerts().filter(a => a.labels['job'] === name && a.state === 'firing').length;
      const edges = edgesByJob(services.lineage).get(name) ?? { reads: [], writes: [] };
      return {
        ...jobView(info, figures.get(name), edges, alerts),
        containers: [
          ...new Set([
            ...processes.taskManagers.map(tm => tm.containerId).filter(Boolean),
            ...containers.map(c => c.value),
          ]),
        ],
        sql: info.sql,
        session: info.session,
        runs: info.runs.map((run, i) => ({
          job_id: run.jobId,
          app_id: run.appId ?? '',
          status: run.status ?? 'UNKNOWN',
          from: run.firstSeen,
          to: i < info.runs.length - 1 ? run.lastSeen : null,
        })),
        subtasks: subtasks.map(s => ({
          task: s.task,
          subtask: s.subtask,
          busy_ratio: s.busyRatio,
          back_pressured_ratio: s.backPressuredRatio,
          records_in_per_second: s.inPerSecond,
          container_id: processes.containerOf(s.task, s.subtask),
        })),
        task_managers: processes.taskManagers.map(tm => ({
          tm_id: tm.tmId,
          host: tm.host,
          container_id: tm.containerId,
          heap_used_bytes: tm.heapUsedBytes,
          heap_used_ratio: tm.heapUsedRatio,
          gc_ms_per_second: tm.gcMsPerSecond,
          cpu_load: tm.cpuLoad,
          threads: tm.threads,
          subtasks: tm.subtasks,
        })),
        events: info.events.map(e => ({
          ts: e.ts,
          status: e.status,
          ...(e.exception ? { exception: e.exception } : {}),
          ...(e.flaps ? { flaps: e.flaps } : {}),
        })),
        affects: services.lineage.impactOf(name).reports.map(r => ({ report: r.name, owner: r.owner })),
      };
    },
  );
}

function countBy<T>(items: readonly T[], key: (item: T) => string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const item of items) counts[key(item)] = (counts[key(item)] ?? 0) + 1;
  return counts;
}
