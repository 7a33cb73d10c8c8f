/** What CREATE, ALTER and DROP make of the catalog. */
import type { Expr } from '../ast.ts';
import type {
  AlterTable,
  ColumnDef,
  CreateModel,
  CreateTable,
  CreateView,
  Like,
  PlacedColumn,
  Watermark,
} from '../statement-ast.ts';
import type { Analysis } from './analysis.ts';
import { baseColumn, type Catalog, type Computed, type Generated, type TableEntry, tableEntry } from './catalog.ts';
import { qualify } from './names.ts';
import { type Column, renameColumns, withColumn } from './relation.ts';
import { watermarkDelayMs } from './window.ts';

/** Registers a table; `query` is the analysed query of CTAS. */
export function defineTable(create: CreateTable, query: Analysis | null, catalog: Catalog): TableEntry {
  const written = create.name.map(part => part.text);
  const parts = qualify(written, catalog.session) ?? written;
  const existing = create.ifNotExists ? catalog.find(parts) : null;
  if (existing !== null) return existing;
  const base = create.like === null ? null : likeBase(create.like, catalog);
  const id = tableEntry(parts, {}).id;
  const columns: Column[] = (base?.columns ?? []).map(column => baseColumn(id, column.name, column.type));
  const names = new Set(columns.map(({ name }) => name));
  const keys = new Set(create.primaryKey.map(key => key.text));
  for (const { name, type } of columnsOf(create.columns, query).map(column => keyed(column, keys))) {
    if (!names.has(name)) columns.push(baseColumn(id, name, type));
    names.add(name);
  }
  const open = create.query !== null && (query?.relation.open.length ?? 0) > 0;
  const entry = tableEntry(parts, {
    columns: open || (base !== null && base.columns === null) || columns.length === 0 ? null : columns,
    generated: new Map([...(base?.generated ?? []), ...generatedOf(create.columns)]),
    watermarks: new Map([...(base?.watermarks ?? []), ...delaysOf(create.watermarks)]),
    procTimes: new Set([...(base?.procTimes ?? []), ...procTimesOf(create.columns)]),
    computed: new Map([...(base?.computed ?? []), ...computedOf(create.columns)]),
    options: new Map([...(base?.options ?? []), ...create.options]),
  });
  catalog.put(entry, create.temporary);
  return entry;
}

/** Columns in the table's order: the declared ones, then those only the query has. */
function columnsOf(defs: readonly ColumnDef[], query: Analysis | null): Pick<Column, 'name' | 'type'>[] {
  const declared = defs.map(def => ({ name: def.name.text, type: def.type }));
  return [...declared, ...(query?.relation.columns ?? [])];
}

/** A key is never NULL, whether its type says so or not. */
function keyed<T extends Pick<Column, 'name' | 'type'>>(column: T, keys: ReadonlySet<string>): T {
  const { name, type } = column;
  if (type === null || type.notNull !== undefined || !keys.has(name)) return column;
  return { ...column, type: { ...type, notNull: 'key' } };
}

function generatedOf(defs: readonly ColumnDef[]): [string, Generated][] {
  return defs.flatMap(({ name, role }): [string, Generated][] =>
    role === 'physical' ? [] : [[name.text, role === 'virtual-metadata' ? 'virtual' : role]],
  );
}

function computedOf(defs: readonly ColumnDef[]): [string, Computed][] {
  return defs.flatMap(({ name, expr, end }): [string, Computed][] =>
    expr === null ? [] : [[name.text, { expr, end }]],
  );
}

function procTimesOf(defs: readonly ColumnDef[]): string[] {
  return defs.filter(def => isProcTime(def.expr)).map(def => def.name.text);
}

function isProcTime(expr: Expr | null): boolean {
  return expr?.kind === 'call' && expr.name === 'PROCTIME';
}

function delaysOf(watermarks: readonly Watermark[]): [string, number][] {
  return watermarks.map(mark => [mark.column[0]!.text, watermarkDelayMs(mark.expr) ?? 0]);
}

/** The part of a LIKE source that is taken over: Flink's default is INCLUDING ALL with own options winning. */
function likeBase(like: Like, catalog: Catalog): TableEntry | null {
  const entry = catalog.resolve(like.name).entry;
  if (entry === null) return tableEntry(['?'], {});
  const takes = (what: string): boolean => (like.rules.get(what) ?? like.rules.get('ALL')) !== 'EXCLUDING';
  const drops = new Set(
    [...entry.generated]
      .filter(([, kind]) => !takes(kind === 'computed' ? 'GENERATED' : 'METADATA'))
      .map(([name]) => name),
  );
  return {
    ...entry,
    columns: entry.columns?.filter(column => !drops.has(column.name)) ?? null,
    watermarks: takes('WATERMARKS') ? entry.watermarks : new Map(),
    options: takes('OPTIONS') ? entry.options : new Map(),
  };
}

