/** FROM: tables with hints and AS OF, sub-queries, table functions, UNNEST, MATCH_RECOGNIZE, and joins of them. */
import type { Expr, From, Ident, Join, TableRef } from '../ast.ts';
import type { Cursor } from '../cursor.ts';
import { call } from './call.ts';
import { hints } from './hint.ts';
import { atParenthesizedQuery } from './lookahead.ts';
import { matchRecognize } from './match-recognize.ts';
import { turned } from './pivot.ts';

/** What a join costs grows with those before it; more than anyone writes is refused. */
const MAX_JOINS = 2500;

const JOIN_STARTS = new Set(['JOIN', 'INNER', 'LEFT', 'RIGHT', 'FULL', 'CROSS', 'NATURAL', ',']);

/** Everything behind FROM up to the next clause. */
export function fromClause(c: Cursor): From {
  const first = tableRef(c);
  const joins: Join[] = [];
  while (c.atAny(JOIN_STARTS)) {
    if (joins.length === MAX_JOINS) c.refuse(c.pos, `at most ${MAX_JOINS} joins in one FROM, found more`);
    joins.push(join(c));
  }
  return { first, joins };
}

function join(c: Cursor): Join {
  const pos = c.pos;
  if (c.accept(',')) return { pos, type: 'CROSS', natural: false, right: tableRef(c), on: null, using: [] };
  const natural = c.accept('NATURAL');
  let type = 'INNER';
  if (c.accept('LEFT') || c.accept('RIGHT') || c.accept('FULL')) {
    // The word just taken stands one token back.
    type = c.peek(-1).word;
    c.accept('OUTER');
  } else if (c.accept('CROSS')) {
    type = 'CROSS';
  } else {
    c.accept('INNER');
  }
  c.expect('JOIN');
  const right = tableRef(c);
  let on: Expr | null = null;
  let using: readonly Ident[] = [];
  if (c.accept('ON')) on = c.grammar.expression(c);
  else if (c.accept('USING')) using = c.parenthesized(inner => inner.ident('a column'));
  return { pos, type, natural, right, on, using };
}

/** One table expression with what stands behind it. */
export function tableRef(c: Cursor): TableRef {
  return c.nested(tablePrimary);
}

function tablePrimary(c: Cursor): TableRef {
  const pos = c.pos;
  if (c.at('UNNEST')) return unnest(c);
  if (c.accept('LATERAL')) {
    if (c.at('(')) return parenthesized(c, true);
    return c.at('UNNEST') ? unnest(c) : tableFunction(c, pos);
  }
  if (c.at('(')) return parenthesized(c, false);
  if (c.at('TABLE')) return tableFunction(c, pos);
  return tableName(c);
}

/** `TABLE(f(…))`. */
function tableFunction(c: Cursor, pos: number): TableRef {
  c.expect('TABLE', '(');
  const parts = c.name('a table function');
  const { name, args } = call(c, parts, false);
  c.expect(')');
  return turned(c, { kind: 'function', pos, name, parts, args, alias: null });
}

/** `name [/*+ hint *\/] [FOR SYSTEM_TIME AS OF t] [alias]`, or `f(…) [alias]`. */
function tableName(c: Cursor): TableRef {
  const pos = c.pos;
  const name = c.name('a table');
  if (c.at('(')) {
    const found = call(c, name, false);
    return turned(c, { kind: 'function', pos, name: found.name, parts: name, args: found.args, alias: null });
  }
  const given = hints(c);
  const asOf = systemTime(c);
  const table = { kind: 'table', pos, name, asOf, hints: given } as const;
  if (c.at('MATCH_RECOGNIZE')) return matchRecognize(c, { ...table, alias: null });
  const named = turned(c, { ...table, alias: null });
  if (c.at('MATCH_RECOGNIZE') && named.kind === 'table') return matchRecognize(c, named);
  sample(c);
  return named;
}

function systemTime(c: Cursor): Expr | null {
  if (!c.accept('FOR', 'SYSTEM_TIME')) return null;
  c.expect('AS', 'OF');
  return c.grammar.expression(c);
}

/** `TABLESAMPLE BERNOULLI (10) REPEATABLE (3)`. */
function sample(c: Cursor): void {
  if (!c.accept('TABLESAMPLE')) return;
  if (c.accept('SUBSTITUTE')) {
    c.parenthesized(inner => inner.stringLiteral('a string'));
    return;
  }
  c.oneOf(['BERNOULLI', 'SYSTEM']);
  c.expect('(');
  c.number('a percentage');
  c.expect(')');
  if (!c.accept('REPEATABLE')) return;
  c.expect('(');
  c.accept('-');
  c.number('a number');
  c.expect(')');
}

/** A sub-query, or a join. */
function parenthesized(c: Cursor, lateral: boolean): TableRef {
  const pos = c.pos;
  if (atParenthesizedQuery(c)) {
    c.expect('(');
    const query = c.grammar.query(c);
    c.expect(')');
    const plain = { kind: 'derived', pos, query, lateral, asOf: null } as const;
    if (c.at('MATCH_RECOGNIZE')) return matchRecognize(c, { ...plain, alias: null });
    const named = turned(c, { ...plain, alias: null });
    return c.at('MATCH_RECOGNIZE') && named.kind === 'derived' ? matchRecognize(c, named) : named;
  }
  if (lateral) return c.fail('a query behind LATERAL');
  c.expect('(');
  const from = fromClause(c);
  if (from.joins.length === 0 && from.first.kind !== 'joined') c.fail('a join or a query inside the parentheses');
  c.expect(')');
  if (c.atIdent() || c.at('AS')) c.fail('no alias behind a join in parentheses, or a query inside them');
  return { kind: 'joined', pos, from };
}

function unnest(c: Cursor): TableRef {
  const pos = c.pos;
  c.expect('UNNEST', '(');
  const query = c.nested(c.grammar.bareQuery);
  const args: readonly Expr[] =
    query === null ? c.list(c.grammar.expression) : [{ kind: 'subquery', pos, query, exists: false }];
  c.expect(')');
  const ordinality = c.accept('WITH', 'ORDINALITY');
  return turned(c, { kind: 'unnest', pos, args, ordinality, alias: null });
}
