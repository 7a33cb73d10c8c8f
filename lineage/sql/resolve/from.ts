/** Columns of FROM: base tables, views, CTEs, sub-queries, table functions, UNNEST, MATCH_RECOGNIZE, joins. */
import type { Expr, From, Ident, Join, MatchRecognize, TableName, TableRef } from '../ast.ts';
import { Findings, type TableRead } from './analysis.ts';
import { isExpression } from './argument.ts';
import type { TableEntry } from './catalog.ts';
import type { Context, CteScope } from './context.ts';
import { TooMuchError } from './effort.ts';
import { walkControl } from './expression.ts';
import { qualify, splitParts } from './names.ts';
import { pivotRelation, unpivotRelation } from './pivot.ts';
import { resolveRef } from './reference.ts';
import { type Column, columnOf, listedColumn, NO_COLUMNS, type Relation, renameColumns } from './relation.ts';
import { mergeJoinColumn, Scope, type ScopeEntry } from './scope.ts';
import { tableFunction, unnest } from './table-function.ts';

type How = TableRead['how'];

/** Adds the entries of a FROM clause to `scope`, left to right; a lateral one sees those before it. */
export function addFrom(from: From, ctx: Context, scope: Scope): void {
  addRef(from.first, ctx, scope, false);
  for (const join of from.joins) addJoin(join, ctx, scope);
}

function addJoin(join: Join, ctx: Context, scope: Scope): void {
  const before = scope.entries.length;
  addRef(join.right, ctx, scope, true);
  if (join.natural || join.using.length > 0) mergeColumns(join, before, ctx, scope);
  walkControl('join', join.on, ctx, scope);
}

/** Makes one column of those of both sides; `leftCount`: how many entries stand on the left. */
function mergeColumns(join: Join, leftCount: number, ctx: Context, scope: Scope): void {
  const left = scope.entries.slice(0, leftCount);
  const right = scope.entries.slice(leftCount);
  const names = join.natural ? commonColumns(left, right) : join.using.map(column => column.text);
  if (ctx.mentions !== null) noteUsing(join.using, [left, right], ctx, scope);
  for (const name of names) {
    const [a, b] = [columnIn(left, name), columnIn(right, name)];
    const before = scope.merged.get(name);
    const merged = before?.all ?? a;
    if (merged === undefined || b === undefined) continue;
    const all = mergeJoinColumn(name, merged, b, ctx.effort);
    scope.merged.set(name, { all, first: before?.first ?? all });
    ctx.findings.addControls('join', [...(merged.sources ?? []), ...(b.sources ?? [])]);
  }
}

/** Looks for the columns of USING on both sides, so that the log is told of the missing ones. */
function noteUsing(
  using: readonly Ident[],
  sides: readonly (readonly ScopeEntry[])[],
  ctx: Context,
  joined: Scope,
): void {
  sides.forEach((entries, i) => {
    const side = new Scope(null);
    side.entries.push(...entries);
    if (i === 0) for (const [name, column] of joined.merged) side.merged.set(name, column);
    for (const column of using) resolveRef([column], ctx, side);
  });
}

function commonColumns(left: readonly ScopeEntry[], right: readonly ScopeEntry[]): string[] {
  const names = new Set(right.flatMap(entry => entry.relation.columns.map(column => column.name)));
  return [...names].filter(name => left.some(entry => listedColumn(entry.relation, name) !== undefined));
}

function columnIn(entries: readonly ScopeEntry[], name: string): Column | undefined {
  const listing = entries.find(entry => listedColumn(entry.relation, name) !== undefined);
  const entry = listing ?? entries.find(candidate => candidate.relation.open.length > 0);
  return entry === undefined ? undefined : columnOf(entry.relation, name);
}

function addRef(ref: TableRef, ctx: Context, scope: Scope, isRight: boolean): void {
  if (ref.kind === 'joined') {
    addFrom(ref.from, ctx, scope);
    return;
  }
  const asOf = ref.kind === 'table' || ref.kind === 'derived' ? ref.asOf : null;
  walkControl('time', asOf, ctx, scope);
  const how = asOf === null ? 'plain' : isRight && !isInstant(asOf) ? 'temporal' : 'travel';
  const relation = tableRelation(ref, ctx, scope, how);
  if (ref.alias !== null) ctx.mentions?.columnList(ref.alias.columns, relation);
  scope.entries.push({ path: entryPath(ref, ctx), relation: renamed(relation, ref) });
}

/** A period without any column or PROCTIME(): time travel, not a join per row. */
function isInstant(asOf: Expr): boolean {
  if (asOf.kind === 'literal') return true;
  if (asOf.kind === 'op') return asOf.args.every(arg => arg.kind === 'interval' || isInstant(arg));
  if (asOf.kind !== 'call' || asOf.name === 'PROCTIME') return false;
  return asOf.args.every(({ value }) => isExpression(value) && isInstant(value));
}

/** What may stand before a column: the alias, else the table's name with as many of its parts as one likes. */
function entryPath(ref: Exclude<TableRef, { kind: 'joined' }>, ctx: Context): readonly string[] {
  if (ref.alias !== null) return splitParts([ref.alias.name.text]);
  if (ref.kind !== 'table') return [];
  const written = ref.name.map(part => part.text);
  return splitParts(qualify(written, ctx.catalog.session) ?? written);
}

