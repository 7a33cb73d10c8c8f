/** What a query reads and gives; CTEs and views keep theirs, so that each is analysed once however often it is named. */
import type { Effort } from './effort.ts';
import type { Relation } from './relation.ts';

/** How a base table is read; one table may be read in several ways. */
export interface TableRead {
  readonly table: string;
  readonly parts: readonly string[];
  /** The text all spellings of its name share. */
  readonly byName: string;
  /** plain: in FROM or a join · temporal: on the right of FOR SYSTEM_TIME AS OF · travel: AS OF a fixed instant. */
  readonly how: 'plain' | 'temporal' | 'travel';
  /** A LOOKUP hint or a processing-time join says the table is asked row by row. */
  readonly lookupHint: boolean;
  readonly options: ReadonlyMap<string, string>;
}

/** A window over a time attribute. `stepMs` is how often results come: the slide of HOP, the step of CUMULATE; null for SESSION. */
export interface WindowUse {
  readonly kind: 'TUMBLE' | 'HOP' | 'CUMULATE' | 'SESSION';
  readonly sizeMs: number | null;
  readonly stepMs: number | null;
  /** Base columns the time attribute comes from. */
  readonly timeSources: readonly string[];
}

/** Why a column decides which rows come out, or in what order. */
export type ControlRole = 'filter' | 'join' | 'group' | 'sort' | 'pattern' | 'time';

/** Views on top of each other are told up to so many; their tables and columns are kept whatever their number. */
const MAX_VIEWS = 500;

/** Collected over one query and everything it names. */
export class Findings {
  readonly reads = new Map<string, TableRead>();
  readonly windows = new Map<string, WindowUse>();
  /** Base columns that decide which rows come out, by why they do. */
  readonly controls = new Map<string, Set<ControlRole>>();
  /** Watermark delays of the tables read, by base column, ms. */
  readonly watermarks = new Map<string, number>();
  /** Views named here and findings taken over, in order; listed when asked for, as each of n stacked views would list all below it. */
  readonly #through: Through[] = [];
  #tables: readonly string[] | null = null;

  /** Base tables read, each once; to be asked of complete findings. */
  get tables(): readonly string[] {
    this.#tables ??= [...new Set([...this.reads.values()].map(read => read.table))];
    return this.#tables;
  }

  /** Views expanded on the way, each before those it reads, with the base tables each reads. */
  views(): ReadonlyMap<string, readonly string[]> {
    const found = new Map<string, readonly string[]>();
    const seen = new Set<Findings>([this]);
    const open = this.#through.toReversed();
    for (let next = open.pop(); next !== undefined && found.size < MAX_VIEWS; next = open.pop()) {
      if (next.view !== null) found.set(next.view, next.findings.tables);
      if (seen.has(next.findings)) continue;
      seen.add(next.findings);
      for (const inner of next.findings.#through.toReversed()) open.push(inner);
    }
    return found;
  }

  addRead(read: TableRead): void {
    this.#addRead(`${read.how} ${read.table}`, read);
  }

  #addRead(key: string, read: TableRead): void {
    const before = this.reads.get(key);
    if (before === undefined || (read.lookupHint && !before.lookupHint)) this.reads.set(key, read);
  }

  addControls(role: ControlRole, sources: readonly string[] | null): void {
    for (const source of sources ?? []) {
      const roles = this.controls.get(source);
      if (roles === undefined) this.controls.set(source, new Set([role]));
      else roles.add(role);
    }
  }

  addWindow(window: WindowUse): void {
    this.windows.set(`${window.kind} ${window.sizeMs} ${window.stepMs} ${window.timeSources.join(' ')}`, window);
  }

  /** Takes over what a view (by its name) or CTE (null) found; `temporal` when it stands on the right of FOR SYSTEM_TIME AS OF. */
  merge(
    view: string | null,
    other: Findings,
    as: { how: TableRead['how']; lookupHint: boolean },
    effort: Effort,
  ): void {
    effort.spend(other.reads.size + other.windows.size + other.controls.size + other.watermarks.size);
    if (as.how !== 'plain') for (const read of other.reads.values()) this.addRead({ ...read, ...as });
    else for (const [key, read] of other.reads) this.#addRead(key, read);
    for (const window of other.windows.values()) this.addWindow(window);
    for (const [source, roles] of other.controls) {
      const own = this.controls.get(source);
      if (own === undefined) this.controls.set(source, new Set(roles));
      else for (const role of roles) own.add(role);
    }
    if (view !== null || other.#through.length > 0) this.#through.push({ view, findings: other });
    for (const [column, delay] of other.watermarks) this.watermarks.set(column, delay);
  }
}

/** A view or, without a name, a CTE or sub-query that was gone through. */
interface Through {
  readonly view: string | null;
  readonly findings: Findings;
}

export interface Analysis {
  readonly relation: Relation;
  readonly findings: Findings;
}
