/**
 * How long an export of lines that all carry one millisecond takes, oldest first, from the embedded store:
 * `node bench/log-export.ts [lines=32000]`. Spread over time the same lines are the figure to compare with.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NO_JOB_NAMES } from '../model/job-names.ts';
import { openSqliteLogStore } from '../store/sqlite/log-store.ts';
import { linesForward } from '../web/api/log-forward.ts';
import { BENCH_DAY, fill } from './log-rows.ts';

const [lines = 32_000] = process.argv.slice(2).map(Number);
const SPREADS = { 'one millisecond': 1e12, 'one quarter of a second': lines * 4, 'an hour': lines / 3600 };

const figures: Record<string, object> = {};
for (const [spread, rate] of Object.entries(SPREADS)) {
  const dir = mkdtempSync(join(tmpdir(), 'tidewatch-bench-'));
  const store = await openSqliteLogStore({ dir });
  await fill(store, lines, 5000, rate);
  const begin = performance.now();
  let first = 0;
  let count = 0;
  for await (const page of linesForward(
    store,
    { query: { kind: 'all' }, from: 0, to: BENCH_DAY + 864e5 },
    NO_JOB_NAMES,
  )) {
    if (count === 0) first = performance.now() - begin;
    count += page.length;
  }
  figures[spread] = { lines: count, 'first page ms': Math.round(first), ms: Math.round(performance.now() - begin) };
  await store.close();
  rmSync(dir, { recursive: true, force: true });
}
console.table(figures);
