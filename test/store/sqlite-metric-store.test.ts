import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ManualClock } from '../../model/clock.ts';
import { openSqliteMetricStore } from '../../store/sqlite/metric-store.ts';
import { CONTRACT_NOW, metricStoreContract } from '../contract/metric-store.ts';

metricStoreContract('sqlite', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'tidewatch-metrics-'));
  const store = await openSqliteMetricStore({ dir, clock: new ManualClock(CONTRACT_NOW) });
  return {
    store,
    async done() {
      await store.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
});
