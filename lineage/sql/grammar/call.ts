/** Function calls in their general form: DISTINCT, named arguments, table arguments, FILTER, OVER. */
import type { Arg, Call, Descriptor, Expr, QName, TableArg, WindowSpec } from '../ast.ts';
import type { Cursor } from '../cursor.ts';

/** Aggregates that take ORDER BY and a treatment of NULLs inside their parentheses. */
const ORDERED_AGGREGATES = new Set(['ARRAY_AGG', 'ARRAY_CONCAT_AGG', 'GROUP_CONCAT', 'STRING_AGG']);

/** `f(a, b)`, `f(x => a)`, `COUNT(DISTINCT a)`, `f(TABLE t, DESCRIPTOR(c))`; stands at the parenthesis. */
export function call(c: Cursor, parts: QName, quoted: boolean): Call {
  const pos = parts[0]?.pos ?? c.pos;
  const name = quoted || parts.length > 1 ? '' : parts[0]!.text.toUpperCase();
  c.expect('(');
  const distinct = c.accept('DISTINCT');
  const quantified = distinct || c.accept('ALL');
  const args =
    !quantified && c.at(')') ? [] : !quantified && c.at('*', ')') ? [star(c)] : c.withQueries(true, argumentList);
  let orderBy: Expr[] = [];
  if (ORDERED_AGGREGATES.has(name)) {
    nullTreatment(c);
    if (c.accept('ORDER', 'BY')) orderBy = c.list(sortKey);
    if (c.accept('SEPARATOR')) c.string('a separator');
  }
  c.expect(')');
  return callTail(c, { kind: 'call', pos, name, parts, args, distinct, filter: null, over: null, orderBy });
}

/** A call whose arguments have a syntax of their own; stands at the name. */
export function keywordCall(c: Cursor, args: (c: Cursor) => Expr[]): Call {
  const { text, pos, word } = c.next();
  c.expect('(');
  const list = args(c).map(value => ({ name: null, value }));
  c.expect(')');
  const parts = [{ text, pos }];
  return callTail(c, {
    kind: 'call',
    pos,
    name: word,
    parts,
    args: list,
    distinct: false,
    filter: null,
    over: null,
    orderBy: [],
  });
}

function star(c: Cursor): Arg {
  const { pos } = c.next();
  return { name: null, value: { kind: 'star', pos, qualifier: [] } };
}

/** NULLs, WITHIN GROUP, FILTER, OVER behind a call. */
function callTail(c: Cursor, plain: Call): Call {
  let result = plain;
  const treated = nullTreatment(c);
  if (c.accept('WITHIN', 'GROUP')) {
    c.expect('(', 'ORDER', 'BY');
    result = { ...result, orderBy: c.withQueries(true, inner => inner.list(sortKey)) };
    c.expect(')');
  }
  if (c.at('FILTER')) {
    c.expect('FILTER', '(', 'WHERE');
    result = { ...result, filter: c.withQueries(true, c.grammar.expression) };
    c.expect(')');
  }
  if (!treated) nullTreatment(c);
  if (c.accept('OVER')) result = { ...result, over: c.at('(') ? windowSpec(c) : c.ident('a window') };
  return result;
}

function nullTreatment(c: Cursor): boolean {
  return c.accept('RESPECT', 'NULLS') || c.accept('IGNORE', 'NULLS');
}

/** One ORDER BY item; its direction does not matter here. */
export function sortKey(c: Cursor): Expr {
  const key = c.grammar.expression(c);
  if (!c.accept('ASC')) c.accept('DESC');
  if (!c.accept('NULLS', 'FIRST')) c.accept('NULLS', 'LAST');
  return key;
}

