/** Calls the daemon's HTTP API. Failures are `ApiError` with the stable code of the problem+json answer. */

const BASE = '/api/v1';

export interface InputIssue {
  readonly path?: string;
  readonly line?: number;
  readonly column?: number;
  readonly position?: number;
  readonly message: string;
}

/** The answer was no: `code` is the daemon's, or `unreachable` when it did not answer at all. */
export class ApiError extends Error {
  readonly code: string;
  readonly status: number;
  readonly issues: readonly InputIssue[];

  constructor(code: string, status: number, message: string, issues: readonly InputIssue[] = []) {
    super(message);
    this.name = 'ApiError';
    this.code = code;
    this.status = status;
    this.issues = issues;
  }
}

export type Params = Readonly<Record<string, string | number | undefined>>;

/** A list answer; `next` is the cursor of the following page. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly next: string | null;
}

interface Problem {
  readonly code?: string;
  readonly title?: string;
  readonly detail?: string;
  readonly errors?: readonly InputIssue[];
}

function isProblem(body: unknown): body is Problem {
  return typeof body === 'object' && body !== null;
}

async function send<T>(path: string, init: RequestInit): Promise<T> {
  let response: Response;
  try {
    response = await fetch(`${BASE}${path}`, { ...init, headers: { accept: 'application/json', ...init.headers } });
  } catch (error) {
    if (init.signal?.aborted) throw error;
    throw new ApiError('unreachable', 0, error instanceof Error ? error.message : String(error));
  }
  const body: unknown = await response.json().catch(() => null);
  if (response.ok) return body as T;
  const problem = isProblem(body) ? body : {};
  const message = problem.detail ?? problem.title ?? response.statusText;
  throw new ApiError(problem.code ?? 'internal', response.status, message, problem.errors);
}

/** GET; parameters that are undefined or empty are left out. */
export function get<T>(path: string, params: Params = {}, signal?: AbortSignal): Promise<T> {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(params)) {
    if (value !== undefined && value !== '') search.set(name, String(value));
  }
  const text = search.toString();
  return send<T>(text ? `${path}?${text}` : path, signal ? { signal } : {});
}

/** POST of a JSON body. */
export function post<T>(path: string, body: unknown, signal?: AbortSignal): Promise<T> {
  return send<T>(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    ...(signal ? { signal } : {}),
  });
}

/** PUT of a JSON body; `version` is the one that was read, absent means whatever version is there. */
export function put<T>(path: string, body: unknown, version?: string): Promise<T> {
  return send<T>(path, {
    method: 'PUT',
    headers: { 'content-type': 'application/json', ...(version === undefined ? {} : { 'if-match': `"${version}"` }) },
    body: JSON.stringify(body),
  });
}

/** DELETE, which answers nothing; `version` as for `put`. */
export function remove(path: string, version?: string): Promise<void> {
  return send<void>(path, {
    method: 'DELETE',
    ...(version === undefined ? {} : { headers: { 'if-match': `"${version}"` } }),
  });
}
