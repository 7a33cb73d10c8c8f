/** Errors over the API: RFC 9457 problem+json with a stable `code`, and for input errors every complaint with its place. */
import type { FastifyError, FastifyInstance, FastifyReply } from 'fastify';
import type { Logger } from 'pino';
import {
  type ErrorCode,
  type InputIssue,
  StoreAwayError,
  UserError,
  VersionConflictError,
} from '../../model/errors.ts';

export interface Problem {
  readonly type: 'about:blank';
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: ErrorCode;
  readonly errors?: readonly InputIssue[];
}

/** An error that knows when to come back; its seconds go into `Retry-After`. */
interface Delayed {
  readonly retryAfterSeconds?: number;
}

/** Bodies refused for their size are still read, so that the client can take the answer; larger ones lose their connection. */
const MAX_DROPPED_BYTES = 256 * 1024 * 1024;

const TITLES: Record<number, string> = {
  400: 'Bad request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not found',
  409: 'Conflict',
  412: 'Precondition failed',
  413: 'Payload too large',
  415: 'Unsupported media type',
  422: 'Unprocessable content',
  428: 'Precondition required',
  429: 'Too many requests',
  500: 'Internal error',
  503: 'Unavailable',
};

function problem(status: number, code: ErrorCode, detail: string, errors: readonly InputIssue[] = []): Problem {
  return {
    type: 'about:blank',
    title: TITLES[status] ?? 'Error',
    status,
    detail,
    code,
    ...(errors.length > 0 ? { errors } : {}),
  };
}

interface ZodLike {
  readonly issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[];
}

/** A zod error, or the wrapper the type provider puts around one. */
function zodIssues(error: unknown): InputIssue[] | null {
  const validation = (error as { validation?: readonly { instancePath?: string; message?: string }[] }).validation;
  if (Array.isArray(validation)) {
    return validation.map(v => ({
      path: (v.instancePath ?? '').replace(/^\//, '').replaceAll('/', '.'),
      message: v.message ?? 'invalid',
    }));
  }
  const issues = (error as Partial<ZodLike>).issues;
  if (!Array.isArray(issues) || !(error instanceof Error) || error instanceof UserError) return null;
  return issues.map(i => ({ path: i.path.join('.'), message: i.message }));
}

/** Turns anything thrown in a route into a problem; only a bug becomes a 500. */
export function toProblem(error: unknown): Problem {
  if (error instanceof UserError) return problem(error.status, error.code, error.message, error.issues);
  if (error instanceof StoreAwayError) return problem(503, 'store-away', error.message);
  if (error instanceof VersionConflictError) return problem(412, 'version-conflict', error.message);
  const issues = zodIssues(error);
  if (issues) return problem(422, 'bad-request', issues.map(i => `${i.path}: ${i.message}`).join('; '), issues);
  const status = (error as Partial<FastifyError>).statusCode ?? 500;
  if (status === 413) return problem(413, 'too-large', 'the request body is larger than the limit');
  if (status < 500) {
    const { message } = error as Error;
    return problem(status, 'bad-request', message, status === 400 ? [{ message }] : []);
  }
  return problem(500, 'internal', 'an unexpected error; the log of the daemon has the details');
}

/** Sends a problem. */
export function sendProblem(reply: FastifyReply, body: Problem): FastifyReply {
  return reply.code(body.status).type('application/problem+json').send(JSON.stringify(body));
}

/** Installs the error and not-found handlers. */
export function installProblems(app: FastifyInstance, logger: Logger): void {
  app.setErrorHandler((error, request, reply) => {
    const body = toProblem(error);
    if (body.status === 500) logger.error({ err: error, url: request.url }, 'request failed');
    const wait = (error as Delayed).retryAfterSeconds ?? (body.status === 503 ? 1 : undefined);
    if (wait !== undefined) void reply.header('retry-after', String(wait));
    // Fastify would cut the connection while the client still sends, which then sees a broken pipe instead of this answer. Node reads
    // the rest of a body and drops it.
    if (Number(request.headers['content-length']) <= MAX_DROPPED_BYTES) void reply.removeHeader('connection');
    return sendProblem(reply, body);
  });
}
