/** Notification on the embedded store. */
import { openSqliteStateStore } from '../../../store/sqlite/state-store.ts';
import { notificationContract } from '../../contract/notification.ts';

notificationContract('SQLite', async () => {
  const store = openSqliteStateStore({ path: ':memory:' });
  return { store, done: () => store.close() };
});
