import type { FastifyInstance } from 'fastify';

/** A message in the demo's inbox. */
export interface InboxMessage {
  readonly id: string;
  readonly kind: string;
  readonly at: number;
  readonly to: string;
  readonly subject: string;
  readonly html?: string;
  readonly text: string;
}

/** What the daemon says of itself. */
export interface DaemonServices {
  readonly status: () => Promise<object>;
  /** The demo's inbox; null in a real daemon. */
  readonly inbox: (() => readonly InboxMessage[]) | null;
}

/** GET /status, and /inbox where there is one. */
export function daemonRoutes(app: FastifyInstance, services: DaemonServices): void {
  app.get('/status', { schema: { tags: ['daemon'], summary: 'Streams, stores, rules, channels' } }, async () =>
    services.status(),
  );
  const { inbox } = services;
  if (inbox)
    app.get('/inbox', { schema: { tags: ['daemon'], summary: 'What the demo’s receivers got' } }, async () => ({
      items: inbox(),
      next: null,
    }));
}
