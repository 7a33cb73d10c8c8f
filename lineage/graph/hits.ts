/** How a change hits a node: as a whole, and by columns. Hits only ever grow. */
import type { Certainty, ColumnUse } from './answers.ts';

export interface ColumnHit {
  readonly type: ColumnUse;
  readonly certainty: Certainty;
}

/** What `Hits` can take over from another. Names of columns are bare for a dataset, `<dataset id>#<column>` for who reads it. */
export type HitState = Pick<Hits, 'whole' | 'columns'>;

export class Hits {
  readonly #columns = new Map<string, ColumnHit>();
  #whole: Certainty | null = null;

  /** All columns, the unknown ones as well; null when only `columns` are hit. */
  get whole(): Certainty | null {
    return this.#whole;
  }

  get columns(): ReadonlyMap<string, ColumnHit> {
    return this.#columns;
  }

  get certainty(): Certainty {
    const isCertain = this.#whole === 'certain' || this.#columns.values().some(hit => hit.certainty === 'certain');
    return isCertain ? 'certain' : 'possible';
  }

  /** True when it is hit harder than before. */
  addWhole(certainty: Certainty): boolean {
    if (this.#whole === certainty || this.#whole === 'certain') return false;
    this.#whole = certainty;
    return true;
  }

  /** True when the column is hit harder than before: certainly instead of possibly, or in its value instead of by control. */
  addColumn(name: string, hit: ColumnHit): boolean {
    const before = this.#columns.get(name);
    const type = before?.type === 'value' ? 'value' : hit.type;
    const certainty = before?.certainty === 'certain' ? 'certain' : hit.certainty;
    if (before?.type === type && before.certainty === certainty) return false;
    this.#columns.set(name, { type, certainty });
    return true;
  }

  /** Takes over what another is hit by; true when that is news. */
  add(other: HitState): boolean {
    let grew = other.whole !== null && this.addWhole(other.whole);
    for (const [name, hit] of other.columns) grew = this.addColumn(name, hit) || grew;
    return grew;
  }

  /** The same hits with other names of the columns. */
  named(rename: (column: string) => string): HitState {
    const hits = new Hits();
    if (this.#whole !== null) hits.addWhole(this.#whole);
    for (const [name, hit] of this.#columns) hits.addColumn(rename(name), hit);
    return hits;
  }

  /** The same hits, none of them certain. */
  get weakened(): HitState {
    const hits = new Hits();
    if (this.#whole !== null) hits.addWhole('possible');
    for (const [name, { type }] of this.#columns) hits.addColumn(name, { type, certainty: 'possible' });
    return hits;
  }
}
