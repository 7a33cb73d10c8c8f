/** What an expression can begin with: literals, names, calls, CASE, constructors, sub-queries. */
import type { Case, Expr, Ident, Interval } from '../ast.ts';
import type { Cursor } from '../cursor.ts';
import { RESERVED } from '../reserved.ts';
import { call } from './call.ts';
import { SPECIAL_CALLS } from './special-call.ts';

/** Functions written without parentheses. */
const NILADIC = new Set(['CURRENT_DATE', 'CURRENT_TIME', 'CURRENT_TIMESTAMP', 'LOCALTIME', 'LOCALTIMESTAMP']);
const QUERY_STARTS = new Set(['SELECT', 'WITH', 'VALUES']);
const QUERY_TAILS = new Set(['UNION', 'EXCEPT', 'INTERSECT', 'MINUS', 'ORDER', 'LIMIT', 'OFFSET', 'FETCH']);
/** Reserved words that are functions when a parenthesis follows. */
const CALLABLE = new Set([
  'LEFT',
  'RIGHT',
  'ROW',
  'GROUPING',
  'SET',
  'VALUE',
  'LIKE',
  'DEFAULT',
  'DATE',
  'TIME',
  'TIMESTAMP',
  'FILTER',
]);

/** One operand. */
export function primary(c: Cursor): Expr {
  const token = c.token;
  switch (token.type) {
    case 'number':
      c.next();
      return { kind: 'literal', pos: token.pos, type: 'number', value: token.text };
    case 'string':
      return stringLiteral(c);
    case 'quoted':
      return nameOrCall(c);
    case 'word':
      return wordOperand(c);
    default:
      if (token.word === '(') return parenthesis(c);
      if (token.word === '*') {
        c.next();
        return { kind: 'star', pos: token.pos, qualifier: [] };
      }
      return c.fail('an expression');
  }
}

/** Adjacent string literals are one, as in the SQL standard. */
function stringLiteral(c: Cursor): Expr {
  const pos = c.pos;
  let value = c.next().text;
  while (c.token.type === 'string') value += c.next().text;
  if (c.at('UESCAPE')) {
    c.next();
    c.string('an escape character');
  }
  return { kind: 'literal', pos, type: 'string', value };
}

function wordOperand(c: Cursor): Expr {
  const { word, pos } = c.token;
  switch (word) {
    case 'TRUE':
    case 'FALSE':
    case 'UNKNOWN':
      if (word === 'UNKNOWN' && c.peek(1).word === '.') break;
      c.next();
      return { kind: 'literal', pos, type: 'boolean', value: word };
    case 'NULL':
      c.next();
      return { kind: 'literal', pos, type: 'null', value: word };
    case 'DATE':
    case 'TIME':
    case 'TIMESTAMP':
      if (c.peek(1).type !== 'string') break;
      c.next();
      return { kind: 'literal', pos, type: 'datetime', value: c.next().text };
    case 'INTERVAL':
      return interval(c);
    case 'CASE':
      return c.nested(caseExpression);
    case 'EXISTS':
      if (c.peek(1).word !== '(') break;
      c.next();
      return subquery(c, true);
    case 'ROW':
      if (c.peek(1).word === '(') return construct(c, 'ROW', '(', ')');
      break;
    case 'ARRAY':
    case 'MAP':
    case 'MULTISET':
      if (c.peek(1).word === '[') return construct(c, word, '[', ']');
      if (c.peek(1).word === '(' && QUERY_STARTS.has(c.peek(2).word)) {
        c.next();
        return subquery(c, false);
      }
      break;
    case 'NEXT':
      if (c.accept('NEXT', 'VALUE', 'FOR')) return { kind: 'ref', pos, parts: c.name('a sequence') };
      break;
    default:
      if (NILADIC.has(word)) return niladic(c);
  }
  return nameOrCall(c);
}

function niladic(c: Cursor): Expr {
  const { pos, word, text } = c.next();
  if (c.at('(')) {
    c.next();
    if (!c.at(')')) c.grammar.expression(c);
    c.expect(')');
  }
  const parts = [{ text, pos }];
  return { kind: 'call', pos, name: word, parts, args: [], distinct: false, filter: null, over: null, orderBy: [] };
}

