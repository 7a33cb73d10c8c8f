/**
 * Notification groups and the outbox. A flush is one write of the group's document, under its version: it holds the group's state, the
 * intents consumed and the outbox rows to lay out. The rows are laid out right after, or by the next reader if the process dies.
 */
import { VersionConflictError } from '../../model/errors.ts';
import type { Json } from '../../model/json.ts';
import type { Doc, FlushCommit, OutboxRow } from '../state-store.ts';
import type { StateDocument, StateDocuments } from './state-documents.ts';

/** Consumed ids a group remembers; older ones belong to intents whose chunks are long gone. */
const REMEMBERED = 20_000;
/** Lost races with another process after which a look is given up. */
const MAX_RACES = 3;

interface GroupHead {
  readonly state: Json | null;
  readonly updatedAt: number;
  readonly consumed: readonly string[];
  readonly unpublished: readonly OutboxRow[];
}

interface Loaded {
  readonly version: string;
  readonly head: GroupHead;
}

export class StateFlushes {
  readonly #docs: StateDocuments;
  readonly #now: () => number;
  #groups: Map<string, Loaded> | null = null;
  readonly #consumed = new Set<string>();
  #last: Promise<unknown> = Promise.resolve();

  constructor(docs: StateDocuments, now: () => number) {
    this.#docs = docs;
    this.#now = now;
  }

  isConsumed(intentId: string): boolean {
    return this.#consumed.has(intentId);
  }

  /** Reads all groups, and lays out rows that a process before could not. Throws `VersionConflictError` while another process writes all the time. */
  load(signal?: AbortSignal): Promise<ReadonlyMap<string, Loaded>> {
    return this.#exclusive(() => this.#load(signal));
  }

  async #load(signal?: AbortSignal): Promise<Map<string, Loaded>> {
    for (let race = 1; ; race++) {
      try {
        return await this.#read(signal);
      } catch (error) {
        // Somebody else laid the rows out, or went on with the group: what was read is old.
        if (!(error instanceof VersionConflictError) || race === MAX_RACES) throw error;
      }
    }
  }

  async #read(signal?: AbortSignal): Promise<Map<string, Loaded>> {
    const found = await this.#docs.all([{ term: { type: 'group' } }], [{ id: 'asc' }], signal);
    const groups = new Map<string, Loaded>();
    for (const { doc, version } of found) {
      const head = JSON.parse(doc.json) as GroupHead;
      groups.set(doc.id, { version, head });
      for (const id of head.consumed) this.#consumed.add(id);
      if (head.unpublished.length > 0) await this.#publish(doc.id, { version, head }, groups, signal);
    }
    this.#groups = groups;
    return groups;
  }

  async list(signal?: AbortSignal): Promise<Doc[]> {
    return [...(await this.load(signal))]
      .filter(([, g]) => g.head.state !== null)
      .map(([id, g]) => ({ id, version: g.version, updatedAt: g.head.updatedAt, body: g.head.state }));
  }

  commit(groupKey: string, expected: string | null, flush: FlushCommit, signal?: AbortSignal): Promise<string> {
    return this.#exclusive(() => this.#commit(groupKey, expected, flush, signal));
  }

  async #commit(groupKey: string, expected: string | null, flush: FlushCommit, signal?: AbortSignal): Promise<string> {
    const groups = this.#groups ?? (await this.#load(signal));
    const known = groups.get(groupKey);
    const alive = known && known.head.state !== null;
    if ((alive ? known.version : null) !== expected)
      throw new VersionConflictError(`group ${groupKey} was flushed by somebody else`);
    const head: GroupHead = {
      state: flush.state,
      updatedAt: this.#now(),
      consumed: [...(known?.head.consumed ?? []), ...flush.consumedIntents].slice(-REMEMBERED),
      unpublished: flush.outbox,
    };
    let version: string;
    try {
      version = await this.#docs.put(groupDocument(groupKey, head), known?.version ?? null, signal);
    } catch (error) {
      // Whatever went wrong, what is known here may be old.
      this.#groups = null;
      throw error;
    }
    for (const id of flush.consumedIntents) this.#consumed.add(id);
    groups.set(groupKey, { version, head });
    if (head.unpublished.length === 0) return version;
    return this.#publish(groupKey, { version, head }, groups, signal);
  }

  /** One at a time: a look amid a commit would lay out the rows of that commit, too, and one of the two would find the group changed. */
  #exclusive<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(work, work);
    this.#last = done.catch(() => undefined);
    return done;
  }

  async #publish(groupKey: string, group: Loaded, groups: Map<string, Loaded>, signal?: AbortSignal): Promise<string> {
    await this.#docs.writeMany(group.head.unpublished.map(outboxDocument), 'create', signal);
    const head: GroupHead = { ...group.head, unpublished: [] };
    const version = await this.#docs.put(groupDocument(groupKey, head), group.version, signal);
    groups.set(groupKey, { version, head });
    return version;
  }
}

function groupDocument(id: string, head: GroupHead): StateDocument {
  return { type: 'group', id, json: JSON.stringify(head) };
}

/** An outbox row as a document. */
export function outboxDocument(row: OutboxRow): StateDocument {
  return {
    type: 'outbox',
    id: row.id,
    created: row.createdAt,
    next: row.nextAttemptAt,
    status: row.status,
    channel: row.channel,
    json: JSON.stringify(row),
  };
}
