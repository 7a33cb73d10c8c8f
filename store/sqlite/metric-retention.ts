/** What retention means for series. */
import type { SeriesIndex } from '../series-index.ts';

/** Share of `max_series` above which ended series make room before their rollups expire. */
const CROWDED = 0.9;

export interface Forgotten {
  readonly series: number;
  /** Time of its newest point, epoch ms. */
  readonly at: number;
  readonly reuse: boolean;
}

/**
 * Series to forget: those whose newest point is older than every retention and, when `max_series` comes near, those longest
 * without a point among the ones that have only rollups left. The latter's numbers must not be used again (`reuse` false), since
 * their rollups stay until they expire.
 */
export function seriesToForget(index: SeriesIndex, maxSeries: number, rawTo: number, rollupTo: number): Forgotten[] {
  const forget: Forgotten[] = [];
  const ended: { series: number; at: number }[] = [];
  for (const { series, at } of index.lastPoints()) {
    if (at <= rollupTo) forget.push({ series, at, reuse: true });
    else if (at <= rawTo) ended.push({ series, at });
  }
  const surplus = index.size - forget.length - Math.floor(maxSeries * CROWDED);
  if (surplus <= 0) return forget;
  ended.sort((a, b) => a.at - b.at);
  return [...forget, ...ended.slice(0, surplus).map(({ series, at }) => ({ series, at, reuse: false }))];
}
