import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import type { JobRuleKeeper } from '../../../alerting/generated/job-rule-keeper.ts';
import { documentField } from '../fields.ts';
import { etag, ifMatch } from '../precondition.ts';
import { actorOf } from '../security.ts';

/** GET and PUT /rules/generated: which rules jobs get, how strict they are, and which jobs get none. */
export function generatedRuleRoutes(
  fastify: FastifyInstance,
  services: { readonly generated: Pick<JobRuleKeeper, 'view' | 'set'> },
): void {
  const app = fastify.withTypeProvider<ZodTypeProvider>();
  const tags = ['alerting'];

  app.get('/rules/generated', { schema: { tags, summary: 'Settings of generated rules' } }, async (_, reply) => {
    const view = services.generated.view();
    return reply.header('etag', etag(view.version)).send(view);
  });

  app.put(
    '/rules/generated',
    { schema: { tags, summary: 'Replace the settings of generated rules', body: documentField } },
    async (request, reply) => {
      const view = await services.generated.set(request.body, ifMatch(request), actorOf(request));
      return reply.header('etag', etag(view.version)).send(view);
    },
  );
}
