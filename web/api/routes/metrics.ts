import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Clock } from '../../../model/clock.ts';
import { UserError } from '../../../model/errors.ts';
import { ACROSS } from '../../../store/across.ts';
import { catalogEntries, resolveMetric } from '../../../store/metric-catalog.ts';
import { METRIC_OPS, type MetricStore, type WindowGroup } from '../../../store/metric-store.ts';
import { durationOrZero, intField, positiveDuration, timeField } from '../fields.ts';
import { matchersField, parseMatcherText, toMatchers } from '../matchers.ts';

/** What the metric routes need of the daemon. */
export interface MetricServices {
  readonly metrics: MetricStore;
  readonly clock: Clock;
  /** How far the metric streams have come, epoch ms; null when level or unknown. */
  readonly metricWatermark: () => number | null;
}

const MAX_INSTANTS = 11_000;

interface Selected {
  readonly names: readonly { readonly name: string; readonly scale?: number }[];
  /** Set where one request speaks of several scopes: the answer names each. */
  readonly label?: string;
}

/** The series a name stands for: one selection, or one per scope when a bare name would mix scopes. */
async function select(metrics: MetricStore, metric: string): Promise<Selected[]> {
  const stored = (await metrics.names()).map(n => n.name);
  const resolved = resolveMetric(metric, stored);
  if (resolved.kind === 'ambiguous') return resolved.candidates.map(name => ({ names: [{ name }], label: name }));
  if (resolved.kind === 'unknown') return [{ names: [{ name: metric }] }];
  return [{ names: resolved.names }];
}

/** GET and POST /metrics/query, GET /metrics/catalog, GET /metrics/labels. */
export function metricRoutes(fastify: FastifyInstance, services: MetricServices): void {
  const app = fastify.withTypeProvider<ZodTypeProvider>();

  app.get(
    '/metrics/query',
    {
      schema: {
        tags: ['metrics'],
        summary: 'Stored points of the matching series, from <= t <= to',
        querystring: z.strictObject({
          metric: z.string().min(1),
          matcher: z.union([z.string().transform(text => [text]), z.array(z.string())]).default([]),
          from: timeField.optional(),
          to: timeField.optional(),
          limit: intField(1, 5000, 1000),
          cursor: z.string().optional(),
        }),
      },
    },
    async ({ query }) => {
      const to = query.to ?? services.clock.now();
      const from = query.from ?? to - 3_600_000;
      const matchers = parseMatcherText(query.matcher);
      const selections = await select(services.metrics, query.metric);
      const named = selections.length > 1;
      const found = await services.metrics.points({
        names: selections.flatMap(s => s.names),
        matchers,
        from,
        to,
        limit: query.limit,
        ...(query.cursor === undefined ? {} : { after: query.cursor }),
      });
      return {
        series: found.series.map(s => ({
          labels: named ? { __name__: s.name, ...s.labels } : s.labels,
          points: s.points,
        })),
        next: found.next,
      };
    },
  );

  app.post(
    '/metrics/query',
    {
      schema: {
        tags: ['metrics'],
        summary: 'An operation over a window, per group',
        body: z.strictObject({
          metric: z.string().min(1),
          matchers: matchersField.default({}),
          group_by: z.union([z.array(z.string()), z.literal('*')]).default([]),
          op: z.enum(METRIC_OPS),
          across: z.enum(ACROSS).optional(),
          window: positiveDuration.prefault('5m'),
          at: timeField.optional(),
          from: timeField.optional(),
          to: timeField.optional(),
          step: positiveDuration.optional(),
          offset: durationOrZero.prefault('0'),
        }),
      },
    },
    async ({ body }) => {
      const instants = instantsOf(body, services.clock.now());
      const groups: WindowGroup[] = [];
      for (const { names, label } of await select(services.metrics, body.metric)) {
        const found = await services.metrics.window({
          names,
          matchers: toMatchers(body.matchers),
          groupBy: body.group_by,
          op: body.op,
          ...(body.across === undefined ? {} : { across: body.across }),
          windowMs: body.window,
          at: instants.map(t => t - body.offset),
        });
        for (const { labels, points } of found) {
          groups.push({
            labels: label === undefined ? labels : { __name__: label, ...labels },
            points: points.map(([t, value]) => [t + body.offset, value] as const),
          });
        }
      }
      const watermark = services.metricWatermark();
      return {
        groups,
        partial: watermark !== null && watermark < (instants.at(-1) ?? 0),
        watermark: watermark ?? services.clock.now(),
      };
    },
  );

  app.get('/metrics/catalog', { schema: { tags: ['metrics'], summary: 'Metrics with unit and meaning' } }, async () => {
    const series = new Map((await services.metrics.names()).map(n => [n.name, n.series]));
    const items = catalogEntries(series.keys()).map(({ name, kind, type, unit, en, zh, reads }) => ({
      name,
      kind,
      type,
      unit,
      meaning: { en, zh },
      series: reads.reduce((sum, read) => sum + (series.get(read.name) ?? 0), 0),
    }));
    return { items, next: null };
  });

  app.get(
    '/metrics/labels',
    {
      schema: {
        tags: ['metrics'],
        summary: 'Label names of a metric, or the values of one label',
        querystring: z.strictObject({
          metric: z.string().min(1),
          label: z.string().optional(),
          limit: intField(1, 10_000, 1000),
        }),
      },
    },
    async ({ query: { metric, label, limit } }) => {
      const names = (await select(services.metrics, metric)).flatMap(s => s.names);
      return {
        items: await services.metrics.labels({ names, matchers: [], limit, ...(label === undefined ? {} : { label }) }),
        next: null,
      };
    },
  );
}

function instantsOf(
  body: { at?: number | undefined; from?: number | undefined; to?: number | undefined; step?: number | undefined },
  now: number,
): number[] {
  if (body.from === undefined && body.to === undefined && body.step === undefined) return [body.at ?? now];
  const { from, to, step } = body;
  if (body.at !== undefined || from === undefined || to === undefined || step === undefined || from > to) {
    throw new UserError('bad-request', 'give either "at", or "from" <= "to" and "step"', {
      issues: [{ path: 'at', message: 'give either "at", or "from", "to" and "step"' }],
    });
  }
  if ((to - from) / step > MAX_INSTANTS) {
    throw new UserError('bad-request', `more than ${MAX_INSTANTS} instants; take a longer step`, {
      issues: [{ path: 'step', message: 'too short for this range' }],
    });
  }
  const instants: number[] = [];
  for (let t = from; t <= to; t += step) instants.push(t);
  return instants;
}