/** Registers a view with what its query gave; later changes of its tables do not reach it, as in Flink. */
export function defineView(
  create: Pick<CreateView, 'name' | 'ifNotExists' | 'columns' | 'temporary'>,
  query: Analysis,
  catalog: Catalog,
): void {
  const written = create.name.map(part => part.text);
  const parts = qualify(written, catalog.session) ?? written;
  if (create.ifNotExists && catalog.find(parts) !== null) return;
  const relation = renameColumns(
    query.relation,
    create.columns.map(column => column.text),
  );
  catalog.put(tableEntry(parts, { kind: 'view', view: { ...query, relation } }), create.temporary);
}

/** Registers what a model adds to a table; a model that does not say so stays unknown. */
export function defineModel({ name, outputs }: CreateModel, catalog: Catalog): void {
  if (outputs.length === 0) return;
  catalog.defineModel(
    name,
    outputs.map(column => ({ name: column.name.text, type: column.type })),
  );
}

/** Applies ALTER TABLE and ALTER VIEW; on a name nobody declared there is nothing to change. */
export function alterTable(alter: AlterTable, query: Analysis | null, catalog: Catalog): void {
  const { entry } = catalog.resolve(alter.name);
  if (entry === null) return;
  const change = alter.change;
  switch (change.kind) {
    case 'rename': {
      const temporary = catalog.isTemporary(entry.id);
      const written = change.to.map(part => part.text);
      // A bare new name stays in the table's own database.
      const parts =
        written.length === 1
          ? [...entry.parts.slice(0, -1), written[0]!]
          : (qualify(written, catalog.session) ?? written);
      catalog.drop(entry.id, temporary);
      const id = tableEntry(parts, {}).id;
      const columns = entry.columns?.map(column => baseColumn(id, column.name, column.type)) ?? null;
      catalog.put({ ...entry, id, parts, columns }, temporary);
      return;
    }
    case 'set-options':
      catalog.replace({ ...entry, options: new Map([...entry.options, ...change.options]) });
      return;
    case 'reset-options':
      catalog.replace({ ...entry, options: new Map([...entry.options].filter(([key]) => !change.keys.includes(key))) });
      return;
    case 'add':
    case 'modify':
      catalog.replace(withColumns(entry, change.columns, change.watermarks));
      return;
    case 'drop-columns': {
      const gone = new Set(change.columns.filter(name => name.length === 1).map(name => name[0]!.text));
      catalog.replace({ ...entry, columns: entry.columns?.filter(column => !gone.has(column.name)) ?? null });
      return;
    }
    case 'drop-watermark':
      catalog.replace({ ...entry, watermarks: new Map() });
      return;
    case 'rename-column': {
      const renamed = (column: Column): Column =>
        change.from.length === 1 && column.name === change.from[0]!.text
          ? baseColumn(entry.id, change.to.text, column.type)
          : column;
      catalog.replace({ ...entry, columns: entry.columns?.map(renamed) ?? null });
      return;
    }
    case 'as':
      if (query !== null && entry.kind === 'view') catalog.replace({ ...entry, view: query });
      return;
    case 'other':
      return;
    default:
      change satisfies never;
  }
}

/** Adds columns, or replaces those of the same name; FIRST and AFTER move them. */
function withColumns(entry: TableEntry, defs: readonly PlacedColumn[], watermarks: readonly Watermark[]): TableEntry {
  let { columns } = entry;
  const isDefined = (name: string): boolean => defs.some(def => def.name.text === name);
  for (const { name, type, place } of defs)
    if (columns !== null) columns = placed(columns, baseColumn(entry.id, name.text, type), place);
  return {
    ...entry,
    columns,
    generated: new Map([...entry.generated, ...generatedOf(defs)]),
    watermarks: new Map([...entry.watermarks, ...delaysOf(watermarks)]),
    procTimes: new Set([...entry.procTimes, ...procTimesOf(defs)]),
    computed: new Map([...[...entry.computed].filter(([name]) => !isDefined(name)), ...computedOf(defs)]),
  };
}

function placed(before: readonly Column[], column: Column, place: PlacedColumn['place']): readonly Column[] {
  const added = place === null ? withColumn(before, column) : null;
  if (added !== null) return added;
  const columns = [...before];
  placeColumn(columns, column, place);
  return columns;
}

function placeColumn(columns: Column[], column: Column, place: PlacedColumn['place']): void {
  const indexOf = (name: string): number => columns.findIndex(other => other.name === name);
  const before = indexOf(column.name);
  if (before >= 0) columns.splice(before, 1);
  let at = before >= 0 ? before : columns.length;
  if (place === 'first') at = 0;
  else if (place !== null && indexOf(place.text) >= 0) at = indexOf(place.text) + 1;
  columns.splice(at, 0, column);
}
