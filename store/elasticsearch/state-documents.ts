/**
 * Documents with versions in one index: the ground the state store stands on. A version is Elasticsearch's `seq_no.primary_term`, which
 * changes with every write and never comes back. Single-document writes are atomic; everything larger is built from them.
 */
import { createHash } from 'node:crypto';
import { StoreAwayError, VersionConflictError } from '../../model/errors.ts';
import type { Expected } from '../state-store.ts';
import { bulkCreate } from './bulk.ts';
import type { Elasticsearch } from './client.ts';

const PAGE = 1000;
const BULK_BYTES = 4 * 1024 * 1024;

/** What every document of the index has; the fields beside `json` are there to be searched and sorted by. */
export interface StateDocument {
  readonly type: string;
  readonly id: string;
  /** The content; a text, so that no content can bend the mapping. */
  readonly json: string;
  readonly rule?: string;
  readonly t?: number;
  readonly created?: number;
  readonly next?: number;
  readonly status?: string;
  readonly channel?: string;
}

export interface Versioned {
  readonly doc: StateDocument;
  readonly version: string;
}

interface Hit {
  readonly _id: string;
  readonly _source: StateDocument;
  readonly _seq_no: number;
  readonly _primary_term: number;
  readonly sort?: readonly unknown[];
}

/** Sort keys of a search; the last must tell any two documents apart. */
export type Sort = readonly Readonly<Record<string, 'asc' | 'desc'>>[];

const MAPPING = {
  dynamic: false,
  properties: {
    type: { type: 'keyword' },
    id: { type: 'keyword', ignore_above: 8000 },
    rule: { type: 'keyword' },
    t: { type: 'long' },
    created: { type: 'long' },
    next: { type: 'long' },
    status: { type: 'keyword' },
    channel: { type: 'keyword' },
  },
} as const;

/** The document's address: ids may be any text of any length. */
function addressOf(type: string, id: string): string {
  return `${type}-${createHash('sha256').update(id).digest('base64url')}`;
}

export class StateDocuments {
  readonly #es: Elasticsearch;
  readonly #index: string;
  #ready: Promise<void> | null = null;

  constructor(es: Elasticsearch) {
    this.#es = es;
    this.#index = `${es.prefix}-state`;
  }

  async get(type: string, id: string, signal?: AbortSignal): Promise<Versioned | null> {
    await this.#create(signal);
    const path = `/${this.#index}/_doc/${addressOf(type, id)}`;
    const answer = await this.#es.request<Hit & { found?: boolean }>({ method: 'GET', path }, signal);
    return answer.status === 200 && answer.body.found ? versioned(answer.body) : null;
  }

