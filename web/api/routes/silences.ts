import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { LiveAlert } from '../../../alerting/engine.ts';
import type { ImpactSource } from '../../../alerting/notify/context.ts';
import { type DocumentView, type Held, view } from '../../../alerting/notify/document-set.ts';
import { ownedReader } from '../../../alerting/notify/judge.ts';
import { type Silence, type SilenceDocument, silenceState } from '../../../alerting/notify/silence.ts';
import { endSilence, type SilenceSet } from '../../../alerting/notify/silence-life.ts';
import { silencePast } from '../../../alerting/notify/silence-preview.ts';
import type { Clock } from '../../../model/clock.ts';
import type { StateStore } from '../../../store/state-store.ts';
import { documentField } from '../fields.ts';
import { etag, ifMatch } from '../precondition.ts';
import { actorOf } from '../security.ts';

/** What these routes need of the daemon; getters, since evaluation may start later or elsewhere. */
export interface SilenceServices {
  readonly silences: SilenceSet;
  readonly alerts: () => readonly LiveAlert[];
  readonly impact: ImpactSource;
  readonly state: StateStore;
  readonly clock: Clock;
}

const tags = ['notification'];
const idParam = z.strictObject({ id: z.string() });

/** /silences: silences and maintenance windows, what one would do, and their end. */
export function silenceRoutes(fastify: FastifyInstance, services: SilenceServices): void {
  const app = fastify.withTypeProvider<ZodTypeProvider>();
  const shown = (held: Held<SilenceDocument, Silence>): DocumentView & { readonly state: string } => ({
    ...view(held),
    state: silenceState(held.compiled, services.clock.now()),
  });

  app.get(
    '/silences',
    {
      schema: {
        tags,
        summary: 'Silences and maintenance windows; ended ones of the last 30 days too',
        querystring: z.strictObject({ state: z.enum(['active', 'pending', 'expired']).optional() }),
      },
    },
    async ({ query }) => {
      const items = services.silences.all().map(shown);
      return { items: items.filter(({ state }) => query.state === undefined || state === query.state), next: null };
    },
  );
  app.get('/silences/:id', { schema: { tags, summary: 'One silence', params: idParam } }, async (request, reply) => {
    const found = shown(services.silences.get(request.params.id));
    return reply.header('etag', etag(found.version)).send(found);
  });
  app.post(
    '/silences',
    { schema: { tags, summary: 'Create a silence', body: documentField } },
    async (request, reply) => {
      const { id, version } = await services.silences.create(request.body, actorOf(request));
      return reply
        .code(201)
        .header('etag', etag(version))
        .send(shown(services.silences.get(id)));
    },
  );
  app.put(
    '/silences/:id',
    {
      schema: {
        tags,
        summary: 'Replace a silence; If-Match may name the version',
        params: idParam,
        body: documentField,
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const { version } = await services.silences.update(id, request.body, ifMatch(request) ?? 'any', actorOf(request));
      return reply.header('etag', etag(version)).send(shown(services.silences.get(id)));
    },
  );
  app.delete(
    '/silences/:id',
    { schema: { tags, summary: 'End a silence now', params: idParam } },
    async (request, reply) => {
      const by = { who: actorOf(request), now: services.clock.now() };
      await endSilence(services.silences, request.params.id, ifMatch(request) ?? 'any', by);
      return reply.code(204).send();
    },
  );

  app.post(
    '/silences/preview',
    {
      schema: { tags, summary: 'What a silence would do, and would have done in the last 7 days', body: documentField },
    },
    async ({ body }) => {
      const { impact, state, clock } = services;
      // Matchers alone say enough for a preview.
      const open = body['calendar'] === undefined && body['ends_at'] === undefined;
      const silence = services.silences.parse(open ? { ...body, ends_at: clock.now() } : body);
      const alerts = services.alerts().filter(({ labels }) => silence.matches(ownedReader(labels, impact)));
      const past = await silencePast(silence, state, impact, clock.now());
      const items = alerts.map(({ id, kind, labels, state, starts_at }) => ({ id, kind, labels, state, starts_at }));
      return { alerts: items, ...past };
    },
  );
}
