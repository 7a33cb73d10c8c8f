import type { Arg, Expr } from '../ast.ts';

/** True when a call's argument is a value and not a table, a descriptor or a model. */
export function isExpression(value: Arg['value']): value is Expr {
  return value.kind !== 'descriptor' && value.kind !== 'table-arg' && value.kind !== 'model';
}
