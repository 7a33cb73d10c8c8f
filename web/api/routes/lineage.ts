import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { PushSource } from '../../../collector/push-source.ts';
import type { GraphAnswer } from '../../../lineage/graph/answers.ts';
import type { FreshnessRecorder } from '../../../lineage/lag/recorder.ts';
import type { LineageService } from '../../../lineage/service.ts';
import type { Clock } from '../../../model/clock.ts';
import type { MetricStore } from '../../../store/metric-store.ts';
import { timeField } from '../fields.ts';
import { jobFigures } from '../job-figures.ts';
import { openLineageRoutes } from './lineage-openlineage.ts';
import { lineageQuestionRoutes } from './lineage-questions.ts';

/** What the lineage routes need of the daemon. */
export interface LineageServices {
  readonly lineage: LineageService;
  readonly recorder: FreshnessRecorder;
  readonly metrics: MetricStore;
  readonly push: PushSource;
  readonly clock: Clock;
}

const NOW_MS = 3 * 60_000;

/** GET /lineage/graph, POST /lineage/parse; the questions and the intake of OpenLineage are in files of their own. */
export function lineageRoutes(fastify: FastifyInstance, services: LineageServices): void {
  const app = fastify.withTypeProvider<ZodTypeProvider>();
  const tags = ['lineage'];

  app.get(
    '/lineage/graph',
    {
      schema: {
        tags,
        summary: 'Datasets, jobs and what connects them, with their lag now',
        querystring: z.strictObject({
          root: z.string().optional(),
          direction: z.enum(['up', 'down', 'both']).default('both'),
          depth: z.coerce.number().int().min(0).max(1000).optional(),
          columns: z.stringbool().default(false),
          at: timeField.optional(),
        }),
      },
    },
    async ({ query: { root, direction, depth, columns, at } }) => {
      const answer = services.lineage.graph({
        direction,
        columns,
        ...(root ? { root } : {}),
        ...(depth === undefined ? {} : { depth }),
        ...(at === undefined ? {} : { at }),
      });
      // Figures of now say nothing of then.
      if (at !== undefined) return { ...answer, blame: null };
      return withLive(services, answer, root);
    },
  );

  app.post(
    '/lineage/parse',
    {
      schema: {
        tags,
        summary: 'Tables and columns of a SQL script',
        body: z.strictObject({
          id: z.unknown().default(null),
          sql: z.string().max(4_000_000),
          session: z.string().nullish(),
          schemas: z.record(z.string(), z.array(z.string())).nullish(),
        }),
      },
    },
    async ({ body: { id, sql, session, schemas } }) => {
      const script = { sql, session: session ?? undefined, schemas: schemas ?? undefined };
      return { id, ...services.lineage.parse(script) };
    },
  );

  lineageQuestionRoutes(fastify, services);
  openLineageRoutes(fastify, services);
}

/** Adds rates, lags and residences; a figure nobody knows is left out. */
async function withLive({ recorder, metrics, clock }: LineageServices, answer: GraphAnswer, root: string | undefined) {
  const at = clock.now();
  const read = (name: string) =>
    metrics.window({
      names: [{ name }],
      matchers: [],
      groupBy: ['job', 'topic'],
      op: 'LAST',
      windowMs: NOW_MS,
      at: [at],
    });
  const [figures, lagMs, lagRecords] = await Promise.all([jobFigures(metrics, clock), read('lag_ms'), read('lag')]);
  const byHop = (groups: typeof lagMs) =>
    new Map(groups.map(g => [`${g.labels['job']} ${g.labels['topic']}`, g.points[0]?.[1] ?? null]));
  const [ms, records] = [byHop(lagMs), byHop(lagRecords)];
  const freshness = root === undefined ? null : recorder.freshnessOf(root.replace(/^report:/, ''));
  const residence = freshness?.residence_ms ?? {};
  const nodes = answer.nodes.map(node => {
    const rate =
      node.kind === 'job' ? (figures.get(node.name)?.inPerSecond ?? figures.get(node.name)?.outPerSecond) : undefined;
    const sink =
      node.kind === 'dataset' || node.kind === 'report'
        ? recorder.freshnessOf(node.kind === 'report' ? node.name : node.id)
        : null;
    return {
      ...node,
      ...(rate === null || rate === undefined ? {} : { records_per_second: rate }),
      ...(sink?.age_ms === null || sink === null ? {} : { age_ms: sink.age_ms }),
    };
  });
  const nameOf = new Map(answer.nodes.map(n => [n.id, n]));
  const edges = answer.edges.map(edge => {
    const consumer = nameOf.get(edge.to);
    const source = nameOf.get(edge.from);
    if (edge.role === 'writes' || edge.role === 'derives' || !consumer || !source || consumer.kind === 'report')
      return edge;
    const key = `${consumer.name} ${source.name}`;
    const [edgeMs, edgeRecords] = [ms.get(key), records.get(key)];
    return {
      ...edge,
      hop: `${consumer.name}<-${source.id}`,
      ...(edgeMs === undefined || edgeMs === null ? {} : { lag_ms: edgeMs }),
      ...(edgeRecords === undefined || edgeRecords === null ? {} : { lag_records: edgeRecords }),
      ...(residence[consumer.name] === undefined ? {} : { residence_ms: residence[consumer.name] }),
    };
  });
  return { ...answer, nodes, edges, blame: freshness?.blame ?? null };
}
