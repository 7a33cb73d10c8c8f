/** UPDATE, DELETE, MERGE, TRUNCATE, CALL. */
import type { Cursor } from '../cursor.ts';
import type { Modify } from '../statement-ast.ts';
import { alias } from './alias.ts';
import { call } from './call.ts';
import { tableRef } from './from.ts';
import { hints } from './hint.ts';

const NOTHING = { alias: null, using: null, values: [], where: null } as const;

/** `UPDATE t [AS x] SET a = 1, … [WHERE …]`. */
export function update(c: Cursor): Modify {
  const pos = c.pos;
  c.expect('UPDATE');
  const head = target(c);
  c.expect('SET');
  const values = c.list(assignment);
  const where = c.accept('WHERE') ? c.grammar.expression(c) : null;
  return { ...NOTHING, kind: 'modify', pos, verb: 'UPDATE', ...head, values, where };
}

/** `DELETE FROM t [AS x] [WHERE …]`. */
export function deleteFrom(c: Cursor): Modify {
  const pos = c.pos;
  c.expect('DELETE', 'FROM');
  const head = target(c);
  const where = c.accept('WHERE') ? c.grammar.expression(c) : null;
  return { ...NOTHING, kind: 'modify', pos, verb: 'DELETE', ...head, where };
}

/** `MERGE INTO t USING s ON … WHEN MATCHED THEN UPDATE SET … WHEN NOT MATCHED THEN INSERT (…) VALUES (…)`: Flink's parser takes it, its planner not yet. */
export function merge(c: Cursor): Modify {
  const pos = c.pos;
  c.expect('MERGE', 'INTO');
  const head = target(c);
  c.expect('USING');
  const using = tableRef(c);
  c.expect('ON');
  const where = c.grammar.expression(c);
  const values: Modify['values'][number][] = [];
  const matched = c.accept('WHEN', 'MATCHED');
  if (matched) {
    c.expect('THEN', 'UPDATE', 'SET');
    values.push(...c.list(qualifiedAssignment));
  }
  if (!matched || c.at('WHEN')) {
    c.expect('WHEN', 'NOT', 'MATCHED', 'THEN');
    values.push(...mergeInsert(c));
  }
  return { kind: 'modify', pos, verb: 'MERGE', ...head, using, values, where };
}

function mergeInsert(c: Cursor): Modify['values'] {
  c.expect('INSERT');
  const columns = c.at('(') && c.peek(1).word !== 'VALUES' ? c.parenthesized(inner => inner.ident('a column')) : [];
  const wrapped = c.accept('(');
  c.expect('VALUES');
  c.accept('ROW');
  const values = c.parenthesized(c.grammar.expression);
  if (wrapped) c.expect(')');
  return values.map((value, i) => ({ column: columns[i] ?? null, value }));
}

/** `TRUNCATE TABLE t`. */
export function truncate(c: Cursor): Modify {
  const pos = c.pos;
  c.expect('TRUNCATE', 'TABLE');
  return { ...NOTHING, kind: 'modify', pos, verb: 'TRUNCATE', target: c.name('a table') };
}

/** `CALL procedure(…)`. */
export function procedure(c: Cursor): Modify {
  const { pos } = c.next();
  const value = call(c, c.name('a procedure'), false);
  return { ...NOTHING, kind: 'modify', pos, verb: 'CALL', target: [], values: [{ column: null, value }] };
}

/** A table with its hints and alias. */
function target(c: Cursor): Pick<Modify, 'target' | 'alias'> {
  const name = c.name('a table');
  hints(c);
  return { target: name, alias: alias(c) };
}

/** `t.column = expression`. */
function qualifiedAssignment(c: Cursor): Modify['values'][number] {
  const column = c.name('a column').at(-1)!;
  c.expect('=');
  return { column, value: c.grammar.expression(c) };
}

/** `column = expression`. */
function assignment(c: Cursor): Modify['values'][number] {
  const column = c.ident('a column');
  c.expect('=');
  return { column, value: c.grammar.expression(c) };
}
