/**
 * Lineage bars: the corpus of test/fixtures/sql (valid statements read, invalid ones refused, tables, columns and temporal sides as
 * expected), >= 10,000 statements/s with tables, >= 3,000/s with columns (warm, one core), first lineage <= 30 ms after load, a statement
 * of 1 MB and nestings of 10,000 levels within a second; with 10,000
 * jobs and 30,000 datasets a job is added in <= 5 ms and impact and path answer in <= 50 ms (p99). Run: node bench/lineage.ts
 */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { Evidence } from '../lineage/graph/evidence.ts';
import { hopGraph } from '../lineage/graph/hops.ts';
import { impactOf, walk } from '../lineage/graph/path.ts';
import { parseScript } from '../lineage/sql/lineage.ts';
import { parseStatements } from '../lineage/sql/parser.ts';
import { reportCorpus, reportLarge } from './support/lineage-corpus.ts';
import { QUERIES, SCHEMAS } from './support/lineage-queries.ts';

/** Statements per second of CPU, which is what one core of a quiet machine gives. */
function rate(label: string, run: (sql: string) => unknown, bar: number): void {
  const end = performance.now() + 2000;
  let done = 0;
  const start = process.cpuUsage();
  while (performance.now() < end)
    for (const sql of QUERIES) {
      run(sql);
      done++;
    }
  const perSecond = Math.round((done * 1e6) / process.cpuUsage(start).user);
  console.log(`${label.padEnd(34)} ${perSecond.toLocaleString('en')} statements/s  (bar ${bar.toLocaleString('en')})`);
}

/** Five fresh processes, the one in the middle. */
function firstLineage(): void {
  const program = join(import.meta.dirname, 'lineage-first.ts');
  const runs = Array.from({ length: 5 }, (): { ms: number; rssMb: number } =>
    JSON.parse(execFileSync(process.execPath, [program], { encoding: 'utf8' })),
  ).sort((a, b) => a.ms - b.ms);
  const { ms, rssMb } = runs[2]!;
  console.log(
    `first lineage of a fresh process    ${ms.toFixed(1)} ms after load, ${rssMb.toFixed(0)} MB  (bar 30 ms)`,
  );
}

function quantile(samples: number[], q: number): string {
  samples.sort((a, b) => a - b);
  return samples[Math.min(samples.length - 1, Math.floor(samples.length * q))]!.toFixed(2);
}

function timed(samples: number[], run: () => unknown): void {
  const start = performance.now();
  run();
  samples.push(performance.now() - start);
}

firstLineage();
reportCorpus();
reportLarge();
rate('parse alone', sql => parseStatements(sql), 10_000);
rate('tables', sql => parseScript({ sql }), 10_000);
rate('tables and columns from schemas', sql => parseScript({ sql, schemas: SCHEMAS }), 3000);

const evidence = new Evidence({}, { parseErrors: () => {}, dropped: () => {} });
const JOBS = 10_000;
const ddl = (name: string): string =>
  `CREATE TABLE ${name} (k STRING, v INT) WITH ('connector' = 'kafka', 'topic' = '${name}', 'properties.bootstrap.servers' = 'h:9092');`;
const adding: number[] = [];
for (let i = 0; i < JOBS; i++) {
  // Chains of ten jobs, fed by shared topics, each with a dimension and an output of its own: 30,000 datasets.
  const source = i % 10 === 0 ? `raw_${i % 500}` : `t_${i - 1}`;
  const sql = `${ddl(source)} ${ddl(`t_${i}`)} INSERT INTO t_${i} SELECT a.k, d_${i}.v FROM ${source} AS a LEFT JOIN dim.d_${i} FOR SYSTEM_TIME AS OF a.pt ON a.k = d_${i}.k LEFT JOIN dim.e_${i} FOR SYSTEM_TIME AS OF a.pt ON a.k = e_${i}.k`;
  timed(adding, () => evidence.take({ type: 'job', ts: 1, jobName: `job_${i}`, sql }));
}
const { graph } = evidence.lineage;
console.log(
  `graph                               ${graph.order.toLocaleString('en')} nodes, ${graph.size.toLocaleString('en')} edges, ${Math.round(process.memoryUsage().rss / 1e6)} MB`,
);
console.log(
  `adding a job                        p50 ${quantile(adding, 0.5)} p99 ${quantile(adding, 0.99)} max ${quantile(adding, 1)} ms  (bar 5 ms)`,
);
const impact: number[] = [];
const path: number[] = [];
for (let i = 0; i < 500; i++) {
  timed(impact, () => impactOf(graph, `kafka://h:9092/raw_${(i * 10) % 500}`));
  timed(path, () =>
    walk(graph, `kafka://h:9092/t_${i * 20 + 9}`, {
      direction: 'up',
      depth: Number.POSITIVE_INFINITY,
      stopAtLookups: true,
    }),
  );
}
console.log(
  `impact                              p50 ${quantile(impact, 0.5)} p99 ${quantile(impact, 0.99)} ms  (bar 50 ms)`,
);
console.log(
  `path                                p50 ${quantile(path, 0.5)} p99 ${quantile(path, 0.99)} ms  (bar 50 ms)`,
);
const hops: number[] = [];
timed(hops, () => hopGraph(evidence.lineage, () => false));
console.log(`hop graph of all jobs               ${hops[0]!.toFixed(1)} ms`);
