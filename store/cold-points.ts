import type { ColdColumns } from './metric-gather.ts';
import type { PointBag } from './point-bag.ts';

/** Points of several series that came from the store, rollups among them, read like those in memory. */
export class ColdPoints {
  readonly #placeOf: Map<number, number>;
  readonly #columns: ColdColumns;

  constructor(series: Int32Array, columns: ColdColumns) {
    this.#placeOf = new Map(series.entries().map(([place, id]) => [id, place] as const));
    this.#columns = columns;
  }

  /** Adds the points with from < ts <= to to the bag, oldest first, values times `scale`. */
  collect(series: number, from: number, to: number, scale: number, bag: PointBag): void {
    const place = this.#placeOf.get(series);
    if (place === undefined) return;
    const { starts, times, values, delays, weights } = this.#columns;
    const end = starts[place + 1]!;
    for (let i = starts[place]!; i < end; i++) {
      const t = times[i]!;
      if (t <= from) continue;
      if (t > to) return;
      const weight = weights?.[i] ?? 1;
      if (weight === 1) bag.add(t, values[i]! * scale, delays[i]!);
      else bag.addWeighted(t, values[i]! * scale, weight);
    }
  }
}
