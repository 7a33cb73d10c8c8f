import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { UserError } from '../../../model/errors.ts';
import type { JobNames } from '../../../model/job-names.ts';
import type { LogFacetField, LogStore } from '../../../store/log-store.ts';
import { intField, positiveDuration } from '../fields.ts';
import { logFilters, logQueryOf, toLogItem } from '../log-request.ts';

/** What the log routes need of the daemon. */
export interface LogServices {
  readonly logs: LogStore;
  readonly jobNames: JobNames;
}

const FACETS = ['job', 'app', 'container', 'level', 'logger', 'host', 'exception'] as const satisfies LogFacetField[];

/** Buckets a histogram may have at most; finer ones are refused with the interval to take. */
const MAX_BUCKETS = 5000;

/** GET /logs/search, /logs/histogram, /logs/facets, /logs/around. */
export function logRoutes(fastify: FastifyInstance, services: LogServices): void {
  const app = fastify.withTypeProvider<ZodTypeProvider>();

  app.get(
    '/logs/search',
    {
      schema: {
        tags: ['logs'],
        summary: 'Log lines, newest first',
        querystring: z.strictObject({ ...logFilters, limit: intField(1, 1000, 100), cursor: z.string().optional() }),
      },
    },
    async ({ query: { limit, cursor, ...rest } }) => {
      const page = await services.logs.search(
        { ...logQueryOf(rest), limit, ...(cursor === undefined ? {} : { cursor }) },
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
        querystring: z.strictObject({ ...logFilters, interval: positiveDuration.prefault('1m') }),
      },
    },
    async ({ query: { interval, ...rest } }) => {
      const { from, to } = rest;
      if (from !== undefined && to !== undefined && (to - from) / interval > MAX_BUCKETS) {
        throw new UserError('bad-request', `more than ${MAX_BUCKETS} buckets; take a longer interval`, {
          issues: [{ path: 'interval', message: 'too short for this range' }],
        });
      }
      return {
        buckets: await services.logs.histogram({ ...logQueryOf(rest), intervalMs: interval }, services.jobNames),
      };
    },
  );

  app.get(
    '/logs/facets',
    {
      schema: {
        tags: ['logs'],
        summary: 'Most frequent values of a field, or of every field',
        querystring: z.strictObject({
          ...logFilters,
          field: z.enum(FACETS).optional(),
          limit: intField(1, 100, 10),
        }),
      },
    },
    async ({ query: { field, limit, ...rest } }) => {
      const search = logQueryOf(rest);
      const valuesOf = (each: LogFacetField) =>
        services.logs.facet({ ...search, field: each, limit }, services.jobNames);
      if (field !== undefined) return { values: await valuesOf(field) };
      const facets = await Promise.all(FACETS.map(async each => [each, await valuesOf(each)] as const));
      return { facets: Object.fromEntries(facets) };
    },
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
