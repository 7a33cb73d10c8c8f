/** What documents about who is told would do, before they are saved: the alerts a route would take, and who a rota puts on call. */
import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { LiveAlert } from '../../../alerting/engine.ts';
import { onCallSpans } from '../../../alerting/notify/on-call-spans.ts';
import type { RotaDocument } from '../../../alerting/notify/rota.ts';
import { inOrder, type Route } from '../../../alerting/notify/route.ts';
import { UserError } from '../../../model/errors.ts';
import { documentField, timeField } from '../fields.ts';
import type { AlertDocumentServices } from './alert-documents.ts';

export interface AlertPreviewServices extends Pick<AlertDocumentServices, 'routes' | 'rotas' | 'clock'> {
  readonly alerts: () => readonly LiveAlert[];
  /** Who is told of what the daemon says about itself, whatever routes there are. */
  readonly metaReceivers: () => readonly string[];
}

const tags = ['notification'];
const DAY_MS = 86_400_000;
/** Looked ahead unless told otherwise. */
const AHEAD_MS = 14 * DAY_MS;
const LONGEST_DAYS = 31;
/** Alerts named in a preview; `total` counts all of them. */
const MAX_ALERTS = 200;

const rangeFields = { from: timeField.optional(), to: timeField.optional() };

/** POST /routes/preview, POST /rotas/preview and GET /rotas/{id}/schedule. */
export function alertPreviewRoutes(fastify: FastifyInstance, services: AlertPreviewServices): void {
  const app = fastify.withTypeProvider<ZodTypeProvider>();
  const scheduled = (rota: RotaDocument, range: { from?: number | undefined; to?: number | undefined }): object => {
    const from = range.from ?? services.clock.now();
    const to = range.to ?? from + AHEAD_MS;
    if (to <= from || to - from > LONGEST_DAYS * DAY_MS) {
      const message = `must be after "from", by ${LONGEST_DAYS} days at most`;
      throw new UserError('bad-request', `"to" ${message}`, { issues: [{ path: 'to', message }] });
    }
    return { from, to, spans: onCallSpans(rota, from, to) };
  };

  app.post(
    '/routes/preview',
    {
      schema: {
        tags,
        summary: 'Which alerts of now a route would take, and which of them an earlier route takes before it',
        body: z.strictObject({ route: documentField, id: z.string().optional() }),
      },
    },
    async ({ body }) => {
      const route = services.routes.parse(body.route);
      const taken = takenBy(route, body.id, services);
      return { total: taken.length, alerts: taken.slice(0, MAX_ALERTS) };
    },
  );

  app.post(
    '/rotas/preview',
    {
      schema: {
        tags,
        summary:
          'Who a rota that is not saved puts on call, change by change; two weeks from now unless told otherwise',
        body: z.strictObject({ rota: documentField, ...rangeFields }),
      },
    },
    async ({ body }) => scheduled(services.rotas.parse(body.rota), body),
  );

  app.get(
    '/rotas/:id/schedule',
    {
      schema: {
        tags,
        summary: 'Who is on call, change by change; two weeks from now unless told otherwise. The rota by id or name',
        params: z.strictObject({ id: z.string() }),
        querystring: z.strictObject(rangeFields),
      },
    },
    async ({ params, query }) => {
      const named = services.rotas.all().find(({ document }) => document.name === params.id);
      return scheduled((named ?? services.rotas.get(params.id)).document, query);
    },
  );
}

interface TakenAlert extends Pick<LiveAlert, 'id' | 'labels' | 'state'> {
  /** The earlier route that keeps the alert to itself; null when this one would be told. */
  readonly taken_by: { readonly id: string; readonly name: string | null } | null;
}

/** Alerts the route matches; it stands where `id` stands now, or behind those of its order when it is new. */
function takenBy(
  route: Route,
  id: string | undefined,
  { routes, alerts, metaReceivers }: AlertPreviewServices,
): readonly TakenAlert[] {
  const known = routes.all().map(({ compiled }) => compiled);
  const placed = known.some(each => each.id === id)
    ? known.map(each => (each.id === id ? route : each))
    : [...known, route];
  const ordered = inOrder(placed);
  const before = ordered.slice(0, ordered.indexOf(route));
  const routesMeta = metaReceivers().length === 0;
  return alerts()
    .filter(({ kind, labels }) => (kind !== 'meta' || routesMeta) && route.matches(labels))
    .map(({ id: alert, labels, state }) => {
      const first = before.find(each => !each.document.continue && each.matches(labels));
      const takenFirst = first ? { id: first.id, name: first.document.name ?? null } : null;
      return { id: alert, labels, state, taken_by: takenFirst };
    });
}
