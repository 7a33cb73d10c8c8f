/** Expressions by operator precedence (Pratt): one loop, a table of binding powers, and `primary` for everything that begins one. */
import type { Expr, Operation } from '../ast.ts';
import type { Cursor } from '../cursor.ts';
import { primary } from './primary.ts';

/** Binding powers, loosest first; the order is Calcite's. */
const OR = 1;
const AND = 2;
const NOT = 3;
const COMPARE = 4;
const ADD = 5;
const MULTIPLY = 6;
const SIGN = 7;
const POSTFIX = 8;

const BINARY: ReadonlyMap<string, number> = new Map([
  ['OR', OR],
  ['AND', AND],
  ...['=', '<>', '<', '<=', '>', '>='].map(op => [op, COMPARE] as const),
  ...['OVERLAPS', 'CONTAINS', 'EQUALS', 'PRECEDES', 'SUCCEEDS'].map(op => [op, COMPARE] as const),
  ...['+', '-', '||'].map(op => [op, ADD] as const),
  ...['*', '/', '%'].map(op => [op, MULTIPLY] as const),
]);

const NEGATABLE = new Set(['BETWEEN', 'IN', 'LIKE', 'ILIKE', 'RLIKE', 'SIMILAR', 'MEMBER']);

const IS_TESTS: readonly (readonly string[])[] = [
  ['NULL'],
  ['TRUE'],
  ['FALSE'],
  ['UNKNOWN'],
  ['A', 'SET'],
  ['EMPTY'],
  ['JSON', 'VALUE'],
  ['JSON', 'OBJECT'],
  ['JSON', 'ARRAY'],
  ['JSON', 'SCALAR'],
  ['JSON'],
];

/** Any expression. */
export function expression(c: Cursor): Expr {
  return c.nested(inner => binding(inner, OR));
}

/** Arithmetic at most: stops at comparisons, IN, AND, OR. */
export function operand(c: Cursor): Expr {
  return c.nested(inner => binding(inner, ADD));
}

function binding(c: Cursor, least: number): Expr {
  let left = prefix(c);
  for (;;) {
    const longer = infix(c, left, least);
    if (longer === null) return left;
    left = longer;
  }
}

function prefix(c: Cursor): Expr {
  const pos = c.pos;
  if (c.accept('NOT'))
    return unary(
      pos,
      'NOT',
      c.nested(inner => binding(inner, NOT)),
    );
  if (c.at('-') || c.at('+')) {
    const op = c.next().word;
    return unary(
      pos,
      op,
      c.nested(inner => binding(inner, SIGN)),
    );
  }
  return primary(c);
}

/** Takes one more operator that binds at least as tightly as `least`, or answers null. */
function infix(c: Cursor, left: Expr, least: number): Expr | null {
  const op = c.token.word;
  if (op === '') return null;
  const power = BINARY.get(op);
  if (power !== undefined) {
    if (power < least) return null;
    c.next();
    if (power === COMPARE && (c.at('ANY') || c.at('SOME') || c.at('ALL'))) {
      c.next();
      return chain(op, power, left, listOrQuery(c));
    }
    return chain(op, power, left, [right(c, power + 1)]);
  }
  if (POSTFIX >= least && op === '[') return subscript(c, left);
  if (POSTFIX >= least && op === '.' && hasFields(left)) return field(c, left);
  if (least <= COMPARE) return predicate(c, left);
  return null;
}

/** An operand behind an operator; there a query may stand wherever the whole expression does. */
function right(c: Cursor, least: number): Expr {
  const before = c.queries;
  c.queries = true;
  const operand = binding(c, least);
  c.queries = before;
  return operand;
}

/** What `.field` may follow: a name takes its dots itself. */
function hasFields(left: Expr): boolean {
  return left.kind !== 'literal' && left.kind !== 'star' && left.kind !== 'interval';
}