function nameOrCall(c: Cursor): Expr {
  const { type, word, pos } = c.token;
  const opens = c.peek(1).word === '(';
  if (type === 'word' && opens && SPECIAL_CALLS.has(word)) return SPECIAL_CALLS.get(word)!(c);
  if (
    type === 'word' &&
    RESERVED.has(word) &&
    !(opens && (CALLABLE.has(word) || word === 'ARRAY' || word === 'MULTISET'))
  ) {
    return c.fail('an expression');
  }
  if (c.peek(1).word === '->') return lambda(c, [c.anyIdent('a parameter')]);
  const parts: Ident[] = [c.anyIdent('an expression')];
  while (c.at('.')) {
    c.next();
    if (c.accept('*')) return { kind: 'star', pos, qualifier: parts };
    parts.push(c.anyIdent('a name or "*"'));
  }
  return c.at('(') ? call(c, parts, type === 'quoted') : { kind: 'ref', pos, parts };
}

function lambda(c: Cursor, params: readonly Ident[]): Expr {
  c.expect('->');
  return { kind: 'lambda', pos: params[0]?.pos ?? c.pos, params, body: c.grammar.expression(c) };
}

/** `(SELECT …)`, `(a, b)` as a row, or a grouped expression. */
function parenthesis(c: Cursor): Expr {
  const pos = c.pos;
  if (QUERY_STARTS.has(c.peek(1).word)) return subquery(c, false);
  c.expect('(');
  if (c.accept(')')) return c.accept('->') ? c.grammar.expression(c) : c.fail('an expression');
  const items = c.list(c.grammar.expression);
  const first = items[0]!;
  if (items.length === 1 && first.kind === 'subquery' && c.atAny(QUERY_TAILS)) {
    const query = c.grammar.queryTail(c, first.query);
    c.expect(')');
    return { kind: 'subquery', pos, query, exists: false };
  }
  c.expect(')');
  if (items.length > 1) return { kind: 'op', pos, power: 0, ops: ['ROW'], args: items, type: null };
  // A chain in parentheses is closed: `(a + b)` must not grow.
  return first.kind === 'op' && first.power > 0 ? { ...first, power: 0 } : first;
}

function subquery(c: Cursor, exists: boolean): Expr {
  const pos = c.pos;
  c.expect('(');
  const query = c.nested(inner => inner.grammar.query(inner));
  c.expect(')');
  return { kind: 'subquery', pos, query, exists };
}

function construct(c: Cursor, op: string, open: string, close: string): Expr {
  const pos = c.next().pos;
  c.expect(open);
  const args = c.at(close) ? [] : c.list(c.grammar.expression);
  c.expect(close);
  return { kind: 'op', pos, power: 0, ops: [op], args, type: null };
}

function caseExpression(c: Cursor): Case {
  const pos = c.pos;
  c.expect('CASE');
  const operand = c.at('WHEN') ? null : c.grammar.expression(c);
  const whens: { when: Expr; value: Expr }[] = [];
  do {
    c.expect('WHEN');
    const tests = c.list(c.grammar.expression);
    const when: Expr =
      tests.length === 1
        ? tests[0]!
        : { kind: 'op', pos: tests[0]!.pos, power: 0, ops: ['IN'], args: tests, type: null };
    c.expect('THEN');
    whens.push({ when, value: c.grammar.expression(c) });
  } while (c.at('WHEN'));
  const otherwise = c.accept('ELSE') ? c.grammar.expression(c) : null;
  c.expect('END');
  return { kind: 'case', pos, operand, whens, otherwise };
}

/** `INTERVAL '1' MINUTE`, `INTERVAL - '1 2' DAY TO HOUR`, `INTERVAL '1' DAY(3)`; also `INTERVAL expr MINUTE` of templates. */
function interval(c: Cursor): Interval {
  const pos = c.pos;
  c.expect('INTERVAL');
  const negative = c.accept('-');
  if (!negative) c.accept('+');
  const { type, text } = c.token;
  if (type !== 'string') c.fail("a quoted amount such as '1'");
  c.next();
  const unit = intervalUnit(c);
  const to = c.accept('TO') ? intervalUnit(c) : null;
  return { kind: 'interval', pos, value: text, negative, unit, to };
}

const UNITS = new Set(
  ['MILLISECOND', 'SECOND', 'MINUTE', 'HOUR', 'DAY', 'WEEK', 'MONTH', 'QUARTER', 'YEAR'].flatMap(unit => [
    unit,
    `${unit}S`,
  ]),
);

function intervalUnit(c: Cursor): string {
  if (!c.atAny(UNITS)) c.fail('a time unit');
  const unit = c.next().word;
  if (c.accept('(')) {
    c.list(inner => inner.next());
    c.expect(')');
  }
  return unit.endsWith('S') ? unit.slice(0, -1) : unit;
}
