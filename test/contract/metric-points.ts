/** What the parts of the MetricStore suite share: points as the collector would hand them over, and windows over them. */
import { type Labels, labelsKey } from '../../model/labels.ts';
import type { MetricGroup } from '../../model/sample.ts';
import type { MetricStore, WindowGroup, WindowQuery } from '../../store/metric-store.ts';
import type { MakeStore } from './store-test.ts';

/** The present of the suite: all points lie within ten days before it. */
export const CONTRACT_NOW = Date.UTC(2026, 10, 21, 10, 0, 0);
export const MIN = 60_000;
export const HOUR = 60 * MIN;
export const DAY = 24 * HOUR;

export type MakeMetricStore = MakeStore<MetricStore>;

/** Stores groups that the next question sees. */
export const put = (store: MetricStore, ...groups: MetricGroup[]) => store.append(groups, { visible: true });

/** One metric's values at one instant, as the collector would hand them over. */
export function at(
  ts: number,
  labels: Labels,
  values: Record<string, number>,
  more: { attrs?: Labels; arrivedAt?: number } = {},
): MetricGroup {
  return { ts, labels, attrs: more.attrs ?? {}, values: Object.entries(values), arrivedAt: more.arrivedAt ?? ts };
}

export function query(name: string, more: Partial<WindowQuery> = {}): WindowQuery {
  return { names: [{ name }], matchers: [], groupBy: [], op: 'LAST', windowMs: 5 * MIN, at: [CONTRACT_NOW], ...more };
}

/** Groups without points and the order of groups carry no meaning. */
export function sorted(groups: readonly WindowGroup[]): WindowGroup[] {
  return groups.filter(g => g.points.length > 0).sort((a, b) => (labelsKey(a.labels) < labelsKey(b.labels) ? -1 : 1));
}

export function values(groups: readonly WindowGroup[]): Record<string, number | undefined> {
  return Object.fromEntries(sorted(groups).map(g => [Object.values(g.labels).join('/'), g.points[0]?.[1]]));
}
