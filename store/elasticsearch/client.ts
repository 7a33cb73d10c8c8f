/**
 * The connection to Elasticsearch that its three stores share: one client, one way to tell "away" from "refused". Only core features
 * are used (no ILM, scripts, ingest or delete-by-query), so any distribution of 8.x will do.
 */
import type { ConnectionOptions } from 'node:tls';
import type { Client } from '@elastic/elasticsearch';
import { tlsFault } from '../../model/connection-fault.ts';
import { StoreAwayError } from '../../model/errors.ts';
import type { Secret } from '../../model/secret.ts';

export interface ElasticsearchOptions {
  readonly node: string;
  /** Begins the name of every index; lower case. */
  readonly indexPrefix: string;
  readonly auth?: { readonly username: string; readonly password: Secret } | { readonly apiKey: Secret };
  /** Read again when the client is opened anew. */
  readonly tls?: Pick<ConnectionOptions, 'ca' | 'cert' | 'key' | 'passphrase' | 'rejectUnauthorized'>;
  /** How soon appended rows become searchable when nobody waits for them. */
  readonly refreshIntervalMs: number;
}

export interface Elasticsearch {
  readonly prefix: string;
  readonly refreshIntervalMs: number;
  /**
   * One request; resolves with the parsed answer whatever its HTTP status below 500 except 429. Rejects with `StoreAwayError` when
   * the cluster cannot be reached, is overloaded or answers 5xx, 401, 403: the caller repeats. Credentials and certificates that were
   * replaced in their files are taken over with the request after one that failed.
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
const MAX_REASON = 500;

type Errors = typeof import('@elastic/elasticsearch').errors;

interface OpenedClient {
  readonly client: Client;
  readonly errors: Errors;
  /** What it was opened with; holds secrets, only to be compared. */
  readonly credentials: string;
}

/** Loads the library: with what it brings along it is a tenth of a daemon's memory, and most daemons never need it. */
async function openClient(options: ElasticsearchOptions): Promise<OpenedClient> {
  const { Client: LoadedClient, errors } = await import('@elastic/elasticsearch');
  const { auth, tls } = options;
  const client = new LoadedClient({
    node: options.node,
    requestTimeout: REQUEST_TIMEOUT_MS,
    // The callers repeat whole batches themselves, with ids that make it safe; a hidden retry would only delay their answer.
    maxRetries: 0,
    ...(auth && 'apiKey' in auth ? { auth: { apiKey: auth.apiKey.reveal() } } : {}),
    ...(auth && 'username' in auth ? { auth: { username: auth.username, password: auth.password.reveal() } } : {}),
    ...(tls ? { tls: { ...tls } } : {}),
  });
  return { client, errors, credentials: credentialsOf(options) };
}

function credentialsOf({ auth, tls }: ElasticsearchOptions): string {
  const secret = auth && ('apiKey' in auth ? auth.apiKey : auth.password).reveal();
  return JSON.stringify([secret, { ...tls }]);
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
      const mine = opened;
      const { client, errors, credentials } = await mine;
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
        const failure = asAway(errors, error, options, signal);
        if (opened === mine && failure instanceof StoreAwayError && credentialsOf(options) !== credentials) {
          opened = null;
          void client.close().catch(() => undefined);
        }
        throw failure;
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

function asAway(
  errors: Errors,
  error: unknown,
  { node, tls }: ElasticsearchOptions,
  signal: AbortSignal | undefined,
): unknown {
  if (signal?.aborted) return signal.reason;
  if (error instanceof errors.ResponseError) {
    const status = error.statusCode ?? 0;
    if (status === 401) {
      const text = `Elasticsearch at ${node} refuses the credentials (401); check elasticsearch.auth`;
      return new StoreAwayError(text, error);
    }
    if (status === 403) {
      const text = `Elasticsearch at ${node} denies what is needed (403): ${reasonOf(error)}; grant it to the user or API key of elasticsearch.auth`;
      return new StoreAwayError(text, error);
    }
    if (status === 429 || status >= 500) return new StoreAwayError(`Elasticsearch at ${node} answers ${status}`, error);
    return error;
  }
  if (error instanceof errors.ElasticsearchClientError) {
    return new StoreAwayError(`Elasticsearch at ${node} does not answer: ${connectionText(error, node, tls)}`, error);
  }
  return error;
}

/** What a 403 says of the missing right. */
function reasonOf({ body, message }: InstanceType<Errors['ResponseError']>): string {
  const reason: unknown = (body as { error?: { reason?: unknown } } | null)?.error?.reason;
  return (typeof reason === 'string' ? reason : message).slice(0, MAX_REASON);
}

/** What a failed connection says, with the setting to change where that is known. */
function connectionText(error: Error, node: string, tls: ElasticsearchOptions['tls']): string {
  const at = new URL(node);
  // of the socket's error the client passes on the words alone
  const fault = tlsFault(error, {
    peer: at.host,
    addresses: 'elasticsearch.node',
    tls: 'elasticsearch.tls',
    hasCertificate: Boolean(tls?.cert),
  });
  if (fault?.kind === 'speaks-no-tls' && at.protocol === 'https:')
    return `${at.host} does not answer in TLS; write http:// in elasticsearch.node, or the port where it speaks TLS`;
  if (fault) return fault.text;
  return `${error.message}${/other side closed|ECONNRESET|socket hang up/i.test(error.message) ? cutHint(at, tls) : ''}`;
}

/** What a connection that ends without an answer may be due to. */
function cutHint({ protocol }: URL, tls: ElasticsearchOptions['tls']): string {
  if (protocol === 'http:') return '; if it speaks TLS, write https:// in elasticsearch.node';
  return tls?.cert ? '' : '; if it wants a client certificate, set elasticsearch.tls.cert and elasticsearch.tls.key';
}
