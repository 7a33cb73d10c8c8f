import type { IntakeAnswer } from '../../collector/push-source.ts';
import type { StreamName } from '../../collector/source.ts';
import { UserError } from '../../model/errors.ts';
import { osUser } from './os-user.ts';

/** Where a daemon listens that nobody told otherwise. */
export const DEFAULT_URL = 'http://127.0.0.1:8686';

const ANSWER_MS = 30_000;

/** A running daemon, as commands talk to it. Every failure is a `UserError` that names the address, its status that of the answer or 503. */
export interface DaemonClient {
  readonly url: string;
  /** Body of a GET below /api/v1; null for what the daemon does not have (404). */
  get(path: string): Promise<unknown>;
  /** Like `get`, for what has to be there: of a 404 the failure is in the daemon's own words. */
  need(path: string, signal?: AbortSignal): Promise<unknown>;
  /** Body of the answer to a POST of JSON below /api/v1. */
  post(path: string, body: object): Promise<unknown>;
  /** Asks for a DELETE below /api/v1. */
  remove(path: string): Promise<void>;
  /** Sends records in; waits for as long as the daemon says it is busy, up to `maxWaits` times. */
  ingest(stream: StreamName, body: Buffer, key: string): Promise<IntakeAnswer>;
}

interface Answer {
  readonly status: number;
  readonly ok: boolean;
  readonly text: string;
  /** Seconds; 0 when the daemon does not say. */
  readonly retryAfter: number;
}

/** `http://user:password@host:8686` logs in with basic credentials. */
export function createDaemonClient(address: string, options: { maxWaits: number }): DaemonClient {
  const { url, headers } = target(address);

  async function ask(path: string, init: RequestInit = {}): Promise<Answer> {
    const signals = [AbortSignal.timeout(ANSWER_MS), ...(init.signal ? [init.signal] : [])];
    try {
      const response = await fetch(`${url}/api/v1/${path}`, {
        ...init,
        headers: { ...headers, ...init.headers },
        signal: AbortSignal.any(signals),
      });
      const { status, ok } = response;
      return { status, ok, text: await response.text(), retryAfter: Number(response.headers.get('retry-after')) };
    } catch (error) {
      init.signal?.throwIfAborted();
      throw away(url, error);
    }
  }

  return {
    url,
    async get(path) {
      const answer = await ask(path);
      return answer.status === 404 && detailOf(answer) !== null ? null : bodyOf(url, answer);
    },
    async need(path, signal) {
      return bodyOf(url, await ask(path, signal === undefined ? {} : { signal }));
    },
    async post(path, body) {
      const json = { 'content-type': 'application/json' };
      return bodyOf(url, await ask(path, { method: 'POST', headers: json, body: JSON.stringify(body) }));
    },
    async remove(path) {
      const answer = await ask(path, { method: 'DELETE' });
      if (!answer.ok) throw refused(url, answer);
    },
    async ingest(stream, body, key) {
      for (let waits = 0; ; waits++) {
        const answer = await ask(`ingest/${stream}`, {
          method: 'POST',
          headers: { 'content-type': 'application/x-ndjson', 'idempotency-key': key },
          body: new Uint8Array(body),
        });
        const isBusy = answer.status === 429 || answer.status === 503;
        if (!isBusy || waits >= options.maxWaits) return bodyOf(url, answer) as IntakeAnswer;
        await new Promise(resolve => setTimeout(resolve, 1000 * (answer.retryAfter || 1)));
      }
    },
  };
}

function target(address: string): { url: string; headers: Record<string, string> } {
  const parsed = URL.parse(address);
  if (!parsed || !/^https?:$/.test(parsed.protocol))
    throw new UserError('bad-request', `${address} is not the address of a daemon; expected http://host:8686`);
  const { username, password } = parsed;
  parsed.username = '';
  parsed.password = '';
  const login = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  // Without a login the audit trail still says who it was; a header takes no more than ASCII.
  const actor = osUser().replace(/[^\x20-\x7e]/g, '?');
  return {
    url: `${parsed.origin}${parsed.pathname}`.replace(/\/$/, ''),
    headers:
      username === ''
        ? { 'x-tidewatch-user': actor }
        : { authorization: `Basic ${Buffer.from(login).toString('base64')}` },
  };
}

/** fetch itself only says "fetch failed". */
function away(url: string, error: unknown): UserError {
  const { message, cause } = error as Error;
  const reason = cause instanceof Error ? cause.message : message;
  return new UserError(
    'bad-request',
    `the daemon at ${url} does not answer: ${reason}; is it running? --url names another`,
    { cause: error, status: 503 },
  );
}

/** The JSON of an answer. Throws `UserError` for a refusal, and for what something else answers that listens at the address. */
function bodyOf(url: string, answer: Answer): unknown {
  if (!answer.ok) throw refused(url, answer);
  try {
    return JSON.parse(answer.text) as unknown;
  } catch (error) {
    throw new UserError('bad-request', `${url} is no tidewatch daemon: it answers ${excerpt(answer)}`, {
      cause: error,
    });
  }
}

/** `detail` of problem+json (RFC 9457); null where something in front of the daemon answers, or something else. */
function detailOf({ text }: Answer): string | null {
  try {
    const problem: unknown = JSON.parse(text);
    if (typeof problem === 'object' && problem !== null && 'detail' in problem) return String(problem.detail);
  } catch {
    // Not JSON, so no problem either.
  }
  return null;
}

function refused(url: string, answer: Answer): UserError {
  const { status } = answer;
  const detail = detailOf(answer);
  if (status === 401)
    return new UserError('unauthorized', `the daemon at ${url} wants a login: --url http://user:password@host:port`, {
      status,
    });
  if (status === 404)
    return new UserError('not-found', detail ?? `${url} is no tidewatch daemon: it answers 404 ${excerpt(answer)}`, {
      status,
    });
  return new UserError('bad-request', `the daemon at ${url} answers ${status}: ${detail ?? excerpt(answer)}`, {
    status,
  });
}

/** The beginning as one line. */
function excerpt({ text }: Answer): string {
  return text.slice(0, 200).replace(/\s+/g, ' ').trim();
}
