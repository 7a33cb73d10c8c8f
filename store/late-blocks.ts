import { type Rollup, rollUp, slotOf } from './metric-blocks.ts';
import { PointColumns } from './point-columns.ts';
import { decodeRolled, decodeRollup, mergeRolled } from './rolled-block.ts';

/**
 * Raw points of hours that are rollups already: they came late, or have not gone yet. A read joins them with the rollups, so that they count
 * at once, and once.
 */
export class LateBlocks {
  readonly #hours = new Map<number, Map<number, PointColumns>>();
  #count = 0;

  /** Points added. */
  get count(): number {
    return this.#count;
  }

  /** A point of the series at a place; times rising. */
  put(place: number, ts: number, value: number): void {
    const hours = this.#hours.get(place) ?? new Map<number, PointColumns>();
    const hour = hours.get(slotOf(ts)) ?? new PointColumns();
    hour.put(ts, value);
    this.#hours.set(place, hours.set(slotOf(ts), hour));
    this.#count++;
  }

  /** The stored rollup of an hour, with the late points of the hour where there are some. */
  joined(place: number, slot: number, stored: Uint8Array): Rollup {
    const late = this.#hours.get(place)?.get(slot);
    if (late === undefined) return decodeRollup(stored);
    this.#hours.get(place)?.delete(slot);
    return mergeRolled(decodeRolled(stored), late.block()).rolled.rollup;
  }

  /** Hands on the hours that had no rollup, as rollups. */
  rest(take: (place: number, rollup: Rollup) => void): void {
    for (const [place, hours] of this.#hours) for (const hour of hours.values()) take(place, rollUp(hour.block()));
    this.#hours.clear();
  }
}
