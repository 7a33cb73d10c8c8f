/**
 * Nothing anyone can write takes the parser down: generated statements with tokens dropped, doubled, swapped and put in, and with
 * characters cut out of the middle, are parsed and analysed; none may throw or take longer than a second. Then a statement of 1 MB and
 * nestings of 10,000 levels. Run: node bench/lineage-fuzz.ts [COUNT = 1000000] [SEED]
 */
import { performance } from 'node:perf_hooks';
import fc from 'fast-check';
import { analyzeScript } from '../lineage/sql/script.ts';
import { reportLarge } from './support/lineage-corpus.ts';
import { statements } from './support/sql-arbitrary.ts';
import { mutations } from './support/sql-mutation.ts';

const [count = 1_000_000, seed = 1] = process.argv.slice(2).map(Number);
const CHUNK = 5000;
const LIMIT_MS = 1000;
/** fast-check is slow at making statements, so each mutation is cut in this many further ways. */
const CUTS = 9;

let done = 0;
let refused = 0;
let slowest = 0;
const start = performance.now();
for (let chunk = 0; done < count; chunk++) {
  for (const sql of fc.sample(mutations(statements), { numRuns: CHUNK / (CUTS + 1), seed: seed + chunk })) {
    examine(sql);
    for (let cut = 1; cut <= CUTS; cut++) {
      const from = Math.floor((sql.length * cut) / (CUTS + 1));
      examine(sql.slice(0, from) + sql.slice(from + cut));
    }
  }
  if (chunk % 20 === 19) report();
}
report();

function examine(sql: string): void {
  const before = performance.now();
  const { errors } = analyzeScript({ sql });
  const ms = performance.now() - before;
  // On a busy machine the time that passed says little: what looks slow is timed again by what it costs.
  if (ms > slowest) slowest = Math.max(slowest, Math.min(ms, cpuMs(sql)));
  done++;
  if (errors.length > 0) refused++;
  if (slowest > LIMIT_MS) throw new Error(`longer than a second: ${sql}`);
}

function cpuMs(sql: string): number {
  const before = process.cpuUsage();
  analyzeScript({ sql });
  return process.cpuUsage(before).user / 1000;
}

function report(): void {
  const seconds = (performance.now() - start) / 1000;
  console.log(
    `${done.toLocaleString('en')} inputs, ${((100 * refused) / done).toFixed(1)} % refused, slowest ${slowest.toFixed(0)} ms, ${seconds.toFixed(0)} s, ${Math.round(process.memoryUsage().rss / 1e6)} MB`,
  );
}
reportLarge();
