/**
 * The connection to Elasticsearch that its three stores share: one client, one way to tell "away" from "refused". Only core features
 * are used (no ILM, scripts, ingest or delete-by-query), so any distribution of 8.x will do.
 */
import type { Client } from '@elastic/elasticsearch';
import { StoreAwayError } from '../../model/errors.ts';
import type { Secret } from '../../model/secret.ts';

export interface ElasticsearchOptions {
  readonly node: string;
  /** Begins the name of every index; lower case. */
  readonly indexPrefix: string;
  readonly auth?: { readonly username: string; readonly password: Secret } | { readonly apiKey: Secret };
  readonly tls?: { readonly ca?: string; readonly rejectUnauthorized?: boolean };
  /** How soon appended rows become searchable when nobody waits for them. */
  readonly refreshIntervalMs: number;
}

export interface Elasticsearch {
  readonly prefix: string;
  readonly refreshIntervalMs: number;
  /**
   * One request; resolves with the parsed answer whatever its HTTP status below 500 except 429. Rejects with `StoreAwayError` when
   * the cluster cannot be reached, is overloaded or answers 5xx, 401, 403: the caller repeats.
   */
  request<T>(
    request: ElasticsearchRequest,
    signal?: AbortSignal,
  ): Promise<{ readonly status: number; readonly body: T }>;
  /** Resolves while the cluster answers; rejects with `StoreAwayError`. */
  ping(signal?: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

export interface ElasticsearchRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE' | 'HEAD';
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | boolean>>;
  /** An object is sent as JSON; a text or buffer as NDJSON, as it is. */
  readonly body?: object | string | Buffer;
}

const REQUEST_TIMEOUT_MS = 30_000;

type Errors = typeof import('@elastic/elasticsearch').errors;

/** Loads the library: with what it brings along it is a tenth of a daemon's memory, and most daemons never need it. */
async function openClient(
  options: ElasticsearchOptions,
): Promise<{ readonly client: Client; readonly errors: Errors }> {
  const { Client: LoadedClient, errors } = await import('@elastic/elasticsearch');
  const { auth, tls } = options;
  const client = new LoadedClient({
    node: options.node,
    requestTimeout: REQUEST_TIMEOUT_MS,
    // The callers repeat whole batches themselves, with ids that make it safe; a hidden retry would only delay their answer.
    maxRetries: 0,
    ...(auth && 'apiKey' in auth ? { auth: { apiKey: auth.apiKey.reveal() } } : {}),
    ...(auth && 'username' in auth ? { auth: { username: auth.username, password: auth.password.reveal() } } : {}),
    ...(tls ? { tls: { ...(tls.ca ? { ca: tls.ca } : {}), rejectUnauthorized: tls.rejectUnauthorized ?? true } } : {}),
  });
  return { client, errors };
}

/** A connection; nothing is sent, or even loaded, before the first request. */
export function connectElasticsearch(options: ElasticsearchOptions): Elasticsearch {
  let opened: ReturnType<typeof openClient> | null = null;
  const es: Elasticsearch = {
    prefix: options.indexPrefix,
    refreshIntervalMs: options.refreshIntervalMs,
    async request<T>({ method, path, query, body }: ElasticsearchRequest, signal?: AbortSignal) {
      const raw = typeof body === 'string' || Buffer.isBuffer(body);
      opened ??= openClient(options);
      const { client, errors } = await opened;
      try {
        const answer = await client.transport.request<T>(
          {
            method,
            path,
            ...(query ? { querystring: query } : {}),
            ...(raw ? { bulkBody: body } : body ? { body } : {}),
          },
          { meta: true, ignore: [400, 404, 409], ...(signal ? { signal } : {}) },
        );
        return { status: answer.statusCode ?? 0, body: answer.body };
      } catch (error) {
        throw asAway(errors, error, options.node, signal);
      }
    },
    async ping(signal) {
      await es.request(
        { method: 'GET', path: '/_cluster/health', query: { wait_for_status: 'yellow', timeout: '1s' } },
        signal,
      );
    },
    close: async () =>
      opened?.then(
        ({ client }) => client.close(),
        () => undefined,
      ),
  };
  return es;
}

function asAway(errors: Errors, error: unknown, node: string, signal: AbortSignal | undefined): unknown {
  if (signal?.aborted) return signal.reason;
  if (error instanceof errors.ResponseError) {
    const status = error.statusCode ?? 0;
    if (status === 401 || status === 403) {
      return new StoreAwayError(
        `Elasticsearch at ${node} refuses the credentials (${status}); check elasticsearch.auth`,
        error,
      );
    }
    if (status === 429 || status >= 500) return new StoreAwayError(`Elasticsearch at ${node} answers ${status}`, error);
    return error;
  }
  if (error instanceof errors.ElasticsearchClientError) {
    return new StoreAwayError(`Elasticsearch at ${node} does not answer: ${error.message}`, error);
  }
  return error;
}
