/**
 * A standby serves what people read by asking the daemon that holds the lease: embedded data has one owner, and rules, alerts and
 * freshness live where evaluation runs. Intake and changes are refused with `standby` (503); the holder's address is kept in the state store.
 */
import type { FastifyInstance } from 'fastify';
import type { StateStore } from '../store/state-store.ts';

const KIND = 'setting';
const ID = 'evaluating-daemon';
const TIMEOUT_MS = 10_000;
/** Answers that are held until there is something to say: a minute, and the usual time. */
const HELD = new Set(['/api/v1/readiness']);
const HELD_MS = 60_000 + TIMEOUT_MS;
/** What each daemon says of itself. */
const OWN = new Set(['/api/v1/status', '/api/v1/openapi.json', '/api/v1/inbox']);

/** Headers of an answer that mean something to the one who asked. */
const PASSED_ON = ['cache-control', 'etag', 'cross-origin-resource-policy', 'retry-after'];

/** Tells the others where the holder of the lease listens. */
export async function announce(state: StateStore, address: string): Promise<void> {
  await state.put(KIND, ID, { address }, 'any');
}

/** Passes reads on to the holder while `isStandby`; a holder that does not answer leaves them to this daemon's own routes. */
export function passReadsOn(
  api: FastifyInstance,
  state: StateStore,
  isStandby: () => boolean,
  own: () => string,
): void {
  api.addHook('onRequest', async (request, reply) => {
    const path = request.url.split('?')[0] ?? '';
    if (request.method !== 'GET' || OWN.has(path) || !isStandby()) return;
    const holder = await state.get<{ address: string }>(KIND, ID).catch(() => null);
    if (!holder || holder.body.address === own()) return;
    const { authorization } = request.headers;
    try {
      const answer = await fetch(holder.body.address + request.url, {
        headers: authorization === undefined ? {} : { authorization },
        redirect: 'error',
        signal: AbortSignal.timeout(HELD.has(path) ? HELD_MS : TIMEOUT_MS),
      });
      const type = answer.headers.get('content-type') ?? 'application/json';
      for (const name of PASSED_ON) {
        const value = answer.headers.get(name);
        if (value !== null) void reply.header(name, value);
      }
      return reply
        .code(answer.status)
        .type(type)
        .send(Buffer.from(await answer.arrayBuffer()));
    } catch {
      return;
    }
  });
}
