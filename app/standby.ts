/**
 * A standby serves people by asking the daemon that holds the lease: embedded data has one owner, and rules, alerts and freshness live where
 * evaluation runs. Reads fall back on this daemon's own routes. A change waits for whoever takes over, so that a click in the middle of a handover
 * is not lost. Intake is taken where it arrives, or refused with `standby` (503). The holder's address is kept in the state store.
 */
import { networkInterfaces } from 'node:os';
import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Clock } from '../model/clock.ts';
import { UserError } from '../model/errors.ts';
import type { StateStore } from '../store/state-store.ts';
import { askHolder, type Passed, type Question } from './standby-request.ts';

const KIND = 'setting';
const ID = 'evaluating-daemon';
/** Longest wait for somebody to take over: a lease runs out after 6 s, and what was owned is read after that. */
const TAKEOVER_MS = 20_000;
const LOOK_MS = 250;
/** Requests that wait for somebody to take over at a time. */
const MAX_WAITING = 200;
/** What each daemon says of itself. */
const OWN = new Set(['/api/v1/status', '/api/v1/openapi.json', '/api/v1/inbox']);
const INTAKE = '/api/v1/ingest/';
/** Requests with a body that change nothing. */
const QUESTION = /\/(query|replay|preview|parse|check)$/;
/** May be sent twice: the second acknowledgement says what the first said. */
const REPEATABLE = /\/ack$/;
/** The page a link of a message opens; without it nobody gets to the button. */
const ACK_PAGE = '/api/v1/ack';

export interface StandbyParts {
  readonly state: StateStore;
  /** Another daemon holds the lease, or nobody does. */
  readonly stands: () => boolean;
  /** This one holds it, and evaluation is about to begin. */
  readonly begins: () => boolean;
  /** This daemon's own address. */
  readonly own: () => string;
  readonly clock: Clock;
}

/** Tells the others where the holder of the lease listens. */
export async function announce(state: StateStore, address: string, host: string): Promise<void> {
  await state.put(KIND, ID, { address: seenFromOutside(address, host) }, 'any');
}

/** The address under which other machines find a daemon that listens on all of its own. */
function seenFromOutside(address: string, host: string): string {
  if (host !== '0.0.0.0' && host !== '::') return address;
  const outside = Object.values(networkInterfaces())
    .flatMap(each => each ?? [])
    .find(({ internal, family }) => !internal && family === 'IPv4');
  if (outside === undefined) return address;
  const url = new URL(address);
  url.hostname = outside.address;
  return url.origin;
}

/** Passes requests on to the holder of the lease while another daemon is it, and holds changes until somebody is. */
export function passOn(api: FastifyInstance, parts: StandbyParts): void {
  let waiting = 0;

  /** The holder's address; null when that is this daemon, or when the store does not say. */
  async function holder(): Promise<string | null> {
    const known = await parts.state.get<{ address: string }>(KIND, ID).catch(() => null);
    return known === null || known.body.address === parts.own() ? null : known.body.address;
  }

  /** One try; null where the holder has not taken the request. */
  async function pass(question: Question, signal: AbortSignal): Promise<Passed | null> {
    const address = await holder();
    return address === null ? null : askHolder(address, question, signal);
  }

  /** Tries until the holder has answered, this daemon has become it, or the time is over; null leaves the request to its own routes. */
  async function passOrWait(question: Question, signal: AbortSignal): Promise<Passed | null> {
    if (waiting >= MAX_WAITING) return parts.stands() ? pass(question, signal) : null;
    waiting += 1;
    try {
      const until = parts.clock.now() + TAKEOVER_MS;
      while (!signal.aborted) {
        const passed = parts.stands() ? await pass(question, signal) : null;
        if (passed !== null) return passed;
        if (!parts.stands() && !parts.begins()) return null;
        // A store that is away has no lease either: nobody takes over before it is back.
        if (parts.clock.now() >= until || (await parts.state.ping().catch(() => 'away')) === 'away') return null;
        await parts.clock.sleep(LOOK_MS, signal).catch(() => undefined);
      }
      return null;
    } finally {
      waiting -= 1;
    }
  }

  const concernsOthers = (request: FastifyRequest): boolean =>
    request.headers['x-tidewatch-passed-on'] === undefined &&
    !OWN.has(pathOf(request)) &&
    !pathOf(request).startsWith(INTAKE);

  api.addHook('onRequest', async (request, reply) => {
    if (request.method !== 'GET' || !concernsOthers(request)) return;
    const path = pathOf(request);
    if (!parts.stands() && !(path === ACK_PAGE && parts.begins())) return;
    const passed = await whileConnected(request, signal =>
      (path === ACK_PAGE ? passOrWait : pass)(questionOf(request, null, true), signal),
    );
    if (passed !== null) return answer(reply, passed);
  });

  api.addHook('preParsing', async (request, reply, payload) => {
    if (request.method === 'GET' || request.method === 'HEAD' || !concernsOthers(request)) return payload;
    if (!parts.stands() && !parts.begins()) return payload;
    const path = pathOf(request);
    const body = await wholeBody(payload, request.routeOptions.bodyLimit ?? 0);
    const question = questionOf(request, body, QUESTION.test(path) || REPEATABLE.test(path));
    const passed = await whileConnected(request, signal =>
      QUESTION.test(path) ? (parts.stands() ? pass(question, signal) : null) : passOrWait(question, signal),
    );
    if (passed !== null) await answer(reply, passed);
    return Readable.from([body]);
  });
}

function pathOf(request: FastifyRequest): string {
  return request.url.split('?')[0] ?? '';
}

function questionOf({ method, url, headers }: FastifyRequest, body: Buffer | null, isRepeatable: boolean): Question {
  return { method, url, headers, body, isRepeatable };
}

/** Throws `UserError` too-large (413), as the routes do. */
async function wholeBody(payload: AsyncIterable<Buffer>, limit: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of payload) {
    size += chunk.byteLength;
    if (size > limit) throw new UserError('too-large', 'the request body is larger than the limit', { status: 413 });
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Runs `work` with a signal that ends with the connection of who asked: nobody waits for an answer any more then. */
async function whileConnected<T>(request: FastifyRequest, work: (signal: AbortSignal) => T | Promise<T>): Promise<T> {
  const gone = new AbortController();
  const { socket } = request.raw;
  const onClose = (): void => gone.abort(new Error('nobody waits any more'));
  socket.once('close', onClose);
  try {
    return await work(gone.signal);
  } finally {
    socket.removeListener('close', onClose);
  }
}

function answer(reply: FastifyReply, { status, headers, body }: Passed): FastifyReply {
  return reply.code(status).headers(headers).send(body);
}