/** `([name] [PARTITION BY …] [ORDER BY …] [ROWS|RANGE …])`. */
export function windowSpec(c: Cursor): WindowSpec {
  const pos = c.pos;
  c.expect('(');
  const base = c.atIdent() && !c.at('ALLOW') && !c.at('DISALLOW') ? c.ident('a window') : null;
  const partitionBy = c.accept('PARTITION', 'BY') ? c.listWithoutQuery(c.grammar.expression) : [];
  const orderBy = c.accept('ORDER', 'BY') ? c.withQueries(true, inner => inner.list(sortKey)) : [];
  if (c.accept('ROWS') || c.accept('RANGE')) {
    if (c.accept('BETWEEN')) {
      frameBound(c);
      c.expect('AND');
    }
    frameBound(c);
  }
  if (!c.accept('ALLOW', 'PARTIAL')) c.accept('DISALLOW', 'PARTIAL');
  c.expect(')');
  return { pos, base, partitionBy, orderBy };
}

function frameBound(c: Cursor): void {
  if (c.accept('CURRENT', 'ROW')) return;
  if (!c.accept('UNBOUNDED')) c.grammar.expression(c);
  if (!c.accept('PRECEDING') && !c.accept('FOLLOWING')) c.fail('PRECEDING or FOLLOWING');
}

/** Arguments; a query without parentheses is one only where it is alone. */
function argumentList(c: Cursor): Arg[] {
  const pos = c.pos;
  if (c.at('SELECT') || c.at('WITH') || c.at('VALUES')) {
    const query = c.nested(c.grammar.query);
    return [{ name: null, value: { kind: 'subquery', pos, query, exists: false } }];
  }
  return c.list(argument);
}

/** An argument of any call; TABLE, DESCRIPTOR, MODEL and sub-queries are those of table functions. */
function argument(c: Cursor): Arg {
  let name: string | null = null;
  if (c.peek(1).word === '=>') {
    name = c.ident('an argument name').text;
    c.expect('=>');
  }
  const pos = c.pos;
  if (c.accept('DEFAULT')) return { name, value: { kind: 'literal', pos, type: 'null', value: 'DEFAULT' } };
  if (c.at('DESCRIPTOR', '(')) return { name, value: descriptor(c) };
  if (c.at('TABLE')) return { name, value: tableArgument(c) };
  if (c.at('MODEL') && (c.peek(1).type === 'word' || c.peek(1).type === 'quoted')) {
    c.next();
    return { name, value: { kind: 'model', pos, name: c.name('a model') } };
  }
  const value = c.grammar.expression(c);
  if (value.kind !== 'subquery' || value.exists || (!c.at('PARTITION') && !c.at('ORDER'))) return { name, value };
  const source: TableArg['source'] = {
    kind: 'derived',
    pos,
    query: value.query,
    lateral: false,
    alias: null,
    asOf: null,
  };
  return { name, value: { kind: 'table-arg', pos, source, keys: tableKeys(c) } };
}

/** `DESCRIPTOR(a, t.b)`. */
function descriptor(c: Cursor): Descriptor {
  const { pos } = c.next();
  const columns = c.parenthesized(inner => {
    const column = inner.name('a column');
    return column[column.length - 1]!;
  });
  return { kind: 'descriptor', pos, columns };
}

/** `TABLE t PARTITION BY a ORDER BY b`. */
function tableArgument(c: Cursor): TableArg {
  const pos = c.pos;
  c.expect('TABLE');
  const name = c.name('a table');
  const source: TableArg['source'] = { kind: 'table', pos, name, alias: null, asOf: null, hints: [] };
  return { kind: 'table-arg', pos, source, keys: tableKeys(c) };
}

function tableKeys(c: Cursor): Expr[] {
  const keys: Expr[] = [];
  if (c.accept('PARTITION', 'BY')) keys.push(...keyList(c));
  if (c.accept('ORDER', 'BY')) keys.push(...keyList(c));
  return keys;
}

function keyList(c: Cursor): Expr[] {
  return c.at('(') ? c.parenthesized(sortKey) : [sortKey(c)];
}
