import type { IntakeAnswer } from '../../collector/push-source.ts';
import type { StreamName } from '../../collector/source.ts';
import { UserError } from '../../model/errors.ts';

const ANSWER_MS = 30_000;

/** A running daemon, as commands talk to it. Every failure is a `UserError` that names the address, its status that of the answer or 503. */
export interface DaemonClient {
  readonly url: string;
  /** Body of a GET below /api/v1; null for what the daemon does not have (404). */
  get(path: string): Promise<unknown>;
  /** Like `get`, for what has to be there: of a 404 the failure is in the daemon's own words. */
  need(path: string): Promise<unknown>;
  /** Body of the answer to a POST of JSON below /api/v1. */
  post(path: string, body: object): Promise<unknown>;
  /** Sends records in; waits for as long as the daemon says it is busy, up to `maxWaits` times. */
  ingest(stream: StreamName, body: Buffer, key: string): Promise<IntakeAnswer>;
}

/** `http://user:password@host:8686` logs in with basic credentials. */
export function createDaemonClient(address: string, options: { maxWaits: number }): DaemonClient {
  const { url, headers } = target(address);

  async function ask(path: string, init: RequestInit = {}): Promise<Response> {
    try {
      const signal = AbortSignal.timeout(ANSWER_MS);
      return await fetch(`${url}/api/v1/${path}`, { ...init, headers: { ...headers, ...init.headers }, signal });
    } catch (error) {
      throw away(url, error);
    }
  }

  return {
    url,
    async get(path) {
      const response = await ask(path);
      if (response.status === 404) return null;
      if (!response.ok) throw await refused(url, response);
      return response.json();
    },
    async need(path) {
      const response = await ask(path);
      if (response.status === 404) throw new UserError('not-found', await detailOf(response), { status: 404 });
      if (!response.ok) throw await refused(url, response);
      return response.json();
    },
    async post(path, body) {
      const json = { 'content-type': 'application/json' };
      const response = await ask(path, { method: 'POST', headers: json, body: JSON.stringify(body) });
      if (!response.ok) throw await refused(url, response);
      return response.json();
    },
    async ingest(stream, body, key) {
      for (let waits = 0; ; waits++) {
        const response = await ask(`ingest/${stream}`, {
          method: 'POST',
          headers: { 'content-type': 'application/x-ndjson', 'idempotency-key': key },
          body: new Uint8Array(body),
        });
        if (response.ok) return (await response.json()) as IntakeAnswer;
        if ((response.status !== 429 && response.status !== 503) || waits >= options.maxWaits)
          throw await refused(url, response);
        await new Promise(resolve => setTimeout(resolve, 1000 * (Number(response.headers.get('retry-after')) || 1)));
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
  return {
    url: `${parsed.origin}${parsed.pathname}`.replace(/\/$/, ''),
    headers: username === '' ? {} : { authorization: `Basic ${Buffer.from(login).toString('base64')}` },
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

/** `detail` of problem+json, or the text. */
async function detailOf(response: Response): Promise<string> {
  const text = (await response.text()).slice(0, 1000);
  try {
    const problem: unknown = JSON.parse(text);
    if (typeof problem === 'object' && problem !== null && 'detail' in problem) return String(problem.detail);
  } catch {
    // Not the daemon itself but something in front of it.
  }
  return `not found: ${text}`;
}

async function refused(url: string, response: Response): Promise<UserError> {
  const text = (await response.text()).slice(0, 1000);
  const { status } = response;
  if (status === 401)
    return new UserError('unauthorized', `the daemon at ${url} wants a login: --url http://user:password@host:port`, {
      status,
    });
  return new UserError('bad-request', `the daemon at ${url} answers ${status}: ${text}`, { status });
}
