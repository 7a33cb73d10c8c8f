/**
 * Several documents of one kind replaced as one. A store commits documents one by one, so what is to be written is kept first, as a document of its
 * own: with that one write all of it is decided, and whoever reads the documents next brings to its end what a crash left half done.
 */
import { VersionConflictError } from '../../model/errors.ts';
import type { Json } from '../../model/json.ts';
import type { DocKind, StateStore } from '../../store/state-store.ts';

/** A document and the version of it that `body` replaces. */
export interface Replacement {
  readonly id: string;
  readonly version: string;
  readonly body: Json;
}

const KIND = 'setting';

function idOf(kind: DocKind): string {
  return `replacing-${kind}`;
}

/** Decides that these documents are replaced. When it rejects nothing is, as far as the store can tell. */
export async function decideBatch(
  state: Pick<StateStore, 'put' | 'delete'>,
  kind: DocKind,
  documents: readonly Replacement[],
): Promise<void> {
  try {
    await state.put(KIND, idOf(kind), { documents: documents.map(each => ({ ...each })) }, 'any');
  } catch (error) {
    // A store that did not answer may have taken it all the same; who asked is told that it failed, so it must not come later.
    await state.delete(KIND, idOf(kind), 'any').catch(() => undefined);
    throw error;
  }
}

/**
 * Writes what was decided, and answers the versions by id. A document that was changed or deleted since is left as it is. May be repeated, and done
 * by two daemons at once. Rejects with `StoreAwayError`: then the next call goes on.
 */
export async function finishBatch(
  state: Pick<StateStore, 'get' | 'put' | 'delete'>,
  kind: DocKind,
): Promise<ReadonlyMap<string, string>> {
  const versions = new Map<string, string>();
  const decided = await state.get<{ readonly documents: readonly Replacement[] }>(KIND, idOf(kind));
  if (decided === null) return versions;
  for (const { id, version, body } of decided.body.documents) {
    const written = await unlessChanged(state.put(kind, id, body, version));
    const now = written ?? (await state.get(kind, id))?.version;
    if (now !== undefined) versions.set(id, now);
  }
  await unlessChanged(state.delete(KIND, idOf(kind), decided.version));
  return versions;
}

/** What a write answers; undefined where somebody was faster. */
async function unlessChanged<T>(write: Promise<T>): Promise<T | undefined> {
  try {
    return await write;
  } catch (error) {
    if (error instanceof VersionConflictError) return undefined;
    throw error;
  }
}
