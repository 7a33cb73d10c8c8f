/** Functions with a syntax of their own: CAST, EXTRACT, TRIM, …; those of JSON are in `json-call.ts`. */
import type { Expr } from '../ast.ts';
import type { Cursor } from '../cursor.ts';
import { keywordCall } from './call.ts';
import { castType } from './data-type.ts';
import { JSON_CALLS } from './json-call.ts';

/** Functions whose arguments are not a plain list, by upper-case name; each stands at the name. */
export const SPECIAL_CALLS: ReadonlyMap<string, (c: Cursor) => Expr> = new Map<string, (c: Cursor) => Expr>([
  ['CAST', cast],
  ['TRY_CAST', cast],
  ['SAFE_CAST', cast],
  ['EXTRACT', c => keywordCall(c, extractArgs)],
  ['TRIM', c => keywordCall(c, trimArgs)],
  ['SUBSTRING', c => keywordCall(c, substringArgs)],
  ['POSITION', c => keywordCall(c, positionArgs)],
  ['OVERLAY', c => keywordCall(c, overlayArgs)],
  ['CEIL', c => keywordCall(c, toUnit)],
  ['CEILING', c => keywordCall(c, toUnit)],
  ['FLOOR', c => keywordCall(c, toUnit)],
  ['TIMESTAMPADD', c => keywordCall(c, timestampArgs)],
  ['TIMESTAMPDIFF', c => keywordCall(c, timestampArgs)],
  ...JSON_CALLS,
]);

function cast(c: Cursor): Expr {
  const { pos, word } = c.next();
  c.expect('(');
  const value = c.grammar.expression(c);
  c.expect('AS');
  const type = castType(c);
  c.expect(')');
  return { kind: 'op', pos, power: 0, ops: [word], args: [value], type };
}

/** `EXTRACT(HOUR FROM x)`. */
function extractArgs(c: Cursor): Expr[] {
  c.anyIdent('a time unit');
  c.expect('FROM');
  return [c.grammar.expression(c)];
}

/** `TIMESTAMPDIFF(DAY, a, b)`. */
function timestampArgs(c: Cursor): Expr[] {
  c.anyIdent('a time unit');
  c.expect(',');
  const first = c.grammar.expression(c);
  c.expect(',');
  return [first, c.grammar.expression(c)];
}

/** `TRIM([[BOTH|LEADING|TRAILING] [chars] FROM] text)`. */
function trimArgs(c: Cursor): Expr[] {
  const sided = c.accept('BOTH') || c.accept('LEADING') || c.accept('TRAILING');
  const args = sided && c.at('FROM') ? [] : [c.grammar.expression(c)];
  if (sided || c.at('FROM')) {
    c.expect('FROM');
    args.push(c.grammar.expression(c));
  }
  return args;
}

/** `SUBSTRING(text FROM 1 FOR 2)`; a comma may stand for either word. */
function substringArgs(c: Cursor): Expr[] {
  const args = [c.grammar.expression(c)];
  if (!c.accept(',')) c.expect('FROM');
  args.push(c.grammar.expression(c));
  if (c.accept(',') || c.accept('FOR')) args.push(c.grammar.expression(c));
  return args;
}

/** `POSITION(a IN b FROM 2)`: the first operand stops at IN, which would be the operator. */
function positionArgs(c: Cursor): Expr[] {
  const args = [c.grammar.operand(c)];
  c.expect('IN');
  args.push(c.grammar.expression(c));
  if (c.accept('FROM')) args.push(c.grammar.expression(c));
  return args;
}

/** `OVERLAY(a PLACING b FROM 1 FOR 2)`. */
function overlayArgs(c: Cursor): Expr[] {
  const args = [c.grammar.expression(c)];
  c.expect('PLACING');
  args.push(c.grammar.expression(c));
  c.expect('FROM');
  args.push(c.grammar.expression(c));
  if (c.accept('FOR')) args.push(c.grammar.expression(c));
  return args;
}

/** `FLOOR(ts TO HOUR)`. */
function toUnit(c: Cursor): Expr[] {
  const arg = c.grammar.expression(c);
  if (c.accept('TO')) c.anyIdent('a time unit');
  return [arg];
}
