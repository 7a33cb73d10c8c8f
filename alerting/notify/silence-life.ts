/** What happens to silences beside being written: they end, and ended ones are forgotten once no tick they cover can still be told. */
import type { DocumentSet } from './document-set.ts';
import type { Silence, SilenceDocument } from './silence.ts';

export type SilenceSet = DocumentSet<SilenceDocument, Silence>;

/** Ended silences are kept this long, for the record and for ticks that are replayed late. */
const KEPT_MS = 30 * 86_400_000;

/**
 * Ends a silence now; one that has not begun is removed, one that has ended stays as it is. Throws `UserError` not-found or managed-by-file;
 * rejects with `VersionConflictError`.
 */
export async function endSilence(
  silences: SilenceSet,
  id: string,
  expected: string | 'any',
  by: { readonly who: string; readonly now: number },
): Promise<void> {
  const { document, written } = silences.own(id);
  const { starts_at, ends_at } = document;
  if (ends_at !== undefined && ends_at <= by.now) return;
  if (starts_at !== undefined && starts_at > by.now) await silences.remove(id, expected, by.who);
  else await silences.update(id, { ...written, ends_at: by.now }, expected, by.who);
}

/** Forgets what ended long ago. */
export async function forgetEnded(silences: SilenceSet, now: number): Promise<void> {
  for (const { id, managed, document } of silences.all()) {
    const { ends_at = Number.POSITIVE_INFINITY } = document;
    if (!managed && ends_at < now - KEPT_MS) await silences.remove(id, 'any', 'tidewatch');
  }
}
