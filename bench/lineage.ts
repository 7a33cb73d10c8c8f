/**
 * Lineage bars: >= 10,000 statements/s with tables, >= 3,000/s with columns (warm, one core), first lineage <= 30 ms after load; with 10,000
 * jobs and 30,000 datasets a job is added in <= 5 ms and impact and path answer in <= 50 ms (p99). Run: node bench/lineage.ts
 */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { Evidence } from '../lineage/graph/evidence.ts';
import { hopGraph } from '../lineage/graph/hops.ts';
import { impactOf, walk } from '../lineage/graph/path.ts';
import { parseScript } from '../lineage/sql/lineage.ts';
import { parseStatements } from '../lineage/sql/parser.ts';

const QUERIES: readonly string[] = [
  `INSERT INTO dw.cdo SELECT imei, system_id, CAST(ev AS BIGINT) AS ev, UPPER(TRIM(model)) FROM dw.sdk_log WHERE system_id = '2' AND imei IS NOT NULL`,
  `INSERT INTO dw.agg SELECT window_start, window_end, c.app, COUNT(DISTINCT c.imei), SUM(c.ev) FILTER (WHERE c.ok = 1) FROM TABLE(TUMBLE(TABLE dw.cdo, DESCRIPTOR(ts), INTERVAL '1' MINUTE)) AS c GROUP BY window_start, window_end, c.app`,
  `INSERT INTO dw.wide SELECT o.id, d.brand, p.amount, CASE WHEN p.amount > 100 THEN 'big' ELSE 'small' END FROM dw.orders AS o LEFT JOIN dim.device FOR SYSTEM_TIME AS OF o.pt AS d ON d.imei = o.imei JOIN dw.pays AS p ON p.id = o.id AND p.ts BETWEEN o.ts - INTERVAL '5' MINUTE AND o.ts`,
  `SELECT k, v FROM (SELECT s.k, s.v, ROW_NUMBER() OVER (PARTITION BY s.k ORDER BY s.v DESC) AS rn FROM dw.sdk_log AS s) WHERE rn <= 10`,
  `INSERT INTO dw.u WITH a AS (SELECT x, y FROM dw.t1), b AS (SELECT x, z FROM dw.t2) SELECT a.x, a.y, b.z FROM a JOIN b ON a.x = b.x UNION ALL SELECT x, y, NULL FROM dw.t3`,
];
const columns = [
  'imei',
  'system_id',
  'ev',
  'model',
  'id',
  'k',
  'v',
  'x',
  'y',
  'z',
  'ts',
  'pt',
  'app',
  'ok',
  'amount',
  'brand',
];
const tables = ['dw.sdk_log', 'dw.cdo', 'dw.orders', 'dim.device', 'dw.pays', 'dw.t1', 'dw.t2', 'dw.t3'];
const schemas = Object.fromEntries(tables.map(table => [`default_catalog.${table}`, columns]));

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

/** How much of the project's own corpus is answered: lineage fixtures, statements Flink takes, statements it refuses. */
function corpus(): void {
  const folder = join(import.meta.dirname, '../test/fixtures/sql');
  const linesOf = (pattern: string): string[] =>
    globSync(pattern, { cwd: folder }).flatMap(file =>
      readFileSync(join(folder, file), 'utf8')
        .split('\n')
        .filter(line => line !== ''),
    );
  const valid = linesOf('valid/*.sql');
  const invalid = linesOf('invalid/*.sql');
  const cases = globSync('*.sql', { cwd: folder }).flatMap(file =>
    readFileSync(join(folder, file), 'utf8')
      .split(/^--# .*$/m)
      .slice(1)
      .map(block => block.replaceAll(/^--[!>].*$/gm, '')),
  );
  const accepted = (texts: readonly string[]): number => texts.filter(sql => parseScript({ sql }).ok).length;
  console.log(
    `corpus                              ${accepted(valid)} of ${valid.length} valid read, ${invalid.length - accepted(invalid)} of ${invalid.length} invalid refused, ${accepted(cases)} of ${cases.length} lineage cases read, ${Math.round(process.memoryUsage().rss / 1e6)} MB`,
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

const first: number[] = [];
timed(first, () => parseScript({ sql: QUERIES[2]!, schemas }));
console.log(`first lineage of the process        ${first[0]!.toFixed(1)} ms  (bar 30 ms)`);
corpus();
rate('parse alone', sql => parseStatements(sql), 10_000);
rate('tables', sql => parseScript({ sql }), 10_000);
rate('tables and columns from schemas', sql => parseScript({ sql, schemas }), 3000);

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
