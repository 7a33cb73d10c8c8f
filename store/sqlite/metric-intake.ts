import type { Clock } from '../../model/clock.ts';
import type { MetricGroup } from '../../model/sample.ts';
import type { SeriesIndex } from '../series-index.ts';
import { MetricBatch } from './metric-batch.ts';
import type { MetricClient } from './metric-client.ts';
import type { StoredSeries } from './metric-messages.ts';

/** Numbers the series of what comes in and makes it durable, with everything the worker does not know yet of these series. */
export class MetricIntake {
  readonly #index: SeriesIndex;
  readonly #client: MetricClient;
  readonly #clock: Clock;
  #undefined = new Set<number>();
  #attrsChanged = new Set<number>();

  constructor(index: SeriesIndex, client: MetricClient, clock: Clock) {
    this.#index = index;
    this.#client = client;
    this.#clock = clock;
  }

  /** Gives every point its series; points of series that may not be added are left out and counted. */
  number(groups: readonly MetricGroup[]): { readonly batch: MetricBatch; readonly refused: number } {
    const batch = new MetricBatch();
    let refused = 0;
    for (const group of groups) {
      const set = this.#index.labelSet(group.labels);
      for (const [name, value] of group.values) {
        const before = this.#index.size;
        const series = set === null ? -1 : this.#index.series(name, set);
        if (series < 0) {
          refused++;
          continue;
        }
        if (this.#index.size > before) this.#undefined.add(series);
        if (this.#index.setAttrs(series, group.attrs, group.ts)) this.#attrsChanged.add(series);
        batch.add(series, group.ts, value, group.arrivedAt - group.ts);
      }
    }
    return { batch, refused };
  }

  /** The next batch tells the worker of this series again. */
  defineAgain(series: number): void {
    this.#undefined.add(series);
  }

  /** Resolves when the batch is durable; rejects with `StoreAwayError`, and the next batch then tells what this one could not. */
  async persist(batch: MetricBatch, lateFrom: number): Promise<void> {
    const [fresh, changed] = [this.#undefined, this.#attrsChanged];
    this.#undefined = new Set();
    this.#attrsChanged = new Set();
    const define = Array.from(fresh, id => this.#storedSeries(id));
    const attrs = Array.from(changed, id => ({ id, attrs: JSON.stringify(this.#index.describe(id).attrs) }));
    const points = batch.pack();
    try {
      await this.#client.ask('append', { points, lateFrom, define, attrs }, [points.buffer]);
    } catch (error) {
      for (const id of fresh) this.#undefined.add(id);
      for (const id of changed) this.#attrsChanged.add(id);
      throw error;
    }
  }

  #storedSeries(id: number): StoredSeries {
    const { name, labels, attrs } = this.#index.describe(id);
    return { id, name, labels: JSON.stringify(labels), attrs: JSON.stringify(attrs), last: this.#clock.now() };
  }
}
