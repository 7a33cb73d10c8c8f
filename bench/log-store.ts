/**
 * How many 636-byte Flink log lines a second the embedded log store takes in with full text, and what it costs.
 * `node bench/log-store.ts [lines=1000000] [linesABatch=5000] [linesASecondOfEventTime=300]`
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqliteLogStore } from '../store/sqlite/log-store.ts';
import { flinkLineJson } from './log-lines.ts';
import { fill, rowsOf } from './log-rows.ts';

const [lines = 1_000_000, batch = 5000, rate = 300] = process.argv.slice(2).map(Number);
const dir = mkdtempSync(join(tmpdir(), 'tidewatch-bench-'));
const store = await openSqliteLogStore({ dir });

const sample = rowsOf(0, 2000, rate);
const lineBytes = sample.reduce((sum, row) => sum + Buffer.byteLength(flinkLineJson(row.record)), 0) / sample.length;
const run = await fill(store, lines, batch, rate);
const { bytes } = await store.stats();
await store.close();
rmSync(dir, { recursive: true, force: true });

console.table({
  lines: lines,
  'bytes a line (wire format)': Math.round(lineBytes),
  'lines/s': Math.round(lines / run.seconds),
  'CPU us/line, all threads, without making the lines': Number((run.cpuMicros / lines).toFixed(1)),
  'slowest batch ms': Math.round(run.slowestMs),
  'disk / wire bytes': Number((bytes / (lines * lineBytes)).toFixed(2)),
  'RSS MB at the end, with the maker of the lines': Math.round(process.memoryUsage().rss / 1e6),
});
