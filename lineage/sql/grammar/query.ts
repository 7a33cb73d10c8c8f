/** Queries: WITH, SELECT and its clauses, set operations, VALUES, ORDER BY, LIMIT. */
import type { Cte, Expr, Ident, Query, QueryBody, Select, SelectItem, Values, WindowSpec } from '../ast.ts';
import type { Cursor } from '../cursor.ts';
import { sortKey, windowSpec } from './call.ts';
import { fromClause, hintList } from './from.ts';

const SET_OPS = new Set(['UNION', 'INTERSECT', 'EXCEPT', 'MINUS']);

/** A whole query, with its CTEs and ordering. */
export function query(c: Cursor): Query {
  const pos = c.pos;
  const ctes: Cte[] = [];
  if (c.accept('WITH')) {
    c.accept('RECURSIVE');
    ctes.push(...c.list(cte));
  }
  const body = setOperations(c, term(c));
  return { kind: 'query', pos, ctes, body, orderBy: ordering(c) };
}

/** What may follow a query in parentheses. */
export function queryTail(c: Cursor, first: Query): Query {
  const body = setOperations(c, first);
  return { kind: 'query', pos: first.pos, ctes: [], body, orderBy: ordering(c) };
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
  const row = c.grammar.expression(c);
  return row.kind === 'op' && row.ops[0] === 'ROW' ? row.args : [row];
}

function select(c: Cursor): Select {
  const pos = c.pos;
  c.expect('SELECT');
  hintList(c);
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
  const expr = c.grammar.expression(c);
  if (c.accept('AS')) return { expr, alias: c.ident('a column name') };
  return { expr, alias: expr.kind !== 'star' && c.atIdent() ? c.ident('a column name') : null };
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
  if (c.accept('GROUPING', 'SETS') || c.at('ROLLUP', '(') || c.at('CUBE', '(')) {
    if (!c.at('(')) c.next();
    return c.nested(inner => inner.parenthesized(groupingElement)).flat();
  }
  return [c.grammar.expression(c)];
}

/** ORDER BY, LIMIT, OFFSET, FETCH. */
function ordering(c: Cursor): Expr[] {
  const keys = c.accept('ORDER', 'BY') ? c.list(sortKey) : [];
  for (;;) {
    if (c.accept('LIMIT')) {
      if (!c.accept('ALL')) c.list(c.grammar.operand);
    } else if (c.accept('OFFSET')) {
      c.grammar.operand(c);
      if (!c.accept('ROWS')) c.accept('ROW');
    } else if (c.accept('FETCH')) {
      if (!c.accept('FIRST')) c.expect('NEXT');
      if (!c.at('ROW') && !c.at('ROWS')) c.grammar.operand(c);
      if (!c.accept('ROWS')) c.expect('ROW');
      c.expect('ONLY');
    } else {
      return keys;
    }
  }
}
