/** The lineage answer of contracts.md section 5.1: one script in, its tables and columns out. */
import type { SqlError } from './parser.ts';
import { type KnownTable, schemasLookup } from './resolve/catalog.ts';
import { analyzeScript } from './script.ts';

export interface ParseInput {
  readonly sql: string;
  /** `catalog.database`; Flink's defaults when absent. */
  readonly session?: string | undefined;
  /** `catalog.db.table` -> its columns in order. */
  readonly schemas?: Readonly<Record<string, readonly string[]>> | undefined;
  /** Tables declared by `table` records, by dotted name; `schemas` come first. */
  readonly tables?: ((dotted: string) => KnownTable | undefined) | undefined;
}

export interface ParseAnswer {
  /** Every statement was read. */
  readonly ok: boolean;
  /** Base tables read by queries and inserts, views and CTEs expanded, in order of appearance; `dims` included. */
  readonly sources: readonly string[];
  readonly sink: readonly string[];
  /** Tables on the right of FOR SYSTEM_TIME AS OF in a join. */
  readonly dims: readonly string[];
  /** Of the last query or insert, per column of its query; null when they cannot all be known. */
  readonly columns: readonly (readonly string[])[] | null;
  readonly errors: readonly SqlError[];
}

/** Never throws. Tables of statements that could not be read are not in the answer: the others' lineage stays what it is. */
export function parseScript(input: ParseInput): ParseAnswer {
  const schemas = schemasLookup(input.schemas ?? {});
  const { statements, errors } = analyzeScript({
    sql: input.sql,
    session: input.session,
    known: dotted => schemas(dotted) ?? input.tables?.(dotted),
  });
  const sources = new Set<string>();
  const sink = new Set<string>();
  const dims = new Set<string>();
  let columns: ParseAnswer['columns'] = null;
  for (const statement of statements) {
    if (statement.partial) continue;
    for (const read of statement.reads) {
      sources.add(read.id);
      if (read.how === 'temporal') dims.add(read.id);
    }
    for (const table of statement.sinks) sink.add(table.id);
    if (statement.kind !== 'modify') columns = statement.columns;
  }
  return { ok: errors.length === 0, sources: [...sources], sink: [...sink], dims: [...dims], columns, errors };
}
