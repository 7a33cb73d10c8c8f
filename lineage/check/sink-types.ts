/** Whether what a query gives fits into the columns of its sink, as far as the script's own DDL and casts tell the types of both. */
import type { Query } from '../sql/ast.ts';
import type { OutputColumn } from '../sql/resolve/outputs.ts';
import type { NamedTable, StatementLineage } from '../sql/statement-lineage.ts';
import { castOf, typeText } from './data-types.ts';
import type { Finding, Said } from './finding.ts';
import { placeOfSink, running, type Subject } from './subject.ts';

/** What Flink does with a NULL for a column that takes none (`table.exec.sink.not-null-enforcer`). */
const NULL_HINT = "filter with IS NOT NULL, or SET 'table.exec.sink.not-null-enforcer' = 'DROP' to leave such rows out";

export function checkTypes(subject: Subject): Finding[] {
  return running(subject).flatMap(statement => {
    const [sink, ...others] = statement.sinks;
    if (statement.kind !== 'insert' || statement.outputs === null || sink === undefined || others.length > 0) return [];
    return statement.outputs.flatMap((output, i) => {
      const said = output.target === null ? null : columnSaid(output, output.target, sink, statement);
      return said === null ? [] : [subject.places.at(placeOfItem(i, statement, subject, sink), said)];
    });
  });
}

type Declared = NonNullable<NamedTable['columns']>[number];

function columnSaid(output: OutputColumn, target: string, sink: NamedTable, statement: StatementLineage): Said | null {
  const column = columnOf(sink, target);
  if (column === undefined || column.type === null || output.type === null) return null;
  const cast = castOf(output.type, column.type);
  const [from, to] = [typeText(output.type), typeText(column.type)];
  const what = `${output.name} is ${from}, and column ${target} of ${sink.byName} is ${to}`;
  if (cast.kind === 'refused') {
    const hint = `write CAST(… AS ${to}), or change the column`;
    return {
      code: 'sink-type',
      severity: 'error',
      message: `${what}: Flink takes the one for the other only by a CAST`,
      hint,
    };
  }
  if (cast.kind === 'loses') {
    // Of a string without a length nobody said that it is long.
    const severity = from === 'STRING' || from === 'BYTES' ? 'info' : 'warning';
    return {
      code: 'lossy-type',
      severity,
      message: `${what}: ${cast.why}`,
      hint: `make the column ${from}, or say by a CAST that it is meant`,
    };
  }
  return mayBeNull(output, statement) && column.type.notNull === 'written'
    ? {
        code: 'null-into-not-null',
        severity: 'info',
        message: `${output.name} may be NULL, and column ${target} of ${sink.byName} is NOT NULL: the job fails at the first NULL`,
        hint: NULL_HINT,
      }
    : null;
}

function columnOf({ columns }: NamedTable, name: string): Declared | undefined {
  return columns?.find(column => column.name === name);
}

/** A column handed on as its DDL says, which lets it be NULL, without a filter on it. */
function mayBeNull({ type, sources, steps, functions }: OutputColumn, { controls }: StatementLineage): boolean {
  if (type === null || type.notNull !== undefined || sources === null || sources.length !== 1) return false;
  if (steps.length + functions.length > 0) return false;
  return !controls.some(
    ({ column, roles }) => column === sources[0] && roles.some(role => role === 'filter' || role === 'join'),
  );
}

/** The select item that gives the column where no star stands before it, else the sink's name. */
function placeOfItem(index: number, statement: StatementLineage, subject: Subject, sink: NamedTable) {
  const insert = subject.statements.find(({ pos }) => pos === statement.pos);
  const items = insert?.kind === 'insert' ? itemsOf(insert.query) : [];
  const item = items.slice(0, index + 1).some(({ expr }) => expr.kind === 'star') ? undefined : items[index];
  return item === undefined
    ? placeOfSink(statement, sink, subject)
    : { pos: item.expr.pos, length: item.end - item.expr.pos };
}

function itemsOf({ body }: Query) {
  return body.kind === 'select' ? body.items : [];
}
