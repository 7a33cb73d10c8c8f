import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { deliveries } from '../../../alerting/notify/deliveries.ts';
import type { StateStore } from '../../../store/state-store.ts';
import { intField } from '../fields.ts';

const STATUSES = ['pending', 'retrying', 'delivered', 'dead', 'suppressed'] as const;

/** GET /deliveries and /audit. */
export function deliveryRoutes(fastify: FastifyInstance, services: { readonly state: StateStore }): void {
  const app = fastify.withTypeProvider<ZodTypeProvider>();
  app.get(
    '/deliveries',
    {
      schema: {
        tags: ['notification'],
        summary: 'Who was told what and when, and what was not told and why; newest first',
        querystring: z.strictObject({
          channel: z.string().optional(),
          status: z.enum(STATUSES).optional(),
          /** Id of an alert: only what was told, or not told, of it. */
          alert: z.string().optional(),
          limit: intField(1, 500, 100),
          cursor: z.string().optional(),
        }),
      },
    },
    async ({ query: { channel, status, alert, limit, cursor } }) =>
      deliveries(services.state, {
        limit,
        ...(channel ? { channel } : {}),
        ...(status ? { status } : {}),
        ...(alert ? { alert } : {}),
        ...(cursor ? { cursor } : {}),
      }),
  );

  app.get(
    '/audit',
    {
      schema: {
        tags: ['daemon'],
        summary: 'Who changed what, newest first',
        querystring: z.strictObject({ limit: intField(1, 500, 100), cursor: z.string().optional() }),
      },
    },
    async ({ query }) => services.state.listAudit(query.limit, query.cursor),
  );
}
