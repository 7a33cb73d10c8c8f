/** ALTER TABLE, ALTER VIEW; of other objects nothing matters here. */
import type { Ident } from '../ast.ts';
import type { Cursor } from '../cursor.ts';
import type { AlterChange, ColumnDef, Statement, Watermark } from '../statement-ast.ts';
import { asQuery, columnDef, constraint, properties, watermark } from './ddl.ts';

/** Stands at ALTER. */
export function alter(c: Cursor): Statement {
  const pos = c.pos;
  c.expect('ALTER');
  c.accept('MATERIALIZED');
  const what = c.accept('VIEW') ? 'view' : c.accept('TABLE') ? 'table' : null;
  if (what === null) {
    c.accept('TEMPORARY');
    c.accept('SYSTEM');
    if (!['FUNCTION', 'DATABASE', 'CATALOG', 'MODEL', 'CONNECTION'].some(word => c.accept(word))) {
      c.fail('TABLE, VIEW, FUNCTION, DATABASE or CATALOG');
    }
    c.skipToEnd();
    return { kind: 'other', pos, verb: 'ALTER' };
  }
  c.accept('IF', 'EXISTS');
  const name = c.name('a name');
  return { kind: 'alter-table', pos, name, what, change: alterChange(c) };
}

function alterChange(c: Cursor): AlterChange {
  if (c.accept('RENAME', 'TO')) return { kind: 'rename', to: c.name('a name') };
  if (c.accept('RENAME')) {
    const from = c.ident('a column');
    c.expect('TO');
    return { kind: 'rename-column', from, to: c.ident('a column') };
  }
  if (c.accept('SET')) return { kind: 'set-options', options: properties(c) };
  if (c.accept('RESET')) return { kind: 'reset-options', keys: c.parenthesized(inner => inner.string('a quoted key')) };
  if (c.at('ADD') || c.at('MODIFY')) {
    const kind = c.next().word === 'ADD' ? 'add' : 'modify';
    return { kind, ...schemaChanges(c) };
  }
  if (c.accept('DROP', 'WATERMARK')) return { kind: 'drop-watermark' };
  if (c.accept('DROP', 'PRIMARY', 'KEY')) return { kind: 'other' };
  if (c.accept('DROP', 'CONSTRAINT') || c.accept('DROP', 'PARTITION') || c.accept('DROP', 'DISTRIBUTION')) {
    c.skipToEnd();
    return { kind: 'other' };
  }
  if (c.accept('DROP')) return { kind: 'drop-columns', columns: c.at('(') ? c.parenthesized(column) : [column(c)] };
  if (c.at('AS')) return { kind: 'as', query: asQuery(c) };
  if (['SUSPEND', 'RESUME', 'REFRESH', 'PARTITION', 'COMPACT'].some(word => c.at(word))) {
    c.skipToEnd();
    return { kind: 'other' };
  }
  return c.fail('RENAME, SET, RESET, ADD, MODIFY, DROP or AS');
}

function column(c: Cursor): Ident {
  return c.ident('a column');
}

function schemaChanges(c: Cursor): { columns: ColumnDef[]; watermarks: Watermark[] } {
  const columns: ColumnDef[] = [];
  const watermarks: Watermark[] = [];
  const change = (inner: Cursor): void => {
    if (inner.at('WATERMARK')) watermarks.push(watermark(inner));
    else if (inner.at('CONSTRAINT') || inner.at('PRIMARY', 'KEY')) constraint(inner);
    else if (inner.at('PARTITION') || inner.at('DISTRIBUTION')) inner.skipToEnd();
    else {
      columns.push(columnDef(inner));
      if (!inner.accept('FIRST') && inner.accept('AFTER')) inner.ident('a column');
    }
  };
  if (c.at('(')) c.parenthesized(change);
  else change(c);
  return { columns, watermarks };
}
