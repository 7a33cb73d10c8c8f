/** A script's lineage, statement by statement: what each reads and writes, and what the graph and the lag side need of it. */
import type { QName, Query } from './ast.ts';
import { parseStatements, type SqlError } from './parser.ts';
import { type Analysis, Findings, type TableRead, type WindowUse } from './resolve/analysis.ts';
import { Catalog, type KnownTable, type TableEntry } from './resolve/catalog.ts';
import type { Surroundings } from './resolve/context.ts';
import { alterTable, defineModel, defineTable, defineView } from './resolve/ddl.ts';
import { MentionLog, type Mentions } from './resolve/mentions.ts';
import { parseSession } from './resolve/names.ts';
import {
  type ControlColumn,
  controlColumns,
  insertTargets,
  knownColumns,
  type OutputColumn,
  outputColumns,
} from './resolve/outputs.ts';
import { analyzeComputed, analyzeModify, analyzeQuery } from './resolve/query.ts';
import type { Column, Relation } from './resolve/relation.ts';
import { noteStatement } from './resolve/statement-mentions.ts';
import { allowedDisorder, longestStep } from './resolve/window-times.ts';
import type { CreateTable, Statement } from './statement-ast.ts';

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
  /** Where names stand and which cannot be right; null unless asked for. */
  readonly mentions: Mentions | null;
}

export interface ScriptInput {
  readonly sql: string;
  /** Asks for `mentions`. */
  readonly mentions?: boolean;
  /** `catalog.database`. */
  readonly session?: string | undefined;
  /** Finds tables declared elsewhere by dotted name, with or without the catalog. */
  readonly known?: (dotted: string) => KnownTable | undefined;
}

/** Analyses a script in order. Never throws: what cannot be read is in `errors`, and its tables in a `partial` statement. */
export function analyzeScript(input: ScriptInput): ScriptLineage {
  const { statements, errors } = parseStatements(input.sql);
  const catalog = new Catalog(parseSession(input.session), input.known ?? (() => undefined));
  const mentions = input.mentions === true ? new MentionLog(input.sql) : null;
  const script = new Script({ text: input.sql, catalog, mentions });
  for (const statement of statements) {
    if (statement.kind === 'broken') script.broken(statement.pos, statement.reads, statement.writes);
    else script.run(statement);
  }
  return { statements: script.found, cycles: script.cycles, errors, mentions: mentions?.result ?? null };
}

/** What a statement was found to do, before it is told. */
interface Found {
  readonly kind: StatementLineage['kind'];
  readonly pos: number;
  readonly sinks: readonly NamedTable[];
  readonly findings: Findings;
  readonly relation: Relation | null;
  readonly targets?: readonly string[] | null;
  readonly partial?: boolean;
}

class Script {
  readonly found: StatementLineage[] = [];
  readonly cycles: ViewCycle[] = [];
  readonly #around: Surroundings;
  readonly #catalog: Catalog;
  #pipelineName: string | null = null;

  constructor(around: Surroundings) {
    this.#around = around;
    this.#catalog = around.catalog;
  }

