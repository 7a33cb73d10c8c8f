/** One request of a person, asked again of the daemon that holds the lease. */
import type { IncomingHttpHeaders } from 'node:http';
import { UserError } from '../model/errors.ts';

const TIMEOUT_MS = 10_000;
/** Answers that are held until there is something to say: a minute, and the usual time. */
const HELD = '/api/v1/readiness';
const HELD_MS = 60_000 + TIMEOUT_MS;
/** A holder that may be asked again is given up sooner: a stopped process takes connections and never answers. */
const REPEATABLE_MS = 3_000;

/** Headers of a request, and of an answer, that mean something to the other side. */
const ASKED_WITH = [
  'accept',
  'authorization',
  'content-encoding',
  'content-type',
  'idempotency-key',
  'if-match',
  'x-tidewatch-user',
];
const ANSWERED_WITH = [
  'cache-control',
  'content-disposition',
  'content-type',
  'cross-origin-resource-policy',
  'etag',
  'location',
  'referrer-policy',
  'retry-after',
];

/** Codes of failures at which no byte of the request has left. */
const NOT_REACHED = new Set([
  'ECONNREFUSED',
  'EHOSTDOWN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'UND_ERR_CONNECT_TIMEOUT',
]);

export interface Question {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer | null;
  /** Asked twice it does no more than asked once. */
  readonly isRepeatable: boolean;
}

/** The holder's answer. */
export interface Passed {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/**
 * Null when the holder has not taken the request: it is not there, or it holds the lease no longer. Throws `UserError` standby (503) when it was asked
 * and did not answer, unless the request may be repeated: then nobody can say whether it was done.
 */
export async function askHolder(address: string, question: Question, signal: AbortSignal): Promise<Passed | null> {
  const { method, url, headers, body, isRepeatable } = question;
  const sent: Record<string, string> = { 'x-tidewatch-passed-on': '1' };
  for (const name of ASKED_WITH) if (typeof headers[name] === 'string') sent[name] = headers[name];
  const isHeld = url.split('?')[0] === HELD;
  const limitMs = isHeld ? HELD_MS : isRepeatable && method !== 'GET' ? REPEATABLE_MS : TIMEOUT_MS;
  try {
    const answer = await fetch(address + url, {
      method,
      headers: sent,
      ...(body === null || body.byteLength === 0 ? {} : { body: new Uint8Array(body) }),
      redirect: 'manual',
      signal: AbortSignal.any([signal, AbortSignal.timeout(limitMs)]),
    });
    const passed = { status: answer.status, headers: headersOf(answer), body: Buffer.from(await answer.arrayBuffer()) };
    return isRefusedAsStandby(passed) ? null : passed;
  } catch (error) {
    if (isRepeatable || signal.aborted || isNotReached(error)) return null;
    const detail =
      'the evaluating daemon was asked and did not answer; look whether the change was made before you repeat it';
    throw new UserError('standby', detail, { status: 503, cause: error });
  }
}

function headersOf(answer: Response): Record<string, string> {
  return Object.fromEntries(
    ANSWERED_WITH.flatMap(name => {
      const value = answer.headers.get(name);
      return value === null ? [] : [[name, value]];
    }),
  );
}

function isRefusedAsStandby({ status, body }: Passed): boolean {
  if (status !== 503) return false;
  try {
    const problem: unknown = JSON.parse(body.toString('utf8'));
    return typeof problem === 'object' && problem !== null && Reflect.get(problem, 'code') === 'standby';
  } catch {
    return false;
  }
}

/** A failed `fetch` tells why in its cause; several addresses tried are several errors. */
function isNotReached(error: unknown): boolean {
  const { cause } = error instanceof Error ? error : {};
  const errors = cause instanceof AggregateError ? cause.errors : [cause];
  return errors.every(each => each instanceof Error && 'code' in each && NOT_REACHED.has(String(each.code)));
}
