/** The JSON functions of SQL:2016. */
import type { Expr } from '../ast.ts';
import type { Cursor } from '../cursor.ts';
import { keywordCall, sortKey } from './call.ts';
import { castType } from './data-type.ts';

/** By upper-case name; each stands at the name. */
export const JSON_CALLS: readonly (readonly [string, (c: Cursor) => Expr])[] = [
  ['JSON_EXISTS', c => keywordCall(c, existsArgs)],
  ['JSON_VALUE', c => keywordCall(c, valueArgs)],
  ['JSON_QUERY', c => keywordCall(c, queryArgs)],
  ['JSON_OBJECT', c => keywordCall(c, objectArgs)],
  ['JSON_OBJECTAGG', c => jsonAggregate(c, objectAggArgs)],
  ['JSON_ARRAY', c => keywordCall(c, arrayArgs)],
  ['JSON_ARRAYAGG', c => jsonAggregate(c, arrayAggArgs)],
];

/** These take no FILTER in Flink. */
function jsonAggregate(c: Cursor, args: (c: Cursor) => Expr[]): Expr {
  const found = keywordCall(c, args);
  return found.filter === null ? found : c.refuse(found.filter.pos, 'no FILTER, found one behind an aggregate of JSON');
}

/** `document, 'path' [PASSING value AS name, …]`. */
function documentAndPath(c: Cursor): Expr[] {
  const args = [jsonInput(c)];
  c.expect(',');
  args.push(c.grammar.expression(c));
  if (c.accept('PASSING')) {
    do {
      args.push(jsonInput(c));
      c.expect('AS');
      c.ident('a name');
    } while (c.accept(','));
  }
  return args;
}

/** A value, which is no query, with `FORMAT JSON`. */
function jsonInput(c: Cursor): Expr {
  return c.withQueries(false, element);
}

function existsArgs(c: Cursor): Expr[] {
  const args = documentAndPath(c);
  if (c.at('TRUE') || c.at('FALSE') || c.at('UNKNOWN') || c.at('ERROR')) {
    c.next();
    c.expect('ON', 'ERROR');
  }
  return args;
}

function valueArgs(c: Cursor): Expr[] {
  const args = documentAndPath(c);
  if (c.accept('RETURNING')) castType(c);
  for (;;) {
    if (c.accept('DEFAULT')) args.push(c.grammar.expression(c));
    else if (!c.accept('NULL') && !c.accept('ERROR')) return args;
    onCondition(c);
  }
}

function queryArgs(c: Cursor): Expr[] {
  const args = documentAndPath(c);
  if (c.accept('RETURNING')) castType(c);
  if (c.accept('WITHOUT')) {
    c.accept('ARRAY');
    c.expect('WRAPPER');
  } else if (c.accept('WITH')) {
    if (!c.accept('CONDITIONAL')) c.accept('UNCONDITIONAL');
    c.accept('ARRAY');
    c.expect('WRAPPER');
  }
  for (;;) {
    if (c.accept('EMPTY')) c.oneOf(['ARRAY', 'OBJECT']);
    else if (!c.accept('NULL') && !c.accept('ERROR')) return args;
    onCondition(c);
  }
}

function onCondition(c: Cursor): void {
  c.expect('ON');
  c.oneOf(['EMPTY', 'ERROR']);
}

function objectArgs(c: Cursor): Expr[] {
  const args: Expr[] = [];
  if (!c.at(')') && !atNullClause(c)) {
    do args.push(...entry(c));
    while (c.accept(','));
  }
  nullClause(c);
  return args;
}

function objectAggArgs(c: Cursor): Expr[] {
  const args = entry(c);
  nullClause(c);
  return args;
}

/** `KEY k VALUE v`, `k VALUE v`, `k : v`. */
function entry(c: Cursor): Expr[] {
  const keyed = c.at('KEY') && c.peek(1).word !== 'VALUE' && c.peek(1).word !== ':' && c.peek(1).word !== '.';
  if (keyed) c.next();
  const key = c.grammar.expression(c);
  if (keyed || !c.accept(':')) c.expect('VALUE');
  const value = jsonInput(c);
  return [key, value];
}

function arrayArgs(c: Cursor): Expr[] {
  const args: Expr[] = [];
  if (!c.at(')') && !atNullClause(c)) {
    args.push(...c.listWithoutQuery(element));
  }
  nullClause(c);
  return args;
}

function element(c: Cursor): Expr {
  const value = c.grammar.expression(c);
  c.accept('FORMAT', 'JSON');
  return value;
}

function arrayAggArgs(c: Cursor): Expr[] {
  const args = [jsonInput(c)];
  if (c.accept('ORDER', 'BY')) args.push(...c.list(sortKey));
  nullClause(c);
  return args;
}

function atNullClause(c: Cursor): boolean {
  return c.at('NULL', 'ON') || c.at('ABSENT', 'ON');
}

function nullClause(c: Cursor): void {
  if (!c.accept('NULL', 'ON', 'NULL')) c.accept('ABSENT', 'ON', 'NULL');
}
