/** A script's lineage, statement by statement: what each reads and writes, and what the graph and the lag side need of it. */
import type { QName, Query } from './ast.ts';
import { type BrokenStatement, parseStatements, scanStatement } from './parser.ts';
import { type Analysis, Findings, type TableRead } from './resolve/analysis.ts';
import { Catalog, type KnownTable, type TableEntry } from './resolve/catalog.ts';
import type { Surroundings } from './resolve/context.ts';
import { alterTable, defineModel, defineTable, defineView } from './resolve/ddl.ts';
import { Effort, TooMuchError } from './resolve/effort.ts';
import { MentionLog } from './resolve/mentions.ts';
import { parseSession } from './resolve/names.ts';
import { controlColumns, insertTargets, knownColumns, outputColumns } from './resolve/outputs.ts';
import { analyzeComputed, analyzeModify, analyzeQuery } from './resolve/query.ts';
import { type Column, OPEN, type Relation } from './resolve/relation.ts';
import { noteStatement } from './resolve/statement-mentions.ts';
import { allowedDisorder, longestStep } from './resolve/window-times.ts';
import type { CreateTable, Statement } from './statement-ast.ts';
import type { NamedTable, ReadTable, ScriptLineage, StatementLineage, ViewCycle } from './statement-lineage.ts';
import { TooMuchLog } from './too-much-log.ts';

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
  const { statements, errors, errorCount } = parseStatements(input.sql);
  const catalog = new Catalog(parseSession(input.session), input.known ?? (() => undefined));
  const mentions = input.mentions === true ? new MentionLog(input.sql) : null;
  const script = new Script({ text: input.sql, catalog, mentions, effort: new Effort() });
  for (const statement of statements) {
    if (statement.kind === 'broken') script.broken(statement);
    else script.run(statement);
  }
  const found = { statements: script.found, cycles: script.cycles, mentions: mentions?.result ?? null };
  return { ...found, errors: script.tooMuch.among(errors), errorCount: errorCount + script.tooMuch.count };
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
  readonly tooMuch: TooMuchLog;
  readonly #catalog: Catalog;
  #pipelineName: string | null = null;

  constructor(around: Surroundings) {
    this.#around = around;
    this.#catalog = around.catalog;
    this.tooMuch = new TooMuchLog(around.text);
  }

  run(statement: Statement): void {
    this.#around.effort.begin();
    try {
      this.#run(statement);
    } catch (error) {
      if (!(error instanceof TooMuchError)) throw error;
      this.tooMuch.add(statement.pos, error);
      this.#giveUp(statement);
    }
  }

  /** Keeps of a statement what costs nothing: its tables by a scan, and that what it defines exists. */
  #giveUp(statement: Statement): void {
    const { effort, text } = this.#around;
    const { pos } = statement;
    const isCopy = statement.kind === 'create-table' && statement.like !== null;
    if (statement.kind === 'create-view' || statement.kind === 'alter-table' || isCopy) {
      effort.lost.add(this.#catalog.resolve(statement.name).id);
      return;
    }
    if (statement.kind !== 'create-table') {
      if (statement.kind !== 'explain') this.broken({ pos, ...scanStatement(text, pos) });
      return;
    }
    const { reads } = scanStatement(text, pos);
    this.broken({ pos, reads, writes: [statement.name] });
    defineTable(statement, { relation: OPEN, findings: new Findings() }, this.#catalog);
  }

  #run(statement: Statement): void {
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
        this.#around.effort.lost.delete(catalog.resolve(statement.name).id);
        return;
      }
      case 'create-model':
        defineModel(statement, catalog);
        return;
      case 'alter-table': {
        if (this.#around.effort.lost.has(catalog.resolve(statement.name).id) && statement.change.kind !== 'as') return;
        if (statement.what === 'table') this.#spendOnCopy(statement.name);
        const query = statement.change.kind === 'as' ? this.#analyze(statement.change.query) : null;
        if (query !== null) this.#noteCycle(statement, false, query);
        noteStatement(statement, null, this.#around);
        alterTable(statement, query, catalog);
        if (query !== null) this.#around.effort.lost.delete(catalog.resolve(statement.name).id);
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
  broken({ pos, reads, writes }: Pick<BrokenStatement, 'pos' | 'reads' | 'writes'>): void {
    if (reads.length === 0 && writes.length === 0) return;
    const findings = new Findings();
    for (const name of reads) {
      const { id, parts, byName, entry } = this.#catalog.resolve(name);
      for (const base of entry?.view?.findings.reads.values() ?? []) findings.addRead(base);
      if (entry === null || entry.view === null)
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
    if (statement.like !== null) {
      this.#spendOnCopy(statement.like.name);
      this.#around.effort.spend(this.#catalog.resolve(statement.like.name).entry?.columns?.length ?? 0);
    }
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
    // Nothing can have read what nobody knew of.
    if (!this.#catalog.isFamiliar(name)) return;
    const { id, entry } = this.#catalog.resolve(name);
    const views = findings.views();
    const through = [...views.keys()].filter(view => view !== id);
    const readsItself = views.has(id) || [...findings.reads.values()].some(read => read.table === id);
    const shadows = temporary && through.length === 0 && (entry === null || entry.kind === 'table');
    if (readsItself && !shadows) this.cycles.push({ pos, path: [id, ...through, id] });
  }

  /** Before a table is made like another one, or changed: its options are copied, and its columns, which costs less each. */
  #spendOnCopy(name: QName): void {
    const { id, entry } = this.#catalog.resolve(name);
    if (this.#around.effort.lost.has(id)) throw new TooMuchError();
    if (entry === null) return;
    const { columns, options, generated, watermarks } = entry;
    this.#around.effort.spend(((columns?.length ?? 0) >> 4) + options.size + generated.size + watermarks.size);
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
      views: [...findings.views()].map(([id, bases]) => ({ id, bases })),
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
