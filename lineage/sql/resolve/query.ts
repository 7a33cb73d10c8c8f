/** Columns of a query, and with them what it reads. */
import type { Expr, Query, QueryBody, Select, SelectItem, Star } from '../ast.ts';
import { type Analysis, Findings } from './analysis.ts';
import type { Catalog } from './catalog.ts';
import type { Context, CteScope, Rules } from './context.ts';
import { expressionOrigins, expressionSources, walkControl } from './expression.ts';
import { addFrom, tableRelation } from './from.ts';
import { type Column, NO_COLUMNS, type OpenPart, type Relation, renameColumns, SourceSet } from './relation.ts';
import { Scope } from './scope.ts';

const RULES: Rules = { query: queryRelation, origins: expressionOrigins, table: tableRelation };

/** Analyses a statement's query against the tables known so far. */
export function analyzeQuery(query: Query, catalog: Catalog, text: string): Analysis {
  const findings = new Findings();
  const relation = queryRelation(query, { catalog, text, ctes: null, findings, rules: RULES }, null);
  return { relation, findings };
}

/** Walks expressions that stand outside a query (UPDATE, DELETE) for what their sub-queries read. */
export function analyzeExpressions(exprs: readonly Expr[], catalog: Catalog, text: string): Findings {
  const findings = new Findings();
  const ctx: Context = { catalog, text, ctes: null, findings, rules: RULES };
  for (const expr of exprs) walkControl('filter', expr, ctx, new Scope(null));
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
    const origins = new SourceSet();
    for (const branch of branches) origins.addColumn(branch.columns[i]);
    return { ...column, sources: origins.result, derivation: origins.carried };
  });
  return { columns, open: [] };
}

function selectRelation(select: Select, ctx: Context, outer: Scope | null, orderBy: readonly Expr[]): Relation {
  const scope = new Scope(outer);
  if (select.from !== null) addFrom(select.from, ctx, scope);
  for (const window of select.windows) scope.windows.set(window.name.text, window.spec);
  walkControl('filter', select.where, ctx, scope);
  for (const key of select.groupBy) walkControl('group', key, ctx, scope);
  walkControl('filter', select.having, ctx, scope);
  walkControl('filter', select.qualify, ctx, scope);
  const columns: Column[] = [];
  const open: OpenPart[] = [];
  select.items.forEach((item, i) => {
    const relation = itemRelation(item, i, ctx, scope);
    columns.push(...relation.columns);
    open.push(...relation.open);
  });
  for (const key of orderBy) walkControl('sort', sortExpression(key, select.items), ctx, scope);
  return { columns, open };
}

/** `ORDER BY 2` and `ORDER BY alias` mean what the select list says. */
function sortExpression(key: Expr, items: readonly SelectItem[]): Expr {
  if (key.kind === 'literal') return items[Number(key.value) - 1]?.expr ?? key;
  if (key.kind !== 'ref' || key.parts.length !== 1) return key;
  return items.find(item => item.alias?.text === key.parts[0]!.text)?.expr ?? key;
}

function itemRelation(item: SelectItem, index: number, ctx: Context, scope: Scope): Relation {
  const { expr, alias } = item;
  if (expr.kind === 'star') return starRelation(expr, scope);
  if (expr.kind === 'ref') {
    const parts = expr.parts.map(part => part.text);
    const column = scope.resolve(parts);
    const name = alias?.text ?? parts[parts.length - 1]!;
    const { sources = null, type = null, derivation } = column ?? {};
    return { columns: [{ name, sources, type, derivation }], open: [] };
  }
  const name = alias?.text ?? `EXPR$${index}`;
  const type = expr.kind === 'op' ? expr.type : null;
  const origins = expressionOrigins(expr, ctx, scope);
  const derivation = expr.kind === 'literal' ? undefined : origins.derivation(ctx.text.slice(expr.pos, item.end));
  return { columns: [{ name, sources: origins.result, type, derivation }], open: [] };
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
  const { sources, derivation } = column;
  return { columns: fields.map(field => ({ ...field, sources, derivation })), open: [] };
}
