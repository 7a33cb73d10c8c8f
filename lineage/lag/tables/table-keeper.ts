import type { StateStore } from '../../../store/state-store.ts';
import type { OffsetTables } from '../offsets.ts';
import { docIdsOf, endsDocs, factsDoc, positionsDocs, restoreDoc, type TableDoc } from './table-snapshot.ts';

/** Text written by one ordinary pass, at most; what is left over is first in the next pass. */
const PASS_BYTES = 8 << 20;
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
      const written: { dirty: boolean }[] = [];
      const docs: TableDoc[] = [];
      let bytes = 0;
      const order = ({ part }: DirtyPart): number => lastPass.get(part) ?? 0;
      pass++;
      for (const { part, encode } of [...dirtyParts(tables)].sort((a, b) => order(a) - order(b))) {
        if (bytes > PASS_BYTES && options.all !== true) break;
        part.dirty = false;
        lastPass.set(part, pass);
        written.push(part);
        for (const doc of encode()) {
          bytes += JSON.stringify(doc.body).length;
          docs.push(doc);
        }
      }
      if (docs.length === 0) return;
      try {
        await state.putMany(KIND, docs, signal);
      } catch (error) {
        for (const part of written) part.dirty = true;
        throw error;
      }
    },
  };
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
