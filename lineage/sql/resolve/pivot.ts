/** Columns of PIVOT and UNPIVOT, named and ordered as Calcite does. */
import type { Expr, Pivot, Unpivot } from '../ast.ts';
import { isExpression } from './argument.ts';
import type { Context } from './context.ts';
import { resolveRef } from './reference.ts';
import { type Column, type Relation, SourceSet } from './relation.ts';
import { Scope } from './scope.ts';

/** The columns nothing aggregates or tells apart are its groups; behind them stands one column per value and aggregate. */
export function pivotRelation(ref: Pivot, input: Relation, ctx: Context, outer: Scope | null): Relation {
  const scope = scopeOf(input, outer);
  for (const axis of ref.axes) ctx.findings.addControls('group', resolveRef([axis], ctx, scope)?.sources ?? null);
  const used = new Set(ref.axes.map(axis => axis.text));
  for (const { expr } of ref.aggregates) addNames(expr, used);
  const columns: Column[] = input.columns.filter(column => !used.has(column.name));
  ctx.effort.spend(ref.values.length * ref.aggregates.length);
  for (const value of ref.values) {
    const label = value.alias?.text ?? ctx.text.slice(value.pos, value.end);
    for (const aggregate of ref.aggregates) {
      const origins = ctx.rules.origins(aggregate.expr, ctx, scope);
      const name = aggregate.alias === null ? label : `${label}_${aggregate.alias.text}`;
      columns.push({ name, sources: origins.result, type: null, derivation: origins.carried });
    }
  }
  return { columns, open: input.open };
}

/** The columns that are not turned, then those that say which one a row is of, then the values. */
export function unpivotRelation(ref: Unpivot, input: Relation, ctx: Context, outer: Scope | null): Relation {
  const scope = scopeOf(input, outer);
  const used = new Set(ref.sources.flatMap(group => group.map(column => column.text)));
  const kept = input.columns.filter(column => !used.has(column.name));
  const axes = ref.axes.map(axis => ({ name: axis.text, sources: [], type: null }));
  const measures = ref.measures.map((measure, i) => {
    const origins = new SourceSet(ctx.effort);
    for (const group of ref.sources) {
      const column = group[i];
      if (column !== undefined) origins.addColumn(resolveRef([column], ctx, scope));
    }
    return { name: measure.text, sources: origins.result, type: null, derivation: origins.carried };
  });
  return { columns: [...kept, ...axes, ...measures], open: input.open };
}

function scopeOf(input: Relation, outer: Scope | null): Scope {
  const scope = new Scope(outer);
  scope.entries.push({ path: [], relation: input });
  return scope;
}

/** Bare names inside an aggregate: they are no groups. */
function addNames(expr: Expr, into: Set<string>): void {
  if (expr.kind === 'ref') into.add(expr.parts.at(-1)!.text);
  else if (expr.kind === 'op') for (const arg of expr.args) addNames(arg, into);
  else if (expr.kind === 'call') for (const { value } of expr.args) if (isExpression(value)) addNames(value, into);
}
