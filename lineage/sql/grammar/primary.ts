/** What an expression can begin with: literals, names, calls, CASE, constructors, sub-queries. */
import type { Call, Case, Expr, Ident } from '../ast.ts';
import type { Cursor } from '../cursor.ts';
import { NILADIC_FUNCTIONS, RESERVED, RESERVED_FUNCTIONS } from '../reserved.ts';
import { call } from './call.ts';
import { interval } from './interval.ts';
import { QUERY_STARTS } from './lookahead.ts';
import { SPECIAL_CALLS } from './special-call.ts';

/** One operand. */
export function primary(c: Cursor): Expr {
  const token = c.token;
  switch (token.type) {
    case 'number':
      c.next();
      return { kind: 'literal', pos: token.pos, type: 'number', value: token.text };
    case 'string':
    case 'prefixed':
      return stringLiteral(c);
    case 'quoted':
      return nameOrCall(c);
    case 'word':
      return wordOperand(c);
    default:
      if (token.word === '(') return parenthesis(c);
      if (token.word === '{') return jdbcEscape(c);
      if (token.word === '?') {
        c.next();
        return { kind: 'literal', pos: token.pos, type: 'symbol', value: '?' };
      }
      return c.fail('an expression');
  }
}

function stringLiteral(c: Cursor): Expr {
  const pos = c.pos;
  const value = c.stringLiteral('a string');
  if (c.accept('UESCAPE')) c.string('an escape character');
  return { kind: 'literal', pos, type: 'string', value };
}

function wordOperand(c: Cursor): Expr {
  const { word, pos } = c.token;
  switch (word) {
    case 'TRUE':
    case 'FALSE':
    case 'UNKNOWN':
      c.next();
      return { kind: 'literal', pos, type: 'boolean', value: word };
    case 'NULL':
      c.next();
      return { kind: 'literal', pos, type: 'null', value: word };
    case 'DATE':
    case 'TIME':
    case 'TIMESTAMP':
      if (c.accept('TIMESTAMP', 'WITH', 'LOCAL', 'TIME', 'ZONE')) return datetime(c, pos);
      if (c.peek(1).type !== 'string') break;
      c.next();
      return datetime(c, pos);
    case 'INTERVAL':
      return interval(c);
    case 'CASE':
      return c.withQueries(true, inner => inner.nested(caseExpression));
    case 'EXISTS':
      c.next();
      return subquery(c, true);
    case 'ROW':
      return rowConstructor(c);
    case 'PERIOD':
      if (c.peek(1).word !== '(') break;
      return period(c);
    case 'ARRAY':
    case 'MAP':
    case 'MULTISET':
      if (c.peek(1).word === '[') return construct(c, word);
      if (c.peek(1).word === '(' && QUERY_STARTS.has(c.peek(2).word)) {
        c.next();
        return subquery(c, false);
      }
      break;
    case 'NEXT':
      if (c.accept('NEXT', 'VALUE', 'FOR')) return { kind: 'ref', pos, parts: c.name('a sequence') };
      break;
    case 'FINAL':
    case 'RUNNING':
      // Of MATCH_RECOGNIZE: `FINAL LAST(A.x)`.
      if (c.peek(2).word === '(' && c.peek(1).type === 'word') {
        c.next();
        return primary(c);
      }
      break;
    default:
      if (NILADIC_FUNCTIONS.has(word) && c.peek(1).word !== '(') return niladic(c);
  }
  return nameOrCall(c);
}

/** `{fn UPPER(x)}`, `{ts '2026-01-01 00:00:00'}`. */
function jdbcEscape(c: Cursor): Expr {
  const { pos } = c.next();
  const kind = c.oneOf(['FN', 'D', 'TS', 'T']);
  const special = c.at('TIMESTAMPADD') || c.at('TIMESTAMPDIFF') ? SPECIAL_CALLS.get(c.token.word) : undefined;
  const value = kind !== 'FN' ? datetime(c, pos) : (special?.(c) ?? call(c, [c.anyIdent('a function')], false));
  c.expect('}');
  return value;
}

function datetime(c: Cursor, pos: number): Expr {
  return { kind: 'literal', pos, type: 'datetime', value: c.string('a date or time in quotes') };
}

function niladic(c: Cursor): Call {
  const { pos, word, text } = c.next();
  const parts = [{ text, pos }];
  return { kind: 'call', pos, name: word, parts, args: [], distinct: false, filter: null, over: null, orderBy: [] };
}

function nameOrCall(c: Cursor): Expr {
  const { type, word, pos } = c.token;
  const opens = c.peek(1).word === '(';
  if (type === 'word' && opens && SPECIAL_CALLS.has(word)) return c.withQueries(true, SPECIAL_CALLS.get(word)!);
  if (type === 'word' && RESERVED.has(word) && !(opens && RESERVED_FUNCTIONS.has(word))) return c.fail('an expression');
  const parts: Ident[] = [c.anyIdent('an expression')];
  while (c.at('.')) {
    c.next();
    if (c.accept('*')) return { kind: 'star', pos, qualifier: parts };
    parts.push(c.ident('a name or "*"'));
  }
  return c.at('(') ? call(c, parts, type === 'quoted') : { kind: 'ref', pos, parts };
}

/** `(SELECT …)`, `(a, b)` as a row, or a grouped expression. */
function parenthesis(c: Cursor): Expr {
  const pos = c.pos;
  c.expect('(');
  const query = c.nested(c.grammar.bareQuery);
  if (query !== null) {
    // Flink's parser lets VALUES stand where it refuses a SELECT.
    const isValues = query.body.kind === 'values' && query.ctes.length === 0;
    if (!c.queries && !isValues) c.refuse(pos, 'an expression without a query, found a sub-query');
    c.expect(')');
    return { kind: 'subquery', pos, query, exists: false };
  }
  const items = c.list(c.grammar.expression);
  const first = items[0]!;
  c.expect(')');
  if (items.length > 1) return { kind: 'op', pos, power: 0, ops: ['ROW'], args: items, type: null };
  // A chain in parentheses is closed: `(a + b)` must not grow.
  return first.kind === 'op' && first.power > 0 ? { ...first, power: 0 } : first;
}

/** `(SELECT …)` behind EXISTS, ARRAY, MULTISET. */
function subquery(c: Cursor, exists: boolean): Expr {
  const pos = c.pos;
  if (!c.queries) c.fail('an expression without a query');
  c.expect('(');
  const query = c.nested(c.grammar.bareQuery);
  if (query === null) return c.fail('a query');
  c.expect(')');
  return { kind: 'subquery', pos, query, exists };
}

/** `PERIOD (start, end)`. */
function period(c: Cursor): Expr {
  const { pos } = c.next();
  c.expect('(');
  const start = c.grammar.expression(c);
  c.expect(',');
  const args = [start, c.grammar.expression(c)];
  c.expect(')');
  return { kind: 'op', pos, power: 0, ops: ['ROW'], args, type: null };
}

function rowConstructor(c: Cursor): Expr {
  const pos = c.pos;
  c.expect('ROW', '(');
  // `ROW(*)` is every column as one row.
  const args = c.at('*', ')') ? [star(c)] : c.list(c.grammar.expression);
  c.expect(')');
  return { kind: 'op', pos, power: 0, ops: ['ROW'], args, type: null };
}

function star(c: Cursor): Expr {
  const { pos } = c.next();
  return { kind: 'star', pos, qualifier: [] };
}

function construct(c: Cursor, op: string): Expr {
  const pos = c.next().pos;
  c.expect('[');
  const args = c.at(']') ? [] : c.listWithoutQuery(c.grammar.expression);
  c.expect(']');
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
