/** Columns of tables, queries and FROM entries while names are resolved. */
import type { DataType } from '../ast.ts';
import type { Effort } from './effort.ts';

/** How a value came to be on the way from its base columns. */
export interface Derivation {
  /** Base columns that decide it without being part of it: FILTER, PARTITION BY and ORDER BY of OVER, WITHIN GROUP. */
  readonly controls: readonly string[];
  /** Functions applied, the ones nearest to the base columns first, by the names they are called with. */
  readonly functions: readonly string[];
  /** The expressions of the selects it went through, as written, in the same order; a plain column is no step. */
  readonly steps: readonly string[];
}

/** `sources`: base columns (`catalog.db.table.column`) its value comes from; null when that cannot be known. */
export interface Column {
  readonly name: string;
  readonly sources: readonly string[] | null;
  /** Known for columns of DDL and plain references to them; what UNNEST and `row.*` need. */
  readonly type: DataType | null;
  /** Absent when the value is a base column's, unchanged. */
  readonly derivation?: Derivation | undefined;
}

/**
 * Columns that exist but are not listed. table: of a table whose schema is not known, so a name `c` is its column `c` ·
 * function: outputs of a function, whatever their names, from `sources` · unknown: nothing can be said.
 */
export type OpenPart =
  | { readonly kind: 'table'; readonly id: string }
  | {
      readonly kind: 'function';
      readonly sources: readonly string[] | null;
      readonly derivation?: Derivation | undefined;
    }
  | { readonly kind: 'unknown' };

/** An ordered column list; complete only when `open` is empty. */
export interface Relation {
  readonly columns: readonly Column[];
  readonly open: readonly OpenPart[];
}

export const NO_COLUMNS: Relation = { columns: [], open: [] };

/** Of columns nobody can tell anything of. */
export const OPEN: Relation = { columns: [], open: [{ kind: 'unknown' }] };

/** The column of this name, or undefined when the relation cannot have it; sources null when several open parts might. */
export function columnOf(relation: Relation, name: string): Column | undefined {
  const listed = listedColumn(relation, name);
  if (listed !== undefined) return listed;
  if (relation.open.length === 0) return undefined;
  const [only, ...others] = relation.open;
  return only !== undefined && others.length === 0 ? openColumn(only, name) : { name, sources: null, type: null };
}

/** The first column of this name that the relation lists itself. */
export function listedColumn({ columns }: Relation, name: string): Column | undefined {
  if (columns.length > SHORT) return indexOf(columns).get(name);
  for (const column of columns) if (column.name === name) return column;
  return undefined;
}

/** Lists up to this length are searched quicker than a map is made. */
const SHORT = 16;
const indexes = new WeakMap<readonly Column[], Map<string, Column>>();

function indexOf(columns: readonly Column[]): ReadonlyMap<string, Column> {
  const known = indexes.get(columns);
  if (known !== undefined) return known;
  const index = new Map<string, Column>();
  for (const column of columns) if (!index.has(column.name)) index.set(column.name, column);
  indexes.set(columns, index);
  return index;
}

/** The columns with one more behind them, or null when one of this name is there. What is known of the old list goes over to the new one. */
export function withColumn(columns: readonly Column[], column: Column): readonly Column[] | null {
  if (listedColumn({ columns, open: [] }, column.name) !== undefined) return null;
  const next = [...columns, column];
  const index = indexes.get(columns);
  if (index === undefined) return next;
  indexes.delete(columns);
  indexes.set(next, index.set(column.name, column));
  return next;
}

function openColumn(part: OpenPart, name: string): Column {
  if (part.kind === 'table') return { name, sources: [columnId(part.id, name)], type: null };
  return part.kind === 'function'
    ? { name, sources: part.sources, type: null, derivation: part.derivation }
    : { name, sources: null, type: null };
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
  const only = relation.open.length === 1 ? relation.open[0]! : null;
  const columns = names.map((name, i) => {
    const column = known[i];
    if (column !== undefined) return { ...column, name };
    return only?.kind === 'function' ? openColumn(only, name) : { name, sources: null, type: null };
  });
  return { columns, open: [] };
}

/** Expressions on a column's way are told up to so many, those nearest to the base columns; its sources are always whole. */
const MAX_STEPS = 100;

/** Whether two types are one as they are written. */
export function sameType(a: DataType | null | undefined, b: DataType | null): boolean {
  return a === b || (a != null && b !== null && JSON.stringify(a) === JSON.stringify(b));
}

const fieldIndexes = new WeakMap<DataType['fields'], ReadonlyMap<string, DataType>>();

/** The type of a row's field of this name; null where there is none, or the type is not known. */
export function fieldType(type: DataType | null, name: string): DataType | null {
  if (type === null) return null;
  const { fields } = type;
  if (fields.length <= SHORT) return fields.find(field => field.name === name)?.type ?? null;
  let index = fieldIndexes.get(fields);
  if (index === undefined) fieldIndexes.set(fields, (index = new Map(fields.map(field => [field.name, field.type]))));
  return index.get(name) ?? null;
}

/** What several expressions come from as one, first seen first; sources null when one of them is unknown. */
export class SourceSet {
  readonly #effort: Effort;
  readonly #seen = new Set<string>();
  readonly #controls = new Set<string>();
  readonly #functions = new Set<string>();
  readonly #steps = new Set<string>();
  #unknown = false;

  /** What is taken over counts as effort. */
  constructor(effort: Effort) {
    this.#effort = effort;
  }

  add(sources: readonly string[] | null): void {
    if (sources === null) {
      this.#unknown = true;
      return;
    }
    this.#effort.spend(sources.length);
    for (const source of sources) this.#seen.add(source);
  }

  /** Takes a column over with its derivation; undefined is a name that nothing has. */
  addColumn(column: Column | undefined): void {
    this.add(column?.sources ?? null);
    if (column?.derivation === undefined) return;
    const { controls, functions, steps } = column.derivation;
    this.#effort.spend(controls.length + functions.length + steps.length);
    for (const control of controls) this.#controls.add(control);
    for (const name of functions) this.#functions.add(name);
    for (const step of steps) {
      if (this.#steps.size >= MAX_STEPS) break;
      this.#steps.add(step);
    }
  }

  addControls(sources: readonly string[] | null): void {
    for (const source of sources ?? []) this.#controls.add(source);
  }

  addFunction(name: string): void {
    this.#functions.add(name);
  }

  get result(): readonly string[] | null {
    return this.#unknown ? null : [...this.#seen];
  }

  /** The sources that are known, even when another one is not. */
  get known(): readonly string[] {
    return [...this.#seen];
  }

  /** The derivation so far, with `step` as its last expression. */
  derivation(step: string): Derivation {
    return { controls: [...this.#controls], functions: [...this.#functions], steps: [...this.#steps, step] };
  }

  /** The derivation so far without a step of its own; undefined when there is none. */
  get carried(): Derivation | undefined {
    if (this.#controls.size + this.#functions.size + this.#steps.size === 0) return undefined;
    return { controls: [...this.#controls], functions: [...this.#functions], steps: [...this.#steps] };
  }
}
