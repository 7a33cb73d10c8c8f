/** CREATE TABLE and CREATE VIEW in all their forms. */
import type { Expr, Ident, QName, Query } from '../ast.ts';
import type { Cursor } from '../cursor.ts';
import type { ColumnDef, CreateTable, CreateView, Like, Watermark } from '../statement-ast.ts';
import { dataType } from './data-type.ts';

/** What stands between CREATE and the object's kind. */
export interface CreatePrefix {
  readonly pos: number;
  readonly temporary: boolean;
  readonly replace: boolean;
}

/** Behind `CREATE … [MATERIALIZED] TABLE`. */
export function createTable(c: Cursor, prefix: CreatePrefix, materialized: boolean): CreateTable {
  const ifNotExists = c.accept('IF', 'NOT', 'EXISTS');
  const name = c.name('a table name');
  const body = c.at('(') ? tableBody(c) : EMPTY_BODY;
  if (c.accept('COMMENT')) c.string('a comment');
  if (c.accept('DISTRIBUTED')) distribution(c);
  const partitionedBy = c.accept('PARTITIONED', 'BY') ? c.parenthesized(inner => inner.ident('a column')) : [];
  if (materialized && c.accept('COMMENT')) c.string('a comment');
  const options = c.accept('WITH') ? properties(c) : new Map<string, string>();
  if (materialized) refreshClauses(c);
  const like = c.accept('LIKE') ? likeClause(c) : null;
  const query = c.accept('AS') ? c.grammar.query(c) : null;
  if (materialized && query === null) c.fail('AS');
  return {
    kind: 'create-table',
    ...prefix,
    name,
    ifNotExists,
    materialized,
    ...body,
    partitionedBy,
    options,
    like,
    query,
  };
}

type TableBody = Pick<CreateTable, 'columns' | 'watermarks' | 'primaryKey'>;
const EMPTY_BODY: TableBody = { columns: [], watermarks: [], primaryKey: [] };

function tableBody(c: Cursor): TableBody {
  const columns: ColumnDef[] = [];
  const watermarks: Watermark[] = [];
  let primaryKey: readonly Ident[] = [];
  c.expect('(');
  do {
    if (c.at('WATERMARK', 'FOR')) watermarks.push(watermark(c));
    else if (c.at('CONSTRAINT') || c.at('PRIMARY', 'KEY') || c.at('UNIQUE')) primaryKey = constraint(c);
    else columns.push(columnDef(c));
  } while (c.accept(','));
  c.expect(')');
  return { columns, watermarks, primaryKey };
}

/** `WATERMARK FOR column AS expression`. */
export function watermark(c: Cursor): Watermark {
  c.expect('WATERMARK', 'FOR');
  const column = c.name('a column');
  c.expect('AS');
  return { column, expr: c.grammar.expression(c) };
}

/** `[CONSTRAINT name] PRIMARY KEY (…) NOT ENFORCED`. */
export function constraint(c: Cursor): Ident[] {
  if (c.accept('CONSTRAINT')) c.ident('a constraint name');
  if (!c.accept('UNIQUE')) c.expect('PRIMARY', 'KEY');
  const columns = c.parenthesized(inner => inner.ident('a column'));
  enforcement(c);
  return columns;
}

function enforcement(c: Cursor): void {
  if (!c.accept('NOT', 'ENFORCED')) c.accept('ENFORCED');
}

/** A physical, computed or metadata column; a name alone picks a column of a CTAS query. */
export function columnDef(c: Cursor): ColumnDef {
  const name = c.ident('a column name');
  if (c.accept('AS')) {
    const expr = c.grammar.expression(c);
    columnComment(c);
    return { name, type: null, role: 'computed', expr };
  }
  if (c.at(',') || c.at(')')) return { name, type: null, role: 'physical', expr: null };
  const type = dataType(c);
  if (c.accept('METADATA')) {
    if (c.accept('FROM')) c.string('a metadata key');
    const virtual = c.accept('VIRTUAL');
    columnComment(c);
    return { name, type, role: virtual ? 'virtual-metadata' : 'metadata', expr: null };
  }
  if (c.accept('CONSTRAINT')) c.ident('a constraint name');
  if (c.accept('PRIMARY', 'KEY') || c.accept('UNIQUE')) enforcement(c);
  columnComment(c);
  return { name, type, role: 'physical', expr: null };
}

