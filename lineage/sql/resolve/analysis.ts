/** What a query reads and gives; CTEs and views keep theirs, so that each is analysed once however often it is named. */
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
  /** Views expanded on the way, with the base tables each reads. */
  readonly views = new Map<string, readonly string[]>();
  /** Base columns that decide which rows come out, by why they do. */
  readonly controls = new Map<string, Set<ControlRole>>();
  /** Watermark delays of the tables read, by base column, ms. */
  readonly watermarks = new Map<string, number>();

  addRead(read: TableRead): void {
    const key = `${read.how} ${read.table}`;
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

  /** Takes over what a view or CTE found; `temporal` when it stands on the right of FOR SYSTEM_TIME AS OF. */
  merge(other: Findings, as: { how: TableRead['how']; lookupHint: boolean }): void {
    for (const read of other.reads.values()) this.addRead(as.how === 'plain' ? read : { ...read, ...as });
    for (const window of other.windows.values()) this.addWindow(window);
    for (const [source, roles] of other.controls) for (const role of roles) this.addControls(role, [source]);
    for (const [view, bases] of other.views) {
      if (this.views.size >= MAX_VIEWS) break;
      this.views.set(view, bases);
    }
    for (const [column, delay] of other.watermarks) this.watermarks.set(column, delay);
  }
}

export interface Analysis {
  readonly relation: Relation;
  readonly findings: Findings;
}
