import type { MetricStore } from '../store/metric-store.ts';
import type { LagDeriver, OffsetSink } from './derive.ts';

/**
 * Derives lag from offset rows and stores it, one batch of rows after the other: a later batch corrects points of an earlier one, and
 * two appends under way at once could leave the older value.
 */
export function createLagSink(lagDeriver: LagDeriver, metricStore: Pick<MetricStore, 'append'>): OffsetSink {
  let last: Promise<void> = Promise.resolve();
  return {
    take(rows, arrivedAt, options, signal) {
      const turn = last.then(async () => {
        const groups = lagDeriver.derive(rows, arrivedAt);
        if (groups.length > 0) await metricStore.append(groups, options, signal);
      });
      last = turn.catch(() => {});
      return turn;
    },
  };
}
