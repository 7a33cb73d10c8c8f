import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { ChannelService } from '../../../alerting/notify/channel-service.ts';
import { documentField } from '../fields.ts';
import { etag, ifMatch } from '../precondition.ts';
import { actorOf } from '../security.ts';

/** What the channel routes need of the daemon. */
export interface ChannelServices {
  readonly channels: ChannelService;
}

const idParam = z.strictObject({ id: z.string() });

/** CRUD of /channels, and their test. */
export function channelRoutes(fastify: FastifyInstance, services: ChannelServices): void {
  const app = fastify.withTypeProvider<ZodTypeProvider>();
  const tags = ['notification'];

  app.get('/channels', { schema: { tags, summary: 'All channels, secrets hidden' } }, async () => ({
    items: services.channels.list(),
    next: null,
  }));
  app.get('/channels/:id', { schema: { tags, summary: 'One channel', params: idParam } }, async (request, reply) => {
    const view = services.channels.get(request.params.id);
    return reply.header('etag', etag(view.version)).send(view);
  });
  app.post(
    '/channels',
    { schema: { tags, summary: 'Create a channel', body: documentField } },
    async (request, reply) => {
      const view = await services.channels.create(request.body, actorOf(request));
      return reply.code(201).header('etag', etag(view.version)).send(view);
    },
  );
  app.put(
    '/channels/:id',
    {
      schema: {
        tags,
        summary: 'Replace a channel; If-Match may name the version',
        params: idParam,
        body: documentField,
      },
    },
    async (request, reply) => {
      const expected = ifMatch(request) ?? 'any';
      const view = await services.channels.update(request.params.id, request.body, expected, actorOf(request));
      return reply.header('etag', etag(view.version)).send(view);
    },
  );
  app.delete(
    '/channels/:id',
    { schema: { tags, summary: 'Delete a channel', params: idParam } },
    async (request, reply) => {
      await services.channels.delete(request.params.id, ifMatch(request) ?? 'any', actorOf(request));
      return reply.code(204).send();
    },
  );
  app.post(
    '/channels/:id/test',
    { schema: { tags, summary: 'Send a test message', params: idParam } },
    async ({ params }) => services.channels.test(params.id),
  );
}
