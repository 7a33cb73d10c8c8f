/**
 * The HTTP server: API under /api/v1 (OpenAPI at /api/v1/openapi.json), /metrics, /healthz, /readyz, and the UI for everything else.
 * Routes get what they need as arguments; nothing here knows adapters.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import fastifyCompress from '@fastify/compress';
import fastifyHelmet from '@fastify/helmet';
import fastifyStatic from '@fastify/static';
import fastifySwagger from '@fastify/swagger';
import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify';
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod';
import type { Logger } from 'pino';
import { z } from 'zod';
import { UserError } from '../../model/errors.ts';
import type { Telemetry } from '../../model/telemetry.ts';
import { describeRoute } from './openapi.ts';
import { installProblems, sendProblem, toProblem } from './problem.ts';
import { installSecurity, type SecurityOptions } from './security.ts';

/** One answer of /readyz: ready when every check is ok. */
export interface Readiness {
  readonly ready: boolean;
  readonly checks: readonly { readonly name: string; readonly ok: boolean; readonly detail: string }[];
}

export interface ServerOptions {
  readonly version: string;
  readonly logger: Logger;
  readonly telemetry: Telemetry;
  readonly security: SecurityOptions;
  readonly readiness: () => Promise<Readiness>;
  /** Folder of the built UI. */
  readonly uiDir: string;
  /** Registers the routes of /api/v1. */
  readonly routes: (api: FastifyInstance) => void | Promise<void>;
}

/** Builds the server without listening; `app.listen` starts it. */
export async function createServer(options: ServerOptions): Promise<FastifyInstance> {
  const { telemetry, logger } = options;
  const app: FastifyInstance = Fastify({
    loggerInstance: logger as FastifyBaseLogger,
    // Requests are counted, not logged one by one.
    logController: new LogController({ disableRequestLogging: true }),
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 2000 },
    // Badges stand in other pages under a short address.
    rewriteUrl: ({ url = '/' }) => (url.startsWith('/badge/') ? `/api/v1${url}` : url),
    bodyLimit: 4 * 1024 * 1024,
    // What fails before there is a route, such as an address that cannot be decoded.
    frameworkErrors: (error, _request, reply) => void sendProblem(reply, toProblem(error)),
  });
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  installProblems(app, logger);
  installSecurity(app, options.security);
  await app.register(fastifyHelmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        // Charts and the virtual list set element styles; mails in the inbox bring style attributes and sit in a sandbox.
        styleSrc: ["'self'", "'unsafe-inline'"],
        imgSrc: ["'self'", 'data:'],
        frameSrc: ["'self'", 'blob:'],
        objectSrc: ["'none'"],
        baseUri: ["'none'"],
        frameAncestors: ["'none'"],
        formAction: ["'self'"],
      },
    },
    strictTransportSecurity: false,
    crossOriginEmbedderPolicy: false,
  });
  // Answers only: the intake unpacks its own bodies, within its limit.
  await app.register(fastifyCompress, { globalDecompression: false, threshold: 2048, encodings: ['gzip'] });
  await app.register(fastifySwagger, {
    openapi: { openapi: '3.1.0', info: { title: 'tidewatch', version: options.version } },
    transform: describeRoute,
  });
  app.addHook('onResponse', async (request, reply) => {
    telemetry.httpRequests.inc({ route: request.routeOptions.url ?? 'unknown', status: String(reply.statusCode) });
  });

  const tags = ['daemon'];
  app.get('/healthz', { schema: { tags, summary: 'The process answers' } }, async () => ({ ok: true }));
  app.get(
    '/readyz',
    { schema: { tags, summary: '200 when stores and sources answer, else 503' } },
    async (_request, reply) => {
      const readiness = await options.readiness();
      return reply.code(readiness.ready ? 200 : 503).send(readiness);
    },
  );
  app.get('/metrics', { schema: { tags, summary: 'The daemon itself, for Prometheus' } }, async (_request, reply) =>
    reply.type(telemetry.registry.contentType).send(await telemetry.registry.metrics()),
  );
  await app.register(
    async api => {
      // Unknown request fields are refused, also where a route knows none.
      api.addHook('onRoute', route => {
        route.schema = { querystring: z.strictObject({}), ...route.schema };
      });
      await options.routes(api);
      api.get('/openapi.json', { schema: { hide: true } }, async () => app.swagger());
    },
    { prefix: '/api/v1' },
  );
  await installUi(app, options.uiDir);
  return app;
}

/** Serves the built UI; every address that is no API and no file is a screen, so it gets the page. */
async function installUi(app: FastifyInstance, uiDir: string): Promise<void> {
  const built = existsSync(join(uiDir, 'index.html'));
  if (built) {
    await app.register(fastifyStatic, {
      root: uiDir,
      setHeaders: (reply, path) => {
        // Vite puts a content hash into the names below assets/, so these never change.
        const immutable = path.includes(`${join(uiDir, 'assets')}`);
        reply.header('cache-control', immutable ? 'public, max-age=31536000, immutable' : 'no-cache');
      },
    });
  }
  // Browsers ask for it beside pages that link no icon: an acknowledgement's, a mail in the inbox.
  if (built)
    app.get('/favicon.ico', { schema: { hide: true } }, async (_request, reply) => reply.redirect('/favicon.svg', 301));
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?')[0] ?? '';
    // By what is asked for, not by the look of the address: names of jobs and datasets may hold dots and slashes.
    const asksForPage = request.headers.accept?.includes('text/html') ?? false;
    const wantsPage = request.method === 'GET' && !path.startsWith('/api/') && asksForPage;
    if (wantsPage && built) return reply.header('cache-control', 'no-cache').sendFile('index.html');
    const detail = wantsPage ? 'the UI is not built; run "npm run build:ui"' : `nothing at ${request.method} ${path}`;
    return sendProblem(reply, toProblem(new UserError('not-found', detail, { status: 404 })));
  });
}
