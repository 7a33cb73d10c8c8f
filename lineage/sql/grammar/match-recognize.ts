/** MATCH_RECOGNIZE (row pattern recognition). */
import type { Expr, Ident, MatchRecognize, TableRef } from '../ast.ts';
import type { Cursor } from '../cursor.ts';
import { alias } from './alias.ts';
import { sortKey } from './call.ts';

/** `input MATCH_RECOGNIZE ( … ) [alias]`; stands at the keyword. */
export function matchRecognize(c: Cursor, input: TableRef): MatchRecognize {
  const pos = c.pos;
  c.expect('MATCH_RECOGNIZE', '(');
  const partitionBy = c.accept('PARTITION', 'BY') ? c.list(c.grammar.expression) : [];
  const orderBy = c.accept('ORDER', 'BY') ? c.list(sortKey) : [];
  const measures = c.accept('MEASURES') ? c.list(measure) : [];
  const allRows = c.accept('ALL', 'ROWS', 'PER', 'MATCH');
  if (!allRows) c.accept('ONE', 'ROW', 'PER', 'MATCH');
  afterMatch(c);
  c.expect('PATTERN');
  const variables = pattern(c);
  if (c.accept('WITHIN')) c.grammar.operand(c);
  if (c.accept('SUBSET')) c.list(subset);
  const defines = c.accept('DEFINE') ? c.list(define) : [];
  c.expect(')');
  return { kind: 'match', pos, input, partitionBy, orderBy, measures, allRows, variables, defines, alias: alias(c) };
}

function measure(c: Cursor): { expr: Expr; name: Ident } {
  if (!c.accept('FINAL')) c.accept('RUNNING');
  const expr = c.grammar.expression(c);
  c.expect('AS');
  return { expr, name: c.ident('a measure') };
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
  if (!c.accept('FIRST')) c.accept('LAST');
  c.ident('a pattern variable');
}

function subset(c: Cursor): void {
  c.ident('a name');
  c.expect('=');
  c.parenthesized(inner => inner.ident('a pattern variable'));
}

const QUANTIFIERS = new Set(['*', '+', '?', '|', '-', '$', '^', '{-', '-}', ',', '{', '}']);

/** The regular expression over rows; only its variables matter here. */
function pattern(c: Cursor): Ident[] {
  const variables: Ident[] = [];
  c.expect('(');
  let open = 1;
  while (open > 0) {
    if (c.accept('(')) open++;
    else if (c.accept(')')) open--;
    else if (c.token.type === 'number' || c.atAny(QUANTIFIERS)) c.next();
    else variables.push(c.ident('a pattern variable'));
  }
  if (variables.length === 0) c.fail('a pattern variable');
  return variables;
}
