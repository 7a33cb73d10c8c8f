/** What rules read: PORT MetricReader, and the answers of one query laid out for look-up by tick. */
import { type Labels, labelsKey } from '../../model/labels.ts';
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
export function planWindow(metric: RuleMetric, groupBy: readonly string[] | '*', resolve: ResolveNames, arrivedWithinMs?: number): WindowPlan {
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
export function groupKeyOf(labels: Labels, groupBy: readonly string[] | '*'): string {
  if (groupBy === '*') return labelsKey(labels);
  if (groupBy.length === 1) return labels[groupBy[0] as string] ?? '';
  let key = '';
  for (const name of groupBy) key += `${labels[name] ?? ''}\u0001`;
  return key;
}

/** The answer of one query over ascending instants. Reading forward is constant time per group; reading back starts over. */
export class Frame {
  readonly #groups: readonly { readonly key: string; readonly group: WindowGroup; next: number }[];
  #at = Number.NEGATIVE_INFINITY;
  #column: Column = new Map();

  constructor(plan: WindowPlan, groups: readonly WindowGroup[]) {
    this.#groups = groups.map(group => ({ key: groupKeyOf(group.labels, plan.query.groupBy), group, next: 0 }));
  }

  /** Values at one of the instants asked for. */
  column(at: number): Column {
    if (at === this.#at) return this.#column;
    const column = new Map<string, Cell>();
    for (const entry of this.#groups) {
      if (at < this.#at) entry.next = 0;
      const { points, labels } = entry.group;
      while (entry.next < points.length && (points[entry.next] as readonly [number, number])[0] < at) entry.next++;
      const point = points[entry.next];
      if (point?.[0] === at) column.set(entry.key, { labels, value: point[1] });
    }
    this.#at = at;
    this.#column = column;
    return column;
  }
}
