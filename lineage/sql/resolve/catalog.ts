/** The tables and views a script can name, as its statements leave them. */
import type { Expr, QName } from '../ast.ts';
import type { Analysis } from './analysis.ts';
import { DEFAULT_SESSION, dottedText, formatName, parseName, qualify, type Session, splitParts } from './names.ts';
import type { Column } from './relation.ts';

/** A table someone declared outside the script: a `table` record or a schema given with the request. */
export interface KnownTable {
  readonly columns: readonly string[] | null;
  readonly connector: string | null;
  readonly options: ReadonlyMap<string, string>;
}

export type Generated = 'computed' | 'metadata' | 'virtual';

/** `end`: position behind the expression. */
export interface Computed {
  readonly expr: Expr;
  readonly end: number;
}

export interface TableEntry {
  readonly kind: 'table' | 'view';
  readonly id: string;
  readonly parts: readonly string[];
  /** Null when no column is known. */
  readonly columns: readonly Column[] | null;
  /** Columns that are no part of the payload; `virtual` metadata is only read. */
  readonly generated: ReadonlyMap<string, Generated>;
  /** Time column -> how far its watermark stays behind, ms. */
  readonly watermarks: ReadonlyMap<string, number>;
  /** Time columns computed by PROCTIME(). */
  readonly procTimes: ReadonlySet<string>;
  /** Computed columns by name. */
  readonly computed: ReadonlyMap<string, Computed>;
  readonly options: ReadonlyMap<string, string>;
  /** What a view reads and gives, as of its creation. */
  readonly view: Analysis | null;
}

/** A name resolved against the session; `entry` null when nobody declared it. */
export interface ResolvedName {
  readonly id: string;
  readonly parts: readonly string[];
  /** What all spellings of the name share: dotted text without the session's catalog and Flink's default database. */
  readonly byName: string;
  readonly entry: TableEntry | null;
}

export class Catalog {
  session: Session;
  readonly #permanent = new Map<string, TableEntry>();
  readonly #temporary = new Map<string, TableEntry>();
  readonly #models = new Map<string, readonly Pick<Column, 'name' | 'type'>[]>();
  /** Ids looked up in vain: a script names its tables again and again. */
  readonly #absent = new Set<string>();
  readonly #known: (dotted: string) => KnownTable | undefined;

  /** `known` finds a declared table by its dotted name, with or without the catalog. */
  constructor(session: Session, known: (dotted: string) => KnownTable | undefined) {
    this.session = session;
    this.#known = known;
  }

  /**
   * A backticked part is atomic even with a dot inside; when that names nothing, the name split at its dots is the second try
   * (OStream writes `` `dw.sdk_log` `` and dw.sdk_log for one table). What nothing resolves keeps its spelling.
   */
  resolve(name: QName): ResolvedName {
    const written = name.map(part => part.text);
    const parts = qualify(written, this.session) ?? written;
    const first = this.find(parts);
    const byName = sharedName(written, this.session);
    if (first !== null) return { id: first.id, parts, byName, entry: first };
    const split = splitParts(written);
    const second = split.length > written.length ? qualify(split, this.session) : null;
    const entry = second === null ? null : this.find(second);
    if (entry !== null) return { id: entry.id, parts: entry.parts, byName, entry };
    return { id: formatName(parts), parts, byName, entry: null };
  }

