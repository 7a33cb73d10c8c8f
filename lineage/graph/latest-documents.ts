/** Keeps track of which declarations are known: the latest of each id counts, an equal or older one changes nothing. */
import { createHash } from 'node:crypto';
import type { DocKind } from '../../store/state-store.ts';

/** Of each kind. */
const MAX_DOCUMENTS = 100_000;

export class LatestDocuments {
  readonly #known = new Map<string, { readonly ts: number; readonly hash: string }>();
  readonly #counts = new Map<DocKind, number>();

  /** What a declaration is beside what is known; `news` is remembered, `full` when no more of its kind fit. */
  take(kind: DocKind, id: string, event: { readonly ts: number }): 'news' | 'known' | 'full' {
    const key = `${kind} ${id}`;
    const before = this.#known.get(key);
    const hash = createHash('sha1')
      .update(JSON.stringify({ ...event, ts: 0 }))
      .digest('base64');
    if (before !== undefined && (before.ts > event.ts || before.hash === hash)) return 'known';
    const count = this.#counts.get(kind) ?? 0;
    if (before === undefined && count >= MAX_DOCUMENTS) return 'full';
    if (before === undefined) this.#counts.set(kind, count + 1);
    this.#known.set(key, { ts: event.ts, hash });
    return 'news';
  }

  delete(kind: DocKind, id: string): boolean {
    const wasKnown = this.#known.delete(`${kind} ${id}`);
    if (wasKnown) this.#counts.set(kind, (this.#counts.get(kind) ?? 1) - 1);
    return wasKnown;
  }
}
