/**
 * Which series there are: numbers for (name, labels), attributes, and the choice of series for a query. Lives on the main
 * thread and answers without I/O; `max_series` bounds it.
 */
import type { Labels, Matcher } from '../model/labels.ts';
import { compileMatchers, labelsKey, pickLabels } from '../model/labels.ts';
import { LabelSets } from './label-sets.ts';
import type { SeriesInfo, SeriesSelector } from './metric-store.ts';

interface MetricName {
  readonly id: number;
  readonly name: string;
  /** Label set -> series. */
  readonly bySet: Map<number, number>;
  /** Raised by every change that may change a selection of this metric. */
  seriesVersion: number;
  attrsVersion: number;
}

/** The series of a query by group: group i owns `series[ends[i - 1] .. ends[i])`, in rising canonical labels. */
export interface SeriesPlan {
  readonly labels: readonly Labels[];
  readonly ends: Int32Array;
  readonly series: Int32Array;
  /** Factor of each series' values; null when all are 1. */
  readonly scales: Float64Array | null;
}

/** Groups kept in cached plans; beyond it the plans longest unused go. */
const MAX_CACHED_GROUPS = 300_000;

export class SeriesIndex {
  readonly #maxSeries: number;
  readonly #names = new Map<string, MetricName>();
  readonly #byId: MetricName[] = [];
  readonly #sets = new LabelSets();
  readonly #attrSets = new LabelSets();
  readonly #attrNames = new Set<string>();
  readonly #noAttrs: number;
  #setOf = new Int32Array(1024);
  #nameOf = new Int32Array(1024);
  #attrsOf = new Int32Array(1024);
  #attrsAt = new Float64Array(1024);
  #lastAt = new Float64Array(1024);
  #count = 0;
  /** One more than the largest number in use. */
  #end = 0;
  /** Numbers of removed series. */
  readonly #free: number[] = [];
  readonly #plans = new Map<string, { readonly plan: SeriesPlan; readonly stamp: number }>();
  /** Labels of groups: plans of equal groups share the very objects, so that who knows one plan's groups knows the others'. */
  readonly #groupLabels = new Map<string, Labels>();
  #cachedGroups = 0;

  constructor(maxSeries: number) {
    this.#maxSeries = maxSeries;
    this.#noAttrs = this.#attrSets.intern({});
    this.#attrSets.hold(this.#noAttrs);
  }

  get size(): number {
    return this.#count;
  }

  /** Interns a label set for `series`; null when it is new and no series may be added any more. */
  labelSet(labels: Labels): number | null {
    return this.#count < this.#maxSeries ? this.#sets.intern(labels) : (this.#sets.find(labels) ?? null);
  }

