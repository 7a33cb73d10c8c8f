/** Where a script names its tables, and which names and column counts in it cannot be right; for editors and the check before a submit. */
import type { Ident, QName } from '../ast.ts';
import { tokenAt } from '../lexer.ts';
import type { Catalog } from './catalog.ts';
import type { Relation } from './relation.ts';

/** A stretch of the script, in UTF-16 units. */
export interface Span {
  readonly pos: number;
  readonly length: number;
}

/** A table's or view's name as it stands in a statement that could be read. */
export interface TableMention extends Span {
  readonly id: string;
  readonly parts: readonly string[];
  /** The text all spellings of the name share. */
  readonly byName: string;
  /** define: CREATE · change: ALTER · drop: DROP without IF EXISTS · like: the source of LIKE. */
  readonly use: 'read' | 'write' | 'define' | 'change' | 'drop' | 'like';
  /** False when neither the script so far nor a `table` record nor a given schema knows it. */
  readonly declared: boolean;
  /** Of a name nobody declared: what the script itself has under a name there (tables, views, CTEs), as one would write it. */
  readonly candidates: readonly string[];
}

/**
 * A name that a query cannot mean, told only where every column around it is known.
 * unknown-column · unknown-alias: what stands before the column is no table of FROM · ambiguous: several tables have the column.
 */
export interface NameProblem extends Span {
  readonly kind: 'unknown-column' | 'unknown-alias' | 'ambiguous';
  readonly name: string;
  /** What could be written instead: columns or aliases in scope; of an ambiguous name the aliases that have it. */
  readonly candidates: readonly string[];
}

/** Two numbers of columns that must be equal and are not. */
export interface CountProblem extends Span {
  /** insert: the query and what the sink takes · set: a branch and the first one · columns: a list of names and its query or table. */
  readonly kind: 'insert' | 'set' | 'columns';
  readonly given: number;
  readonly expected: number;
  /** The columns expected, as far as they have names. */
  readonly names: readonly string[];
}

export interface Mentions {
  readonly tables: readonly TableMention[];
  readonly names: readonly NameProblem[];
  readonly counts: readonly CountProblem[];
}

/** So many unknown names are told with what could be written instead: more would be nobody's help, and cost the square of a script. */
const MAX_HELPED = 100;
const MAX_CANDIDATES = 5000;

/** Collects them while a script is analysed; what is looked at twice is told once. */
export class MentionLog {
  readonly #text: string;
  readonly #tables = new Map<number, TableMention>();
  readonly #names = new Map<number, NameProblem>();
  readonly #counts = new Map<number, CountProblem>();
  #unknownTables = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** `ctes`: what the query around the name may also mean. */
  table(name: QName, use: TableMention['use'], catalog: Catalog, ctes: readonly string[] = []): void {
    const span = this.#spanOf(name);
    const { id, parts, byName, entry } = catalog.resolve(name);
    const declared = entry !== null;
    const isUnknown = !declared && use !== 'define';
    // That there is a name at all still counts behind the last one helped.
    const most = isUnknown && this.#unknownTables++ < MAX_HELPED ? MAX_CANDIDATES : 1;
    const candidates = isUnknown ? [...ctes, ...catalog.names(most)].slice(0, most) : [];
    this.#tables.set(span.pos, { id, parts, byName, use, declared, candidates, ...span });
  }

  /** Whether the next unknown name is still worth its candidates. */
  get helps(): boolean {
    return this.#names.size < MAX_HELPED;
  }

  name(parts: readonly Ident[], problem: Omit<NameProblem, 'pos' | 'length'>): void {
    const span = this.#spanOf(parts);
    this.#names.set(span.pos, { ...problem, ...span });
  }

  /** `at`: where the counted thing begins. */
  count(at: number, problem: Omit<CountProblem, 'pos' | 'length'>): void {
    this.#counts.set(at, { ...problem, pos: at, length: tokenAt(this.#text, at).end - at });
  }

  /** Names given to the columns of a query or table, one by one, when all of those are known. */
  columnList(given: readonly Ident[], relation: Relation): void {
    const expected = relation.columns.length;
    if (given.length === 0 || relation.open.length > 0 || given.length === expected) return;
    const names = relation.columns.map(column => column.name);
    this.count(given[0]!.pos, { kind: 'columns', given: given.length, expected, names });
  }

  get result(): Mentions {
    const ordered = <T extends Span>(found: ReadonlyMap<number, T>): T[] =>
      [...found.values()].sort((a, b) => a.pos - b.pos);
    return { tables: ordered(this.#tables), names: ordered(this.#names), counts: ordered(this.#counts) };
  }

  /** From the first part to the end of the last one as it is written, quotes included. */
  #spanOf(parts: readonly Ident[]): Span {
    const pos = parts[0]!.pos;
    return { pos, length: tokenAt(this.#text, parts.at(-1)!.pos).end - pos };
  }
}
