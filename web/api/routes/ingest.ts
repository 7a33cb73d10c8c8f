import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { OverloadedError, type PushSource } from '../../../collector/push-source.ts';
import { STREAMS, type StreamName } from '../../../collector/source.ts';
import { unpack } from '../unpack.ts';

const RETRY_AFTER_SECONDS = 1;
const MAX_BODY = 32 * 1024 * 1024;
/** Bytes of bodies being received or worked on; what comes beyond is refused before it is read. One body is always let in. */
const MAX_RECEIVING = 128 * 1024 * 1024;

export interface IngestServices {
  readonly push: PushSource;
  readonly maxReceivingBytes?: number;
}

/** POST /ingest/{stream}: NDJSON or a JSON array, gzip allowed; whatever the content type says. */
export async function ingestRoutes(app: FastifyInstance, services: IngestServices): Promise<void> {
  boundReceiving(app, services.maxReceivingBytes ?? MAX_RECEIVING);
  // The body stays bytes: lines are cut and decoded by the collector, and curl's default content type is welcome.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: MAX_BODY }, (_request, body, done) => done(null, body));

  app.post<{ Params: { stream: StreamName } }>(
    '/ingest/:stream',
    {
      bodyLimit: MAX_BODY,
      schema: {
        tags: ['intake'],
        summary: 'Take in records',
        params: z.strictObject({ stream: z.enum(STREAMS) }),
        consumes: ['application/x-ndjson', 'application/json'],
        body: z.unknown().describe('One JSON record a line, or an array of records; gzip allowed'),
      },
    },
    async (request, reply) => {
      const raw = request.body instanceof Buffer ? request.body : Buffer.alloc(0);
      const body = await unpack(raw, request.headers['content-encoding'], MAX_BODY);
      const key = request.headers['idempotency-key'];
      const answer = await services.push.ingest({
        stream: request.params.stream,
        body,
        ...(typeof key === 'string' && key !== '' ? { idempotencyKey: key } : {}),
      });
      return reply.send(answer);
    },
  );
}

/** Counts every request by the size it announces, from its head to its answer. */
function boundReceiving(app: FastifyInstance, limit: number): void {
  const sizes = new WeakMap<FastifyRequest, number>();
  let receiving = 0;
  app.addHook('onRequest', async request => {
    const announced = request.headers['content-length'];
    const size = announced === undefined ? MAX_BODY : Math.min(Number(announced) || 0, MAX_BODY);
    if (receiving > 0 && receiving + size > limit) throw new OverloadedError(RETRY_AFTER_SECONDS);
    sizes.set(request, size);
    receiving += size;
  });
  // Runs for connections that break off, too.
  app.addHook('onResponse', async request => {
    receiving -= sizes.get(request) ?? 0;
  });
}
