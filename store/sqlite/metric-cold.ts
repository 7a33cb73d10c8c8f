import type { PointBag } from '../point-bag.ts';
import type { SeriesPlan } from '../series-index.ts';
import type { ColdColumns } from './metric-messages.ts';

/** Points a query may bring in from disk at a time, 24 bytes each in two threads. */
export const MAX_COLD_POINTS = 4_000_000;

/** Points of several series that came from disk, read like those in memory. */
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

/** The series of a plan, each once. */
export function seriesOf(plan: SeriesPlan): Int32Array<ArrayBuffer> {
  return Int32Array.from(new Set(plan.series));
}

/**
 * Cuts rising instants into runs whose windows together hold a bounded number of points, taking one point of each series in 10 s:
 * a month of ticks over many series is read a part at a time. A single window is never cut.
 */
export function runsOf(at: readonly number[], windowMs: number, series: number): number[][] {
  const spanMs = (MAX_COLD_POINTS / 8 / Math.max(1, series)) * 10_000;
  const runs: number[][] = [];
  for (const t of at) {
    const run = runs.at(-1);
    if (run && t - run[0]! + windowMs <= spanMs) run.push(t);
    else runs.push([t]);
  }
  return runs;
}
