/**
 * Log lines end to end: one daemon process, 636-byte lines in through HTTP or Kafka, until the last is durable (SQLite) or
 * searchable (Elasticsearch), and what that costs; the searches there is a bar for, through the API.
 *
 * `node bench/ingest.ts [--only http-sqlite|kafka-sqlite|kafka-es|search] [--lines N] [--rounds 3] [--profile DIR]`
 *
 * Lines are made beforehand. Figures are the medians of the rounds; CPU counts every thread of the daemon and nothing else. The
 * bare loader sends the same documents to the same mapping, before the daemon in each round.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { connectElasticsearch, type Elasticsearch } from '../store/elasticsearch/client.ts';
import { indexSuffix } from '../store/elasticsearch/log-document.ts';
import { openElasticsearchLogStore } from '../store/elasticsearch/log-store.ts';
import { startElasticsearch } from '../test/servers/elasticsearch.ts';
import { startKafka } from '../test/servers/kafka.ts';
import { bareBulks, loadBare } from './support/bare-loader.ts';
import { type MeasuredDaemon, startDaemon } from './support/daemon.ts';
import { SEARCHES, timeSearches } from './support/searches.ts';
import { postAll } from './support/sender.ts';
import { fillTopic } from './support/topic.ts';
import { type LineTimes, wireBodies } from './support/wire-lines.ts';

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    lines: { type: 'string' },
    rounds: { type: 'string', default: '3' },
    profile: { type: 'string' },
  },
});
const ROUNDS = Number(values.rounds);
const PER_BODY = 5000;
const BODIES_IN_FLIGHT = 4;
const SEARCH_REPEATS = 300;
const POLL_MS = 100;
const LOG_TOPIC = 'tidewatch.logs';

interface Run {
  readonly seconds: number;
  readonly lines: number;
  /** Of the daemon; absent for the bare loader. */
  readonly cpuMicrosPerLine?: number;
  readonly rssPeakMb?: number;
  readonly loopDelayP99?: number;
}

const root = mkdtempSync(join(tmpdir(), 'tidewatch-bench-'));
process.once('exit', () => rmSync(root, { recursive: true, force: true }));
let folders = 0;

function freshDir(): string {
  const dir = join(root, String(folders++));
  mkdirSync(dir);
  return dir;
}

/** Lines that end now and fill an hour, or a day: all of one UTC day unless midnight is near. */
function timesOf(defaultLines: number, spanMs = 3_600_000): LineTimes {
  return { count: Number(values.lines ?? defaultLines), end: Date.now(), spanMs };
}

/** Watches progress from the first lines seen to `count`; what came before the first look is not counted. */
async function untilStored(daemon: MeasuredDaemon, count: number, stored: () => Promise<number>): Promise<Run> {
  let first = 0;
  while (first === 0) {
    await pause(POLL_MS);
    first = await stored();
  }
  const begin = performance.now();
  const cpu = daemon.usage().cpuMicros;
  await daemon.loopDelayP99();
  while ((await stored()) < count) await pause(POLL_MS);
  return runOf(daemon, { begin, cpu, lines: count - first });
}

async function runOf(daemon: MeasuredDaemon, from: { begin: number; cpu: number; lines: number }): Promise<Run> {
  const seconds = (performance.now() - from.begin) / 1000;
  const { cpuMicros, rssPeakMb } = daemon.usage();
  const loopDelayP99 = await daemon.loopDelayP99();
  return { seconds, lines: from.lines, cpuMicrosPerLine: (cpuMicros - from.cpu) / from.lines, rssPeakMb, loopDelayP99 };
}

async function httpSqlite(): Promise<Record<string, Run[]>> {
  const times = timesOf(400_000);
  const bodies = wireBodies(times, PER_BODY);
  const runs: Run[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const daemon = await startDaemon(freshDir(), {}, values.profile);
    await daemon.loopDelayP99();
    const from = { begin: performance.now(), cpu: daemon.usage().cpuMicros, lines: times.count };
    await postAll(daemon.url, bodies, BODIES_IN_FLIGHT);
    runs.push(await runOf(daemon, from));
    await daemon.stop();
  }
  return { 'HTTP -> SQLite': runs };
}

async function kafkaSqlite(): Promise<Record<string, Run[]>> {
  const times = timesOf(400_000);
  const kafka = await startKafka();
  await fillTopic(kafka.brokers, LOG_TOPIC, times);
  const runs: Run[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const daemon = await startDaemon(
      freshDir(),
      { kafka: { brokers: kafka.brokers, group: `bench-${round}` } },
      values.profile,
    );
    runs.push(await untilStored(daemon, times.count, () => daemon.storedLines()));
    await daemon.stop();
  }
  await kafka.stop();
  return { 'Kafka -> SQLite': runs };
}

