/** ALTER TABLE, VIEW, MATERIALIZED TABLE; of other objects nothing matters here. */
import type { Ident } from '../ast.ts';
import type { Cursor } from '../cursor.ts';
import type { AlterChange, PlacedColumn, Statement, Watermark } from '../statement-ast.ts';
import {
  columnDef,
  constraint,
  distribution,
  freshness,
  partitionSpec,
  properties,
  propertyKeys,
  watermark,
} from './ddl.ts';

/** Stands at ALTER. */
export function alter(c: Cursor): Statement {
  const pos = c.pos;
  c.expect('ALTER');
  if (c.accept('TABLE')) {
    const ifExists = c.accept('IF', 'EXISTS');
    const name = c.name('a table');
    return { kind: 'alter-table', pos, name, ifExists, what: 'table', change: alterTable(c) };
  }
  if (c.accept('MATERIALIZED')) {
    c.expect('TABLE');
    const name = c.name('a table');
    return { kind: 'alter-table', pos, name, ifExists: false, what: 'table', change: alterMaterializedTable(c) };
  }
  if (c.accept('VIEW')) {
    const name = c.name('a view');
    const change: AlterChange = c.accept('RENAME', 'TO')
      ? { kind: 'rename', to: c.name('a view') }
      : c.accept('AS')
        ? { kind: 'as', query: c.grammar.query(c) }
        : c.fail('RENAME TO or AS');
    return { kind: 'alter-table', pos, name, ifExists: false, what: 'view', change };
  }
  alterOther(c);
  return { kind: 'other', pos, verb: 'ALTER' };
}

function alterTable(c: Cursor): AlterChange {
  if (c.accept('RENAME')) {
    if (c.accept('TO')) return { kind: 'rename', to: c.name('a table') };
    const from = c.name('a column');
    c.expect('TO');
    return { kind: 'rename-column', from, to: c.ident('a column') };
  }
  if (c.accept('SET')) return { kind: 'set-options', options: properties(c) };
  if (c.accept('RESET')) return { kind: 'reset-options', keys: propertyKeys(c) };
  if (c.accept('ADD')) return addPartitions(c) ?? { kind: 'add', ...schemaChanges(c) };
  if (c.accept('MODIFY')) return { kind: 'modify', ...schemaChanges(c) };
  if (c.accept('DROP')) return dropPart(c);
  return c.fail('RENAME, SET, RESET, ADD, MODIFY or DROP');
}

/** `ADD [IF NOT EXISTS] PARTITION (…) [WITH (…)] PARTITION (…) …`; null when it adds something else. */
function addPartitions(c: Cursor): AlterChange | null {
  const ifNotExists = c.accept('IF', 'NOT', 'EXISTS');
  if (!ifNotExists && !c.at('PARTITION')) return null;
  do {
    c.expect('PARTITION');
    partitionSpec(c);
    if (c.accept('WITH')) properties(c);
  } while (c.at('PARTITION'));
  return { kind: 'other' };
}

function dropPart(c: Cursor): AlterChange {
  if (c.accept('WATERMARK')) return { kind: 'drop-watermark' };
  if (c.accept('PRIMARY', 'KEY') || c.accept('DISTRIBUTION')) return { kind: 'other' };
  if (c.accept('CONSTRAINT')) {
    c.ident('a constraint');
    return { kind: 'other' };
  }
  if (c.accept('IF', 'EXISTS') || c.at('PARTITION')) {
    do {
      c.expect('PARTITION');
      partitionSpec(c);
    } while (c.accept(','));
    return { kind: 'other' };
  }
  const column = (inner: Cursor) => inner.name('a column');
  return { kind: 'drop-columns', columns: c.at('(') ? c.parenthesized(column) : [column(c)] };
}

function schemaChanges(c: Cursor): { columns: readonly PlacedColumn[]; watermarks: readonly Watermark[] } {
  const columns: PlacedColumn[] = [];
  const watermarks: Watermark[] = [];
  const change = (inner: Cursor): void => {
    if (inner.at('WATERMARK')) watermarks.push(watermark(inner));
    else if (inner.at('CONSTRAINT') || inner.at('PRIMARY') || inner.at('UNIQUE')) constraint(inner);
    else columns.push({ ...columnDef(inner), place: place(inner) });
  };
  if (c.accept('DISTRIBUTION')) distribution(c);
  else if (c.at('(')) c.parenthesized(change);
  else change(c);
  return { columns, watermarks };
}

function place(c: Cursor): 'first' | Ident | null {
  if (c.accept('FIRST')) return 'first';
  return c.accept('AFTER') ? (c.name('a column').at(-1) ?? null) : null;
}

function alterMaterializedTable(c: Cursor): AlterChange {
  if (c.accept('SUSPEND')) return { kind: 'other' };
  if (c.accept('RESUME')) {
    return c.accept('WITH') ? { kind: 'set-options', options: properties(c) } : { kind: 'other' };
  }
  if (c.accept('REFRESH')) {
    if (c.accept('PARTITION')) partitionSpec(c);
    return { kind: 'other' };
  }
  if (c.accept('AS')) return { kind: 'as', query: c.grammar.query(c) };
  if (c.accept('SET')) {
    if (c.at('(')) return { kind: 'set-options', options: properties(c) };
    const what = c.oneOf(['FRESHNESS', 'REFRESH_MODE']);
    c.expect('=');
    if (what === 'FRESHNESS') freshness(c);
    else c.oneOf(['FULL', 'CONTINUOUS']);
    return { kind: 'other' };
  }
  if (c.accept('RESET')) return { kind: 'reset-options', keys: propertyKeys(c) };
  if (c.accept('ADD')) return { kind: 'add', ...schemaChanges(c) };
  if (c.accept('MODIFY')) return { kind: 'modify', ...schemaChanges(c) };
  if (c.accept('DROP')) return dropPart(c);
  return c.fail('SUSPEND, RESUME, REFRESH, AS, SET, RESET, ADD, MODIFY or DROP');
}

/** ALTER of a function, database, catalog, model or connection. */
function alterOther(c: Cursor): void {
  const temporary = c.accept('TEMPORARY');
  if (temporary) c.accept('SYSTEM');
  if (c.accept('FUNCTION')) {
    c.accept('IF', 'EXISTS');
    c.name('a function');
    c.expect('AS');
    c.string('a class name');
    if (c.accept('LANGUAGE')) c.oneOf(['JAVA', 'SCALA', 'SQL', 'PYTHON']);
    return;
  }
  if (temporary) c.fail('FUNCTION');
  if (c.accept('DATABASE')) {
    c.name('a database');
    c.expect('SET');
    properties(c);
    return;
  }
  if (c.accept('CATALOG')) {
    c.ident('a catalog');
    if (c.accept('COMMENT')) c.string('a comment');
    else setOrReset(c);
    return;
  }
  if (!c.accept('MODEL') && !c.accept('CONNECTION')) c.fail('TABLE, VIEW, FUNCTION, DATABASE or CATALOG');
  c.accept('IF', 'EXISTS');
  c.name('a name');
  if (c.accept('RENAME')) {
    c.expect('TO');
    c.name('a name');
    return;
  }
  setOrReset(c);
}

function setOrReset(c: Cursor): void {
  if (c.oneOf(['SET', 'RESET']) === 'SET') properties(c);
  else propertyKeys(c);
}
