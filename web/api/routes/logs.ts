import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { UserError } from '../../../model/errors.ts';
import type { JobNames } from '../../../model/job-names.ts';
import { combineLogQuery } from '../../../store/log-query-combine.ts';
import { parseLogQuery } from '../../../store/log-query-parse.ts';
import type { LogFacetField, LogItem, LogStore } from '../../../store/log-store.ts';
import { intField, positiveDuration, timeField } from '../fields.ts';

/** What the log routes need of the daemon. */
export interface LogServices {
  readonly logs: LogStore;
  readonly jobNames: JobNames;
}

const filters = {
  q: z.string().max(10_000).default(''),
  job: z.string().optional(),
  app: z.string().optional(),
  container: z.string().optional(),
  level: z.string().optional(),
  logger: z.string().optional(),
  host: z.string().optional(),
  from: timeField.optional(),
  to: timeField.optional(),
};
type Filters = z.output<z.ZodObject<typeof filters>>;

/** Buckets a histogram may have at most; finer ones are refused with the interval to take. */
const MAX_BUCKETS = 5000;

function queryOf(f: Filters) {
  const { q, from, to, ...fields } = f;
  if (from !== undefined && to !== undefined && from > to) {
    throw new UserError('bad-request', 'from is later than to', {
      issues: [{ path: 'from', message: 'later than to' }],
    });
  }
  return {
    query: combineLogQuery(parseLogQuery(q), fields),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
  };
}

/** A log line as the API shows it. */
function toLogItem(item: LogItem) {
  return {
    id: item.id,
    ts: item.ts,
    ...(item.tsOriginal === undefined ? {} : { ts_original: item.tsOriginal }),
    level: item.level,
    logger: item.logger,
    thread: item.thread,
    message: item.message,
    ...(item.exception ? { exception: item.exception } : {}),
    job_name: item.jobName,
    job_id: item.jobId,
    app_id: item.appId,
    container_id: item.containerId,
    host: item.host,
    role: item.role,
  };
}

/** GET /logs/search, /logs/histogram, /logs/facets, /logs/around. */
export function logRoutes(fastify: FastifyInstance, services: LogServices): void {
  const app = fastify.withTypeProvider<ZodTypeProvider>();

  app.get(
    '/logs/search',
    {
      schema: {
        tags: ['logs'],
        summary: 'Log lines, newest first',
        querystring: z.strictObject({ ...filters, limit: intField(1, 1000, 100), cursor: z.string().optional() }),
      },
    },
    async ({ query: { limit, cursor, ...rest } }) => {
      const page = await services.logs.search(
        { ...queryOf(rest), limit, ...(cursor === undefined ? {} : { cursor }) },
        services.jobNames,
      );
      return { items: page.items.map(toLogItem), total: page.total, next: page.next };
    },
  );

  app.get(
    '/logs/histogram',
    {
      schema: {
        tags: ['logs'],
        summary: 'Lines per level and interval',
        querystring: z.strictObject({ ...filters, interval: positiveDuration.prefault('1m') }),
      },
    },
    async ({ query: { interval, ...rest } }) => {
      const { from, to } = rest;
      if (from !== undefined && to !== undefined && (to - from) / interval > MAX_BUCKETS) {
        throw new UserError('bad-request', `more than ${MAX_BUCKETS} buckets; take a longer interval`, {
          issues: [{ path: 'interval', message: 'too short for this range' }],
        });
      }
      return { buckets: await services.logs.histogram({ ...queryOf(rest), intervalMs: interval }, services.jobNames) };
    },
  );

  app.get(
    '/logs/facets',
    {
      schema: {
        tags: ['logs'],
        summary: 'Most frequent values of a field',
        querystring: z.strictObject({
          ...filters,
          field: z.enum(['job', 'app', 'container', 'level', 'logger', 'host', 'exception'] satisfies LogFacetField[]),
          limit: intField(1, 100, 10),
        }),
      },
    },
    async ({ query: { field, limit, ...rest } }) => ({
      values: await services.logs.facet({ ...queryOf(rest), field, limit }, services.jobNames),
    }),
  );

  app.get(
    '/logs/around',
    {
      schema: {
        tags: ['logs'],
        summary: 'The lines around a line',
        querystring: z.strictObject({
          id: z.string(),
          scope: z.enum(['container', 'job', 'all']).default('container'),
          before: intField(0, 500, 20),
          after: intField(0, 500, 20),
        }),
      },
    },
    async ({ query }) => {
      const found = await services.logs.around(query, services.jobNames);
      if (!found) throw new UserError('not-found', 'no log line has this id', { status: 404 });
      return {
        before: found.before.map(toLogItem),
        line: toLogItem(found.line),
        after: found.after.map(toLogItem),
      };
    },
  );
}
