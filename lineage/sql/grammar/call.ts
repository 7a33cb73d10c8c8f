/** Function calls in their general form: DISTINCT, named arguments, table arguments, FILTER, OVER. */
import type { Arg, Call, Expr, QName, TableArg, WindowSpec } from '../ast.ts';
import type { Cursor } from '../cursor.ts';

/** `f(a, b)`, `f(x => a)`, `COUNT(DISTINCT a)`, `f(TABLE t, DESCRIPTOR(c))`; stands at the parenthesis. */
export function call(c: Cursor, parts: QName, quoted: boolean): Call {
  const pos = parts[0]?.pos ?? c.pos;
  const name = quoted || parts.length > 1 ? '' : parts[0]!.text.toUpperCase();
  c.expect('(');
  const distinct = c.accept('DISTINCT');
  if (!distinct) c.accept('ALL');
  const args = c.at(')') ? [] : c.list(argument);
  const orderBy = c.accept('ORDER', 'BY') ? c.list(sortKey) : [];
  nullTreatment(c);
  if (c.accept('SEPARATOR')) c.string('a separator');
  c.expect(')');
  return callTail(c, { kind: 'call', pos, name, parts, args, distinct, filter: null, over: null, orderBy });
}

/** WITHIN GROUP, FILTER, OVER behind a call. */
export function callTail(c: Cursor, plain: Call): Call {
  let result = plain;
  nullTreatment(c);
  if (c.accept('WITHIN', 'GROUP')) {
    c.expect('(', 'ORDER', 'BY');
    result = { ...result, orderBy: c.list(sortKey) };
    c.expect(')');
  }
  if (c.at('FILTER', '(')) {
    c.expect('FILTER', '(', 'WHERE');
    result = { ...result, filter: c.grammar.expression(c) };
    c.expect(')');
  }
  nullTreatment(c);
  if (c.accept('OVER')) result = { ...result, over: c.at('(') ? windowSpec(c) : c.ident('a window') };
  return result;
}

function nullTreatment(c: Cursor): void {
  if (!c.accept('RESPECT', 'NULLS')) c.accept('IGNORE', 'NULLS');
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
  const startsClause = c.at('PARTITION') || c.at('ORDER') || c.at('ROWS') || c.at('RANGE', 'BETWEEN');
  const base = !startsClause && c.atIdent() ? c.ident('a window') : null;
  const partitionBy = c.accept('PARTITION', 'BY') ? c.list(c.grammar.expression) : [];
  const orderBy = c.accept('ORDER', 'BY') ? c.list(sortKey) : [];
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

/** An argument of any call; TABLE, DESCRIPTOR and sub-queries are those of table functions. */
function argument(c: Cursor): Arg {
  let name: string | null = null;
  if (c.peek(1).word === '=>') {
    name = c.anyIdent('an argument name').text;
    c.expect('=>');
  }
  const pos = c.pos;
  if (c.accept('DEFAULT')) return { name, value: { kind: 'literal', pos, type: 'null', value: 'DEFAULT' } };
  if (c.at('DESCRIPTOR', '(')) {
    c.next();
    const columns = c.parenthesized(inner => {
      const column = inner.name('a column');
      return column[column.length - 1]!;
    });
    return { name, value: { kind: 'descriptor', pos, columns } };
  }
  if (c.at('TABLE')) return { name, value: tableArgument(c) };
  if (c.at('MODEL')) {
    const model = c.peek(1);
    if (model.type === 'word' || model.type === 'quoted') {
      c.next();
      c.name('a model');
      return { name, value: { kind: 'literal', pos, type: 'symbol', value: 'MODEL' } };
    }
  }
  if (c.at('SELECT') || c.at('WITH')) {
    const query = c.nested(inner => inner.grammar.query(inner));
    return { name, value: { kind: 'subquery', pos, query, exists: false } };
  }
  return { name, value: c.grammar.expression(c) };
}

/** `TABLE t`, `TABLE f(…)`, `TABLE (SELECT …)`, each with PARTITION BY and ORDER BY. */
function tableArgument(c: Cursor): TableArg {
  const pos = c.pos;
  c.expect('TABLE');
  let source: TableArg['source'];
  if (c.accept('(')) {
    if (c.at('SELECT') || c.at('WITH') || c.at('VALUES')) {
      source = {
        kind: 'derived',
        pos,
        query: c.nested(inner => inner.grammar.query(inner)),
        lateral: false,
        alias: null,
        asOf: null,
      };
    } else {
      source = c.nested(tableFunctionOrName);
    }
    c.expect(')');
  } else {
    source = c.nested(tableFunctionOrName);
  }
  const keys: Expr[] = [];
  if (c.accept('PARTITION', 'BY')) keys.push(...keyList(c));
  if (c.accept('ORDER', 'BY')) keys.push(...keyList(c));
  return { kind: 'table-arg', pos, source, keys };
}

function keyList(c: Cursor): Expr[] {
  return c.at('(') ? c.parenthesized(sortKey) : [sortKey(c)];
}

function tableFunctionOrName(c: Cursor): TableArg['source'] {
  const pos = c.pos;
  const parts = c.name('a table');
  if (!c.at('(')) return { kind: 'table', pos, name: parts, alias: null, asOf: null, hints: [] };
  const { name, args } = call(c, parts, false);
  return { kind: 'function', pos, name, parts, args, alias: null };
}