/** IS …, [NOT] BETWEEN, IN, LIKE, SIMILAR TO, MEMBER OF, SUBMULTISET OF, multiset operators. */
function predicate(c: Cursor, left: Expr): Expr | null {
  if (c.accept('IS')) return isTest(c, left);
  const negated = c.at('NOT') && NEGATABLE.has(c.peek(1).word);
  if (negated) c.next();
  const not = negated ? 'NOT ' : '';
  if (c.accept('BETWEEN')) {
    if (!c.accept('SYMMETRIC')) c.accept('ASYMMETRIC');
    const low = right(c, ADD);
    c.expect('AND');
    return chain(`${not}BETWEEN`, COMPARE, left, [low, right(c, ADD)]);
  }
  if (c.accept('IN')) return chain(`${not}IN`, COMPARE, left, listOrQuery(c));
  if (c.accept('LIKE') || c.accept('ILIKE') || c.accept('RLIKE') || c.accept('SIMILAR', 'TO')) {
    const pattern = right(c, ADD);
    return chain(`${not}LIKE`, COMPARE, left, c.accept('ESCAPE') ? [pattern, right(c, ADD)] : [pattern]);
  }
  if (c.accept('MEMBER', 'OF') || (!negated && c.accept('SUBMULTISET', 'OF')))
    return chain(`${not}MEMBER OF`, COMPARE, left, [right(c, ADD)]);
  if (c.at('MULTISET')) {
    c.next();
    if (!c.accept('UNION') && !c.accept('INTERSECT')) c.expect('EXCEPT');
    if (!c.accept('ALL')) c.accept('DISTINCT');
    return chain('MULTISET', COMPARE, left, [right(c, ADD)]);
  }
  const word = c.peek(1).word;
  if (c.at('IMMEDIATELY') && (word === 'PRECEDES' || word === 'SUCCEEDS')) {
    c.next();
    c.next();
    return chain(word, COMPARE, left, [right(c, ADD)]);
  }
  if (negated) c.fail('BETWEEN, IN, LIKE, SIMILAR TO or MEMBER OF');
  return null;
}

function isTest(c: Cursor, left: Expr): Expr {
  const not = c.accept('NOT') ? 'IS NOT ' : 'IS ';
  if (c.accept('DISTINCT', 'FROM')) return chain(`${not}DISTINCT FROM`, COMPARE, left, [right(c, ADD)]);
  for (const words of IS_TESTS) if (c.accept(...words)) return chain(not + words.join(' '), COMPARE, left, []);
  return c.fail('NULL, TRUE, FALSE, UNKNOWN, JSON or DISTINCT FROM');
}

/** `(a, b)` or `(SELECT …)` behind IN, ANY, SOME, ALL. */
function listOrQuery(c: Cursor): Expr[] {
  const pos = c.pos;
  c.expect('(');
  const items = c.withQueries(true, inner => {
    const query = inner.grammar.bareQuery(inner);
    return query === null ? inner.list(expression) : [{ kind: 'subquery' as const, pos, query, exists: false }];
  });
  c.expect(')');
  return items;
}

function subscript(c: Cursor, left: Expr): Expr {
  c.expect('[');
  const index = c.withQueries(true, expression);
  c.expect(']');
  return chain('[]', POSTFIX, left, [index]);
}

/** `f(x).field`, `a[1].field`, `(row).field`. */
function field(c: Cursor, left: Expr): Expr {
  c.expect('.');
  const pos = c.pos;
  const value = c.ident('a field name').text;
  return chain('.', POSTFIX, left, [{ kind: 'literal', pos, type: 'symbol', value }]);
}

/** Joins an operator to the chain on its left when both have one precedence: `a + b - c` is one node with three operands. */
function chain(op: string, power: number, left: Expr, right: readonly Expr[]): Expr {
  if (left.kind === 'op' && left.power === power) {
    left.ops.push(op);
    left.args.push(...right);
    return left;
  }
  return { kind: 'op', pos: left.pos, power, ops: [op], args: [left, ...right], type: null };
}

function unary(pos: number, op: string, arg: Expr): Operation {
  return { kind: 'op', pos, power: 0, ops: [op], args: [arg], type: null };
}
