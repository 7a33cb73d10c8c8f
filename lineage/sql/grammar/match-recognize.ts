/** MATCH_RECOGNIZE (row pattern recognition). */
import type { Expr, Ident, MatchRecognize, TableRef } from '../ast.ts';
import type { Cursor } from '../cursor.ts';
import { alias } from './alias.ts';
import { sortKey } from './call.ts';

/** `input MATCH_RECOGNIZE ( … ) [alias]`; stands at the keyword. */
export function matchRecognize(c: Cursor, input: TableRef): MatchRecognize {
  const pos = c.pos;
  c.expect('MATCH_RECOGNIZE', '(');
  const partitionBy = c.accept('PARTITION', 'BY') ? c.listWithoutQuery(c.grammar.expression) : [];
  const orderBy = c.accept('ORDER', 'BY') ? c.list(sortKey) : [];
  const measures = c.accept('MEASURES') ? c.list(measure) : [];
  const allRows = c.accept('ALL');
  if (allRows) c.expect('ROWS', 'PER', 'MATCH');
  else if (c.accept('ONE')) c.expect('ROW', 'PER', 'MATCH');
  afterMatch(c);
  c.expect('PATTERN');
  const variables = pattern(c);
  if (c.accept('WITHIN')) {
    if (!c.at('INTERVAL')) c.fail('INTERVAL');
    c.grammar.operand(c);
  }
  if (c.accept('SUBSET')) variables.push(...c.list(subset));
  c.expect('DEFINE');
  const defines = c.list(define);
  c.expect(')');
  return { kind: 'match', pos, input, partitionBy, orderBy, measures, allRows, variables, defines, alias: alias(c) };
}

function measure(c: Cursor): MatchRecognize['measures'][number] {
  const expr = c.grammar.expression(c);
  const end = c.lastEnd;
  c.expect('AS');
  return { expr, end, name: c.ident('a measure') };
}

function define(c: Cursor): { expr: Expr; name: Ident } {
  const name = c.ident('a pattern variable');
  c.expect('AS');
  return { name, expr: c.grammar.expression(c) };
}

function afterMatch(c: Cursor): void {
  if (!c.accept('AFTER', 'MATCH')) return;
  c.expect('SKIP');
  if (c.accept('PAST', 'LAST', 'ROW') || c.accept('TO', 'NEXT', 'ROW')) return;
  c.expect('TO');
  // FIRST and LAST may be variables themselves.
  const names = c.peek(1).type === 'word' || c.peek(1).type === 'quoted';
  if (names && !c.at('PATTERN') && !c.peekReserved(1)) c.oneOf(['FIRST', 'LAST']);
  c.ident('a pattern variable');
}

/** `U = (A, B)`. */
function subset(c: Cursor): Ident {
  const name = c.ident('a name');
  c.expect('=');
  c.parenthesized(inner => inner.ident('a pattern variable'));
  return name;
}

/** The regular expression over rows; only its variables matter here. */
function pattern(c: Cursor): Ident[] {
  const variables: Ident[] = [];
  c.expect('(');
  c.accept('^');
  alternatives(c, variables);
  c.accept('$');
  c.expect(')');
  return variables;
}

function alternatives(c: Cursor, into: Ident[]): void {
  c.nested(inner => {
    do {
      do factor(inner, into);
      while (!inner.at(')') && !inner.at('|') && !inner.at('-}') && !inner.at(',') && !inner.at('$'));
    } while (inner.accept('|'));
  });
}

function factor(c: Cursor, into: Ident[]): void {
  if (c.accept('(')) {
    alternatives(c, into);
    c.expect(')');
  } else if (c.accept('{-')) {
    alternatives(c, into);
    c.expect('-}');
  } else if (c.at('PERMUTE', '(')) {
    c.expect('PERMUTE', '(');
    c.list(inner => alternatives(inner, into));
    c.expect(')');
  } else {
    into.push(c.ident('a pattern variable'));
  }
  quantifier(c);
}

/** `*`, `+`, `?`, `{n}`, `{n,}`, `{n,m}`, `{,m}`, each made reluctant by `?`. */
function quantifier(c: Cursor): void {
  if (c.accept('{')) {
    if (c.token.type === 'number') c.next();
    if (c.accept(',') && c.token.type === 'number') c.next();
    c.expect('}');
  } else if (!c.accept('*') && !c.accept('+') && !c.accept('?')) {
    return;
  }
  c.accept('?');
}
