import type { SeriesPlan } from '../series-index.ts';

/** Points a query may bring in from disk at a time, 24 bytes each in two threads. */
export const MAX_COLD_POINTS = 4_000_000;

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