function renamed(relation: Relation, ref: Exclude<TableRef, { kind: 'joined' }>): Relation {
  const { alias } = ref;
  if (alias === null) return relation;
  const given = alias.columns.map(column => column.text);
  // The one column of `UNNEST(tags) AS tag` and `(VALUES 1, 2) AS n` goes by the alias.
  const isList = ref.kind === 'unnest' || (ref.kind === 'derived' && ref.query.body.kind === 'values');
  const isAlone = isList && relation.columns.length === 1 && relation.open.length === 0;
  return renameColumns(relation, given.length === 0 && isAlone ? [alias.name.text] : given);
}

/** Columns of one table expression before its alias; records what it reads. */
export function tableRelation(ref: TableRef, ctx: Context, scope: Scope, how: How): Relation {
  switch (ref.kind) {
    case 'table':
      return namedTable(ref, ctx, how);
    case 'derived':
      return derived(ref.query, ctx, ref.lateral ? scope : scope.parent, how);
    case 'function':
      return tableFunction(ref, ctx, scope);
    case 'unnest':
      return unnest(ref, ctx, scope);
    case 'match':
      return match(ref, ctx, scope);
    case 'pivot':
      return pivotRelation(ref, tableRelation(ref.input, ctx, scope, how), ctx, scope.parent);
    case 'unpivot':
      return unpivotRelation(ref, tableRelation(ref.input, ctx, scope, how), ctx, scope.parent);
    case 'joined': {
      const inner = new Scope(scope.parent);
      addFrom(ref.from, ctx, inner);
      return inner.all(ctx.effort);
    }
    default:
      return ref satisfies never;
  }
}

function derived(
  query: Parameters<Context['rules']['query']>[0],
  ctx: Context,
  outer: Scope | null,
  how: How,
): Relation {
  if (how === 'plain') return ctx.rules.query(query, ctx, outer);
  const findings = new Findings();
  const relation = ctx.rules.query(query, { ...ctx, findings }, outer);
  ctx.findings.merge(null, findings, { how, lookupHint: false }, ctx.effort);
  return relation;
}

function namedTable(ref: TableName, ctx: Context, how: How): Relation {
  const lookupHint = ref.hints.some(hint => hint.name === 'LOOKUP');
  if (ref.name.length === 1) {
    for (let cte = ctx.ctes; cte !== null; cte = cte.outer) {
      if (cte.name !== ref.name[0]!.text) continue;
      ctx.findings.merge(null, cte.analysis.findings, { how, lookupHint }, ctx.effort);
      return cte.analysis.relation;
    }
  }
  const { id, parts, byName, entry } = ctx.catalog.resolve(ref.name);
  ctx.mentions?.table(ref.name, 'read', ctx.catalog, cteNames(ctx.ctes));
  if (ctx.effort.lost.has(id)) throw new TooMuchError();
  if (entry?.view) {
    ctx.findings.merge(id, entry.view.findings, { how, lookupHint }, ctx.effort);
    return entry.view.relation;
  }
  const options = ref.hints.find(hint => hint.name === 'OPTIONS')?.options ?? new Map<string, string>();
  ctx.findings.addRead({ table: id, parts, byName, how, lookupHint, options });
  if (entry !== null) noteWatermarks(entry, ctx);
  if (entry === null || entry.columns === null) return { columns: [], open: [{ kind: 'table', id }] };
  return { columns: entry.columns, open: [] };
}

function cteNames(ctes: CteScope | null): string[] {
  const names: string[] = [];
  for (let cte = ctes; cte !== null; cte = cte.outer) names.push(cte.name);
  return names;
}

function noteWatermarks(entry: TableEntry, ctx: Context): void {
  for (const [column, delay] of entry.watermarks) {
    const source = entry.columns?.find(candidate => candidate.name === column)?.sources?.[0];
    if (source !== undefined) ctx.findings.watermarks.set(source, delay);
  }
}

function match(ref: MatchRecognize, ctx: Context, scope: Scope): Relation {
  const outer = new Scope(scope.parent);
  addRef(ref.input, ctx, outer, false);
  const input = outer.all(ctx.effort);
  const inner = new Scope(scope.parent);
  inner.entries.push({ path: outer.entries[0]?.path ?? [], relation: input });
  for (const variable of new Set(
    [...ref.variables, ...ref.defines.map(define => define.name)].map(name => name.text),
  )) {
    inner.entries.push({ path: [variable], relation: input, qualifiedOnly: true });
  }
  for (const define of ref.defines) walkControl('pattern', define.expr, ctx, inner);
  for (const key of ref.orderBy) walkControl('sort', key, ctx, inner);
  for (const key of ref.partitionBy) walkControl('group', key, ctx, inner);
  const keys = ref.partitionBy.map(key => keyColumn(key, ctx, inner));
  const measures = ref.measures.map(({ name, expr, end }) => {
    const origins = ctx.rules.origins(expr, ctx, inner);
    const derivation = expr.kind === 'ref' ? origins.carried : origins.derivation(ctx.text.slice(expr.pos, end));
    return { name: name.text, sources: origins.result, type: null, derivation };
  });
  return ref.allRows
    ? { columns: [...input.columns, ...measures], open: input.open }
    : { ...NO_COLUMNS, columns: [...keys, ...measures] };
}

function keyColumn(key: Expr, ctx: Context, scope: Scope): Column {
  const name = key.kind === 'ref' ? key.parts[key.parts.length - 1]!.text : '';
  const origins = ctx.rules.origins(key, ctx, scope);
  return { name, sources: origins.result, type: null, derivation: origins.carried };
}
