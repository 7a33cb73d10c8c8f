/** The listings of a metric store that need only its index and a reader of points: pages of series, label names and values. */
import type { Point } from '../model/sample.ts';
import type { SeriesInfo, SeriesPoints, SeriesSelector } from './metric-store.ts';
import { PointBag } from './point-bag.ts';
import type { SeriesIndex } from './series-index.ts';
import type { ReadPoints } from './window-evaluation.ts';

export type PointsQuery = SeriesSelector & {
  readonly from: number;
  readonly to: number;
  readonly limit: number;
  readonly after?: string;
};

/** The matching series after the page's key, in the order pages list them. */
export function seriesAfter(
  index: SeriesIndex,
  query: SeriesSelector & { readonly after?: string },
): { series: number; scale: number; key: string }[] {
  return [...index.select(query)]
    .map(({ series, scale }) => ({ series, scale, key: index.sortKey(series) }))
    .filter(s => query.after === undefined || s.key > query.after)
    .sort((a, b) => (a.key < b.key ? -1 : 1));
}

/** One page of stored points; series without points in the range do not count. */
export function pageOfPoints(
  index: SeriesIndex,
  query: PointsQuery,
  read: ReadPoints,
): { readonly series: readonly SeriesPoints[]; readonly next: string | null } {
  const page: SeriesPoints[] = [];
  const bag = new PointBag();
  let last = '';
  for (const { series, scale, key } of seriesAfter(index, query)) {
    bag.clear();
    // The range includes `from` itself; stored times are whole milliseconds.
    read(series, query.from - 1, query.to, scale, bag);
    if (bag.count === 0) continue;
    if (page.length === query.limit) return { series: page, next: last };
    const { name, labels } = index.describe(series);
    page.push({ name, labels, points: pointsOf(bag) });
    last = key;
  }
  return { series: page, next: null };
}

/** The points of a bag as the port hands them out. */
export function pointsOf(bag: PointBag): Point[] {
  const points: Point[] = [];
  for (let i = 0; i < bag.count; i++) points.push([bag.times[i]!, bag.values[i]!]);
  return points;
}

/** The matching series, at most `limit`. */
export function listSeries(index: SeriesIndex, query: SeriesSelector & { readonly limit: number }): SeriesInfo[] {
  const found: SeriesInfo[] = [];
  for (const { series } of index.select(query)) {
    if (found.length === query.limit) break;
    found.push(index.describe(series));
  }
  return found;
}

/** Label names of a selection, or the values of one label (or attribute), sorted, at most `limit`. */
export function listLabels(
  index: SeriesIndex,
  query: SeriesSelector & { readonly label?: string; readonly limit: number },
): string[] {
  const found = new Set<string>();
  for (const { series } of index.select(query)) {
    const { labels, attrs } = index.describe(series);
    if (query.label === undefined) for (const name of Object.keys(labels)) found.add(name);
    else {
      const value = labels[query.label] ?? attrs[query.label];
      if (value) found.add(value);
    }
  }
  return [...found].sort().slice(0, query.limit);
}
