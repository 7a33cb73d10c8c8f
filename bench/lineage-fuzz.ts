/**
 * Nothing anyone can write takes the parser down: generated statements with tokens dropped, doubled, swapped and put in, and with
 * characters cut out of the middle, are parsed and analysed; none may throw or take longer than a second. Then a statement of 1 MB and
 * nestings of 10,000 levels. Run: node bench/lineage-fuzz.ts [COUNT = 1000000] [SEED]
 */
import { performance } from 'node:perf_hooks';
import fc from 'fast-check';
import { analyzeScript } from '../lineage/sql/script.ts';
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
  slowest = Math.max(slowest, performance.now() - before);
  done++;
  if (errors.length > 0) refused++;
  if (slowest > LIMIT_MS) throw new Error(`longer than a second: ${sql}`);
}

function report(): void {
  const seconds = (performance.now() - start) / 1000;
  console.log(
    `${done.toLocaleString('en')} inputs, ${((100 * refused) / done).toFixed(1)} % refused, slowest ${slowest.toFixed(0)} ms, ${seconds.toFixed(0)} s, ${Math.round(process.memoryUsage().rss / 1e6)} MB`,
  );
}

const columns = Array.from({ length: 40_000 }, (_, i) => `CAST(c${i} AS BIGINT) AS d${i}`).join(', ');
const LARGE: readonly [string, string][] = [
  ['1 MB of columns', `INSERT INTO o SELECT ${columns} FROM t`],
  ['1 MB of unions', Array.from({ length: 33_000 }, (_, i) => `SELECT a, b, ${i} FROM t${i}`).join(' UNION ALL ')],
  ['1 MB of ANDs', `SELECT a FROM t WHERE ${Array.from({ length: 80_000 }, (_, i) => `c${i} = ${i}`).join(' AND ')}`],
  ['1 MB of text in one literal', `SELECT '${'x'.repeat(1_000_000)}' FROM t`],
  ['1 MB of open quotes', `SELECT ${"'x' ; ".repeat(170_000)}'`],
  ['10,000 parentheses', `SELECT ${'('.repeat(10_000)}1${')'.repeat(10_000)} FROM t`],
  ['10,000 sub-queries', `SELECT * FROM ${'(SELECT * FROM '.repeat(10_000)}t${')'.repeat(10_000)}`],
  ['10,000 functions', `SELECT ${'f('.repeat(10_000)}1${')'.repeat(10_000)} FROM t`],
  ['10,000 CASE', `SELECT ${'CASE WHEN a THEN '.repeat(10_000)}1${' END'.repeat(10_000)} FROM t`],
  ['10,000 types', `CREATE TABLE t (a ${'ARRAY<'.repeat(10_000)}INT${'>'.repeat(10_000)})`],
  ['10,000 open parentheses', `SELECT * FROM ${'('.repeat(10_000)}`],
];
for (const [title, sql] of LARGE) {
  const before = process.cpuUsage();
  const { errors } = analyzeScript({ sql });
  const ms = process.cpuUsage(before).user / 1000;
  console.log(
    `${title.padEnd(34)} ${ms.toFixed(0).padStart(5)} ms of CPU  ${errors[0]?.message ?? 'read'}  (bar 1,000 ms)`,
  );
}
