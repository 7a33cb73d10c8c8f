/**
 * The lineage graph of a large estate: 10,000 jobs with their columns, 30,000 datasets, 1,000 reports. Bars: impact, path and columns p99
 * <= 50 ms, adding a job <= 5 ms. Prints adding, answers, a version more of every tenth job, the graph of an hour ago, restoring from a state
 * store, and memory. Run: node --expose-gc bench/graph.ts
 */
import { performance } from 'node:perf_hooks';
import { createLineageService, type LineageService } from '../lineage/service.ts';
import { ManualClock } from '../model/clock.ts';
import type { JobEvent } from '../model/job-event.ts';
import type { Json } from '../model/json.ts';
import { createTelemetry } from '../model/telemetry.ts';
import type { Doc, DocKind } from '../store/state-store.ts';

const JOBS = 10_000;
const CHAIN = 10;
const COLUMNS = 20;
const HOUR = 3_600_000;

/** Documents as JSON text, as a store keeps them. */
class Documents {
  readonly #docs = new Map<DocKind, Map<string, string>>();

  async list<T = Json>(kind: DocKind): Promise<readonly Doc<T>[]> {
    return [...(this.#docs.get(kind) ?? [])].map(([id, text]) => ({
      id,
      version: '1',
      updatedAt: 0,
      body: JSON.parse(text) as T,
    }));
  }

  async putMany(kind: DocKind, docs: readonly { id: string; body: Json }[]): Promise<void> {
    const held = this.#docs.get(kind) ?? new Map<string, string>();
    for (const { id, body } of docs) held.set(id, JSON.stringify(body));
    this.#docs.set(kind, held);
  }

  async delete(kind: DocKind, id: string): Promise<void> {
    this.#docs.get(kind)?.delete(id);
  }

  get megabytes(): number {
    let size = 0;
    for (const docs of this.#docs.values()) for (const text of docs.values()) size += text.length;
    return size / 1e6;
  }
}

const names = Array.from({ length: COLUMNS }, (_, i) => `c${i}`);

function ddl(name: string): string {
  const columns = names.map(column => `${column} STRING`).join(', ');
  return `CREATE TABLE ${name} (${columns}, pt AS PROCTIME()) WITH ('connector' = 'kafka', 'topic' = '${name}', 'properties.bootstrap.servers' = 'h:9092');`;
}

function dimension(name: string): string {
  return `CREATE TABLE ${name} (k STRING, v STRING) WITH ('connector' = 'jdbc', 'url' = 'jdbc:mysql://db:3306/dim', 'table-name' = '${name}');`;
}

/** Chains of ten jobs fed by 500 shared topics; each job has two dimension tables and an output of its own. */
function jobOf(i: number, version = 0): JobEvent {
  const source = i % CHAIN === 0 ? `raw_${(i / CHAIN) % 500}` : `t_${i - 1}`;
  const filled = names.map((column, c) => {
    if (c === 0) return `COALESCE(d_${i}.v, e_${i}.v)`;
    return c % 5 === version + 1 ? `UPPER(TRIM(a.${column}))` : `a.${column}`;
  });
  const sql = `${ddl(source)}\n${ddl(`t_${i}`)}\n${dimension(`d_${i}`)}\n${dimension(`e_${i}`)}
INSERT INTO t_${i}
SELECT ${filled.join(', ')}
FROM ${source} AS a
LEFT JOIN d_${i} FOR SYSTEM_TIME AS OF a.pt ON a.c1 = d_${i}.k
LEFT JOIN e_${i} FOR SYSTEM_TIME AS OF a.pt ON a.c2 = e_${i}.k
WHERE a.c3 IS NOT NULL`;
  return { type: 'job', ts: HOUR * (version + 1), jobName: `job_${i}`, owner: `team_${i % 40}`, sql };
}

function open(state: Documents): LineageService {
  const telemetry = createTelemetry();
  return createLineageService({ state, clusters: {}, telemetry, clock: new ManualClock(3 * HOUR) });
}

function megabytes(): number {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed / 1e6;
}

/** Wall-clock and CPU time of the thread, ms. */
interface Samples {
  readonly wall: number[];
  readonly cpu: number[];
}

function samplesOf(): Samples {
  return { wall: [], cpu: [] };
}

/** The middle by the wall clock; the slow ones by CPU time, whose steps are 4 ms, as nothing but the work itself counts there. */
function print(label: string, { wall, cpu }: Samples, bar: string): void {
  const at = (samples: number[], q: number): string =>
    samples.sort((a, b) => a - b)[Math.min(samples.length - 1, Math.floor(samples.length * q))]!.toFixed(2);
  console.log(`${label.padEnd(34)} p50 ${at(wall, 0.5)} ms, CPU p99 ${at(cpu, 0.99)} max ${at(cpu, 1)} ms  ${bar}`);
}

