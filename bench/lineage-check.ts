/**
 * Bar: a check answers within 50 ms while 10,000 jobs and 30,000 datasets are known, as an SQL editor asks for one at every pause.
 * Times are CPU of the one thread, which is what a quiet machine gives. Run: node bench/lineage-check.ts
 */
import { performance } from 'node:perf_hooks';
import { ScriptChecker } from '../lineage/check/checker.ts';
import { Evidence } from '../lineage/graph/evidence.ts';

const JOBS = 10_000;
const ROUNDS = 300;

const kafka = (topic: string): string =>
  `WITH ('connector' = 'kafka', 'topic' = '${topic}', 'properties.bootstrap.servers' = 'k:9092', 'format' = 'json')`;
const COLUMNS = Array.from({ length: 12 }, (_, i) => `c${i} STRING`).join(', ');

/** Job `i` of ten layers: reads two topics of the layer before and a dimension, writes one of its own. */
function jobSql(i: number): string {
  const [a, b] = [sourceOf(i, 7), sourceOf(i, 13)];
  return `CREATE TABLE ods_a${i} (${COLUMNS}, pt AS PROCTIME()) ${kafka(a)};
CREATE TABLE ods_b${i} (${COLUMNS}) ${kafka(b)};
CREATE TABLE dim_${i} (c0 STRING, name STRING) WITH ('connector' = 'jdbc', 'url' = 'jdbc:mysql://db:3306/dim', 'table-name' = 'dim${i % 500}');
CREATE TABLE dwd_${i} (c0 STRING, c1 STRING, c2 STRING, n BIGINT) ${kafka(`topic_${i}`)};
INSERT INTO dwd_${i} SELECT a.c0, UPPER(b.c1), d.name, COUNT(*) FROM ods_a${i} AS a JOIN ods_b${i} AS b ON a.c0 = b.c0
  LEFT JOIN dim_${i} FOR SYSTEM_TIME AS OF a.pt AS d ON d.c0 = a.c0 WHERE a.c3 <> '' GROUP BY a.c0, b.c1, d.name`;
}

function sourceOf(i: number, step: number): string {
  const layer = Math.floor(i / (JOBS / 10));
  return layer === 0
    ? `raw_${(i * step) % (JOBS * 2)}`
    : `topic_${(layer - 1) * (JOBS / 10) + ((i * step) % (JOBS / 10))}`;
}

const evidence = new Evidence({}, { parseErrors: () => undefined, dropped: () => undefined });
for (let i = 0; i < JOBS; i++)
  evidence.take({ type: 'job', ts: 1, jobName: `job_${i}`, jobId: `id_${i}`, owner: `team_${i % 40}`, sql: jobSql(i) });
for (let i = 0; i < JOBS; i++)
  evidence.take({
    type: 'table',
    ts: 1,
    name: `dw.table_${i}`,
    connector: 'kafka',
    options: { topic: `table_${i}`, 'properties.bootstrap.servers': 'k:9092' },
    schema: [{ name: 'a', type: 'STRING' }],
  });
const { graph } = evidence.lineage;
console.log(
  `${JOBS.toLocaleString('en')} jobs, ${graph.order.toLocaleString('en')} nodes, ${graph.size.toLocaleString('en')} edges`,
);

const checker = new ScriptChecker(evidence, { lineage: evidence.lineage, stateOf: () => null });
const begun = performance.now();
await checker.check({ sql: 'SELECT 1' });
console.log(`first check, which reads the DDL of every job  ${(performance.now() - begun).toFixed(0)} ms`);

/** What an editor sends: a job as it is, changed, with mistakes, and a script of many statements. */
const SCRIPTS: readonly (readonly [name: string, script: (i: number) => { sql: string; job?: string }])[] = [
  ['the version that runs, of a first layer', i => ({ sql: jobSql(i % 1000), job: `job_${i % 1000}` })],
  [
    'a column dropped, of a first layer',
    i => ({
      sql: jobSql(i % 1000)
        .replace(', c2 STRING, n BIGINT', ', n BIGINT')
        .replace(', d.name, COUNT', ', COUNT'),
      job: `job_${i % 1000}`,
    }),
  ],
  [
    'a way back from the last layer',
    i => ({
      sql: jobSql(9000 + (i % 1000)).replace(/topic_9\d+/, `raw_${(i * 7) % (JOBS * 2)}`),
      job: `job_${9000 + (i % 1000)}`,
    }),
  ],
  ['another job’s sink', i => ({ sql: jobSql(i), job: 'new' })],
  [
    'twenty misspelt tables',
    i => ({
      sql: Array.from({ length: 20 }, (_, k) => `INSERT INTO dw.tabel_${i + k} SELECT a FROM dw.tble_${k}`).join(';\n'),
    }),
  ],
  [
    'a hundred statements',
    i => ({
      sql: Array.from({ length: 100 }, (_, k) => `INSERT INTO dwd_${k} SELECT c0, c1, c2, 1 FROM ods_a${i}`).join(
        ';\n',
      ),
      job: 'new',
    }),
  ],
];

console.log(
  `\n${'ms of CPU'.padEnd(42)} ${'p50'.padStart(8)} ${'p99'.padStart(8)} ${'worst'.padStart(8)}  findings  (bar 50)`,
);
for (const [name, script] of SCRIPTS) {
  const times: number[] = [];
  let findings = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const question = script(round);
    const start = process.threadCpuUsage();
    const answer = await checker.check(question);
    const { user, system } = process.threadCpuUsage(start);
    times.push((user + system) / 1000);
    findings = answer.findings.length;
  }
  times.sort((a, b) => a - b);
  const at = (share: number): string =>
    times[Math.min(times.length - 1, Math.floor(times.length * share))]!.toFixed(2).padStart(8);
  console.log(`${name.padEnd(42)} ${at(0.5)} ${at(0.99)} ${at(1)}  ${findings}`);
}
