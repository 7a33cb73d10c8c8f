/** Columns of a query, and with them what it reads. */
import type { Expr, Query, QueryBody, Select, SelectItem, Star } from '../ast.ts';
import { type Analysis, Findings } from './analysis.ts';
import type { Catalog } from './catalog.ts';
import type { Context, CteScope, Rules } from './context.ts';
import { expressionSources, walkControl, walkWindow } from './expression.ts';
import { addFrom, tableRelation } from './from.ts';
import { type Column, NO_COLUMNS, type OpenPart, type Relation, renameColumns, SourceSet } from './relation.ts';
import { Scope } from './scope.ts';

const RULES: Rules = { query: queryRelation, sources: expressionSources, table: tableRelation };

/** Analyses a statement's query against the tables known so far. */
export function analyzeQuery(query: Query, catalog: Catalog): Analysis {
  const findings = new Findings();
  const relation = queryRelation(query, { catalog, ctes: null, findings, rules: RULES }, null);
  return { relation, findings };
}

/** Walks expressions that stand outside a query (UPDATE, DELETE) for what their sub-queries read. */
export function analyzeExpressions(exprs: readonly Expr[], catalog: Catalog): Findings {
  const findings = new Findings();
  const ctx: Context = { catalog, ctes: null, findings, rules: RULES };
  for (const expr of exprs) walkControl(expr, ctx, new Scope(null));
  return findings;
}

function queryRelation(query: Query, ctx: Context, outer: Scope | null): Relation {
  let ctes = ctx.ctes;
  for (const cte of query.ctes) {
    ctes = {
      name: cte.name.text,
      outer: ctes,
      analysis: once(
        cte.query,
        cte.columns.map(c => c.text),
        { ...ctx, ctes },
        outer,
      ),
    };
  }
  return bodyRelation(query.body, { ...ctx, ctes }, outer, query.orderBy);
}

/** A CTE is analysed when it is first named, and only then reads its tables; a second use gets the same answer. */
function once(query: Query, names: readonly string[], ctx: Context, outer: Scope | null): CteScope['analysis'] {
  let done: Analysis | null = null;
  return () => {
    if (done === null) {
      const findings = new Findings();
      const relation = renameColumns(queryRelation(query, { ...ctx, findings }, outer), names);
      done = { relation, findings };
    }
    return done;
  };
}

function bodyRelation(body: QueryBody, ctx: Context, outer: Scope | null, orderBy: readonly Expr[]): Relation {
  switch (body.kind) {
    case 'select':
      return selectRelation(body, ctx, outer, orderBy);
    case 'query':
      return queryRelation(body, ctx, outer);
    case 'table':
      return tableRelation(body, ctx, new Scope(outer), 'plain');
    case 'values': {
      const scope = new Scope(outer);
      return aligned(
        body.rows.map(row => ({ ...NO_COLUMNS, columns: row.map((expr, i) => valueColumn(expr, i, ctx, scope)) })),
      );
    }
    case 'set':
      return aligned(body.branches.map(branch => bodyRelation(branch, ctx, outer, [])));
    default:
      return body satisfies never;
  }
}

function valueColumn(expr: Expr, index: number, ctx: Context, scope: Scope): Column {
  return { name: `EXPR$${index}`, sources: expressionSources(expr, ctx, scope), type: null };
}

/** Branches column by column under the first one's names; without all their columns no position is certain. */
function aligned(branches: readonly Relation[]): Relation {
  const first = branches[0]!;
  if (branches.length === 1) return first;
  if (branches.some(branch => branch.open.length > 0)) return { columns: [], open: [{ kind: 'unknown' }] };
  const columns = first.columns.map((column, i) => {
    const sources = new SourceSet();
    for (const branch of branches) sources.add(branch.columns[i]?.sources ?? null);
    return { ...column, sources: sources.result };
  });
  return { columns, open: [] };
}

function selectRelation(select: Select, ctx: Context, outer: Scope | null, orderBy: readonly Expr[]): Relation {
  const scope = new Scope(outer);
  if (select.from !== null) addFrom(select.from, ctx, scope);
  walkControl(select.where, ctx, scope);
  for (const key of select.groupBy) walkControl(key, ctx, scope);
  walkControl(select.having, ctx, scope);
  walkControl(select.qualify, ctx, scope);
  for (const window of select.windows) walkWindow(window.spec, ctx, scope);
  const columns: Column[] = [];
  const open: OpenPart[] = [];
  select.items.forEach((item, i) => {
    const relation = itemRelation(item, i, ctx, scope);
    columns.push(...relation.columns);
    open.push(...relation.open);
  });
  for (const key of orderBy) walkControl(key, ctx, scope);
  return { columns, open };
}

function itemRelation(item: SelectItem, index: number, ctx: Context, scope: Scope): Relation {
  const { expr, alias } = item;
  if (expr.kind === 'star') return starRelation(expr, scope);
  if (expr.kind === 'op' && expr.ops.at(-1) === '.*') return unknownFields(expr, ctx, scope);
  if (expr.kind === 'ref') {
    const parts = expr.parts.map(part => part.text);
    const column = scope.resolve(parts);
    const name = alias?.text ?? parts[parts.length - 1]!;
    return { columns: [{ name, sources: column?.sources ?? null, type: column?.type ?? null }], open: [] };
  }
  const name = alias?.text ?? `EXPR$${index}`;
  const type = expr.kind === 'op' ? expr.type : null;
  return { columns: [{ name, sources: expressionSources(expr, ctx, scope), type }], open: [] };
}

/** `*`, `t.*`, `row_column.*`. */
function starRelation(star: Star, scope: Scope): Relation {
  if (star.qualifier.length === 0) return scope.all();
  const parts = star.qualifier.map(part => part.text);
  const entry = scope.entryOf(parts);
  if (entry !== undefined) return entry.relation;
  const column = scope.resolve(parts);
  const fields = column?.type?.fields ?? [];
  if (column === undefined || fields.length === 0)
    return { columns: [], open: [{ kind: 'function', sources: column?.sources ?? null }] };
  return { columns: fields.map(field => ({ ...field, sources: column.sources })), open: [] };
}

/** `f(x).*`: its fields come from the operand, how many there are is not known. */
function unknownFields(expr: Expr, ctx: Context, scope: Scope): Relation {
  return { columns: [], open: [{ kind: 'function', sources: expressionSources(expr, ctx, scope) }] };
}
