/** Finds the entries of a long FROM by name; a short one is searched quicker than a map is made. */
import type { ScopeEntry } from './scope.ts';

export class ScopeIndex {
  readonly #byName = new Map<string, ScopeEntry[]>();
  readonly #byColumn = new Map<string, ScopeEntry[]>();
  readonly #open: ScopeEntry[] = [];
  #known = 0;

  /** Takes in what was added since the last time. */
  update(entries: readonly ScopeEntry[]): this {
    for (; this.#known < entries.length; this.#known++) this.#add(entries[this.#known]!);
    return this;
  }

  /** Entries whose name ends in `last`. */
  named(last: string): readonly ScopeEntry[] {
    return this.#byName.get(last) ?? [];
  }

  /** Entries that list a column of this name. */
  listing(column: string): readonly ScopeEntry[] {
    return this.#byColumn.get(column) ?? [];
  }

  /** Entries with columns nobody listed. */
  get open(): readonly ScopeEntry[] {
    return this.#open;
  }

  #add(entry: ScopeEntry): void {
    const last = entry.path.at(-1);
    if (last !== undefined) append(this.#byName, last, entry);
    if (entry.qualifiedOnly) return;
    for (const name of new Set(entry.relation.columns.map(column => column.name))) append(this.#byColumn, name, entry);
    if (entry.relation.open.length > 0) this.#open.push(entry);
  }
}

function append(map: Map<string, ScopeEntry[]>, key: string, entry: ScopeEntry): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [entry]);
  else list.push(entry);
}
