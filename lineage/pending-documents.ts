import type { Json } from '../model/json.ts';
import type { StateStore } from '../store/state-store.ts';
import type { ChangedDoc, DocRef } from './graph/documents.ts';

/** Documents that changed or are no more needed, until the state store has it. */
export class PendingDocuments {
  readonly #state: Pick<StateStore, 'putMany' | 'delete'>;
  readonly #changed = new Map<string, ChangedDoc>();
  readonly #gone = new Map<string, DocRef>();
  #writing: Promise<void> = Promise.resolve();

  constructor(state: Pick<StateStore, 'putMany' | 'delete'>) {
    this.#state = state;
  }

  put(doc: ChangedDoc): void {
    this.#changed.set(keyOf(doc), doc);
    this.#gone.delete(keyOf(doc));
  }

  delete(doc: DocRef): void {
    this.#gone.set(keyOf(doc), doc);
    this.#changed.delete(keyOf(doc));
  }

  /** Rejects when the store cannot take it; then the next call writes it. Calls run one after the other: the newer version must win. */
  write(signal?: AbortSignal): Promise<void> {
    this.#writing = this.#writing.catch(() => {}).then(() => this.#write(signal));
    return this.#writing;
  }

  /** Waits for the writes under way, whatever becomes of them. */
  async settled(): Promise<void> {
    await this.#writing.catch(() => {});
  }

  async #write(signal?: AbortSignal): Promise<void> {
    for (const [key, doc] of this.#gone) {
      await this.#state.delete(doc.kind, doc.id, 'any', signal);
      if (this.#gone.get(key) === doc) this.#gone.delete(key);
    }
    for (const [kind, docs] of Map.groupBy(this.#changed.values(), doc => doc.kind)) {
      await this.#state.putMany(kind, docs.map(toStored), signal);
      for (const doc of docs) if (this.#changed.get(keyOf(doc)) === doc) this.#changed.delete(keyOf(doc));
    }
  }
}

function keyOf({ kind, id }: DocRef): string {
  return `${kind} ${id}`;
}

/** Bodies are plain data; their optional fields are absent, never undefined, once written. */
function toStored({ id, body }: ChangedDoc): { readonly id: string; readonly body: Json } {
  return { id, body: JSON.parse(JSON.stringify(body)) as Json };
}