async function kafkaElasticsearch(): Promise<Record<string, Run[]>> {
  const times = timesOf(300_000);
  const [kafka, server] = await Promise.all([startKafka(), startElasticsearch()]);
  await fillTopic(kafka.brokers, LOG_TOPIC, times);
  const bare: Run[] = [];
  const daemons: Run[] = [];
  // the first pass warms Elasticsearch up and is not counted
  for (let round = -1; round < ROUNDS; round++) {
    const prefix = `bench${round + 1}`;
    const es = connectElasticsearch({ node: server.node, indexPrefix: prefix, refreshIntervalMs: 5000 });
    const bareRun = await runBare(es, server.node, times);
    if (round >= 0) bare.push(bareRun);
    const daemon = await startDaemon(
      freshDir(),
      {
        kafka: { brokers: kafka.brokers, group: prefix },
        elasticsearch: { node: server.node, index_prefix: prefix },
      },
      values.profile,
    );
    const logs = `${prefix}-logs-${LOG_TOPIC}-*`;
    const run = await untilStored(daemon, times.count, () => indexed(es, logs));
    const seconds = run.seconds + (await untilSearchable(es, logs, times.count));
    if (round >= 0) daemons.push({ ...run, seconds });
    await daemon.stop();
    await es.request({ method: 'DELETE', path: `/${prefix}-*` });
    await es.close();
  }
  await Promise.all([kafka.stop(), server.stop()]);
  return { 'bare loader -> Elasticsearch': bare, 'Kafka -> Elasticsearch': daemons };
}

async function runBare(es: Elasticsearch, node: string, times: LineTimes): Promise<Run> {
  // puts the template, so that the mapping is the daemon's
  await openElasticsearchLogStore(es).append([], {});
  const index = `${es.prefix}-logs-${indexSuffix('bare', times.end)}`;
  const bulks = bareBulks(index, times);
  const begin = performance.now();
  await loadBare(node, bulks);
  const seconds = (performance.now() - begin) / 1000 + (await untilSearchable(es, index, times.count));
  await es.request({ method: 'DELETE', path: `/${index}` });
  return { seconds, lines: times.count };
}

/** Documents indexed so far, searchable or not. */
async function indexed(es: Elasticsearch, index: string): Promise<number> {
  const { body } = await es.request<{ _all?: { primaries?: { indexing?: { index_total: number } } } }>({
    method: 'GET',
    path: `/${index}/_stats/indexing`,
  });
  return body._all?.primaries?.indexing?.index_total ?? 0;
}

/** Makes everything searchable and answers how long that took, s; throws when it is not exactly what was sent. */
async function untilSearchable(es: Elasticsearch, index: string, count: number): Promise<number> {
  const begin = performance.now();
  await es.request({ method: 'POST', path: `/${index}/_refresh` });
  const { body } = await es.request<{ count: number }>({ method: 'GET', path: `/${index}/_count` });
  if (body.count !== count) throw new Error(`${body.count} documents are searchable, ${count} were sent`);
  return (performance.now() - begin) / 1000;
}

async function search(): Promise<void> {
  const times = timesOf(1_000_000, 86_000_000);
  const daemon = await startDaemon(freshDir(), {}, values.profile);
  const chunk = 100_000;
  for (let from = 0; from < times.count; from += chunk) {
    const part = wireBodies(times, PER_BODY, from, Math.min(times.count, from + chunk));
    await postAll(daemon.url, part, BODIES_IN_FLIGHT);
  }
  const table: Record<string, object> = {};
  for (const [kind, paramsOf] of Object.entries(SEARCHES)) {
    const taken = await timeSearches(daemon.url, i => paramsOf(i, times), SEARCH_REPEATS);
    const at = (share: number): number => Number((taken[Math.floor((taken.length - 1) * share)] ?? 0).toFixed(1));
    table[kind] = { 'p50 ms': at(0.5), 'p99 ms': at(0.99), 'max ms': at(1) };
  }
  await daemon.stop();
  console.log(`searches of ${times.count} lines through the API, load average ${loadavg()[0]?.toFixed(1)}`);
  console.table(table);
}

function pause(ms: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, ms));
}

function median(numbers: readonly number[]): number {
  return [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;
}

/** One row for a path: the medians of its runs. */
function rowOf(runs: readonly Run[]): Record<string, number | string> {
  const rates = runs.map(run => run.lines / run.seconds);
  const of = (pick: (run: Run) => number | undefined, digits: number): number | string => {
    const found = runs.map(pick).filter(value => value !== undefined);
    return found.length === 0 ? '' : Number(median(found).toFixed(digits));
  };
  return {
    'lines/s': Math.round(median(rates)),
    'lines/s of each round': rates.map(rate => Math.round(rate)).join(' '),
    'CPU us/line': of(run => run.cpuMicrosPerLine, 1),
    'RSS peak MB': of(run => run.rssPeakMb, 0),
    'loop delay p99 ms': of(run => run.loopDelayP99, 0),
  };
}

const PATHS: Readonly<Record<string, () => Promise<Record<string, Run[]>>>> = {
  'http-sqlite': httpSqlite,
  'kafka-sqlite': kafkaSqlite,
  'kafka-es': kafkaElasticsearch,
};

const chosen = values.only === undefined ? [...Object.keys(PATHS), 'search'] : [values.only];
const rows: Record<string, object> = {};
for (const name of chosen) {
  const path = PATHS[name];
  if (path) for (const [label, runs] of Object.entries(await path())) rows[label] = rowOf(runs);
  else if (name !== 'search')
    throw new Error(`there is no path ${name}; take ${[...Object.keys(PATHS), 'search'].join(', ')}`);
}
if (Object.keys(rows).length > 0) {
  console.log(`load average ${loadavg()[0]?.toFixed(1)}`);
  console.table(rows);
}
if (chosen.includes('search')) await search();
