/** Queries: WITH, SELECT and its clauses, set operations, VALUES, ORDER BY, LIMIT. */
import type { Cte, Expr, Ident, Query, QueryBody, Select, SelectItem, Values, WindowSpec } from '../ast.ts';
import type { Cursor } from '../cursor.ts';
import { sortKey, windowSpec } from './call.ts';
import { fromClause } from './from.ts';
import { hints } from './hint.ts';
import { atQueryWithTail, QUERY_STARTS } from './lookahead.ts';

const SET_OPS = new Set(['UNION', 'INTERSECT', 'EXCEPT']);

/** A whole query, with its CTEs and ordering. */
export function query(c: Cursor): Query {
  return c.withQueries(true, wholeQuery);
}

function wholeQuery(c: Cursor): Query {
  const pos = c.pos;
  const ctes: Cte[] = [];
  if (c.accept('WITH')) {
    c.accept('RECURSIVE');
    ctes.push(...c.list(cte));
  }
  const body = setOperations(c, term(c));
  return { kind: 'query', pos, ctes, body, orderBy: ordering(c) };
}

/**
 * A query where an expression could stand as well: `SELECT …`, or `(SELECT …) UNION …`. In front of a parenthesis only what follows its
 * closing one tells: `(SELECT 1) + 2` is an expression, which is answered with null and nothing taken.
 */
export function bareQuery(c: Cursor): Query | null {
  if (c.atAny(QUERY_STARTS)) return query(c);
  return c.at('(') && atQueryWithTail(c) ? query(c) : null;
}

function cte(c: Cursor): Cte {
  const name = c.ident('a name');
  const columns = c.at('(') ? c.parenthesized(inner => inner.ident('a column')) : [];
  c.expect('AS', '(');
  const inner = c.nested(query);
  c.expect(')');
  return { name, columns, query: inner };
}

function setOperations(c: Cursor, first: QueryBody): QueryBody {
  if (!c.atAny(SET_OPS)) return first;
  const ops: string[] = [];
  const branches: QueryBody[] = [first];
  while (c.atAny(SET_OPS)) {
    const op = c.next().word;
    const all = c.accept('ALL');
    if (!all) c.accept('DISTINCT');
    ops.push(all ? `${op} ALL` : op);
    branches.push(term(c));
  }
  return { kind: 'set', pos: first.pos, ops, branches };
}

function term(c: Cursor): QueryBody {
  const pos = c.pos;
  if (c.accept('(')) {
    const inner = c.nested(query);
    c.expect(')');
    return inner;
  }
  if (c.at('VALUES')) return values(c);
  if (c.accept('TABLE')) return { kind: 'table', pos, name: c.name('a table'), alias: null, asOf: null, hints: [] };
  return select(c);
}

/** `VALUES (1, 2), (3, 4)`; a row may also be one bare expression. */
function values(c: Cursor): Values {
  const pos = c.pos;
  c.expect('VALUES');
  return { kind: 'values', pos, rows: c.list(valuesRow) };
}

function valuesRow(c: Cursor): Expr[] {
  if (c.at('(') || c.at('ROW', '(')) {
    c.accept('ROW');
    return c.parenthesized(valueOrDefault);
  }
  const row = c.grammar.expression(c);
  return row.kind === 'op' && row.ops[0] === 'ROW' ? row.args : [row];
}

function valueOrDefault(c: Cursor): Expr {
  const pos = c.pos;
  return c.accept('DEFAULT') ? { kind: 'literal', pos, type: 'null', value: 'DEFAULT' } : c.grammar.expression(c);
}

function select(c: Cursor): Select {
  const pos = c.pos;
  c.expect('SELECT');
  hints(c);
  c.accept('STREAM');
  const distinct = c.accept('DISTINCT');
  if (!distinct) c.accept('ALL');
  const items = c.list(selectItem);
  const from = c.accept('FROM') ? fromClause(c) : null;
  const where = c.accept('WHERE') ? c.grammar.expression(c) : null;
  const groupBy = c.accept('GROUP', 'BY') ? grouping(c) : [];
  const having = c.accept('HAVING') ? c.grammar.expression(c) : null;
  const windows = c.accept('WINDOW') ? c.list(namedWindow) : [];
  const qualify = c.accept('QUALIFY') ? c.grammar.expression(c) : null;
  return { kind: 'select', pos, distinct, items, from, where, groupBy, having, qualify, windows };
}

function selectItem(c: Cursor): SelectItem {
  if (c.at('*')) return { expr: { kind: 'star', pos: c.next().pos, qualifier: [] }, end: c.lastEnd, alias: null };
  const expr = c.grammar.expression(c);
  const end = c.lastEnd;
  if (c.accept('AS')) return { expr, end, alias: c.ident('a column name') };
  return { expr, end, alias: c.atIdent() ? c.ident('a column name') : null };
}

function namedWindow(c: Cursor): { readonly name: Ident; readonly spec: WindowSpec } {
  const name = c.ident('a window name');
  c.expect('AS');
  return { name, spec: windowSpec(c) };
}

function grouping(c: Cursor): Expr[] {
  if (!c.accept('DISTINCT')) c.accept('ALL');
  return c.list(groupingElement).flat();
}

/** An expression, `()`, ROLLUP, CUBE or GROUPING SETS; the sets' columns in one list. */
function groupingElement(c: Cursor): Expr[] {
  if (c.accept('(', ')')) return [];
  if (c.accept('GROUPING', 'SETS')) return c.nested(inner => inner.parenthesized(groupingElement)).flat();
  if (c.accept('ROLLUP') || c.accept('CUBE')) return c.parenthesized(c.grammar.expression);
  return [c.grammar.expression(c)];
}

/** ORDER BY, then LIMIT with OFFSET, or OFFSET with FETCH. */
function ordering(c: Cursor): Expr[] {
  const keys = c.accept('ORDER', 'BY') ? c.list(sortKey) : [];
  if (c.accept('LIMIT')) {
    if (!c.accept('ALL')) rowCount(c);
    if (c.accept('OFFSET')) offset(c);
    return keys;
  }
  if (c.accept('OFFSET')) offset(c);
  if (c.accept('FETCH')) {
    c.oneOf(['FIRST', 'NEXT']);
    rowCount(c);
    c.oneOf(['ROWS', 'ROW']);
    c.expect('ONLY');
  }
  return keys;
}

function offset(c: Cursor): void {
  rowCount(c);
  if (!c.accept('ROWS')) c.accept('ROW');
}

function rowCount(c: Cursor): void {
  if (!c.accept('?')) c.number('a number of rows');
}