  /** Writes one document under a condition; returns its new version. Throws `VersionConflictError`. */
  async put(doc: StateDocument, expected: Expected, signal?: AbortSignal): Promise<string> {
    await this.#create(signal);
    const answer = await this.#es.request<{ _seq_no: number; _primary_term: number; error?: { reason?: string } }>(
      {
        method: 'PUT',
        path: `/${this.#index}/_doc/${addressOf(doc.type, doc.id)}`,
        query: condition(doc, expected),
        body: doc,
      },
      signal,
    );
    if (answer.status === 409 || answer.status === 404)
      throw new VersionConflictError(`${doc.type} ${doc.id} was changed meanwhile`);
    if (answer.status >= 300)
      throw new StoreAwayError(
        `Elasticsearch refuses ${doc.type} ${doc.id}: ${answer.body.error?.reason ?? answer.status}`,
      );
    return `${answer.body._seq_no}.${answer.body._primary_term}`;
  }

  /** Throws `VersionConflictError`; with `any`, what is not there is fine. */
  async delete(type: string, id: string, expected: Expected, signal?: AbortSignal): Promise<void> {
    await this.#create(signal);
    const path = `/${this.#index}/_doc/${addressOf(type, id)}`;
    const query = condition({ type, id }, expected);
    const answer = await this.#es.request<{ error?: { reason?: string } }>({ method: 'DELETE', path, query }, signal);
    const missing = answer.status === 404;
    if (answer.status === 409 || (missing && expected !== 'any'))
      throw new VersionConflictError(`${type} ${id} was changed meanwhile`);
    if (answer.status >= 300 && !missing)
      throw new StoreAwayError(
        `Elasticsearch refuses to delete ${type} ${id}: ${answer.body.error?.reason ?? answer.status}`,
      );
  }

  /** Writes many documents; `create` leaves those that exist as they are. */
  async writeMany(docs: readonly StateDocument[], action: 'index' | 'create', signal?: AbortSignal): Promise<void> {
    await this.#create(signal);
    let body = '';
    for (const [i, doc] of docs.entries()) {
      body += `{"${action}":{"_index":"${this.#index}","_id":"${addressOf(doc.type, doc.id)}"}}\n${JSON.stringify(doc)}\n`;
      if (body.length < BULK_BYTES && i < docs.length - 1) continue;
      const refused = await bulkCreate(this.#es, body, signal);
      if (refused[0]) throw new StoreAwayError(`Elasticsearch refuses a state document: ${refused[0].reason}`);
      body = '';
    }
  }

  /** Every document the filter finds, as of now. */
  async all(filter: readonly object[], sort: Sort, signal?: AbortSignal): Promise<Versioned[]> {
    const found: Versioned[] = [];
    await this.refresh(signal);
    for (let after: readonly unknown[] | undefined; ; ) {
      const hits = await this.#search(filter, sort, PAGE, after, signal);
      found.push(...hits.map(versioned));
      if (hits.length < PAGE) return found;
      after = hits.at(-1)?.sort;
    }
  }

  /** One page with the sort keys of each document, as of now. */
  async page(
    filter: readonly object[],
    sort: Sort,
    limit: number,
    after: readonly unknown[] | undefined,
    signal?: AbortSignal,
  ): Promise<readonly (Versioned & { readonly sort: readonly unknown[] })[]> {
    await this.refresh(signal);
    const hits = await this.#search(filter, sort, limit, after, signal);
    return hits.map(hit => ({ ...versioned(hit), sort: hit.sort ?? [] }));
  }

  /** Deletes what the filter finds. */
  async deleteWhere(filter: readonly object[], signal?: AbortSignal): Promise<void> {
    for (;;) {
      await this.refresh(signal);
      const hits = await this.#search(filter, [{ _doc: 'asc' }], PAGE, undefined, signal);
      if (hits.length === 0) return;
      const body = hits.map(h => `{"delete":{"_index":"${this.#index}","_id":"${h._id}"}}\n`).join('');
      await this.#es.request({ method: 'POST', path: '/_bulk', query: { filter_path: 'errors' }, body }, signal);
    }
  }

  async refresh(signal?: AbortSignal): Promise<void> {
    await this.#create(signal);
    await this.#es.request({ method: 'POST', path: `/${this.#index}/_refresh` }, signal);
  }

  async #search(
    filter: readonly object[],
    sort: Sort,
    size: number,
    after: readonly unknown[] | undefined,
    signal?: AbortSignal,
  ): Promise<readonly Hit[]> {
    const body = {
      size,
      query: { bool: { filter } },
      sort,
      seq_no_primary_term: true,
      track_total_hits: false,
      ...(after ? { search_after: after } : {}),
    };
    const answer = await this.#es.request<{ hits?: { hits: readonly Hit[] }; error?: { reason?: string } }>(
      { method: 'POST', path: `/${this.#index}/_search`, body },
      signal,
    );
    if (answer.status !== 200)
      throw new StoreAwayError(
        `Elasticsearch refuses a search of the state: ${answer.body.error?.reason ?? answer.status}`,
      );
    return answer.body.hits?.hits ?? [];
  }

  #create(signal?: AbortSignal): Promise<void> {
    this.#ready ??= this.#putIndex(signal).catch(error => {
      this.#ready = null;
      throw error;
    });
    return this.#ready;
  }

  async #putIndex(signal?: AbortSignal): Promise<void> {
    // Readers refresh before they search, so nothing needs to be made visible on a timer.
    const settings = {
      index: { refresh_interval: '-1', number_of_shards: 1, number_of_replicas: 0, auto_expand_replicas: '0-1' },
    };
    const answer = await this.#es.request<{ error?: { type?: string; reason?: string } }>(
      { method: 'PUT', path: `/${this.#index}`, body: { settings, mappings: MAPPING } },
      signal,
    );
    if (answer.status !== 200 && answer.body.error?.type !== 'resource_already_exists_exception') {
      throw new StoreAwayError(
        `Elasticsearch refuses the index ${this.#index}: ${answer.body.error?.reason ?? answer.status}`,
      );
    }
  }
}

function versioned(hit: Hit): Versioned {
  return { doc: hit._source, version: `${hit._seq_no}.${hit._primary_term}` };
}

/** Throws `VersionConflictError` for a version this store cannot have given: it is some other state's. */
function condition(
  { type, id }: Pick<StateDocument, 'type' | 'id'>,
  expected: Expected,
): Record<string, string | number | boolean> {
  if (expected === 'any') return {};
  if (expected === null) return { op_type: 'create' };
  const version = /^(\d{1,15})\.([1-9]\d{0,14})$/.exec(expected);
  if (version === null) throw new VersionConflictError(`${type} ${id} never had the version ${expected}`);
  return { if_seq_no: Number(version[1]), if_primary_term: Number(version[2]) };
}
