/** Columns of a query, and with them what it reads. */
import type { Cte, Expr, Query, QueryBody, Select, SelectItem, Star } from '../ast.ts';
import type { Modify } from '../statement-ast.ts';
import { type Analysis, Findings } from './analysis.ts';
import { baseColumn, type TableEntry } from './catalog.ts';
import type { Context, Rules, Surroundings } from './context.ts';
import { expressionOrigins, expressionSources, walkControl } from './expression.ts';
import { addFrom, tableRelation } from './from.ts';
import type { MentionLog } from './mentions.ts';
import { splitParts } from './names.ts';
import { noteUnknownStar, resolveRef } from './reference.ts';
import {
  type Column,
  NO_COLUMNS,
  OPEN,
  type OpenPart,
  type Relation,
  renameColumns,
  SourceSet,
  sameType,
} from './relation.ts';
import { Scope } from './scope.ts';

const RULES: Rules = { query: queryRelation, origins: expressionOrigins, table: tableRelation };

/** Analyses a statement's query against the tables known so far. */
export function analyzeQuery(query: Query, around: Surroundings): Analysis {
  const findings = new Findings();
  const relation = queryRelation(query, { ...around, ctes: null, findings, rules: RULES }, null);
  return { relation, findings };
}

/** What UPDATE, DELETE, MERGE and CALL read beside their target: USING and the tables of sub-queries. */
export function analyzeModify({ target, alias, using, values, where }: Modify, around: Surroundings): Findings {
  const findings = new Findings();
  const ctx: Context = { ...around, ctes: null, findings, rules: RULES };
  const scope = new Scope(null);
  if (target.length > 0) {
    const { entry } = around.catalog.resolve(target);
    const columns = entry?.columns ?? null;
    const relation: Relation = columns === null ? OPEN : { columns, open: [] };
    const path = alias === null ? splitParts(target.map(part => part.text)) : [alias.name.text];
    scope.entries.push({ path, relation });
  }
  // What is set is the target's, whatever the source has under the same name.
  const own = new Scope(null);
  own.entries.push(...scope.entries);
  if (using !== null) addFrom({ first: using, joins: [] }, ctx, scope);
  for (const { column, value } of values) {
    if (column !== null) resolveRef([column], ctx, own);
    expressionOrigins(value, ctx, scope);
  }
  walkControl('filter', where, ctx, scope);
  return findings;
}

/** What the computed columns of a table come from; a query takes each for a column of its own. */
export function analyzeComputed({ id, parts, columns, computed }: TableEntry, around: Surroundings): readonly Column[] {
  if (columns === null || computed.size === 0) return [];
  const ctx: Context = { ...around, mentions: null, ctes: null, findings: new Findings(), rules: RULES };
  const scope = new Scope(null);
  scope.entries.push({ path: parts, relation: { columns, open: [] } });
  return [...computed].map(([name, { expr, end }]) => {
    const origins = expressionOrigins(expr, ctx, scope);
    return {
      ...baseColumn(id, name),
      sources: origins.result,
      derivation: origins.derivation(around.text.slice(expr.pos, end)),
    };
  });
}

function queryRelation(query: Query, ctx: Context, outer: Scope | null): Relation {
  let ctes = ctx.ctes;
  for (const cte of query.ctes) {
    ctes = { name: cte.name.text, outer: ctes, analysis: cteAnalysis(cte, { ...ctx, ctes }, outer) };
  }
  return bodyRelation(query.body, { ...ctx, ctes }, outer, query.orderBy);
}

/**
 * A CTE is analysed once, in order, so that a chain of thousands needs no stack; what it reads counts where it is named. One that
 * nobody names is validated by Flink as well.
 */
function cteAnalysis({ query, columns }: Cte, ctx: Context, outer: Scope | null): Analysis {
  const findings = new Findings();
  const given = queryRelation(query, { ...ctx, findings }, outer);
  ctx.mentions?.columnList(columns, given);
  const relation = renameColumns(
    given,
    columns.map(column => column.text),
  );
  return { relation, findings };
}

function bodyRelation(body: QueryBody, ctx: Context, outer: Scope | null, orderBy: readonly Expr[]): Relation {
  if (body.kind === 'select') return selectRelation(body, ctx, outer, orderBy);
  const relation = otherRelation(body, ctx, outer);
  walkOrder(orderBy, relation, ctx, new Scope(outer));
  return relation;
}

function otherRelation(body: Exclude<QueryBody, Select>, ctx: Context, outer: Scope | null): Relation {
  switch (body.kind) {
    case 'query':
      return queryRelation(body, ctx, outer);
    case 'table':
      return tableRelation(body, ctx, new Scope(outer), 'plain');
    case 'values': {
      const scope = new Scope(outer);
      const rows = body.rows.map(row => row.map((expr, i) => valueColumn(expr, i, ctx, scope)));
      const starts = body.rows.map(row => row[0]!.pos);
      return aligned(
        rows.map(columns => ({ ...NO_COLUMNS, columns })),
        starts,
        ctx,
      );
    }
    case 'set': {
      const branches = body.branches.map(branch => bodyRelation(branch, ctx, outer, []));
      const starts = body.branches.map(branch => branch.pos);
      return aligned(branches, starts, ctx);
    }
    default:
      return body satisfies never;
  }
}

