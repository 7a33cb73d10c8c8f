/** What a script writes to each dataset, column by column; so that two versions of a job can be compared. */

import { connectorOf } from '../graph/identity.ts';
import type { DataType } from '../sql/ast.ts';
import type { NamedTable, StatementLineage } from '../sql/statement-lineage.ts';
import { datasetsOf, running, type Subject } from './subject.ts';

export interface SinkColumn {
  readonly name: string;
  /** As the sink's DDL says; null where it is not known. */
  readonly type: DataType | null;
  /** Value sources; null where they cannot all be known. */
  readonly sources: readonly string[] | null;
}

export interface WrittenDataset {
  readonly table: NamedTable;
  readonly statement: StatementLineage;
  /** In the order written; null where not every column is known by name. */
  readonly columns: readonly SinkColumn[] | null;
  /** Readers find columns by their place in the row. */
  readonly isPositional: boolean;
}

/** By dataset id. Several statements into one dataset are told by the first whose columns are known. */
export function writtenDatasets(subject: Subject, job: string): ReadonlyMap<string, WrittenDataset> {
  const written = new Map<string, WrittenDataset>();
  for (const statement of running(subject)) {
    if (statement.pipelineName !== null && statement.pipelineName !== job) continue;
    for (const table of statement.sinks) {
      const columns = columnsOf(statement, table);
      for (const dataset of datasetsOf(table, statement, subject)) {
        if (written.get(dataset)?.columns) continue;
        written.set(dataset, { table, statement, columns, isPositional: isPositional(table) });
      }
    }
  }
  return written;
}

/** Dataset ids read by a job's statements. */
export function readDatasets(subject: Subject, job: string): ReadonlySet<string> {
  const own = running(subject).filter(({ pipelineName }) => pipelineName === null || pipelineName === job);
  return new Set(own.flatMap(statement => statement.reads.flatMap(table => datasetsOf(table, statement, subject))));
}

function columnsOf({ outputs, open }: StatementLineage, table: NamedTable): readonly SinkColumn[] | null {
  if (outputs === null || open) return null;
  const types = new Map(table.columns?.map(({ name, type }) => [name, type]));
  const columns: SinkColumn[] = [];
  for (const { name, target, sources } of outputs) {
    const written = target ?? name;
    // A name Flink makes up says nothing of the sink's column.
    if (target === null && written.startsWith('EXPR$')) return null;
    columns.push({ name: written, type: types.get(written) ?? null, sources });
  }
  return columns;
}

/** Formats without names: a CSV line, a raw value. */
function isPositional({ options }: NamedTable): boolean {
  if (connectorOf(options) === null) return false;
  const format = options.get('value.format') ?? options.get('format') ?? '';
  return format === 'csv' || format === 'raw';
}