  run(statement: Statement): void {
    const catalog = this.#catalog;
    switch (statement.kind) {
      case 'insert':
      case 'query-statement':
      case 'explain':
      case 'modify':
        this.#lineageOf(statement, false);
        return;
      case 'create-table':
        this.#createTable(statement);
        return;
      case 'create-view': {
        const query = analyzeQuery(statement.query, this.#around);
        this.#noteCycle(statement, statement.temporary, query);
        noteStatement(statement, query.relation, this.#around);
        defineView(statement, query, catalog);
        return;
      }
      case 'create-model':
        defineModel(statement, catalog);
        return;
      case 'alter-table': {
        const query = statement.change.kind === 'as' ? this.#analyze(statement.change.query) : null;
        if (query !== null) this.#noteCycle(statement, false, query);
        noteStatement(statement, null, this.#around);
        alterTable(statement, query, catalog);
        return;
      }
      case 'drop':
        noteStatement(statement, null, this.#around);
        if (statement.what !== 'other') catalog.drop(catalog.resolve(statement.name).id, statement.temporary);
        return;
      case 'use':
        this.#use(statement.what, statement.name);
        return;
      case 'set':
        if (statement.key === 'pipeline.name' || statement.key === null) this.#pipelineName = statement.value;
        return;
      case 'set-begin':
      case 'set-end':
      case 'other':
        return;
      default:
        statement satisfies never;
    }
  }

  /** Keeps the tables of a statement that could not be read. */
  broken(pos: number, reads: readonly QName[], writes: readonly QName[]): void {
    if (reads.length === 0 && writes.length === 0) return;
    const findings = new Findings();
    for (const name of reads) {
      const { id, parts, byName } = this.#catalog.resolve(name);
      findings.addRead({ table: id, parts, byName, how: 'plain', lookupHint: false, options: new Map() });
    }
    const sinks = writes.map(name => this.#named(name));
    this.#add({ kind: sinks.length > 0 ? 'insert' : 'query', pos, sinks, findings, relation: null, partial: true });
  }

  #lineageOf(statement: Statement, explained: boolean): void {
    const { kind, pos } = statement;
    if (kind === 'explain') {
      this.#lineageOf(statement.of, true);
    } else if (kind === 'insert') {
      const query = analyzeQuery(statement.query, this.#around);
      const sinks = [this.#named(statement.target)];
      const targets = insertTargets(statement, this.#catalog.resolve(statement.target).entry);
      noteStatement(statement, query.relation, this.#around);
      this.#add({ kind: explained ? 'explain' : 'insert', pos, sinks, ...query, targets });
    } else if (kind === 'query-statement') {
      const query = analyzeQuery(statement.query, this.#around);
      this.#add({ kind: explained ? 'explain' : 'query', pos, sinks: [], ...query });
    } else if (kind === 'modify' && !explained) {
      const findings = analyzeModify(statement, this.#around);
      const sinks = statement.target.length > 0 ? [this.#named(statement.target)] : [];
      noteStatement(statement, null, this.#around);
      this.#add({ kind: 'modify', pos, sinks, findings, relation: null });
    } else if (kind === 'create-table' && statement.query !== null) {
      const query = analyzeQuery(statement.query, this.#around);
      this.#add({ kind: 'explain', pos, sinks: [this.#named(statement.name)], ...query });
    }
  }

  #createTable(statement: CreateTable): void {
    const query = this.#analyze(statement.query);
    noteStatement(statement, query?.relation ?? null, this.#around);
    const entry = defineTable(statement, query, this.#catalog);
    if (query === null) return;
    const sinks = [{ ...this.#named(statement.name), options: entry.options }];
    const targets = query.relation.columns.map(column => column.name);
    this.#add({ kind: 'insert', pos: statement.pos, sinks, ...query, targets });
  }

  /** A temporary view may be named like the permanent table it is made from; any other way back to itself is a mistake. */
  #noteCycle({ name, pos }: { name: QName; pos: number }, temporary: boolean, { findings }: Analysis): void {
    const { id, entry } = this.#catalog.resolve(name);
    const through = [...findings.views.keys()].filter(view => view !== id);
    const readsItself = findings.views.has(id) || [...findings.reads.values()].some(read => read.table === id);
    const shadows = temporary && through.length === 0 && (entry === null || entry.kind === 'table');
    if (readsItself && !shadows) this.cycles.push({ pos, path: [id, ...through, id] });
  }

  #analyze(query: Query | null): Analysis | null {
    return query === null ? null : analyzeQuery(query, this.#around);
  }

  #named(name: QName): NamedTable {
    const { id, parts, byName, entry } = this.#catalog.resolve(name);
    return { id, parts, byName, options: entry?.options ?? new Map(), ...this.#declared(entry) };
  }

  #use(what: 'catalog' | 'database', name: QName): void {
    const parts = name.map(part => part.text);
    const session = this.#catalog.session;
    if (what === 'catalog')
      this.#catalog.session = {
        catalog: parts[0]!,
        database: session.catalog === parts[0] ? session.database : 'default',
      };
    else if (parts.length === 1) this.#catalog.session = { ...session, database: parts[0]! };
    else this.#catalog.session = { catalog: parts[0]!, database: parts[1]! };
  }

  #add({ kind, pos, sinks, findings, relation, targets = null, partial = false }: Found): void {
    const windows = [...findings.windows.values()];
    this.found.push({
      kind,
      pos,
      partial,
      sinks,
      reads: [...findings.reads.values()].map(read => this.#readTable(read)),
      columns: relation === null ? null : knownColumns(relation),
      outputs: relation === null ? null : outputColumns(relation, targets),
      open: relation !== null && relation.open.length > 0,
      controls: controlColumns(findings),
      views: [...findings.views].map(([id, bases]) => ({ id, bases })),
      windows,
      windowMs: longestStep(windows),
      allowedOooMs: allowedDisorder(windows, findings),
      pipelineName: this.#pipelineName,
    });
  }

  #declared(entry: TableEntry | null): Pick<NamedTable, 'columns' | 'computed'> {
    const computed = (): readonly Column[] => (entry === null ? [] : analyzeComputed(entry, this.#around));
    return { columns: entry?.columns ?? null, computed };
  }

  #readTable(read: TableRead): ReadTable {
    const entry = this.#catalog.find(read.parts);
    const options = new Map([...(entry?.options ?? []), ...read.options]);
    return {
      id: read.table,
      parts: read.parts,
      byName: read.byName,
      options,
      ...this.#declared(entry),
      how: read.how,
      lookupHint: read.lookupHint,
    };
  }
}