/** Keys of ORDER BY: a column of the result by name or place, else what FROM has. */
function walkOrder(keys: readonly Expr[], { columns, open }: Relation, ctx: Context, from: Scope): void {
  if (keys.length === 0) return;
  const scope = behindSelect({ columns, open }, from);
  for (const key of keys) {
    if (key.kind !== 'literal') walkControl('sort', key, ctx, scope);
    else if (open.length === 0) ctx.findings.addControls('sort', columns[Number(key.value) - 1]?.sources ?? null);
  }
}

function valueColumn(expr: Expr, index: number, ctx: Context, scope: Scope): Column {
  return { name: `EXPR$${index}`, sources: expressionSources(expr, ctx, scope), type: null };
}

/** Branches column by column under the first one's names; without all their columns no position is certain. */
function aligned(branches: readonly Relation[], starts: readonly number[], ctx: Context): Relation {
  const first = branches[0]!;
  if (branches.length === 1) return first;
  if (branches.some(branch => branch.open.length > 0)) return OPEN;
  if (ctx.mentions !== null) noteCounts(branches, starts, ctx.mentions);
  const columns = first.columns.map((column, i) => {
    const origins = new SourceSet(ctx.effort);
    for (const branch of branches) origins.addColumn(branch.columns[i]);
    const type = branches.every(branch => sameType(branch.columns[i]?.type, column.type)) ? column.type : null;
    return { ...column, type, sources: origins.result, derivation: origins.carried };
  });
  return { columns, open: [] };
}

/** Where ORDER BY and QUALIFY stand: the names of the result are seen first, then those of FROM. */
function behindSelect({ columns, open }: Relation, from: Scope): Scope {
  const scope = new Scope(from);
  // Behind an open star the names of FROM are known better.
  scope.entries.push({ path: [], relation: { columns, open: from.entries.length === 0 ? open : [] } });
  for (const [name, spec] of from.windows) scope.windows.set(name, spec);
  return scope;
}

function noteCounts(branches: readonly Relation[], starts: readonly number[], mentions: MentionLog): void {
  const names = branches[0]!.columns.map(column => column.name);
  branches.forEach(({ columns }, i) => {
    if (columns.length !== names.length)
      mentions.count(starts[i]!, { kind: 'set', given: columns.length, expected: names.length, names });
  });
}

function selectRelation(select: Select, ctx: Context, outer: Scope | null, orderBy: readonly Expr[]): Relation {
  const scope = new Scope(outer);
  if (select.from !== null) addFrom(select.from, ctx, scope);
  for (const window of select.windows) scope.windows.set(window.name.text, window.spec);
  walkControl('filter', select.where, ctx, scope);
  for (const key of select.groupBy) walkControl('group', key, ctx, scope);
  walkControl('filter', select.having, ctx, scope);
  const columns: Column[] = [];
  const open: OpenPart[] = [];
  const taken = select.items.some(item => item.expr.kind === 'star') ? new Map<string, number>() : null;
  select.items.forEach((item, i) => {
    const relation = itemRelation(item, i, ctx, scope);
    for (const column of relation.columns) {
      const name = taken !== null && item.expr.kind === 'star' ? freeName(column.name, taken) : column.name;
      if (taken !== null && !taken.has(name)) taken.set(name, 0);
      columns.push(name === column.name ? column : { ...column, name });
    }
    for (const part of relation.open) open.push(part);
  });
  if (select.qualify !== null) walkControl('filter', select.qualify, ctx, behindSelect({ columns, open }, scope));
  walkOrder(orderBy, { columns, open }, ctx, scope);
  return { columns, open };
}

function itemRelation(item: SelectItem, index: number, ctx: Context, scope: Scope): Relation {
  const { expr, alias } = item;
  if (expr.kind === 'star') return starRelation(expr, ctx, scope);
  if (expr.kind === 'ref') {
    const column = resolveRef(expr.parts, ctx, scope);
    const name = alias?.text ?? expr.parts.at(-1)!.text;
    const { sources = null, type = null, derivation } = column ?? {};
    return { columns: [{ name, sources, type, derivation }], open: [] };
  }
  const name = alias?.text ?? `EXPR$${index}`;
  const type = expr.kind === 'op' ? expr.type : null;
  const origins = expressionOrigins(expr, ctx, scope);
  const derivation = expr.kind === 'literal' ? undefined : origins.derivation(ctx.text.slice(expr.pos, item.end));
  return { columns: [{ name, sources: origins.result, type, derivation }], open: [] };
}

/** A name that `*` repeats gets a number, as Flink gives it: k, k0, k1. `taken`: each name with the number to try first. */
function freeName(name: string, taken: Map<string, number>): string {
  let number = taken.get(name);
  if (number === undefined) return name;
  while (taken.has(`${name}${number}`)) number++;
  taken.set(name, number + 1);
  return `${name}${number}`;
}

/** `*`, `t.*`, `row_column.*`. */
function starRelation(star: Star, ctx: Context, scope: Scope): Relation {
  if (star.qualifier.length === 0) return scope.all(ctx.effort);
  const parts = star.qualifier.map(part => part.text);
  const entry = scope.entryOf(parts);
  if (entry !== undefined) {
    ctx.effort.spend(entry.relation.columns.length);
    return entry.relation;
  }
  const column = scope.resolve(parts);
  if (column === undefined) noteUnknownStar(star.qualifier, ctx, scope);
  const fields = column?.type?.fields ?? [];
  if (column === undefined || fields.length === 0)
    return { columns: [], open: [{ kind: 'function', sources: column?.sources ?? null }] };
  const { sources, derivation } = column;
  return { columns: fields.map(field => ({ ...field, sources, derivation })), open: [] };
}
