/** PIVOT and UNPIVOT behind a table expression. Flink's parser takes both; its planner (2.3) runs UNPIVOT alone. */
import type { Ident, Pivot, TableRef, Unpivot } from '../ast.ts';
import type { Cursor } from '../cursor.ts';
import { alias } from './alias.ts';

type Unnamed = Exclude<TableRef, { kind: 'joined' }>;

/** Reads what turns the table that was read last, then the alias of the result. */
export function turned(c: Cursor, table: Unnamed): TableRef {
  let ref = table;
  if (c.at('PIVOT')) ref = pivot(c, ref);
  if (atUnpivot(c)) ref = unpivot(c, ref);
  return { ...ref, alias: alias(c) };
}

/** UNPIVOT is no reserved word: alone it is an alias. */
function atUnpivot(c: Cursor): boolean {
  return c.at('UNPIVOT', '(') || c.at('UNPIVOT', 'INCLUDE') || c.at('UNPIVOT', 'EXCLUDE');
}

/** `PIVOT (SUM(x) AS s, … FOR (a, b) IN ((1, 2) AS n, …))`. */
function pivot(c: Cursor, input: TableRef): Pivot {
  const pos = c.pos;
  c.expect('PIVOT', '(');
  const aggregates = c.list(aggregate);
  c.expect('FOR');
  const axes = columns(c);
  c.expect('IN', '(');
  const values = c.at(')') ? [] : c.list(pivotValue);
  c.expect(')', ')');
  return { kind: 'pivot', pos, input, aggregates, axes, values, alias: null };
}

function aggregate(c: Cursor): Pivot['aggregates'][number] {
  const pos = c.pos;
  const expr = c.grammar.operand(c);
  if (expr.kind !== 'call') c.refuse(pos, 'an aggregate, found another expression');
  return { expr, alias: named(c) };
}

function pivotValue(c: Cursor): Pivot['values'][number] {
  const from = c.pos;
  c.grammar.expression(c);
  const span = { pos: from, end: c.lastEnd };
  return { ...span, alias: named(c) };
}

/** `UNPIVOT [{INCLUDE|EXCLUDE} NULLS] (value FOR name IN (a AS 'x', b))`. */
function unpivot(c: Cursor, input: TableRef): Unpivot {
  const pos = c.pos;
  c.expect('UNPIVOT');
  if (c.accept('INCLUDE') || c.accept('EXCLUDE')) c.expect('NULLS');
  c.expect('(');
  const measures = columns(c);
  c.expect('FOR');
  const axes = columns(c);
  c.expect('IN', '(');
  const sources = c.list(inner => {
    const from = columns(inner);
    if (inner.accept('AS')) inner.grammar.operand(inner);
    return from;
  });
  c.expect(')', ')');
  return { kind: 'unpivot', pos, input, measures, axes, sources, alias: null };
}

/** `a` or `(a, b)`. */
function columns(c: Cursor): readonly Ident[] {
  return c.at('(') ? c.parenthesized(inner => inner.ident('a column')) : [c.ident('a column')];
}

function named(c: Cursor): Ident | null {
  return c.accept('AS') || c.atIdent() ? c.ident('a name') : null;
}
