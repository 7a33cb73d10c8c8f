/** CREATE and DROP of every kind of object; tables and views are in `ddl.ts`. */
import type { Cursor } from '../cursor.ts';
import type { Statement } from '../statement-ast.ts';
import { columnDef, createMaterializedTable, createTable, createView, properties } from './ddl.ts';

/** Stands at CREATE. */
export function create(c: Cursor): Statement {
  const pos = c.pos;
  c.expect('CREATE');
  if (c.accept('OR', 'ALTER')) {
    c.expect('MATERIALIZED', 'TABLE');
    return createMaterializedTable(c, { pos, temporary: false, replace: true });
  }
  const replace = c.accept('OR', 'REPLACE');
  const temporary = c.accept('TEMPORARY');
  const prefix = { pos, temporary, replace };
  if (c.accept('TABLE')) return createTable(c, prefix);
  if (!temporary && !replace && c.accept('MATERIALIZED')) {
    c.expect('TABLE');
    return createMaterializedTable(c, prefix);
  }
  if (c.accept('VIEW')) return createView(c, prefix);
  if (c.accept('MODEL')) return createModel(c, pos);
  createOther(c, temporary);
  return { kind: 'other', pos, verb: 'CREATE' };
}

function createOther(c: Cursor, temporary: boolean): void {
  const system = temporary && c.accept('SYSTEM');
  if (c.accept('FUNCTION')) {
    createFunction(c, system);
  } else if (c.accept('CONNECTION')) {
    named(c);
    c.expect('WITH');
    properties(c);
  } else if (system) {
    c.fail('FUNCTION or CONNECTION');
  } else if (c.accept('CATALOG')) {
    c.accept('IF', 'NOT', 'EXISTS');
    c.ident('a catalog');
    commentAndOptions(c);
  } else {
    if (!c.accept('DATABASE')) c.fail('TABLE, VIEW, FUNCTION, CATALOG or DATABASE');
    named(c);
    commentAndOptions(c);
  }
}

function named(c: Cursor): void {
  c.accept('IF', 'NOT', 'EXISTS');
  c.name('a name');
  if (c.accept('COMMENT')) c.string('a comment');
}

function commentAndOptions(c: Cursor): void {
  if (c.accept('COMMENT')) c.string('a comment');
  if (c.accept('WITH')) properties(c);
}

function createFunction(c: Cursor, system: boolean): void {
  c.accept('IF', 'NOT', 'EXISTS');
  if (system) c.ident('a function');
  else c.name('a function');
  c.expect('AS');
  c.string('a class name');
  const language = c.accept('LANGUAGE') ? c.oneOf(['JAVA', 'SCALA', 'SQL', 'PYTHON']) : 'JAVA';
  if (language !== 'PYTHON' && c.accept('USING')) {
    do {
      c.oneOf(['JAR', 'ARTIFACT']);
      c.string('a path');
    } while (c.accept(','));
  }
  if (c.accept('WITH')) properties(c);
}

/** `CREATE MODEL m INPUT (a INT) OUTPUT (b STRING) WITH (…)`, or WITH and a query to train it by. */
function createModel(c: Cursor, pos: number): Statement {
  c.accept('IF', 'NOT', 'EXISTS');
  const name = c.name('a model');
  if (c.accept('INPUT')) c.parenthesized(columnDef);
  const outputs = c.accept('OUTPUT') ? c.parenthesized(columnDef) : [];
  commentAndOptions(c);
  if (c.accept('AS')) c.grammar.query(c);
  return { kind: 'create-model', pos, name, outputs };
}

/** Stands at DROP. */
export function drop(c: Cursor): Statement {
  const pos = c.pos;
  c.expect('DROP');
  const temporary = c.accept('TEMPORARY');
  const kinds = temporary
    ? ['TABLE', 'VIEW', 'FUNCTION', 'SYSTEM', 'MODEL', 'CATALOG', 'DATABASE', 'CONNECTION']
    : ['TABLE', 'VIEW', 'FUNCTION', 'MATERIALIZED', 'SYSTEM', 'MODEL', 'CATALOG', 'DATABASE', 'CONNECTION'];
  const kind = c.oneOf(kinds);
  if (kind === 'MATERIALIZED') c.expect('TABLE');
  if (kind === 'SYSTEM') c.oneOf(temporary ? ['FUNCTION', 'CONNECTION'] : ['FUNCTION']);
  const ifExists = c.accept('IF', 'EXISTS');
  const name = c.name('a name');
  if (kind === 'DATABASE' && !c.accept('RESTRICT')) c.accept('CASCADE');
  const what = kind === 'VIEW' ? 'view' : kind === 'TABLE' || kind === 'MATERIALIZED' ? 'table' : 'other';
  return { kind: 'drop', pos, what, temporary, ifExists, name };
}
