/** What analysing a script answers: what each of its statements reads and writes. */
import type { SqlError } from './parser.ts';
import type { TableRead, WindowUse } from './resolve/analysis.ts';
import type { Mentions } from './resolve/mentions.ts';
import type { ControlColumn, OutputColumn } from './resolve/outputs.ts';
import type { Column } from './resolve/relation.ts';

/** A table as a statement names it: its id, its name's parts, and what the script's DDL or a `table` record says of it. */
export interface NamedTable {
  readonly id: string;
  readonly parts: readonly string[];
  /** The text all spellings of the name share, for tables nobody declared. */
  readonly byName: string;
  /** Empty when nobody declared the table. OPTIONS hints are laid over it. */
  readonly options: ReadonlyMap<string, string>;
  /** As its DDL or a `table` record lists them; null when nobody did. */
  readonly columns: readonly Pick<Column, 'name' | 'type'>[] | null;
  /** Its computed columns with what they come from, analysed when asked for. */
  readonly computed: () => readonly Column[];
}

export interface ReadTable extends NamedTable {
  readonly how: TableRead['how'];
  readonly lookupHint: boolean;
}

/** One statement that reads or writes. */
export interface StatementLineage {
  /** insert: INSERT, CTAS, RTAS, a materialized table · query: a bare SELECT · modify: UPDATE, DELETE, TRUNCATE · explain: never runs. */
  readonly kind: 'insert' | 'query' | 'modify' | 'explain';
  readonly pos: number;
  /** True when the statement could not be read and its tables come from a scan of its tokens. */
  readonly partial: boolean;
  readonly sinks: readonly NamedTable[];
  readonly reads: readonly ReadTable[];
  /** Value sources of each column of its query; null when they cannot all be known, and for `modify`. */
  readonly columns: readonly (readonly string[])[] | null;
  /** The same columns with names, targets, controls and steps; null for `modify` and what could not be read. */
  readonly outputs: readonly OutputColumn[] | null;
  /** True when the query has columns nobody can list: a `*` over a table whose schema is not known. */
  readonly open: boolean;
  /** Base columns that decide which rows come out. */
  readonly controls: readonly ControlColumn[];
  /** Views it goes through, each with the ids of the base tables it reads. */
  readonly views: readonly { readonly id: string; readonly bases: readonly string[] }[];
  readonly windows: readonly WindowUse[];
  /** How often event-time results come, ms: the longest TUMBLE size, HOP slide or CUMULATE step; null without such a window. */
  readonly windowMs: number | null;
  /** Watermark delay of the windows' time columns, or without windows the longest one read, ms. */
  readonly allowedOooMs: number;
  /** `SET 'pipeline.name'` in force: which job of the script this is. */
  readonly pipelineName: string | null;
}

/** A view that is defined by itself: the ids from it back to it. */
export interface ViewCycle {
  readonly pos: number;
  readonly path: readonly string[];
}

export interface ScriptLineage {
  readonly statements: readonly StatementLineage[];
  readonly cycles: readonly ViewCycle[];
  readonly errors: readonly SqlError[];
  /** How many there are, the ones that are not listed included. */
  readonly errorCount: number;
  /** Where names stand and which cannot be right; null unless asked for. */
  readonly mentions: Mentions | null;
}
