/** What a name inside a query can mean: the FROM entries of its level, then those of the queries around it. */
import type { WindowSpec } from '../ast.ts';
import type { Effort } from './effort.ts';
import { splitParts } from './names.ts';
import { type Column, columnOf, fieldType, listedColumn, type Relation, SourceSet, sameType } from './relation.ts';
import { ScopeIndex } from './scope-index.ts';

export interface ScopeEntry {
  /** Alias, or the table's own name split at every dot, innermost last; empty when there is none. */
  readonly path: readonly string[];
  readonly relation: Relation;
  /** Reached only with its name before the column (pattern variables). */
  readonly qualifiedOnly?: boolean;
}

/** A column that several joins with USING made one: in `*` all sides are in it, by its bare name Flink takes the first two. */
export interface MergedColumn {
  readonly all: Column;
  readonly first: Column;
}

export class Scope {
  readonly parent: Scope | null;
  readonly entries: ScopeEntry[] = [];
  /** Columns that USING and NATURAL made one. */
  readonly merged = new Map<string, MergedColumn>();
  /** Windows of this level's WINDOW clause. */
  readonly windows = new Map<string, WindowSpec>();

  #index: ScopeIndex | null = null;

  constructor(parent: Scope | null) {
    this.parent = parent;
  }

  /** Resolves `column`, `table.column`, `column.field`, `db.table.column.field` …; undefined when nothing fits. */
  resolve(parts: readonly string[]): Column | undefined {
    for (let scope: Scope | null = this; scope !== null; scope = scope.parent) {
      const found = scope.#qualified(parts) ?? scope.#unqualified(parts);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** Entries that `t.*` means. */
  entryOf(qualifier: readonly string[]): ScopeEntry | undefined {
    return this.entryHere(qualifier) ?? this.parent?.entryOf(qualifier);
  }

  /** The first entry of this level that may be written so. */
  entryHere(qualifier: readonly string[]): ScopeEntry | undefined {
    return this.#named(qualifier).find(entry => endsWith(entry.path, qualifier));
  }

  /** Entries of this level that list a column and may be named by it alone. */
  listing(name: string): readonly ScopeEntry[] {
    if (this.entries.length > SHORT) return this.#indexed().listing(name);
    return this.entries.filter(entry => !entry.qualifiedOnly && listedColumn(entry.relation, name) !== undefined);
  }

  /** Entries of this level with columns nobody listed. */
  get open(): readonly ScopeEntry[] {
    if (this.entries.length > SHORT) return this.#indexed().open;
    return this.entries.filter(entry => !entry.qualifiedOnly && entry.relation.open.length > 0);
  }

  /** Columns of `*`. */
  all(effort: Effort): Relation {
    for (const { relation } of this.entries) effort.spend(relation.columns.length + relation.open.length);
    const columns: Column[] = [...this.merged.values()].map(({ all }) => all);
    for (const { relation, qualifiedOnly } of this.entries) {
      if (qualifiedOnly) continue;
      for (const column of relation.columns) if (!this.merged.has(column.name)) columns.push(column);
    }
    return { columns, open: this.entries.flatMap(entry => (entry.qualifiedOnly ? [] : entry.relation.open)) };
  }

  /** Entries that may be meant by a qualifier. */
  #named(qualifier: readonly string[]): readonly ScopeEntry[] {
    if (this.entries.length <= SHORT) return this.entries;
    return this.#indexed().named(splitParts(qualifier).at(-1)!);
  }

  #indexed(): ScopeIndex {
    this.#index ??= new ScopeIndex();
    return this.#index.update(this.entries);
  }

  #qualified(parts: readonly string[]): Column | undefined {
    for (let length = parts.length - 1; length >= 1; length--) {
      const qualifier = parts.slice(0, length);
      for (const entry of this.#named(qualifier)) {
        if (!endsWith(entry.path, qualifier)) continue;
        const column = columnOf(entry.relation, parts[length]!);
        if (column !== undefined) return fieldOf(column, parts.slice(length + 1));
      }
    }
    return undefined;
  }

  #unqualified(parts: readonly string[]): Column | undefined {
    const name = parts[0]!;
    const column = this.merged.get(name)?.first ?? this.#listed(name) ?? this.#open(name);
    return column === undefined ? undefined : fieldOf(column, parts.slice(1));
  }

  #listed(name: string): Column | undefined {
    if (this.entries.length > SHORT) {
      const entry = this.#indexed().listing(name)[0];
      return entry === undefined ? undefined : listedColumn(entry.relation, name);
    }
    for (const { relation, qualifiedOnly } of this.entries) {
      const column = qualifiedOnly ? undefined : listedColumn(relation, name);
      if (column !== undefined) return column;
    }
    return undefined;
  }

  /** No entry lists it: it belongs to the one with unknown columns; with several of them nobody can tell which. */
  #open(name: string): Column | undefined {
    const { open } = this;
    if (open.length === 0) return undefined;
    return open.length === 1 ? columnOf(open[0]!.relation, name) : { name, sources: null, type: null };
  }
}

/** A FROM of up to so many entries is searched quicker than an index is made. */
const SHORT = 8;

/** A field of a row comes from the row's column; its type is known when the row's is. */
function fieldOf(column: Column, path: readonly string[]): Column {
  if (path.length === 0) return column;
  let type = column.type;
  for (const name of path) type = fieldType(type, name);
  return { ...column, type };
}

/** True when a FROM entry's path may be written so; a part in backticks may hold several. */
function endsWith(path: readonly string[], written: readonly string[]): boolean {
  if (written.length === 1) {
    const [only] = written;
    if (path.at(-1) === only) return true;
    if (!only!.includes('.')) return false;
  }
  const tail = splitParts(written);
  const from = path.length - tail.length;
  return from >= 0 && tail.every((part, i) => path[from + i] === part);
}

/** Merges one column of both sides of a join as Flink does: `COALESCE(left, right)`, whatever the join's type. */
export function mergeJoinColumn(name: string, left: Column, right: Column, effort: Effort): Column {
  const origins = new SourceSet(effort);
  origins.addColumn(left);
  origins.addColumn(right);
  const type = sameType(left.type, right.type) ? left.type : null;
  return { name, sources: origins.result, type, derivation: origins.carried };
}
