/** What a statement says of each column it gives or writes. */
import type { DataType, QName } from '../ast.ts';
import type { Insert } from '../statement-ast.ts';
import type { ControlRole, Findings } from './analysis.ts';
import type { TableEntry } from './catalog.ts';
import type { Relation } from './relation.ts';

/** One column of a statement's query, in select order. */
export interface OutputColumn {
  readonly name: string;
  /** The column of the sink it is written to; null when the sink's columns are not known, or there is no sink. */
  readonly target: string | null;
  /** Base columns its value comes from; null when they cannot all be known. */
  readonly sources: readonly string[] | null;
  /** Known of plain columns whose DDL is, and of CAST. */
  readonly type: DataType | null;
  /** Base columns that decide the value without being part of it: FILTER, keys of OVER, WITHIN GROUP. */
  readonly controls: readonly string[];
  /** Functions on the way, those nearest to the base columns first, by the names they are called with. */
  readonly functions: readonly string[];
  /** Expressions on the way through views, CTEs and sub-queries, in the same order; empty for a plain copy. */
  readonly steps: readonly string[];
}

/** A base column that decides which rows come out, and why it does. */
export interface ControlColumn {
  readonly column: string;
  readonly roles: readonly ControlRole[];
}

/** The columns of a query; `targets` are the sink's columns in the same order. */
export function outputColumns(relation: Relation, targets: readonly string[] | null): readonly OutputColumn[] {
  return relation.columns.map(({ name, sources, type, derivation }, i) => ({
    name,
    // Behind an open star no position is certain.
    target: relation.open.length > 0 ? null : (targets?.[i] ?? null),
    sources,
    type,
    controls: derivation?.controls ?? [],
    functions: derivation?.functions ?? [],
    steps: derivation?.steps ?? [],
  }));
}

/** Value sources of each column; null when they cannot all be known. */
export function knownColumns(relation: Relation): readonly (readonly string[])[] | null {
  if (relation.open.length > 0) return null;
  const columns: (readonly string[])[] = [];
  for (const { sources } of relation.columns) {
    if (sources === null) return null;
    columns.push(sources);
  }
  return columns;
}

export function controlColumns(findings: Findings): readonly ControlColumn[] {
  return [...findings.controls].map(([column, roles]) => ({ column, roles: [...roles] }));
}

/** Where the columns of an INSERT go: its column list, or the sink's own columns without those it cannot or need not be given. */
export function insertTargets(insert: Insert, sink: TableEntry | null): readonly string[] | null {
  if (insert.columns.length > 0) return insert.columns.map(nameOf);
  const fixed = new Set(insert.partition.map(({ column }) => column.text));
  return sink === null ? null : (writableColumns(sink)?.filter(name => !fixed.has(name)) ?? null);
}

function nameOf(name: QName): string {
  return name.map(part => part.text).join('.');
}

/** Columns an INSERT may name: not the computed ones nor virtual metadata; null when the sink's are not known. */
export function writableColumns(sink: TableEntry): readonly string[] | null {
  const readOnly = (name: string): boolean => sink.generated.has(name) && sink.generated.get(name) !== 'metadata';
  return sink.columns?.map(column => column.name).filter(name => !readOnly(name)) ?? null;
}
