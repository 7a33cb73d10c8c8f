/** Value sources of expressions. Filters, OVER keys and ORDER BY decide which rows count, not what a value is: they are walked, not kept. */
import type { Arg, Call, Expr, Ident, WindowSpec } from '../ast.ts';
import type { Context } from './context.ts';
import { NO_COLUMNS, SourceSet } from './relation.ts';
import { Scope } from './scope.ts';
import { groupWindow } from './window.ts';

/** Base columns an expression's value comes from, in order of appearance; null when a column in it cannot be resolved. */
export function expressionSources(expr: Expr, ctx: Context, scope: Scope): readonly string[] | null {
  if (expr.kind === 'ref') return refSources(expr.parts, scope);
  if (expr.kind === 'literal' || expr.kind === 'interval' || expr.kind === 'star') return [];
  const into = new SourceSet();
  collect(expr, ctx, scope, into);
  return into.result;
}

/** Walks an expression for the tables its sub-queries read and the windows it names. */
export function walkControl(expr: Expr | null, ctx: Context, scope: Scope): void {
  if (expr !== null) collect(expr, ctx, scope, new SourceSet());
}

function collect(expr: Expr, ctx: Context, scope: Scope, into: SourceSet): void {
  switch (expr.kind) {
    case 'literal':
    case 'interval':
    case 'star':
      return;
    case 'ref':
      into.add(refSources(expr.parts, scope));
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
      for (const column of relation.columns) into.add(column.sources);
      if (relation.open.length > 0) into.add(null);
      return;
    }
    case 'lambda': {
      const inner = new Scope(scope);
      const columns = expr.params.map(param => ({ name: param.text, sources: [], type: null }));
      inner.entries.push({ path: [], relation: { ...NO_COLUMNS, columns } });
      collect(expr.body, ctx, inner, into);
      return;
    }
    default:
      expr satisfies never;
  }
}

function collectCall(call: Call, ctx: Context, scope: Scope, into: SourceSet): void {
  for (const arg of call.args) collectArg(arg, ctx, scope, into);
  walkControl(call.filter, ctx, scope);
  for (const key of call.orderBy) walkControl(key, ctx, scope);
  if (call.over !== null && 'partitionBy' in call.over) walkWindow(call.over, ctx, scope);
  const window = groupWindow(call, arg => expressionSources(arg, ctx, scope));
  if (window !== null) ctx.findings.addWindow(window);
}

function collectArg(arg: Arg, ctx: Context, scope: Scope, into: SourceSet): void {
  if (arg.value.kind === 'descriptor') {
    for (const column of arg.value.columns) into.add(refSources([column], scope));
  } else if (arg.value.kind === 'table-arg') {
    const relation = ctx.rules.table(arg.value.source, ctx, scope, 'plain');
    for (const column of relation.columns) into.add(column.sources);
    if (relation.open.length > 0) into.add(null);
  } else {
    collect(arg.value, ctx, scope, into);
  }
}

/** PARTITION BY and ORDER BY of a window. */
export function walkWindow(spec: WindowSpec, ctx: Context, scope: Scope): void {
  for (const key of [...spec.partitionBy, ...spec.orderBy]) walkControl(key, ctx, scope);
}

function refSources(parts: readonly Ident[], scope: Scope): readonly string[] | null {
  return scope.resolve(parts.map(part => part.text))?.sources ?? null;
}
