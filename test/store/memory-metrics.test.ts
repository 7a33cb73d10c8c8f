import { MemoryMetricStore } from '../../store/memory-metrics.ts';
import { metricStoreContract } from '../contract/metric-store.ts';

metricStoreContract('memory', async () => {
  const store = new MemoryMetricStore();
  return { store, done: () => store.close() };
});
