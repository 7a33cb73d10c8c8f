/** CREATE TABLE and CREATE VIEW in all their forms. */
import type { Ident } from '../ast.ts';
import type { Cursor } from '../cursor.ts';
import type { ColumnDef, CreateTable, CreateView, Like, PartitionValue, Watermark } from '../statement-ast.ts';
import { dataType } from './data-type.ts';

/** What stands between CREATE and the object's kind. */
export interface CreatePrefix {
  readonly pos: number;
  readonly temporary: boolean;
  readonly replace: boolean;
}

/** Behind `CREATE [OR REPLACE] [TEMPORARY] TABLE`. */
export function createTable(c: Cursor, prefix: CreatePrefix): CreateTable {
  const ifNotExists = c.accept('IF', 'NOT', 'EXISTS');
  const head = tableHead(c);
  const like = c.accept('LIKE') ? likeClause(c) : null;
  const query = like === null && c.accept('AS') ? c.grammar.query(c) : null;
  if (query === null && head.columns.some(isNameOnly)) c.fail('AS and a query, for the columns have no types');
  return { kind: 'create-table', ...prefix, ifNotExists, materialized: false, ...head, like, query };
}

/** Behind `CREATE [OR ALTER] MATERIALIZED TABLE`. */
export function createMaterializedTable(c: Cursor, prefix: CreatePrefix): CreateTable {
  const head = tableHead(c);
  refreshClauses(c);
  c.expect('AS');
  const query = c.grammar.query(c);
  return { kind: 'create-table', ...prefix, ifNotExists: false, materialized: true, ...head, like: null, query };
}

type TableHead = TableBody & Pick<CreateTable, 'name' | 'partitionedBy' | 'options'>;

function tableHead(c: Cursor): TableHead {
  const name = c.name('a table name');
  const body = c.at('(') ? tableBody(c) : EMPTY_BODY;
  if (c.accept('COMMENT')) c.string('a comment');
  if (c.accept('DISTRIBUTED')) distribution(c);
  const partitionedBy = c.accept('PARTITIONED', 'BY') ? c.parenthesized(inner => inner.ident('a column')) : [];
  const options = c.accept('WITH') ? properties(c) : new Map<string, string>();
  return { name, ...body, partitionedBy, options };
}

/** A name without a type: it picks a column of the query. */
function isNameOnly(column: ColumnDef): boolean {
  return column.type === null && column.expr === null;
}

type TableBody = Pick<CreateTable, 'columns' | 'watermarks' | 'primaryKey'>;
const EMPTY_BODY: TableBody = { columns: [], watermarks: [], primaryKey: [] };

function tableBody(c: Cursor): TableBody {
  const columns: ColumnDef[] = [];
  const watermarks: Watermark[] = [];
  let primaryKey: readonly Ident[] = [];
  c.expect('(');
  do {
    if (c.at('WATERMARK')) {
      if (watermarks.length > 0) c.fail('one WATERMARK');
      watermarks.push(watermark(c));
    } else if (c.at('CONSTRAINT') || c.at('PRIMARY', 'KEY') || c.at('UNIQUE')) primaryKey = constraint(c);
    else columns.push(columnDef(c));
  } while (c.accept(','));
  if (columns.some(isNameOnly) && !columns.every(isNameOnly)) c.fail('columns that all have a type, or none');
  if (!c.accept(')')) c.fail('"," or ")"');
  return { columns, watermarks, primaryKey };
}

/** `WATERMARK FOR column AS expression`. */
export function watermark(c: Cursor): Watermark {
  c.expect('WATERMARK', 'FOR');
  const column = c.name('a column');
  c.expect('AS');
  return { column, expr: c.withQueries(false, c.grammar.expression) };
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
    const expr = c.withQueries(false, c.grammar.expression);
    const end = c.lastEnd;
    columnComment(c);
    return { name, type: null, role: 'computed', expr, end };
  }
  if (c.at(',') || c.at(')')) return { name, type: null, role: 'physical', expr: null, end: c.lastEnd };
  const type = dataType(c);
  if (c.accept('METADATA')) {
    if (c.accept('FROM')) c.stringLiteral('a metadata key');
    const virtual = c.accept('VIRTUAL');
    columnComment(c);
    return { name, type, role: virtual ? 'virtual-metadata' : 'metadata', expr: null, end: c.lastEnd };
  }
  if (c.accept('CONSTRAINT')) {
    c.ident('a constraint name');
    if (!c.at('UNIQUE') && !c.at('PRIMARY')) c.fail('PRIMARY KEY or UNIQUE');
  }
  if (c.accept('PRIMARY', 'KEY') || c.accept('UNIQUE')) enforcement(c);
  columnComment(c);
  return { name, type, role: 'physical', expr: null, end: c.lastEnd };
}

