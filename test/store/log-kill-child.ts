/** Child of the kill test: stores small batches for ever and prints how many lines are durable after each. */
import { openSqliteLogStore } from '../../store/sqlite/log-store.ts';
import { row, T0 } from '../contract/log-store-lines.ts';

const BATCH = 50;
const store = await openSqliteLogStore({ dir: process.argv[2] ?? '' });
for (let n = 0; ; n += BATCH) {
  await store.append(
    Array.from({ length: BATCH }, (_, i) => row(n + i, { ts: T0 + n + i, message: `line ${n + i} of the child` })),
    {},
  );
  process.stdout.write(`${n + BATCH}\n`);
}
