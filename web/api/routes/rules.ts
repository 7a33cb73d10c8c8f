import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { RuleHistory } from '../../../alerting/evaluate/record.ts';
import type { ReplayRequest } from '../../../alerting/rule-replay.ts';
import type { RuleService } from '../../../alerting/rule-service.ts';
import { documentIn } from '../../../alerting/rule-view.ts';
import type { Clock } from '../../../model/clock.ts';
import { UserError } from '../../../model/errors.ts';
import type { Labels } from '../../../model/labels.ts';
import type { MetricGroup } from '../../../model/sample.ts';
import { documentField, intField, timeField } from '../fields.ts';
import { etag, ifMatch } from '../precondition.ts';
import { actorOf } from '../security.ts';

/** What the rule routes need of the daemon; getters, since evaluation may start later or elsewhere. */
export interface RuleServices {
  readonly rules: RuleService;
  readonly history: (ruleId: string, from: number, to: number) => Promise<RuleHistory>;
  readonly clock: Clock;
  /** Flat metric records to points; throws `UserError` naming the first that cannot be read. */
  readonly decodeSamples: (records: readonly Record<string, unknown>[]) => readonly MetricGroup[];
}

const DAY = 86_400_000;
const idParam = z.strictObject({ id: z.string() });

/** CRUD of /rules, /rules/next, /rules/replay, /rules/{id}/history. */
export function ruleRoutes(fastify: FastifyInstance, services: RuleServices): void {
  const app = fastify.withTypeProvider<ZodTypeProvider>();
  const tags = ['alerting'];

  app.get('/rules', { schema: { tags, summary: 'All rules' } }, async () => ({
    items: services.rules.list(),
    next: null,
  }));

  app.get('/rules/opted-out', { schema: { tags, summary: 'Generated rules that were deleted' } }, async () => ({
    items: services.rules.optedOut(),
    next: null,
  }));

  app.post('/rules', { schema: { tags, summary: 'Create a rule', body: documentField } }, async (request, reply) => {
    const view = await services.rules.create(request.body, actorOf(request));
    return reply.code(201).header('etag', etag(view.version)).send(view);
  });

  app.get(
    '/rules/next',
    {
      schema: {
        tags,
        summary: 'When a schedule runs next',
        querystring: z.strictObject({
          cron: z.string(),
          zone: z.string().default('UTC'),
          from: timeField.optional(),
          n: intField(1, 100, 5),
        }),
      },
    },
    async ({ query }) => ({
      next: services.rules.nextRuns(query.cron, query.zone, query.from ?? services.clock.now(), query.n),
    }),
  );

  app.post(
    '/rules/replay',
    {
      schema: {
        tags,
        summary: 'What a rule would have done',
        body: z.strictObject({
          rule: documentField.optional(),
          rule_id: z.string().optional(),
          from: timeField,
          to: timeField,
          as_of: z.enum(['ideal', 'arrival']).default('ideal'),
          samples: z.array(z.record(z.string(), z.unknown())).max(1_000_000).optional(),
          silences: z.array(documentField).max(1000).optional(),
        }),
      },
      bodyLimit: 32 * 1024 * 1024,
    },
    async ({ body }) => {
      if ((body.rule === undefined) === (body.rule_id === undefined)) {
        throw new UserError('bad-request', 'give either "rule" or "rule_id"', {
          issues: [{ path: 'rule', message: 'give either "rule" or "rule_id"' }],
        });
      }
      const request: ReplayRequest = {
        rule: body.rule_id === undefined ? { document: body.rule } : { id: body.rule_id },
        from: body.from,
        to: body.to,
        asOf: body.as_of,
        ...(body.silences === undefined ? {} : { silences: body.silences }),
        ...(body.samples === undefined ? {} : { samples: services.decodeSamples(body.samples) }),
      };
      return services.rules.replay(request);
    },
  );

  app.post(
    '/rules/preview',
    {
      schema: {
        tags,
        summary:
          'A rule that is not saved, on real data: values now, when it would have fired in the past day, notifications',
        body: z.strictObject({ rule: documentField }),
      },
    },
    async ({ body }) => services.rules.tools.preview(body.rule),
  );

  app.get('/rules/:id', { schema: { tags, summary: 'One rule', params: idParam } }, async (request, reply) => {
    const view = services.rules.get(request.params.id);
    return reply.header('etag', etag(view.version)).send(view);
  });

  app.put(
    '/rules/:id',
    { schema: { tags, summary: 'Replace a rule; If-Match names the version', params: idParam, body: documentField } },
    async (request, reply) => {
      const version = ifMatch(request);
      if (version === null) {
        throw new UserError('bad-request', 'If-Match with the version you read is needed', { status: 428 });
      }
      const { id } = request.params;
      const view = await services.rules.update(id, documentIn(request.body, id), version, actorOf(request));
      return reply.header('etag', etag(view.version)).send(view);
    },
  );

  app.delete('/rules/:id', { schema: { tags, summary: 'Delete a rule', params: idParam } }, async (request, reply) => {
    await services.rules.remove(request.params.id, ifMatch(request), actorOf(request));
    return reply.code(204).send();
  });

  app.get(
    '/rules/:id/versions',
    { schema: { tags, summary: 'What a rule said before, newest first', params: idParam } },
    async ({ params }) => ({ items: await services.rules.versions(params.id), next: null }),
  );

  app.post(
    '/rules/:id/rollback',
    {
      schema: {
        tags,
        summary: 'Save an earlier text again',
        params: idParam,
        body: z.strictObject({ version: z.coerce.string().min(1) }),
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const view = await services.rules.rollback(id, request.body.version, ifMatch(request), actorOf(request));
      return reply.header('etag', etag(view.version)).send(view);
    },
  );

  app.post(
    '/rules/:id/restore',
    { schema: { tags, summary: 'A generated rule as it was generated, changes and deletion undone', params: idParam } },
    async (request, reply) => {
      const view = await services.rules.restore(request.params.id, actorOf(request));
      return reply.header('etag', etag(view.version)).send(view);
    },
  );

  app.get(
    '/rules/:id/history',
    {
      schema: {
        tags,
        summary: 'What live evaluation did',
        params: idParam,
        querystring: z.strictObject({ from: timeField.optional(), to: timeField.optional() }),
      },
    },
    async ({ params, query }) => {
      services.rules.get(params.id);
      const to = query.to ?? services.clock.now();
      return services.history(params.id, query.from ?? to - DAY, to);
    },
  );

  app.get(
    '/rules/:id/explain',
    {
      schema: {
        tags,
        summary: 'One tick explained: what was read, what the formulas made of it, why it was told or not',
        params: idParam,
        querystring: z.strictObject({
          at: timeField.optional(),
          label: z.union([z.string().transform(text => [text]), z.array(z.string())]).default([]),
        }),
      },
    },
    async ({ params, query }) => {
      const labels = query.label.length === 0 ? null : labelsOf(query.label);
      return services.rules.tools.explain(params.id, query.at ?? services.clock.now(), labels);
    },
  );
}

/** `name=value` texts as labels; a later one of a name wins. */
function labelsOf(texts: readonly string[]): Labels {
  return Object.fromEntries(
    texts.map(text => {
      const cut = text.indexOf('=');
      if (cut > 0) return [text.slice(0, cut), text.slice(cut + 1)];
      const message = `"${text}" is not a label; write name=value`;
      throw new UserError('bad-request', message, { issues: [{ path: 'label', message }] });
    }),
  );
}
