/** Rows of the outbox in Elasticsearch: what is due, and updates that never open again what is finished. */
import { StoreAwayError, VersionConflictError } from '../../model/errors.ts';
import { mayReplace, type OutboxRow } from '../state-store.ts';
import type { Sort, StateDocument, StateDocuments } from './state-documents.ts';
import { outboxDocument } from './state-flushes.ts';

const OLDEST: Sort = [{ created: 'asc' }, { id: 'asc' }];
/** Versions of open rows kept at hand; of others the row is read before it is written. */
const MAX_KNOWN = 50_000;
/** Lost races after which somebody else is at it in earnest. */
const MAX_RACES = 10;

export class OutboxRows {
  readonly #docs: StateDocuments;
  /** Versions of rows that were open when this process last saw them. */
  readonly #known = new Map<string, string>();

  constructor(docs: StateDocuments) {
    this.#docs = docs;
  }

  /** Semantics: `StateStore.outboxDue`. */
  async due(now: number, limit: number, signal?: AbortSignal): Promise<readonly OutboxRow[]> {
    const filter = [
      { term: { type: 'outbox' } },
      { terms: { status: ['pending', 'retrying'] } },
      { range: { next: { lte: now } } },
    ];
    const found = await this.#docs.page(filter, OLDEST, limit, undefined, signal);
    for (const { doc, version } of found) this.#know(doc.id, version);
    return found.map(({ doc }) => toRow(doc));
  }

  /** Semantics: `StateStore.updateOutbox`. */
  async update(row: OutboxRow, signal?: AbortSignal): Promise<void> {
    for (let race = 0; race < MAX_RACES; race++) {
      const version = this.#known.get(row.id) ?? (await this.#openVersion(row, signal));
      if (version === null) return;
      this.#known.delete(row.id);
      try {
        const next = await this.#docs.put(outboxDocument(row), version, signal);
        if (row.status === 'pending' || row.status === 'retrying') this.#know(row.id, next);
        return;
      } catch (error) {
        if (!(error instanceof VersionConflictError)) throw error;
      }
    }
    throw new StoreAwayError(`outbox row ${row.id} changes faster than it can be written`);
  }

  /** The version the row must have to be written over; null when it must not be. */
  async #openVersion(row: OutboxRow, signal?: AbortSignal): Promise<string | null> {
    const found = await this.#docs.get('outbox', row.id, signal);
    return found !== null && mayReplace(toRow(found.doc).status, row.status) ? found.version : null;
  }

  #know(id: string, version: string): void {
    this.#known.delete(id);
    this.#known.set(id, version);
    const [oldest] = this.#known.keys();
    if (this.#known.size > MAX_KNOWN && oldest !== undefined) this.#known.delete(oldest);
  }
}

/** A row as it was stored. */
export function toRow(doc: StateDocument): OutboxRow {
  return JSON.parse(doc.json) as OutboxRow;
}
