import { nextTurn } from '../../../model/next-turn.ts';
import type { StateStore } from '../../../store/state-store.ts';
import type { OffsetTables } from '../offsets.ts';
import { docIdsOf, endsDocs, factsDoc, positionsDocs, restoreDoc, type TableDoc } from './table-snapshot.ts';

/**
 * Text written by one ordinary pass, at most; what is left over is first in the next pass. What a killed owner loses of its tables follows from
 * it: one pass' interval for each such amount of them.
 */
const PASS_BYTES = 16 << 20;
/** Text made and written between two turns of the event loop. */
const SLICE_BYTES = 1 << 20;
const KIND = 'lag_table';

/** Keeps the offset tables over restarts. */
export interface TableKeeper {
  /** Fills empty tables from the store; returns how many documents could not be read. */
  restore(signal?: AbortSignal): Promise<number>;
  /** Drops what is older than 24 h and writes what changed; `all` leaves nothing over (on stop). Rejects when the store is away. */
  persist(now: number, options?: { all?: boolean }, signal?: AbortSignal): Promise<void>;
}

/** Tables as documents of kind `lag_table`. Everything not yet written is written again after a failed pass. */
export function createTableKeeper(
  tables: OffsetTables,
  state: Pick<StateStore, 'list' | 'putMany' | 'delete'>,
): TableKeeper {
  // Under the byte bound those written longest ago come first, so that none waits for ever behind busier ones.
  const lastPass = new WeakMap<object, number>();
  let pass = 0;

  async function put({ parts, docs }: Slice, signal: AbortSignal | undefined): Promise<void> {
    if (docs.length === 0) return;
    try {
      await state.putMany(KIND, docs, signal);
    } catch (error) {
      for (const part of parts) part.dirty = true;
      throw error;
    }
  }

  return {
    async restore(signal) {
      let unreadable = 0;
      for (const { body } of await state.list(KIND, signal)) {
        if (!restoreDoc(tables, body)) unreadable++;
      }
      return unreadable;
    },
    async persist(now, options = {}, signal) {
      tables.expire(now);
      for (const gone of tables.takeGone()) {
        for (const id of docIdsOf(gone)) await state.delete(KIND, id, 'any', signal);
      }
      const order = ({ part }: DirtyPart): number => lastPass.get(part) ?? 0;
      pass++;
      let bytes = 0;
      let slice: Slice = { parts: [], docs: [], bytes: 0 };
      for (const { part, encode } of [...dirtyParts(tables)].sort((a, b) => order(a) - order(b))) {
        if (bytes > PASS_BYTES && options.all !== true) break;
        part.dirty = false;
        lastPass.set(part, pass);
        slice.parts.push(part);
        for (const doc of encode()) {
          slice.bytes += JSON.stringify(doc.body).length;
          slice.docs.push(doc);
        }
        if (slice.bytes < SLICE_BYTES) continue;
        await put(slice, signal);
        bytes += slice.bytes;
        slice = { parts: [], docs: [], bytes: 0 };
        // What changes meanwhile is dirty again and comes with the next pass.
        await nextTurn();
      }
      await put(slice, signal);
    },
  };
}

interface Slice {
  readonly parts: { dirty: boolean }[];
  readonly docs: TableDoc[];
  bytes: number;
}

interface DirtyPart {
  readonly part: { dirty: boolean };
  readonly encode: () => readonly TableDoc[];
}

function* dirtyParts(tables: OffsetTables): Generator<DirtyPart> {
  for (const ends of tables.topics()) if (ends.dirty) yield { part: ends, encode: () => endsDocs(ends) };
  for (const consumer of tables.consumers()) {
    if (consumer.dirty) yield { part: consumer, encode: () => positionsDocs(consumer) };
  }
  for (const [hop, facts] of tables.hopFacts())
    if (facts.dirty) yield { part: facts, encode: () => [factsDoc(hop, facts)] };
}
