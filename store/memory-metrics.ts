import type { MetricGroup } from '../model/sample.ts';
import { listLabels, listSeries, pageOfPoints } from './metric-listing.ts';
import type {
  AppendedPoints,
  MetricStats,
  MetricStore,
  SeriesInfo,
  SeriesPoints,
  SeriesSelector,
  WindowGroup,
  WindowQuery,
} from './metric-store.ts';
import { placedIn, windowOfJobs } from './process-join.ts';
import { SeriesIndex } from './series-index.ts';
import { SeriesRing } from './series-ring.ts';
import { evaluateWindow } from './window-evaluation.ts';

/**
 * A MetricStore that keeps everything in memory and nothing for long: replays over given samples, rule unit tests, and the fake of
 * other tests. Exactly the port's semantics (it passes the contract suite); `append` takes effect before it returns.
 */
export class MemoryMetricStore implements MetricStore {
  readonly #index: SeriesIndex;
  readonly #ring = new SeriesRing();
  #refused = 0;

  constructor(options: { readonly maxSeries?: number } = {}) {
    this.#index = new SeriesIndex(options.maxSeries ?? 200_000);
  }

  async append(groups: readonly MetricGroup[]): Promise<AppendedPoints> {
    let written = 0;
    let refused = 0;
    for (const group of groups) {
      const set = this.#index.labelSet(group.labels);
      for (const [name, value] of group.values) {
        const series = set === null ? -1 : this.#index.series(name, set);
        if (series < 0) {
          refused++;
          continue;
        }
        this.#index.setAttrs(series, group.attrs, group.ts);
        this.#ring.put(series, group.ts, value, group.arrivedAt - group.ts);
        written++;
      }
    }
    this.#refused += refused;
    return { written, refused };
  }

  window(query: WindowQuery): Promise<readonly WindowGroup[]> {
    return windowOfJobs(query, inner => {
      const plan = this.#index.plan(inner, inner.groupBy);
      return evaluateWindow(plan, inner, inner.at, (series, from, to, scale, bag) =>
        this.#ring.collect(series, from, to, scale, bag),
      );
    });
  }

  async points(
    query: SeriesSelector & { from: number; to: number; limit: number; after?: string },
  ): Promise<{ readonly series: readonly SeriesPoints[]; readonly next: string | null }> {
    const also = await placedIn(query, query, inner => this.window(inner));
    const joined = also === null ? query : { ...query, also };
    return pageOfPoints(this.#index, joined, (series, from, to, scale, bag) =>
      this.#ring.collect(series, from, to, scale, bag),
    );
  }

  async names(): Promise<readonly { readonly name: string; readonly series: number }[]> {
    return this.#index.names();
  }

  async series(query: SeriesSelector & { limit: number }): Promise<readonly SeriesInfo[]> {
    return listSeries(this.#index, query);
  }

  async labels(query: SeriesSelector & { label?: string; limit: number }): Promise<readonly string[]> {
    return listLabels(this.#index, query);
  }

  async expire(now: number, retention: { rawMs: number; rollupMs: number }): Promise<{ readonly dropped: number }> {
    return { dropped: this.#ring.trim(now - retention.rawMs) };
  }

  async stats(): Promise<MetricStats> {
    return { series: this.#index.size, points: this.#ring.points, bytes: this.#ring.bytes, refused: this.#refused };
  }

  async ping(): Promise<void> {}

  async close(): Promise<void> {}
}