function columnComment(c: Cursor): void {
  if (c.accept('COMMENT')) c.string('a comment');
}

/** Behind DISTRIBUTED or DISTRIBUTION: `[BY [HASH|RANGE] (…)] [INTO n BUCKETS]`, not nothing. */
export function distribution(c: Cursor): void {
  if (c.accept('BY')) {
    if (!c.accept('HASH')) c.accept('RANGE');
    c.parenthesized(inner => inner.ident('a column'));
    if (!c.accept('INTO')) return;
  } else {
    c.expect('INTO');
  }
  c.number('a number of buckets');
  c.expect('BUCKETS');
}

/** `('key' = 'value', …)`; a later key wins, as in Flink's own map. */
export function properties(c: Cursor): Map<string, string> {
  const options = new Map<string, string>();
  c.expect('(');
  if (c.accept(')')) return options;
  do {
    const key = c.stringLiteral("a quoted key such as 'connector'");
    c.expect('=');
    options.set(key, c.stringLiteral('a quoted value'));
  } while (c.accept(','));
  if (!c.accept(')')) c.fail('"," or ")"');
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
    do {
      const how = c.oneOf(['INCLUDING', 'EXCLUDING', 'OVERWRITING']);
      if (!c.atAny(LIKE_WHAT)) c.fail([...LIKE_WHAT].join(', '));
      rules.set(c.next().word, how);
    } while (!c.accept(')'));
  }
  return { name, rules };
}

/** `[START_MODE = …] [FRESHNESS = INTERVAL '3' MINUTE] [REFRESH_MODE = FULL]`. */
function refreshClauses(c: Cursor): void {
  if (c.accept('START_MODE')) {
    c.expect('=');
    startMode(c);
  }
  if (c.accept('FRESHNESS')) {
    c.expect('=');
    freshness(c);
  }
  if (c.accept('REFRESH_MODE')) {
    c.expect('=');
    c.oneOf(['FULL', 'CONTINUOUS']);
  }
}

/** Behind `FRESHNESS =`. */
export function freshness(c: Cursor): void {
  if (!c.at('INTERVAL')) c.fail("an interval such as INTERVAL '3' MINUTE");
  c.grammar.operand(c);
}

const START_MODES = [
  'FROM_BEGINNING',
  'FROM_NOW',
  'FROM_TIMESTAMP',
  'RESUME_OR_FROM_BEGINNING',
  'RESUME_OR_FROM_NOW',
  'RESUME_OR_FROM_TIMESTAMP',
];

function startMode(c: Cursor): void {
  const mode = c.oneOf(START_MODES);
  if (mode.endsWith('BEGINNING')) return;
  if (mode.endsWith('TIMESTAMP') || c.at('(')) c.parenthesized(c.grammar.expression);
}

/** Behind `CREATE [TEMPORARY] VIEW`. */
export function createView(c: Cursor, prefix: CreatePrefix): CreateView {
  const ifNotExists = c.accept('IF', 'NOT', 'EXISTS');
  const name = c.name('a view name');
  const columns = c.at('(') ? c.parenthesized(inner => inner.ident('a column')) : [];
  if (c.accept('COMMENT')) c.string('a comment');
  c.expect('AS');
  const query = c.grammar.query(c);
  return { kind: 'create-view', pos: prefix.pos, temporary: prefix.temporary, name, ifNotExists, columns, query };
}

/** `('key', …)` of RESET. */
export function propertyKeys(c: Cursor): readonly string[] {
  return c.accept('(', ')') ? [] : c.parenthesized(inner => inner.stringLiteral('a quoted key'));
}

/** `(column = literal, …)` of a partition; with `open`, a column may stand without its value. */
export function partitionSpec(c: Cursor, open = false): readonly PartitionValue[] {
  return c.parenthesized(inner => {
    const column = inner.ident('a partition column');
    if (open && !inner.at('=')) return { column, value: null };
    inner.expect('=');
    const { pos } = inner;
    const value = inner.grammar.operand(inner);
    if (value.kind !== 'literal' && value.kind !== 'interval') inner.refuse(pos, 'a literal, found an expression');
    return { column, value };
  });
}
