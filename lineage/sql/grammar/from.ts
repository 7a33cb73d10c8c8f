/** FROM: tables with hints and AS OF, sub-queries, table functions, UNNEST, MATCH_RECOGNIZE, and joins of them. */
import type { Expr, From, Hint, Ident, Join, TableName, TableRef } from '../ast.ts';
import type { Cursor } from '../cursor.ts';
import { alias } from './alias.ts';
import { call } from './call.ts';
import { matchRecognize } from './match-recognize.ts';

const JOIN_STARTS = new Set(['JOIN', 'INNER', 'LEFT', 'RIGHT', 'FULL', 'CROSS', 'NATURAL', 'SEMI', 'ANTI', ',']);

/** Everything behind FROM up to the next clause. */
export function fromClause(c: Cursor): From {
  const first = tableRef(c);
  const joins: Join[] = [];
  while (c.atAny(JOIN_STARTS)) joins.push(join(c));
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
    if (c.accept('SEMI')) type = 'SEMI';
    else if (c.accept('ANTI')) type = 'ANTI';
    else c.accept('OUTER');
  } else if (c.accept('CROSS')) {
    type = 'CROSS';
  } else if (!c.accept('INNER') && (c.at('SEMI') || c.at('ANTI'))) {
    type = c.next().word;
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
function tableRef(c: Cursor): TableRef {
  return c.nested(inner => {
    const base = tablePrimary(inner);
    return inner.at('MATCH_RECOGNIZE') ? matchRecognize(inner, base) : base;
  });
}

function tablePrimary(c: Cursor): TableRef {
  const pos = c.pos;
  const lateral = c.accept('LATERAL');
  if (c.at('(')) return parenthesized(c, lateral);
  if (c.at('UNNEST')) return unnest(c);
  if (c.accept('TABLE', '(')) {
    // `TABLE(f(…))`, and `TABLE(t)` for a plain table.
    const parts = c.name('a table function');
    const found = c.at('(') ? call(c, parts, false) : null;
    c.expect(')');
    if (found === null) return { kind: 'table', pos, name: parts, alias: alias(c), asOf: null, hints: [] };
    return { kind: 'function', pos, name: found.name, parts, args: found.args, alias: alias(c) };
  }
  if (c.accept('TABLE')) return tableName(c);
  if (c.at('VALUES')) return { kind: 'derived', pos, query: c.grammar.query(c), lateral, alias: alias(c), asOf: null };
  return tableName(c);
}

/** `name [/*+ hint *\/] [FOR SYSTEM_TIME AS OF t] [alias]`, or `f(…) [alias]`. */
function tableName(c: Cursor): TableRef {
  const pos = c.pos;
  const name = c.name('a table');
  if (c.at('(')) {
    const found = call(c, name, false);
    return { kind: 'function', pos, name: found.name, parts: name, args: found.args, alias: alias(c) };
  }
  const before = hintList(c);
  c.accept('EXTEND');
  const early = c.at('FOR', 'SYSTEM_TIME') ? null : alias(c);
  const asOf = systemTime(c);
  sample(c);
  const late = early ?? alias(c);
  return { kind: 'table', pos, name, alias: late, asOf, hints: [...before, ...hintList(c)] } satisfies TableName;
}

function systemTime(c: Cursor): Expr | null {
  if (!c.accept('FOR', 'SYSTEM_TIME')) return null;
  c.expect('AS', 'OF');
  return c.grammar.operand(c);
}

function sample(c: Cursor): void {
  if (!c.accept('TABLESAMPLE')) return;
  c.name('a sampling method');
  c.parenthesized(c.grammar.expression);
}

/** A sub-query, or a join in parentheses. */
function parenthesized(c: Cursor, lateral: boolean): TableRef {
  const pos = c.pos;
  if (startsQuery(c)) {
    c.expect('(');
    const query = c.grammar.query(c);
    c.expect(')');
    const asOf = systemTime(c);
    return { kind: 'derived', pos, query, lateral, alias: alias(c), asOf };
  }
  c.expect('(');
  const from = fromClause(c);
  c.expect(')');
  const name = alias(c);
  if (name !== null) c.fail('no alias behind a join in parentheses, or a query inside them');
  return { kind: 'joined', pos, from };
}

/** Looks through the parentheses: `((SELECT …) UNION …)` is a query, `((a JOIN b) JOIN c)` a join. */
function startsQuery(c: Cursor): boolean {
  let ahead = 1;
  while (c.peek(ahead).word === '(') ahead++;
  const word = c.peek(ahead).word;
  if (word !== 'SELECT' && word !== 'WITH' && word !== 'VALUES') return false;
  return ahead === 1 || queryGoesOn(c, ahead);
}

const BEHIND_QUERY = new Set(['UNION', 'INTERSECT', 'EXCEPT', 'MINUS', 'ORDER', 'LIMIT', 'OFFSET', 'FETCH', ')']);

/** `((SELECT …) AS a JOIN b)` is a join too: only what follows the innermost query's parenthesis tells. */
function queryGoesOn(c: Cursor, start: number): boolean {
  let open = 1;
  for (let at = start; c.peek(at).type !== 'end'; at++) {
    const word = c.peek(at).word;
    if (word === '(') open++;
    else if (word === ')' && --open === 0) return BEHIND_QUERY.has(c.peek(at + 1).word);
  }
  return true;
}

function unnest(c: Cursor): TableRef {
  const pos = c.pos;
  c.expect('UNNEST');
  const args = c.parenthesized(c.grammar.expression);
  const ordinality = c.accept('WITH', 'ORDINALITY');
  return { kind: 'unnest', pos, args, ordinality, alias: alias(c) };
}

/** `/*+ NAME('k'='v', …), NAME(t, …) *\/`. */
export function hintList(c: Cursor): Hint[] {
  const hints: Hint[] = [];
  while (c.accept('/*+')) {
    do {
      if (c.at('*/')) break;
      const name = c.anyIdent('a hint').text.toUpperCase();
      const options = new Map<string, string>();
      if (c.accept('(')) {
        do {
          if (c.at(')')) break;
          const key = c.next().text;
          options.set(key, c.accept('=') ? c.next().text : '');
        } while (c.accept(','));
        c.expect(')');
      }
      hints.push({ name, options });
      c.accept(',');
    } while (!c.at('*/'));
    c.expect('*/');
  }
  return hints;
}
