import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { PushSource } from '../../../collector/push-source.ts';
import { OpenLineageEvent } from '../../../lineage/graph/fragments/openlineage-event.ts';
import { type ErrorCode, UserError } from '../../../model/errors.ts';
import { unpack } from '../unpack.ts';

/** Facets of Spark hold whole query plans. */
const MAX_BODY = 16 * 1024 * 1024;

const Envelope = z.object({
  eventTime: z.string().refine(text => !Number.isNaN(Date.parse(text)), 'expected an ISO 8601 time'),
  producer: z.string().optional(),
  schemaURL: z.string().optional(),
});

/**
 * POST /lineage: OpenLineage's RunEvents, JobEvents and DatasetEvents at the address where Marquez takes them, so that its clients need
 * another host only. Any content type, gzip allowed. 201 once stored; 422 names the place of what cannot be read.
 */
export function openLineageRoutes(fastify: FastifyInstance, services: { readonly push: PushSource }): void {
  // Its own scope: the body stays bytes until it is unpacked.
  void fastify.register(async app => {
    app.removeAllContentTypeParsers();
    app.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: MAX_BODY }, (_request, body, done) =>
      done(null, body),
    );
    app.post(
      '/lineage',
      {
        bodyLimit: MAX_BODY,
        schema: {
          tags: ['lineage'],
          summary: 'Take an OpenLineage event, as Marquez does',
          consumes: ['application/json'],
          body: z.unknown().describe('A RunEvent, JobEvent or DatasetEvent; gzip allowed'),
        },
      },
      async (request, reply) => {
        const raw = request.body instanceof Buffer ? request.body : Buffer.alloc(0);
        const event = readEvent(await unpack(raw, request.headers['content-encoding'], MAX_BODY));
        const answer = await services.push.ingest({ stream: 'jobs', body: Buffer.from(JSON.stringify(event)) });
        const refused = answer.rejected[0];
        // Codes of the intake are codes of the daemon; the sink's port only says text.
        if (refused) throw new UserError(refused.code as ErrorCode, refused.reason);
        return reply.code(201).send();
      },
    );
  });
}

/** What is understood of an event; facets nobody reads are not worth their room. */
function readEvent(body: Buffer): object {
  const value = parseJson(body);
  const [envelope, event] = [Envelope.safeParse(value), OpenLineageEvent.safeParse(value)];
  if (envelope.success && event.success) return { ...envelope.data, ...event.data };
  const issues = [envelope, event].flatMap(({ error }) =>
    (error?.issues ?? []).map(({ path, message }) => ({ path: path.join('.'), message })),
  );
  const isNone = issues.some(({ path }) => path === '' || path === 'job');
  const detail = issues.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`)).join('; ');
  throw new UserError(isNone ? 'unknown-shape' : 'bad-field', `not an OpenLineage event: ${detail}`, { issues });
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch (error) {
    throw new UserError('not-json', `the body is not valid JSON: ${(error as Error).message}`);
  }
}
