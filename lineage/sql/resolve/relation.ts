/** Columns of tables, queries and FROM entries while names are resolved. */
import type { DataType } from '../ast.ts';

/** `sources`: base columns (`catalog.db.table.column`) its value comes from; null when that cannot be known. */
export interface Column {
  readonly name: string;
  readonly sources: readonly string[] | null;
  /** Known for columns of DDL and plain references to them; what UNNEST and `row.*` need. */
  readonly type: DataType | null;
}

/**
 * Columns that exist but are not listed. table: of a table whose schema is not known, so a name `c` is its column `c` ·
 * function: outputs of a function, whatever their names, from `sources` · unknown: nothing can be said.
 */
export type OpenPart =
  | { readonly kind: 'table'; readonly id: string }
  | { readonly kind: 'function'; readonly sources: readonly string[] | null }
  | { readonly kind: 'unknown' };

/** An ordered column list; complete only when `open` is empty. */
export interface Relation {
  readonly columns: readonly Column[];
  readonly open: readonly OpenPart[];
}

export const NO_COLUMNS: Relation = { columns: [], open: [] };

/** The column of this name, or undefined when the relation cannot have it; sources null when several open parts might. */
export function columnOf(relation: Relation, name: string): Column | undefined {
  for (const column of relation.columns) if (column.name === name) return column;
  if (relation.open.length === 0) return undefined;
  return { name, sources: relation.open.length === 1 ? openSources(relation.open[0]!, name) : null, type: null };
}

/** True when the relation lists this column itself. */
export function listsColumn(relation: Relation, name: string): boolean {
  return relation.columns.some(column => column.name === name);
}

function openSources(part: OpenPart, name: string): readonly string[] | null {
  if (part.kind === 'table') return [columnId(part.id, name)];
  return part.kind === 'function' ? part.sources : null;
}

/** `catalog.db.table.column`. */
function columnId(table: string, column: string): string {
  return `${table}.${column.includes('.') || column.includes('`') ? `\`${column.replaceAll('`', '``')}\`` : column}`;
}

/** Renames columns in order (`AS t (a, b)`, `CREATE VIEW v (a, b)`). An open list of a table has no known order. */
export function renameColumns(relation: Relation, names: readonly string[]): Relation {
  if (names.length === 0) return relation;
  if (relation.open.length === 0) {
    return { columns: relation.columns.map((column, i) => ({ ...column, name: names[i] ?? column.name })), open: [] };
  }
  const known = relation.columns.slice(0, names.length);
  const rest =
    relation.open.length === 1 && relation.open[0]!.kind === 'function' ? openSources(relation.open[0]!, '') : null;
  const columns = names.map((name, i) =>
    known[i] === undefined ? { name, sources: rest, type: null } : { ...known[i], name },
  );
  return { columns, open: [] };
}

/** Value sources of several expressions as one, first seen first; null when one of them is unknown. */
export class SourceSet {
  readonly #seen = new Set<string>();
  #unknown = false;

  add(sources: readonly string[] | null): void {
    if (sources === null) this.#unknown = true;
    else for (const source of sources) this.#seen.add(source);
  }

  get result(): readonly string[] | null {
    return this.#unknown ? null : [...this.#seen];
  }
}
