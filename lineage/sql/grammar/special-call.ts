/** Functions with a syntax of their own: CAST, EXTRACT, TRIM, the JSON functions … */
import type { Call, Expr, Ident } from '../ast.ts';
import type { Cursor } from '../cursor.ts';
import { callTail, sortKey } from './call.ts';
import { dataType } from './data-type.ts';

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