function columnComment(c: Cursor): void {
  if (c.accept('COMMENT')) c.string('a comment');
}

/** `DISTRIBUTED [BY [HASH|RANGE] (…)] [INTO n BUCKETS]`. */
function distribution(c: Cursor): void {
  if (c.accept('BY')) {
    if (!c.at('(')) c.anyIdent('HASH or RANGE');
    c.parenthesized(inner => inner.ident('a column'));
  }
  if (c.accept('INTO')) {
    c.next();
    c.expect('BUCKETS');
  }
}

/** `('key' = 'value', …)`; a later key wins, as in Flink's own map. */
export function properties(c: Cursor): Map<string, string> {
  const options = new Map<string, string>();
  c.expect('(');
  if (c.accept(')')) return options;
  do {
    const key = c.string("a quoted key such as 'connector'");
    c.expect('=');
    options.set(key, c.string('a quoted value'));
  } while (c.accept(','));
  c.expect(')');
  return options;
}

const LIKE_WHAT = new Set([
  'ALL',
  'CONSTRAINTS',
  'DISTRIBUTION',
  'GENERATED',
  'METADATA',
  'OPTIONS',
  'PARTITIONS',
  'WATERMARKS',
]);

/** `LIKE name [({INCLUDING|EXCLUDING|OVERWRITING} what …)]`. */
function likeClause(c: Cursor): Like {
  const name = c.name('a table');
  const rules = new Map<string, string>();
  if (c.accept('(')) {
    while (!c.accept(')')) {
      if (!c.at('INCLUDING') && !c.at('EXCLUDING') && !c.at('OVERWRITING'))
        c.fail('INCLUDING, EXCLUDING or OVERWRITING');
      const how = c.next().word;
      if (!c.atAny(LIKE_WHAT)) c.fail('ALL, CONSTRAINTS, GENERATED, METADATA, OPTIONS, PARTITIONS or WATERMARKS');
      rules.set(c.next().word, how);
    }
  }
  return { name, rules };
}

/** `FRESHNESS = INTERVAL '3' MINUTE`, `REFRESH_MODE = FULL`. */
function refreshClauses(c: Cursor): void {
  for (;;) {
    if (c.accept('FRESHNESS')) {
      c.expect('=');
      c.grammar.expression(c);
    } else if (c.accept('REFRESH_MODE')) {
      c.expect('=');
      c.anyIdent('FULL or CONTINUOUS');
    } else if (c.accept('START_MODE')) {
      c.expect('=');
      c.grammar.expression(c);
    } else {
      return;
    }
  }
}

/** Behind `CREATE [TEMPORARY] VIEW`. */
export function createView(c: Cursor, prefix: CreatePrefix): CreateView {
  const ifNotExists = c.accept('IF', 'NOT', 'EXISTS');
  const name = c.name('a view name');
  const columns = c.at('(') ? c.parenthesized(viewColumn) : [];
  if (c.accept('COMMENT')) c.string('a comment');
  c.expect('AS');
  const query = c.grammar.query(c);
  return { kind: 'create-view', pos: prefix.pos, temporary: prefix.temporary, name, ifNotExists, columns, query };
}

function viewColumn(c: Cursor): Ident {
  const name = c.ident('a column');
  columnComment(c);
  return name;
}

/** `name [, …]` of an object that has no lineage of its own, for the statements that only need to be read. */
export function objectName(c: Cursor): QName {
  if (!c.accept('IF', 'NOT', 'EXISTS')) c.accept('IF', 'EXISTS');
  return c.name('a name');
}

/** A query behind AS, for ALTER VIEW and materialized tables. */
export function asQuery(c: Cursor): Query {
  c.expect('AS');
  return c.grammar.query(c);
}

/** `column = expression` of UPDATE. */
export function assignment(c: Cursor): Expr {
  c.name('a column');
  c.expect('=');
  return c.grammar.expression(c);
}
