import assert from 'node:assert/strict';
import { test } from 'node:test';
import Fastify from 'fastify';
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod';
import { pino } from 'pino';
import type { IntakeAnswer } from '../../../collector/push-source.ts';
import { installProblems } from '../../../web/api/problem.ts';
import { ingestRoutes } from '../../../web/api/routes/ingest.ts';

const ANSWER: IntakeAnswer = { accepted: 1, rejected: [], rejected_total: 0 };

/** The intake route alone, on a push source that answers when told to. */
async function intake(maxReceivingBytes: number) {
  const waiting: (() => void)[] = [];
  let entered = Promise.withResolvers<void>();
  const server = Fastify();
  server.setValidatorCompiler(validatorCompiler);
  server.setSerializerCompiler(serializerCompiler);
  installProblems(server, pino({ level: 'silent' }));
  await ingestRoutes(server, {
    maxReceivingBytes,
    push: {
      inFlightBytes: 0,
      ingest: () =>
        new Promise(resolve => {
          waiting.push(() => resolve(ANSWER));
          entered.resolve();
        }),
      stop: async () => undefined,
    },
  });
  return {
    server,
    post: (bytes: number) => server.inject({ method: 'POST', url: '/ingest/logs', payload: 'x'.repeat(bytes) }),
    /** Resolves when the next request has reached the push source. */
    async reached() {
      await entered.promise;
      entered = Promise.withResolvers<void>();
    },
    answerAll: () => waiting.splice(0).forEach(answer => void answer()),
  };
}

test('bodies beyond what may be received at once are refused before they are read, and taken again later', async () => {
  const { server, post, reached, answerAll } = await intake(100);
  const first = post(60);
  await reached();

  const beyond = await post(60);
  const beside = post(40);
  await reached();
  answerAll();
  const answers = [await first, await beside];
  const later = post(60);
  await reached();
  answerAll();

  assert.equal(beyond.statusCode, 429);
  assert.equal(beyond.headers['retry-after'], '1');
  assert.deepEqual(
    [...answers, await later].map(a => a.statusCode),
    [200, 200, 200],
  );
  await server.close();
});

test('one body is always let in, however large', async () => {
  const { server, post, reached, answerAll } = await intake(10);

  const large = post(1000);
  await reached();
  answerAll();

  assert.equal((await large).statusCode, 200);
  await server.close();
});
