import { MemoryMetricStore } from '../../store/memory-metrics.ts';
import { metricStoreContract } from '../contract/metric-store.ts';

const make = async () => {
  const store = new MemoryMetricStore();
  return { store, done: () => store.close() };
};
metricStoreContract('memory', make, false);
