/** What rules read: PORT MetricReader, and the answers of one query laid out for look-up by tick. */
import { type Labels, labelsKey } from '../../model/labels.ts';
import type { Point } from '../../model/sample.ts';
import type { MetricStore, WindowGroup, WindowQuery } from '../../store/metric-store.ts';
import type { RuleMetric } from './rule.ts';

/** The part of the metric store that evaluation needs; anything with windows of points can stand in for it. */
export type MetricReader = Pick<MetricStore, 'window' | 'names'>;

/** Which stored series a metric name of a rule stands for now. Throws `UserError` ambiguous-metric. */
export type ResolveNames = (metric: string) => WindowQuery['names'];

/** A group's value of one metric at one tick. */
export interface Cell {
  readonly labels: Labels;
  readonly value: number;
}

/** One metric at one tick: group key to value; groups without a point in the window are absent. */
export type Column = ReadonlyMap<string, Cell>;

/** Everything of a query but its instants; equal texts mean equal answers, so rules may share one. */
export interface WindowPlan {
  readonly key: string;
  readonly query: Omit<WindowQuery, 'at'>;
}

/** What to ask the store for one metric of a rule. `arrivedWithinMs` counts from the tick (backtests as of arrival). */
export function planWindow(
  metric: RuleMetric,
  groupBy: readonly string[] | '*',
  resolve: ResolveNames,
  arrivedWithinMs?: number,
): WindowPlan {
  const query = {
    names: resolve(metric.metric),
    matchers: metric.matchers,
    groupBy: groupBy === '*' ? groupBy : [...groupBy].sort(),
    op: metric.op,
    windowMs: metric.windowMs,
    // The store counts from the instant asked for, which lies the offset before the tick.
    ...(arrivedWithinMs === undefined ? {} : { arrivedWithinMs: arrivedWithinMs + metric.offsetMs }),
  };
  return { key: JSON.stringify(query), query };
}

/** A group's key within its rule: equal label values give equal keys. '' without group_by. */
function groupKeyOf(labels: Labels, groupBy: readonly string[] | '*'): string {
  if (groupBy === '*') return labelsKey(labels);
  if (groupBy.length === 1) return labels[groupBy[0] as string] ?? '';
  let key = '';
  for (const name of groupBy) key += `${labels[name] ?? ''}\u0001`;
  return key;
}

/** Columns a frame keeps built: rules that share a query ask for the same few instants. */
const COLUMNS_KEPT = 8;

/** The answer of one query. Reading forward finds each point at once, any other order by bisection. */
export class Frame {
  readonly #groups: readonly { readonly key: string; readonly group: WindowGroup; next: number }[];
  readonly #columns = new Map<number, Column>();

  constructor(plan: WindowPlan, groups: readonly WindowGroup[]) {
    this.#groups = groups.map(group => ({ key: groupKeyOf(group.labels, plan.query.groupBy), group, next: 0 }));
  }

  /** Values at one of the instants asked for. */
  column(at: number): Column {
    const kept = this.#columns.get(at);
    if (kept !== undefined) return kept;
    const column = new Map<string, Cell>();
    for (const entry of this.#groups) {
      const { points, labels } = entry.group;
      const index = points[entry.next]?.[0] === at ? entry.next : indexOf(points, at);
      if (index < 0) continue;
      entry.next = index + 1;
      column.set(entry.key, { labels, value: (points[index] as Point)[1] });
    }
    if (this.#columns.size >= COLUMNS_KEPT) this.#columns.clear();
    this.#columns.set(at, column);
    return column;
  }
}

/** Index of the point at exactly `at`, -1 when there is none; points are ascending. */
function indexOf(points: readonly Point[], at: number): number {
  let low = 0;
  let high = points.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const t = (points[middle] as Point)[0];
    if (t === at) return middle;
    if (t < at) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}
