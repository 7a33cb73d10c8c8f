import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqliteLogStore } from '../../store/sqlite/log-store.ts';
import { logStoreContract } from '../contract/log-store.ts';

logStoreContract('SqliteLogStore', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'tidewatch-logs-'));
  const store = await openSqliteLogStore({ dir });
  return {
    store,
    async done() {
      await store.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
});
