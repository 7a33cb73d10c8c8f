/** Registers the routes about who is told what. They are there in every daemon, and answer where evaluation runs. */
import type { FastifyInstance } from 'fastify';
import type { LiveAlert } from '../alerting/engine.ts';
import type { ImpactSource } from '../alerting/notify/context.ts';
import type { Clock } from '../model/clock.ts';
import type { StateStore } from '../store/state-store.ts';
import { ackRoutes } from '../web/api/routes/ack.ts';
import { alertDocumentRoutes } from '../web/api/routes/alert-documents.ts';
import { alertPreviewRoutes } from '../web/api/routes/alert-previews.ts';
import { silenceRoutes } from '../web/api/routes/silences.ts';
import type { Evaluation } from './evaluation.ts';
import type { Slot } from './slot.ts';

export interface NotificationRouteParts {
  readonly evaluation: Slot<Evaluation>;
  readonly alerts: () => readonly LiveAlert[];
  readonly impact: ImpactSource;
  readonly state: StateStore;
  readonly clock: Clock;
}

export async function notificationRoutes(api: FastifyInstance, parts: NotificationRouteParts): Promise<void> {
  const { evaluation, alerts, impact, state, clock } = parts;
  const services = {
    alerts,
    impact,
    state,
    clock,
    routing: () => evaluation.get().notification.routing(),
    metaReceivers: () => evaluation.get().notification.directory().metaReceivers,
    get receivers() {
      return evaluation.get().notification.receivers;
    },
    get routes() {
      return evaluation.get().notification.routes;
    },
    get silences() {
      return evaluation.get().notification.silences;
    },
    get inhibitions() {
      return evaluation.get().notification.inhibitions;
    },
    get rotas() {
      return evaluation.get().notification.rotas;
    },
    get acks() {
      return evaluation.get().notification.acks;
    },
    get ackLinks() {
      return evaluation.get().notification.ackLinks;
    },
  };
  alertDocumentRoutes(api, services);
  alertPreviewRoutes(api, services);
  silenceRoutes(api, services);
  await ackRoutes(api, services);
}
