/** What expressions come from: value sources, and apart from them what only decides a value (FILTER, keys of OVER). */
import type { Arg, Call, Expr, WindowSpec } from '../ast.ts';
import type { ControlRole } from './analysis.ts';
import type { Context } from './context.ts';
import { resolveRef } from './reference.ts';
import { SourceSet } from './relation.ts';
import type { Scope } from './scope.ts';
import { groupWindow } from './window.ts';

/** Base columns an expression's value comes from, in order of appearance; null when a column in it cannot be resolved. */
export function expressionSources(expr: Expr, ctx: Context, scope: Scope): readonly string[] | null {
  if (expr.kind === 'ref') return resolveRef(expr.parts, ctx, scope)?.sources ?? null;
  if (expr.kind === 'literal' || expr.kind === 'interval') return [];
  return expressionOrigins(expr, ctx, scope).result;
}

/** The same with controls, functions and steps. */
export function expressionOrigins(expr: Expr, ctx: Context, scope: Scope): SourceSet {
  const into = new SourceSet(ctx.effort);
  collect(expr, ctx, scope, into);
  return into;
}

/** Walks an expression that decides which rows come out. */
export function walkControl(role: ControlRole, expr: Expr | null, ctx: Context, scope: Scope): void {
  if (expr !== null) ctx.findings.addControls(role, expressionOrigins(expr, ctx, scope).known);
}

function collect(expr: Expr, ctx: Context, scope: Scope, into: SourceSet): void {
  switch (expr.kind) {
    case 'literal':
    case 'interval':
      return;
    case 'star':
      // `t.*` inside an expression is the whole row; the star of COUNT(*) counts rows and has no value of its own.
      if (expr.qualifier.length > 0) into.addColumn(scope.resolve(expr.qualifier.map(part => part.text)));
      return;
    case 'ref':
      into.addColumn(resolveRef(expr.parts, ctx, scope));
      return;
    case 'op':
      for (const arg of expr.args) collect(arg, ctx, scope, into);
      return;
    case 'case':
      if (expr.operand !== null) collect(expr.operand, ctx, scope, into);
      for (const { when, value } of expr.whens) {
        collect(when, ctx, scope, into);
        collect(value, ctx, scope, into);
      }
      if (expr.otherwise !== null) collect(expr.otherwise, ctx, scope, into);
      return;
    case 'call':
      collectCall(expr, ctx, scope, into);
      return;
    case 'subquery': {
      const relation = ctx.rules.query(expr.query, ctx, scope);
      if (expr.exists) return;
      for (const column of relation.columns) into.addColumn(column);
      if (relation.open.length > 0) into.add(null);
      return;
    }
    default:
      expr satisfies never;
  }
}

function collectCall(call: Call, ctx: Context, scope: Scope, into: SourceSet): void {
  for (const arg of call.args) collectArg(arg, ctx, scope, into);
  into.addFunction(call.parts.map(part => part.text).join('.'));
  if (call.filter !== null) into.addControls(expressionOrigins(call.filter, ctx, scope).known);
  for (const key of call.orderBy) into.addControls(expressionOrigins(key, ctx, scope).known);
  if (call.over !== null) {
    const spec = 'partitionBy' in call.over ? call.over : scope.windows.get(call.over.text);
    if (spec !== undefined) into.addControls(windowKeys(spec, ctx, scope));
  }
  const window = groupWindow(call, arg => expressionSources(arg, ctx, scope));
  if (window !== null) ctx.findings.addWindow(window);
}

function collectArg(arg: Arg, ctx: Context, scope: Scope, into: SourceSet): void {
  if (arg.value.kind === 'descriptor') {
    for (const column of arg.value.columns) into.addColumn(scope.resolve([column.text]));
  } else if (arg.value.kind === 'table-arg') {
    const relation = ctx.rules.table(arg.value.source, ctx, scope, 'plain');
    for (const column of relation.columns) into.addColumn(column);
    if (relation.open.length > 0) into.add(null);
  } else if (arg.value.kind !== 'model') {
    collect(arg.value, ctx, scope, into);
  }
}

/** Columns of PARTITION BY and ORDER BY of a window, those of the windows it builds on included. */
function windowKeys(spec: WindowSpec, ctx: Context, scope: Scope): readonly string[] {
  const keys = new SourceSet(ctx.effort);
  const seen = new Set<WindowSpec>();
  for (let at: WindowSpec | undefined = spec; at !== undefined && !seen.has(at); ) {
    seen.add(at);
    for (const key of [...at.partitionBy, ...at.orderBy]) keys.add(expressionOrigins(key, ctx, scope).known);
    at = at.base === null ? undefined : scope.windows.get(at.base.text);
  }
  return keys.known;
}
