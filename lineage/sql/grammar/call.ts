/** Function calls: the general form with DISTINCT, named arguments, FILTER, OVER …, and the functions with a syntax of their own. */
import type { Arg, Call, Expr, Ident, QName, TableArg, WindowSpec } from '../ast.ts';
import type { Cursor } from '../cursor.ts';
import { dataType } from './data-type.ts';

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
function callTail(c: Cursor, plain: Call): Call {
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
export function argument(c: Cursor): Arg {
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

type SpecialCall = (c: Cursor) => Expr;

/** Functions whose arguments are not a plain list, by upper-case name; each stands at the name. */
export const SPECIAL_CALLS: ReadonlyMap<string, SpecialCall> = new Map<string, SpecialCall>([
  ['CAST', cast],
  ['TRY_CAST', cast],
  ['SAFE_CAST', cast],
  ['EXTRACT', c => keywordCall(c, unitThen('FROM'))],
  ['TRIM', c => keywordCall(c, trimArgs)],
  ['SUBSTRING', c => keywordCall(c, separated('FROM', 'FOR'))],
  ['POSITION', c => keywordCall(c, positionArgs)],
  ['OVERLAY', c => keywordCall(c, separated('PLACING', 'FROM', 'FOR'))],
  ['CEIL', c => keywordCall(c, toUnit)],
  ['CEILING', c => keywordCall(c, toUnit)],
  ['FLOOR', c => keywordCall(c, toUnit)],
  ['TIMESTAMPADD', c => keywordCall(c, unitThen(','))],
  ['TIMESTAMPDIFF', c => keywordCall(c, unitThen(','))],
  ['JSON_VALUE', c => keywordCall(c, jsonArgs)],
  ['JSON_QUERY', c => keywordCall(c, jsonArgs)],
  ['JSON_EXISTS', c => keywordCall(c, jsonArgs)],
  ['JSON_OBJECT', c => keywordCall(c, jsonEntries)],
  ['JSON_OBJECTAGG', c => keywordCall(c, jsonEntries)],
  ['JSON_ARRAY', c => keywordCall(c, jsonArgs)],
  ['JSON_ARRAYAGG', c => keywordCall(c, jsonArgs)],
]);

function keywordCall(c: Cursor, args: (c: Cursor) => Expr[]): Call {
  const { text, pos, word } = c.next();
  const parts: Ident[] = [{ text, pos }];
  c.expect('(');
  const distinct = c.accept('DISTINCT');
  const values = args(c);
  const orderBy = c.accept('ORDER', 'BY') ? c.list(sortKey) : [];
  if (orderBy.length > 0) jsonClauses(c, values);
  c.expect(')');
  const list = values.map(value => ({ name: null, value }));
  return callTail(c, { kind: 'call', pos, name: word, parts, args: list, distinct, filter: null, over: null, orderBy });
}

function cast(c: Cursor): Expr {
  const { pos, word } = c.next();
  c.expect('(');
  const value = c.grammar.expression(c);
  c.expect('AS');
  const type = dataType(c);
  c.expect(')');
  return { kind: 'op', pos, power: 0, ops: [word], args: [value], type };
}

/** `EXTRACT(HOUR FROM x)`, `TIMESTAMPDIFF(DAY, a, b)`. */
function unitThen(separator: 'FROM' | ','): (c: Cursor) => Expr[] {
  return c => {
    c.anyIdent('a time unit');
    c.expect(separator);
    return c.list(c.grammar.expression);
  };
}

/** `TRIM([[BOTH|LEADING|TRAILING] [chars] FROM] text)`. */
function trimArgs(c: Cursor): Expr[] {
  const sided = c.accept('BOTH') || c.accept('LEADING') || c.accept('TRAILING');
  const args: Expr[] = [];
  if (!c.at('FROM')) args.push(...c.list(c.grammar.expression));
  if (c.accept('FROM')) args.push(c.grammar.expression(c));
  else if (sided && args.length === 0) c.fail('FROM');
  return args;
}

/** `SUBSTRING(text FROM 1 FOR 2)`; commas are taken in place of the words. */
function separated(...words: readonly string[]): (c: Cursor) => Expr[] {
  return c => {
    const args = [c.grammar.expression(c)];
    for (const word of words) {
      if (c.accept(',') || c.accept(word)) args.push(c.grammar.expression(c));
    }
    return args;
  };
}

/** `POSITION(a IN b)`: IN would be the operator, so the first operand stops at it and both end up in one operation. */
function positionArgs(c: Cursor): Expr[] {
  const mark = c.mark();
  const first = c.grammar.operand(c);
  if (c.accept('IN')) {
    const rest = [c.grammar.expression(c)];
    if (c.accept('FROM')) rest.push(c.grammar.expression(c));
    return [first, ...rest];
  }
  c.reset(mark);
  return c.list(c.grammar.expression);
}

/** `FLOOR(ts TO HOUR)`. */
function toUnit(c: Cursor): Expr[] {
  const args = c.list(c.grammar.expression);
  if (c.accept('TO')) c.anyIdent('a time unit');
  return args;
}

function jsonArgs(c: Cursor): Expr[] {
  const args: Expr[] = [];
  if (!c.at(')') && !c.at('NULL', 'ON') && !c.at('ABSENT', 'ON')) {
    do {
      args.push(c.grammar.expression(c));
      c.accept('FORMAT', 'JSON');
    } while (c.accept(','));
  }
  jsonClauses(c, args);
  return args;
}

/** `KEY k VALUE v`, `k VALUE v`, `k : v`. */
function jsonEntries(c: Cursor): Expr[] {
  const args: Expr[] = [];
  if (!c.at(')') && !c.at('NULL', 'ON') && !c.at('ABSENT', 'ON')) {
    do {
      c.accept('KEY');
      args.push(c.grammar.expression(c));
      if (!c.accept('VALUE') && !c.accept(':') && !c.accept(',')) c.fail('VALUE');
      args.push(c.grammar.expression(c));
      c.accept('FORMAT', 'JSON');
    } while (c.accept(','));
  }
  jsonClauses(c, args);
  return args;
}

/** RETURNING, wrappers, PASSING, ON NULL / EMPTY / ERROR, in any order. */
function jsonClauses(c: Cursor, args: Expr[]): void {
  for (;;) {
    if (c.accept('RETURNING')) {
      dataType(c);
      c.accept('FORMAT', 'JSON');
    } else if (c.accept('PASSING')) {
      do {
        args.push(c.grammar.expression(c));
        c.expect('AS');
        c.anyIdent('a name');
      } while (c.accept(','));
    } else if (c.accept('WITH') || c.accept('WITHOUT')) {
      if (!c.accept('CONDITIONAL')) c.accept('UNCONDITIONAL');
      c.accept('ARRAY');
      c.expect('WRAPPER');
    } else if (c.accept('KEEP', 'QUOTES') || c.accept('OMIT', 'QUOTES')) {
      c.accept('ON', 'SCALAR', 'STRING');
    } else if (c.accept('DEFAULT')) {
      args.push(c.grammar.expression(c));
      onCondition(c);
    } else if (c.accept('EMPTY')) {
      if (!c.accept('ARRAY')) c.accept('OBJECT');
      onCondition(c);
    } else if (['NULL', 'ERROR', 'ABSENT', 'TRUE', 'FALSE', 'UNKNOWN'].some(word => c.accept(word))) {
      onCondition(c);
    } else {
      return;
    }
  }
}

function onCondition(c: Cursor): void {
  c.expect('ON');
  if (!c.accept('NULL') && !c.accept('EMPTY')) c.expect('ERROR');
}
