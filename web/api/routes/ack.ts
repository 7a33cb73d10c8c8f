import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { LiveAlert } from '../../../alerting/engine.ts';
import { SEVERITIES, type Severity } from '../../../alerting/intent.ts';
import { type Ack, type Acks, DEFAULT_ACK_TTL_MS } from '../../../alerting/notify/ack.ts';
import type { AckLinks, AckTicket } from '../../../alerting/notify/ack-link.ts';
import { alertLine } from '../../../alerting/notify/judge.ts';
import { ackTtlOf, type Route } from '../../../alerting/notify/route.ts';
import type { Clock } from '../../../model/clock.ts';
import { UserError } from '../../../model/errors.ts';
import { positiveDuration } from '../fields.ts';
import { actorOf } from '../security.ts';
import { ackPage } from './ack-page.ts';

/** What these routes need of the daemon; getters, since evaluation may start later or elsewhere. */
export interface AckServices {
  readonly alerts: () => readonly LiveAlert[];
  readonly acks: Acks;
  readonly ackLinks: AckLinks;
  readonly routing: () => readonly Route[];
  readonly clock: Clock;
}

const tags = ['alerting'];
const idParam = z.strictObject({ id: z.string() });
const by = z.string().trim().max(200);
/** Lenient: what is missing or no number is as forged as a wrong signature, and gets the same answer. */
const ticket = z.strictObject({
  alert: z.string().catch(''),
  channel: z.string().catch(''),
  expires: z.coerce.number().catch(0),
  sig: z.string().catch(''),
});

/** An acknowledgement as answers show it; times are epoch ms. */
export function ackView({ by, at, until }: Ack): Pick<Ack, 'by' | 'at' | 'until'> {
  return { by, at, until };
}

/** POST and DELETE /alerts/{id}/ack, and /ack, which signed links open: GET shows a page, POST acts. */
export async function ackRoutes(fastify: FastifyInstance, services: AckServices): Promise<void> {
  const app = fastify.withTypeProvider<ZodTypeProvider>();
  app.post(
    '/alerts/:id/ack',
    {
      schema: {
        tags,
        summary: 'Acknowledge an alert: repeats and escalation stop',
        params: idParam,
        body: z.strictObject({ by: by.optional(), ttl: positiveDuration.optional() }).nullish(),
      },
    },
    async request => {
      const { body, params } = request;
      const ack = await take(services, liveAlert(services, params.id), body?.by || actorOf(request), body?.ttl ?? null);
      return { id: params.id, acked: ackView(ack) };
    },
  );
  app.delete(
    '/alerts/:id/ack',
    { schema: { tags, summary: 'Take an acknowledgement back', params: idParam } },
    async (request, reply) => {
      liveAlert(services, request.params.id);
      await services.acks.end(request.params.id, actorOf(request));
      return reply.code(204).send();
    },
  );

  // Its own scope: a browser sends the form in its own type, which no other route takes.
  await fastify.register(async scope => {
    scope.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_, text, done) =>
      done(null, Object.fromEntries(new URLSearchParams(String(text)))),
    );
    const page = scope.withTypeProvider<ZodTypeProvider>();
    page.get(
      '/ack',
      { schema: { tags, summary: 'The page of an acknowledgement link', querystring: ticket } },
      async (request, reply) => show(services, reply, checked(services, request.query), false),
    );
    page.post(
      '/ack',
      {
        schema: {
          tags,
          summary: 'Acknowledge by a signed link',
          querystring: ticket,
          body: z.object({ by: by.optional() }).nullish(),
        },
      },
      async (request, reply) => {
        const { alert, channel } = checked(services, request.query);
        const live = liveAlert(services, alert);
        const ack = await take(services, live, request.body?.by || nameOf(request, channel), null);
        if (request.headers.accept?.includes('application/json')) return reply.send({ id: alert, acked: ackView(ack) });
        return show(services, reply, request.query, true);
      },
    );
  });
}

/** A login says who it is; else the link tells where it was sent. */
function nameOf(request: FastifyRequest, channel: string): string {
  const actor = actorOf(request);
  return actor === 'anonymous' ? `link (${channel})` : actor;
}

/** Throws `UserError` forbidden for a link nobody signed or that is too old. */
function checked({ ackLinks, clock }: AckServices, query: z.output<typeof ticket>): AckTicket {
  const { sig, ...rest } = query;
  ackLinks.check(rest, sig, clock.now());
  return rest;
}

/** Throws `UserError` not-found for an alert that does not fire. */
function liveAlert({ alerts }: AckServices, id: string): LiveAlert {
  const alert = alerts().find(each => each.id === id && each.state !== 'pending');
  if (alert) return alert;
  throw new UserError('not-found', 'this alert does not fire: it is over, or its address is wrong', { status: 404 });
}

function take(services: AckServices, alert: LiveAlert, who: string, ttlMs: number | null): Promise<Ack> {
  const severity = SEVERITIES.find(each => each === alert.labels['severity']) ?? ('warning' satisfies Severity);
  const ttl = ttlMs ?? ackTtlOf(alert.labels, services.routing()) ?? DEFAULT_ACK_TTL_MS;
  return services.acks.take({ episode: alert.id, name: alertLine(alert.labels), severity }, who, ttl);
}

function show(services: AckServices, reply: FastifyReply, ticket: AckTicket, done: boolean): FastifyReply {
  const alert = services.alerts().find(({ id, state }) => id === ticket.alert && state !== 'pending') ?? null;
  const severity = SEVERITIES.find(each => each === alert?.labels['severity']) ?? 'warning';
  const acked = alert && services.acks.of(alert.id, severity);
  return (
    reply
      .type('text/html; charset=utf-8')
      .header('cache-control', 'no-store')
      // Without a referrer a browser sends the form with an Origin of "null", which is refused as foreign.
      .header('referrer-policy', 'same-origin')
      .send(ackPage({ alert: alert && (alert.summary || alertLine(alert.labels)), acked, by: '', done }))
  );
}
