/** The columns of a SQL statement -> flows of its job. */
import type { NamedTable, StatementLineage } from '../../sql/statement-lineage.ts';
import type { DatasetRef } from '../dataset.ts';
import type { ColumnRef, Evidence, FlowColumn, FragmentFlow, FragmentSchema } from '../fragment.ts';

/** The datasets behind a table of a statement: several where a Kafka source names several topics. */
type RefsOf = (table: NamedTable) => readonly DatasetRef[];

const NONE: readonly never[] = [];

/** One flow per dataset the statement writes, or one without sink; none where columns cannot be told at all. */
export function statementFlows(
  statement: StatementLineage,
  node: string,
  evidence: Evidence,
  refsOf: RefsOf,
): readonly FragmentFlow[] {
  if (statement.outputs === null) return [];
  const inputs = new Inputs(statement.reads, refsOf);
  const columns = statement.outputs.map(
    ({ name, target, sources, controls, functions, steps }): FlowColumn => ({
      // Where the sink's columns are not declared the query's own names are what it gets.
      name: target ?? name,
      sources: inputs.columns(sources ?? NONE),
      controls: inputs.columns(controls),
      open: sources === null,
      functions: functions.length === 0 ? NONE : functions,
      steps: steps.length === 0 ? NONE : steps,
    }),
  );
  const flow = {
    node,
    evidence,
    tables: inputs.tables,
    columns: columns.length === 0 ? NONE : columns,
    controls: statement.controls.flatMap(({ column, roles }) => inputs.columns([column]).map(of => ({ of, roles }))),
    open: statement.open,
  };
  const sinks = statement.sinks.flatMap(refsOf);
  return sinks.length === 0 ? [{ ...flow, sink: null }] : sinks.map(sink => ({ ...flow, sink }));
}

/** Computed columns of the tables a statement reads: the job fills them when it reads the table. None where they come from no column. */
export function computedFlows(
  statement: StatementLineage,
  node: string,
  evidence: Evidence,
  refsOf: RefsOf,
): readonly FragmentFlow[] {
  return statement.reads.flatMap(read => {
    const computed = read.computed().filter(({ sources }) => sources === null || sources.length > 0);
    if (computed.length === 0) return [];
    return refsOf(read).map((sink): FragmentFlow => {
      const inputs = new Inputs([read], () => [sink]);
      const columns = computed.map(({ name, sources, derivation }) => ({
        name,
        sources: inputs.columns(sources ?? NONE),
        controls: NONE,
        open: sources === null,
        functions: derivation?.functions ?? NONE,
        steps: derivation?.steps ?? NONE,
      }));
      return { node, sink, evidence, tables: inputs.tables, columns, controls: NONE, open: false };
    });
  });
}

/** What the DDL of a statement's tables lists. */
export function statementSchemas(statement: StatementLineage, refsOf: RefsOf): readonly FragmentSchema[] {
  return [...statement.reads, ...statement.sinks].flatMap(table => {
    const columns = table.columns?.map(({ name }) => name) ?? NONE;
    return columns.length === 0 ? [] : refsOf(table).map(dataset => ({ dataset, columns }));
  });
}

/** The tables a statement reads, and references to their columns. */
class Inputs {
  readonly tables: DatasetRef[] = [];
  /** Table id -> places of its datasets in `tables`. */
  readonly #places = new Map<string, readonly number[]>();
  readonly #refs = new Map<string, readonly ColumnRef[]>();

  constructor(reads: readonly NamedTable[], refsOf: RefsOf) {
    for (const read of reads) {
      if (this.#places.has(read.id)) continue;
      const refs = refsOf(read);
      this.#places.set(
        read.id,
        refs.map((_, i) => this.tables.length + i),
      );
      this.tables.push(...refs);
    }
  }

  columns(ids: readonly string[]): readonly ColumnRef[] {
    return ids.length === 0 ? NONE : ids.flatMap(id => this.#column(id));
  }

  #column(id: string): readonly ColumnRef[] {
    const known = this.#refs.get(id);
    if (known !== undefined) return known;
    const { table, column } = splitColumnId(id);
    const refs = (this.#places.get(table) ?? NONE).map(place => ({ table: place, column }));
    this.#refs.set(id, refs);
    return refs;
  }
}

/** `catalog.db.table.column` -> its table's id and the column's bare name; a part that holds dots or backticks is in backticks. */
function splitColumnId(id: string): { table: string; column: string } {
  if (!id.endsWith('`')) {
    const dot = id.lastIndexOf('.');
    return { table: id.slice(0, dot), column: id.slice(dot + 1) };
  }
  let open = id.length - 2;
  // A backtick inside is written twice.
  while (open > 0 && !(id[open] === '`' && id[open - 1] === '.')) open -= id[open] === '`' ? 2 : 1;
  return { table: id.slice(0, open - 1), column: id.slice(open + 1, -1).replaceAll('``', '`') };
}