function timed({ wall, cpu }: Samples, run: () => unknown): void {
  const [start, before] = [performance.now(), process.threadCpuUsage()];
  run();
  const { user, system } = process.threadCpuUsage(before);
  wall.push(performance.now() - start);
  cpu.push((user + system) / 1000);
}

const state = new Documents();
const lineage = open(state);
await lineage.start();
const empty = megabytes();
const adding = samplesOf();
for (let i = 0; i < JOBS; i++) {
  let accepted: Promise<void> | null = null;
  timed(adding, () => {
    accepted = lineage.accept([jobOf(i)], 0);
  });
  await accepted;
}
const reports: JobEvent[] = Array.from({ length: 1000 }, (_, i) => {
  const reads = [`kafka://h:9092/t_${i * CHAIN + CHAIN - 1}`];
  return { type: 'report', ts: HOUR, name: `report_${i}`, owner: `owner_${i % 50}`, reads };
});
await lineage.accept(reports, 0);
const { nodes, edges } = lineage.graph({ root: 'job_9', columns: true });
console.log(
  `${JOBS.toLocaleString('en')} jobs of ${COLUMNS} columns; around one of them ${nodes.length} nodes, ${edges.length} edges`,
);
console.log(`memory of the graph                ${(megabytes() - empty).toFixed(0)} MB of heap`);
print('adding a job (parse and place)', adding, '(bar 5 ms)');

const again = samplesOf();
for (let i = 0; i < JOBS; i += 10) {
  let accepted: Promise<void> | null = null;
  timed(again, () => {
    accepted = lineage.accept([jobOf(i, 1)], 0);
  });
  await accepted;
}
print('a new version of a job', again, '(bar 5 ms)');

const questions: readonly [string, (i: number) => unknown][] = [
  ['impact of a shared topic', i => lineage.impact({ of: `kafka://h:9092/raw_${i % 500}` })],
  [
    'impact of one of its columns',
    i => lineage.impact({ of: `kafka://h:9092/raw_${i % 500}`, column: `c${i % COLUMNS}` }),
  ],
  ['impact of stopping a job', i => lineage.impact({ of: `job:job_${(i * CHAIN) % JOBS}`, change: 'stop' })],
  ['path to a report', i => lineage.path(`kafka://h:9092/raw_${i % 500}`, `report_${i % 1000}`)],
  ['columns down to the sources', i => lineage.columns({ of: `kafka://h:9092/t_${((i * 20) % JOBS) + 9}` })],
  ['graph with columns', i => lineage.graph({ root: `kafka://h:9092/t_${((i * 20) % JOBS) + 9}`, columns: true })],
  ['graph as of a time', i => lineage.graph({ root: `kafka://h:9092/t_${((i * 20) % JOBS) + 9}`, at: HOUR })],
  ['diff of two versions', i => lineage.diff(`job_${(i * 10) % JOBS}`)],
];
for (const [label, ask] of questions) {
  const samples = samplesOf();
  for (let i = 0; i < 500; i++) timed(samples, () => ask(i));
  print(label, samples, '(bar 50 ms)');
}
/** The longest time others had to wait, ms of CPU, and the CPU of it all. */
async function sliced(label: string, ask: () => Promise<unknown>): Promise<void> {
  let done = false;
  let longest = 0;
  const start = process.threadCpuUsage();
  const answered = ask().finally(() => {
    done = true;
  });
  for (let before = start; !done; ) {
    await new Promise<void>(resolve => setImmediate(resolve));
    const { user, system } = process.threadCpuUsage(before);
    longest = Math.max(longest, (user + system) / 1000);
    before = process.threadCpuUsage();
  }
  await answered;
  const { user, system } = process.threadCpuUsage(start);
  const total = ((user + system) / 1000).toFixed(0);
  console.log(`${label.padEnd(34)} CPU ${total} ms, at most ${longest.toFixed(0)} ms at once (bar 50 ms at once)`);
}
for (const again of ['', ', asked again']) {
  await sliced(`cycles of everything${again}`, () => lineage.cycles());
  await sliced(`orphans of everything${again}`, () => lineage.orphans());
}

await lineage.stop();
const restored = open(state);
const start = process.threadCpuUsage();
await restored.start();
const { user, system } = process.threadCpuUsage(start);
console.log(`restoring ${state.megabytes.toFixed(0)} MB of documents        ${((user + system) / 1e6).toFixed(1)} s`);
await restored.stop();
