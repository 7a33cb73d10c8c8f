import { z } from 'zod';
import type { IntakeAnswer } from '../../collector/push-source.ts';
import type { StreamName } from '../../collector/source.ts';
import { UserError } from '../../model/errors.ts';
import { type Answer, bodyOf, detailOf, understood } from './daemon-answer.ts';
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

const Intake = z.looseObject({
  accepted: z.number(),
  rejected: z.array(z.object({ line: z.number(), code: z.string(), reason: z.string() })),
  rejected_total: z.number(),
});

/** `http://user:password@host:8686` logs in with basic credentials. */
export function createDaemonClient(address: string, options: { maxWaits: number }): DaemonClient {
  const { url, headers } = target(address);
  const asked = { url, hasLogin: 'authorization' in headers };

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
      return answer.status === 404 && detailOf(answer) !== null ? null : bodyOf(asked, answer);
    },
    async need(path, signal) {
      return bodyOf(asked, await ask(path, signal === undefined ? {} : { signal }));
    },
    async post(path, body) {
      const json = { 'content-type': 'application/json' };
      return bodyOf(asked, await ask(path, { method: 'POST', headers: json, body: JSON.stringify(body) }));
    },
    async remove(path) {
      const answer = await ask(path, { method: 'DELETE' });
      // Whatever is not our daemon may say yes to anything.
      if (answer.status !== 204) understood(z.never(), bodyOf(asked, answer));
    },
    async ingest(stream, body, key) {
      for (let waits = 0; ; waits++) {
        const answer = await ask(`ingest/${stream}`, {
          method: 'POST',
          headers: { 'content-type': 'application/x-ndjson', 'idempotency-key': key },
          body: new Uint8Array(body),
        });
        const isBusy = answer.status === 429 || answer.status === 503;
        if (!isBusy || waits >= options.maxWaits) return understood(Intake, bodyOf(asked, answer));
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
  const login = `${decoded(username)}:${decoded(password)}`;
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

/** A `%` that begins no code stands for itself, as in a password nobody encoded. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
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
