/** Columns of functions in FROM: window functions, a user's own, ML_PREDICT and its like, UNNEST. */
import type { Arg, DataType, Descriptor, Expr, TableArg, TableFunction, Unnest } from '../ast.ts';
import type { Context } from './context.ts';
import { walkControl } from './expression.ts';
import { resolveRef } from './reference.ts';
import { type Column, type OpenPart, type Relation, SourceSet } from './relation.ts';
import { Scope } from './scope.ts';
import { tableWindow, windowFunctionKind } from './window.ts';

/** Window functions pass their table through and add window_*; other functions give what comes from their arguments. */
export function tableFunction(fn: TableFunction, ctx: Context, scope: Scope): Relation {
  const inner = new Scope(scope);
  const input = inputTables(fn, ctx, scope, inner);
  const origins = new SourceSet(ctx.effort);
  for (const { value } of fn.args) {
    if (value.kind === 'table-arg' || (value.kind === 'subquery' && input !== null)) continue;
    if (value.kind === 'descriptor') addDescribed(origins, value, fn, ctx, inner);
    else if (value.kind !== 'model') addOrigins(origins, value, ctx, inner);
  }
  const kind = windowFunctionKind(fn.name);
  if (kind !== null && input !== null) {
    const time = origins.result;
    ctx.findings.addWindow(tableWindow(kind, fn, time ?? []));
    const derivation = origins.carried;
    const added = WINDOW_COLUMNS.map(name => ({ name, sources: time, type: null, derivation }));
    return { columns: [...input.columns, ...added], open: input.open };
  }
  // ML_PREDICT keeps its input's columns in front of what the model adds; of a user's own function all may come from all.
  if (input !== null && !fn.name.startsWith('ML_')) addAll(origins, input);
  origins.addFunction(fn.parts.map(part => part.text).join('.'));
  const predicted = fn.name === 'ML_PREDICT' ? modelOutputs(fn, ctx) : null;
  if (input !== null && predicted !== null) {
    const given = { sources: origins.result, derivation: origins.carried };
    return { columns: [...input.columns, ...predicted.map(column => ({ ...column, ...given }))], open: input.open };
  }
  const open: OpenPart = { kind: 'function', sources: origins.result, derivation: origins.carried };
  return input === null ? { columns: [], open: [open] } : { columns: input.columns, open: [...input.open, open] };
}

/** The columns of all tables handed over, each an entry of `inner`; null when there is none. */
function inputTables(fn: TableFunction, ctx: Context, scope: Scope, inner: Scope): Relation | null {
  for (const arg of fn.args) {
    const table = tableArgument(arg, fn.name);
    if (table === null) continue;
    const relation = ctx.rules.table(table.source, ctx, scope, 'plain');
    inner.entries.push({ path: [], relation });
    const keys = new Scope(scope);
    keys.entries.push({ path: [], relation });
    for (const key of table.keys) walkControl('group', key, ctx, keys);
  }
  return inner.entries.length === 0 ? null : inner.all(ctx.effort);
}

/** A descriptor of a user's function may name columns the function is to make; only Flink's own ones name the input's. */
function addDescribed(into: SourceSet, { columns }: Descriptor, fn: TableFunction, ctx: Context, inner: Scope): void {
  const ofInput = windowFunctionKind(fn.name) !== null || fn.name.startsWith('ML_');
  for (const column of columns)
    into.addColumn(ofInput ? resolveRef([column], ctx, inner) : inner.resolve([column.text]));
}

function modelOutputs(fn: TableFunction, ctx: Context): readonly Pick<Column, 'name' | 'type'>[] | null {
  for (const { value } of fn.args) if (value.kind === 'model') return ctx.catalog.modelOutputs(value.name);
  return null;
}

const WINDOW_COLUMNS = ['window_start', 'window_end', 'window_time'];

function addOrigins(into: SourceSet, expr: Expr, ctx: Context, scope: Scope): void {
  const origins = ctx.rules.origins(expr, ctx, scope);
  into.addColumn({ name: '', sources: origins.result, type: null, derivation: origins.carried });
}

function addAll(into: SourceSet, relation: Relation): void {
  for (const column of relation.columns) into.addColumn(column);
  if (relation.open.length > 0) into.add(null);
}

/** The table an argument hands over; a sub-query is one for a window or a model, a value for other functions. */
function tableArgument({ name, value }: Arg, fn: string): Pick<TableArg, 'source' | 'keys'> | null {
  if (value.kind === 'table-arg') return value;
  const isTable = windowFunctionKind(fn) !== null || fn.startsWith('ML_') || name?.toUpperCase() === 'INPUT';
  if (value.kind !== 'subquery' || !isTable) return null;
  const source = {
    kind: 'derived',
    pos: value.pos,
    query: value.query,
    lateral: false,
    alias: null,
    asOf: null,
  } as const;
  return { source, keys: [] };
}

/** Elements of arrays, multisets and maps as rows. */
export function unnest(ref: Unnest, ctx: Context, scope: Scope): Relation {
  const columns: Column[] = [];
  const open: OpenPart[] = [];
  for (const arg of ref.args) {
    const origins = ctx.rules.origins(arg, ctx, scope);
    const sources = origins.result;
    const derivation = origins.carried;
    const type = arg.kind === 'ref' ? (resolveRef(arg.parts, ctx, scope)?.type ?? null) : null;
    const elements = elementColumns(type);
    if (elements === null) open.push({ kind: 'function', sources, derivation });
    else for (const element of elements) columns.push({ ...element, sources, derivation });
  }
  if (ref.ordinality) columns.push({ name: 'ORDINALITY', sources: [], type: null });
  return { columns, open };
}

/** Columns an array's, multiset's or map's elements have; null when the type is not known. */
function elementColumns(type: DataType | null): readonly { name: string; type: DataType | null }[] | null {
  if (type === null) return null;
  if (type.name === 'MAP')
    return [
      { name: 'KEY', type: type.args[0] ?? null },
      { name: 'VALUE', type: type.args[1] ?? null },
    ];
  const element = type.args[0];
  if (element === undefined) return null;
  return element.fields.length > 0 ? element.fields : [{ name: 'EXPR$0', type: element }];
}
