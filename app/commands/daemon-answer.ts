/** Reads what answers at an address, which may be a tidewatch daemon, a refusal of it, or something else altogether. */
import type { z } from 'zod';
import { UserError } from '../../model/errors.ts';
import { VERSION } from '../version.ts';

/** An answer over HTTP, read to its end. */
export interface Answer {
  readonly status: number;
  /** Status 200 to 299. */
  readonly ok: boolean;
  readonly text: string;
  /** Seconds; 0 when the daemon does not say. */
  readonly retryAfter: number;
}

/** Who was asked. */
export interface Asked {
  readonly url: string;
  /** Whether a user and a password went with it. */
  readonly hasLogin: boolean;
}

/** The JSON of an answer. Throws `UserError` for a refusal, and for what is no JSON. */
export function bodyOf(asked: Asked, answer: Answer): unknown {
  if (!answer.ok) throw refused(asked, answer);
  try {
    return JSON.parse(answer.text) as unknown;
  } catch (error) {
    throw new UserError('bad-request', `${asked.url} is no tidewatch daemon: it answers ${excerpt(answer)}`, {
      cause: error,
    });
  }
}

/** `detail` of problem+json (RFC 9457); null where something in front of the daemon answers, or something else. */
export function detailOf({ text }: Answer): string | null {
  try {
    const problem: unknown = JSON.parse(text);
    if (typeof problem === 'object' && problem !== null && 'detail' in problem) return String(problem.detail);
  } catch {
    // Not JSON, so no problem either.
  }
  return null;
}

/** An answer in the shape that is needed. Throws `UserError` where it has another: that of another version, or of another program. */
export function understood<T>(shape: z.ZodType<T>, body: unknown): T {
  const { success, data, error } = shape.safeParse(body);
  if (success) return data;
  const [{ path = [], message = '' } = {}] = error.issues;
  const place = path.length === 0 ? 'the answer' : path.join('.');
  throw new UserError(
    'bad-request',
    `the answer is not that of a tidewatch daemon of version ${VERSION} (${place}: ${message}); does --url name one?`,
  );
}

function refused({ url, hasLogin }: Asked, answer: Answer): UserError {
  const { status } = answer;
  const detail = detailOf(answer);
  if (status === 401) {
    const why = hasLogin ? 'refuses this user and password' : 'wants a login';
    return new UserError('unauthorized', `the daemon at ${url} ${why}: --url http://user:password@host:port`, {
      status,
    });
  }
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