  /** The number of (name, label set), made when it is new; -1 when `max_series` is reached. Numbers stay small. */
  series(name: string, set: number): number {
    const metric = this.#names.get(name) ?? this.#addName(name);
    const known = metric.bySet.get(set);
    if (known !== undefined) return known;
    if (this.#count >= this.#maxSeries) return -1;
    const id = this.#free.pop() ?? this.#end;
    this.#enter(id, metric, set);
    return id;
  }

  /** Enters a series under the number it had before a restart, whatever `max_series` is now. */
  restore(id: number, { name, labels, attrs }: SeriesInfo, lastAt: number): void {
    this.#enter(id, this.#names.get(name) ?? this.#addName(name), this.#sets.intern(labels));
    this.setAttrs(id, attrs, -Infinity);
    this.#lastAt[id] = lastAt;
  }

  /** Forgets a series; with `reuse` its number goes to the next new one, so nothing of it may be left anywhere. */
  remove(series: number, reuse: boolean): void {
    const metric = this.#byId[this.#nameOf[series]!]!;
    const set = this.#setOf[series]!;
    metric.bySet.delete(set);
    metric.seriesVersion++;
    this.#sets.release(set);
    this.#attrSets.release(this.#attrsOf[series]!);
    this.#lastAt[series] = Number.NaN;
    if (reuse) this.#free.push(series);
    this.#count--;
  }

  /** Notes that the series has a point at `ts`. */
  touch(series: number, ts: number): void {
    if (ts > this.#lastAt[series]!) this.#lastAt[series] = ts;
  }

  /** Time of the newest point of a series, epoch ms; -Infinity before the first. */
  lastPoint(series: number): number {
    return this.#lastAt[series] ?? -Infinity;
  }

  /** Time of the newest point of every series. */
  *lastPoints(): Generator<{ series: number; at: number }> {
    for (let series = 0; series < this.#end; series++) {
      const at = this.#lastAt[series]!;
      if (!Number.isNaN(at)) yield { series, at };
    }
  }

  #enter(id: number, metric: MetricName, set: number): void {
    this.#reserve(id);
    // A gap left by series forgotten before a restart is skipped, not used: blocks of theirs may still be on disk.
    for (; this.#end < id; this.#end++) this.#lastAt[this.#end] = Number.NaN;
    this.#end = Math.max(this.#end, id + 1);
    this.#count++;
    this.#sets.hold(set);
    metric.bySet.set(set, id);
    metric.seriesVersion++;
    this.#setOf[id] = set;
    this.#nameOf[id] = metric.id;
    this.#attrsOf[id] = this.#noAttrs;
    this.#attrSets.hold(this.#noAttrs);
    this.#attrsAt[id] = -Infinity;
    this.#lastAt[id] = -Infinity;
  }

  /**
   * Takes attributes as of `ts`; older ones than those known change nothing, and an attribute not named keeps its value.
   * Returns true when the series' attributes changed.
   */
  setAttrs(series: number, attrs: Labels, ts: number): boolean {
    if (ts < this.#attrsAt[series]!) return false;
    const before = this.#attrsOf[series]!;
    if (this.#attrSets.find(attrs) === before) {
      this.#attrsAt[series] = ts;
      return false;
    }
    const names = Object.keys(attrs);
    if (names.length === 0) return false;
    for (const name of names) this.#attrNames.add(name);
    this.#attrsAt[series] = ts;
    const after = this.#attrSets.intern({ ...this.#attrSets.labels(before), ...attrs });
    if (after === before) return false;
    this.#attrSets.hold(after);
    this.#attrSets.release(before);
    this.#attrsOf[series] = after;
    this.#byId[this.#nameOf[series]!]!.attrsVersion++;
    return true;
  }

  describe(series: number): SeriesInfo {
    return {
      name: this.#byId[this.#nameOf[series]!]!.name,
      labels: this.#sets.labels(this.#setOf[series]!),
      attrs: this.#attrSets.labels(this.#attrsOf[series]!),
    };
  }

  /** Number of the metric name of a series. */
  nameId(series: number): number {
    return this.#nameOf[series]!;
  }

  names(): { name: string; series: number }[] {
    return [...this.#names.values()].filter(n => n.bySet.size > 0).map(n => ({ name: n.name, series: n.bySet.size }));
  }

  /** Sorts by canonical labels, then name: the order in which groups and pages list series. */
  sortKey(series: number): string {
    return `${this.#sets.key(this.#setOf[series]!)}\u0003${this.#byId[this.#nameOf[series]!]!.name}`;
  }

  /** Matching series with their scales, in no order. */
  *select(selector: SeriesSelector): Generator<{ series: number; scale: number }> {
    const test = compileMatchers(selector.matchers);
    const testOthers = compileMatchers(selector.also?.matchers ?? []);
    const taskManagers = new Set(selector.also?.taskManagers);
    const everything = selector.matchers.every(m => m.op === '=' && m.value === '');
    for (const { name, scale = 1, unless } of selector.names) {
      const metric = this.#names.get(name);
      if (!metric) continue;
      const preferred = unless === undefined ? undefined : this.#names.get(unless)?.bySet;
      for (const [set, series] of metric.bySet) {
        if (preferred?.has(set)) continue;
        if (everything) {
          yield { series, scale };
          continue;
        }
        const labels = this.#sets.labels(set);
        const attrs = this.#attrSets.labels(this.#attrsOf[series]!);
        const read = (label: string): string | undefined => labels[label] ?? attrs[label];
        if (test(read) || (taskManagers.has(labels['tm_id'] ?? '') && testOthers(read))) yield { series, scale };
      }
    }
  }

  /** The groups of a query; cached while no series or attribute it depends on changes. */
  plan(selector: SeriesSelector, groupBy: readonly string[] | '*'): SeriesPlan {
    const key = JSON.stringify([selector.names, selector.matchers, selector.also, groupBy]);
    const stamp = this.#stamp(selector.names, selector.matchers);
    const cached = this.#plans.get(key);
    if (cached) {
      this.#plans.delete(key);
      if (cached.stamp === stamp) {
        this.#plans.set(key, cached);
        return cached.plan;
      }
      this.#cachedGroups -= cached.plan.labels.length;
    }
    const plan = this.#makePlan(selector, groupBy);
    this.#plans.set(key, { plan, stamp });
    this.#cachedGroups += plan.labels.length;
    for (const [oldest, { plan: old }] of this.#plans) {
      if (this.#cachedGroups <= MAX_CACHED_GROUPS && this.#plans.size <= 20_000) break;
      this.#plans.delete(oldest);
      this.#cachedGroups -= old.labels.length;
    }
    return plan;
  }

  /** Sum of counters that only rise: equal sums mean that nothing the selection depends on has changed. */
  #stamp(names: SeriesSelector['names'], matchers: readonly Matcher[]): number {
    const byAttrs = matchers.some(m => this.#attrNames.has(m.label));
    let stamp = 0;
    for (const { name, unless } of names) {
      const metric = this.#names.get(name);
      if (metric) stamp += metric.seriesVersion + (byAttrs ? metric.attrsVersion : 0);
      if (unless !== undefined) stamp += this.#names.get(unless)?.seriesVersion ?? 0;
    }
    return stamp;
  }

  #makePlan(selector: SeriesSelector, groupBy: readonly string[] | '*'): SeriesPlan {
    const groups = new Map<string, { labels: Labels; members: { series: number; scale: number; sort: string }[] }>();
    for (const { series, scale } of this.select(selector)) {
      const all = this.#sets.labels(this.#setOf[series]!);
      const labels = groupBy === '*' ? all : pickLabels(all, groupBy);
      const key = groupBy === '*' ? this.#sets.key(this.#setOf[series]!) : labelsKey(labels);
      const member = { series, scale, sort: this.sortKey(series) };
      const group = groups.get(key);
      if (group) group.members.push(member);
      else groups.set(key, { labels: groupBy === '*' ? labels : this.#shared(labels, key), members: [member] });
    }
    // In order of their keys: whoever lists them sorted has nothing left to do, tick after tick.
    const inOrder = [...groups].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, group]) => group);
    const members = inOrder.flatMap(g => g.members.sort((a, b) => (a.sort < b.sort ? -1 : 1)));
    let end = 0;
    return {
      labels: inOrder.map(g => g.labels),
      ends: Int32Array.from(inOrder, g => (end += g.members.length)),
      series: Int32Array.from(members, m => m.series),
      scales: members.every(m => m.scale === 1) ? null : Float64Array.from(members, m => m.scale),
    };
  }

  #shared(labels: Labels, key: string): Labels {
    // Labels in another order are another text to whoever shows them.
    const text = `${Object.keys(labels)} ${key}`;
    const known = this.#groupLabels.get(text);
    if (known !== undefined) return known;
    // Groups that are gone would pile up over months; starting over costs only some sharing.
    if (this.#groupLabels.size > MAX_CACHED_GROUPS) this.#groupLabels.clear();
    this.#groupLabels.set(text, labels);
    return labels;
  }

  #addName(name: string): MetricName {
    const metric: MetricName = { id: this.#byId.length, name, bySet: new Map(), seriesVersion: 0, attrsVersion: 0 };
    this.#byId.push(metric);
    this.#names.set(name, metric);
    return metric;
  }

  #reserve(id: number): void {
    if (id < this.#setOf.length) return;
    const capacity = Math.max(this.#setOf.length * 2, id + 1);
    this.#setOf = widened(new Int32Array(capacity), this.#setOf);
    this.#nameOf = widened(new Int32Array(capacity), this.#nameOf);
    this.#attrsOf = widened(new Int32Array(capacity), this.#attrsOf);
    this.#attrsAt = widened(new Float64Array(capacity), this.#attrsAt);
    this.#lastAt = widened(new Float64Array(capacity), this.#lastAt);
  }
}

function widened<T extends Int32Array | Float64Array>(target: T, source: T): T {
  target.set(source);
  return target;
}
