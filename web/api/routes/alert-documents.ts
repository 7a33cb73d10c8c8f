import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { ReceiverDocument } from '../../../alerting/notify/alert-documents.ts';
import { type DocumentSet, view } from '../../../alerting/notify/document-set.ts';
import type { Inhibition, InhibitionDocument } from '../../../alerting/notify/inhibit.ts';
import { onCall, type RotaDocument } from '../../../alerting/notify/rota.ts';
import type { Route, RouteDocument } from '../../../alerting/notify/route.ts';
import { orderRoutes } from '../../../alerting/notify/route-order.ts';
import type { Clock } from '../../../model/clock.ts';
import { documentField, timeField } from '../fields.ts';
import { etag, ifMatch } from '../precondition.ts';
import { actorOf } from '../security.ts';

/** What these routes need of the daemon; getters, since evaluation may start later or elsewhere. */
export interface AlertDocumentServices {
  readonly receivers: DocumentSet<ReceiverDocument, ReceiverDocument>;
  readonly routes: DocumentSet<RouteDocument, Route>;
  readonly inhibitions: DocumentSet<InhibitionDocument, Inhibition>;
  readonly rotas: DocumentSet<RotaDocument, RotaDocument>;
  readonly clock: Clock;
}

const tags = ['notification'];
/** Routes an order may name: more than there can be. */
const MAX_IDS = 20_000;
const idParam = z.strictObject({ id: z.string() });

/** CRUD of /receivers, /routes, /inhibitions and /rotas, PUT /routes/order and GET /rotas/{id}/on-call. */
export function alertDocumentRoutes(fastify: FastifyInstance, services: AlertDocumentServices): void {
  documentRoutes(fastify, 'receivers', () => services.receivers);
  documentRoutes(fastify, 'routes', () => services.routes);
  documentRoutes(fastify, 'inhibitions', () => services.inhibitions);
  documentRoutes(fastify, 'rotas', () => services.rotas);

  const app = fastify.withTypeProvider<ZodTypeProvider>();
  app.put(
    '/routes/order',
    {
      schema: {
        tags,
        summary: 'Bring all routes into an order, at once; 409 when routes came or went since they were read',
        body: z.strictObject({ ids: z.array(z.string()).max(MAX_IDS) }),
      },
    },
    async request => ({ items: await orderRoutes(services.routes, request.body.ids, actorOf(request)), next: null }),
  );

  app.get(
    '/rotas/:id/on-call',
    {
      schema: {
        tags,
        summary: 'Who is on call at an instant, now when none is given; the rota by id or name',
        params: idParam,
        querystring: z.strictObject({ at: timeField.optional() }),
      },
    },
    async ({ params, query }) => {
      const named = services.rotas.all().find(({ document }) => document.name === params.id);
      const at = query.at ?? services.clock.now();
      return { at, ...onCall((named ?? services.rotas.get(params.id)).document, at) };
    },
  );
}

/** Listing, reading, making, replacing and deleting documents of one set below `/{path}`. */
function documentRoutes<Document, Compiled>(
  fastify: FastifyInstance,
  path: string,
  set: () => DocumentSet<Document, Compiled>,
): void {
  const app = fastify.withTypeProvider<ZodTypeProvider>();
  const noun = path.replace(/s$/, '');
  app.get(`/${path}`, { schema: { tags, summary: `All ${path}` } }, async () => ({ items: set().list(), next: null }));
  app.get(`/${path}/:id`, { schema: { tags, summary: `One ${noun}`, params: idParam } }, async (request, reply) => {
    const found = view(set().get(request.params.id));
    return reply.header('etag', etag(found.version)).send(found);
  });
  app.post(
    `/${path}`,
    { schema: { tags, summary: `Create a ${noun}`, body: documentField } },
    async (request, reply) => {
      const made = await set().create(request.body, actorOf(request));
      return reply.code(201).header('etag', etag(made.version)).send(made);
    },
  );
  app.put(
    `/${path}/:id`,
    {
      schema: {
        tags,
        summary: `Replace a ${noun}; If-Match may name the version`,
        params: idParam,
        body: documentField,
      },
    },
    async (request, reply) => {
      const changed = await set().update(request.params.id, request.body, ifMatch(request) ?? 'any', actorOf(request));
      return reply.header('etag', etag(changed.version)).send(changed);
    },
  );
  app.delete(
    `/${path}/:id`,
    { schema: { tags, summary: `Delete a ${noun}`, params: idParam } },
    async (request, reply) => {
      await set().remove(request.params.id, ifMatch(request) ?? 'any', actorOf(request));
      return reply.code(204).send();
    },
  );
}