  /** The table or view of exactly these parts; temporary ones first. */
  find(parts: readonly string[]): TableEntry | null {
    const id = formatName(parts);
    const made = this.#temporary.get(id) ?? this.#permanent.get(id);
    if (made !== undefined) return made;
    if (this.#absent.has(id)) return null;
    const known =
      this.#known(dottedText(parts)) ?? (parts.length === 3 ? this.#known(dottedText(parts.slice(1))) : undefined);
    if (known === undefined) {
      this.#absent.add(id);
      return null;
    }
    const entry = knownEntry(id, parts, known);
    this.#permanent.set(id, entry);
    return entry;
  }

  /** Whether a name means something, or anything was looked up by it so far; to be asked before `resolve`, which looks it up. */
  isFamiliar(name: QName): boolean {
    const written = name.map(part => part.text);
    return [written, splitParts(written)].some(parts => {
      const id = formatName(qualify(parts, this.session) ?? parts);
      return this.#temporary.has(id) || this.#permanent.has(id) || this.#absent.has(id);
    });
  }

  put(entry: TableEntry, temporary: boolean): void {
    (temporary ? this.#temporary : this.#permanent).set(entry.id, entry);
  }

  /** Replaces an entry where it is. */
  replace(entry: TableEntry): void {
    this.put(entry, this.#temporary.has(entry.id));
  }

  drop(id: string, temporary: boolean): void {
    (temporary ? this.#temporary : this.#permanent).delete(id);
  }

  defineModel(name: QName, outputs: readonly Pick<Column, 'name' | 'type'>[]): void {
    this.#models.set(this.#modelId(name), outputs);
  }

  /** Columns a model adds; null when nobody declared them. */
  modelOutputs(name: QName): readonly Pick<Column, 'name' | 'type'>[] | null {
    return this.#models.get(this.#modelId(name)) ?? null;
  }

  #modelId(name: QName): string {
    const written = name.map(part => part.text);
    return formatName(qualify(written, this.session) ?? written);
  }

  /** What the script can name so far, up to `most`, without the session's catalog and database where they go without saying. */
  names(most: number): readonly string[] {
    const { catalog, database } = this.session;
    const names = new Set<string>();
    for (const made of [this.#permanent, this.#temporary]) {
      for (const { parts } of made.values()) {
        if (names.size >= most) return [...names];
        const own = parts.length === 3 && parts[0] === catalog;
        names.add(formatName(own ? parts.slice(parts[1] === database ? 2 : 1) : parts));
      }
    }
    return [...names];
  }

  isTemporary(id: string): boolean {
    return this.#temporary.has(id);
  }
}

/** `` `dw.sdk_log` ``, dw.sdk_log and, in a session of database dw, sdk_log are one text. */
function sharedName(written: readonly string[], session: Session): string {
  const parts = splitParts(written);
  if (parts.length === 1 && session.database !== DEFAULT_SESSION.database) return `${session.database}.${parts[0]}`;
  return dottedText(parts.length === 3 && parts[0] === session.catalog ? parts.slice(1) : parts);
}

/** A table's entry with nothing in it but what is given. */
export function tableEntry(parts: readonly string[], given: Partial<TableEntry>): TableEntry {
  return {
    kind: 'table',
    id: formatName(parts),
    parts,
    columns: null,
    generated: new Map(),
    watermarks: new Map(),
    procTimes: new Set(),
    computed: new Map(),
    options: new Map(),
    view: null,
    ...given,
  };
}

function knownEntry(id: string, parts: readonly string[], known: KnownTable): TableEntry {
  const options = new Map(known.options);
  if (known.connector !== null && !options.has('connector')) options.set('connector', known.connector);
  const columns = known.columns?.map(name => baseColumn(id, name)) ?? null;
  return tableEntry(parts, { columns, options });
}

/** A column of a base table: its own name is its only source, computed and metadata columns too. */
export function baseColumn(table: string, name: string, type: Column['type'] = null): Column {
  const quoted = name.includes('.') || name.includes('`') ? `\`${name.replaceAll('`', '``')}\`` : name;
  return { name, sources: [`${table}.${quoted}`], type };
}

/** Known tables from `catalog.db.table` -> columns. */
export function schemasLookup(
  schemas: Readonly<Record<string, readonly string[]>>,
): (dotted: string) => KnownTable | undefined {
  const byName = new Map<string, KnownTable>();
  for (const [name, columns] of Object.entries(schemas)) {
    byName.set(dottedText(parseName(name)), { columns, connector: null, options: new Map() });
  }
  return dotted => byName.get(dotted);
}
