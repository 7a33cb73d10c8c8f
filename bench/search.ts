/**
 * How quickly the embedded log store answers on a day of a million lines: p50 and p99 of each kind of search through the whole
 * store (worker included), alone and while lines keep coming in. `node bench/search.ts [lines=1000000] [repeats=200]`
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NO_JOB_NAMES } from '../model/job-names.ts';
import { parseLogQuery } from '../store/log-query-parse.ts';
import type { LogStore } from '../store/log-store.ts';
import { openSqliteLogStore } from '../store/sqlite/log-store.ts';
import { flinkLine } from './log-lines.ts';
import { BENCH_DAY, fill, rowsOf } from './log-rows.ts';

const [lines = 1_000_000, repeats = 200] = process.argv.slice(2).map(Number);
const HOUR = 3_600_000;
/** The lines fill 24 hours. */
const rate = lines / 86_400;

const search = (store: LogStore, q: string, range: { from?: number; to?: number } = {}) =>
  store.search({ query: parseLogQuery(q), limit: 100, ...range }, NO_JOB_NAMES);
const histogram = (store: LogStore, q: string, from: number, hours: number) =>
  store.histogram({ query: parseLogQuery(q), from, to: from + hours * HOUR, intervalMs: hours * 60_000 }, NO_JOB_NAMES);

/** A line picked by the run's number, so that every run asks for another container, job and time. */
function someLine(i: number) {
  return flinkLine((i * 7919) % lines, BENCH_DAY + Math.floor((((i * 7919) % lines) * 1000) / rate));
}

const ERRORS = ['OutOfMemoryError', 'TimeoutException', 'DisconnectException', 'NumberFormatException'];
const PHRASES = [
  '"Java heap space"',
  '"switched from RUNNING to FAILED"',
  '"Discovered group coordinator"',
  'java.lang.OutOfMemoryError',
  '处理完成',
];

const KINDS: Readonly<Record<string, (store: LogStore, i: number) => Promise<unknown>>> = {
  'container + 15 min': (store, i) => {
    const { containerId, ts } = someLine(i);
    return search(store, `container:${containerId}`, { from: ts - HOUR / 8, to: ts + HOUR / 8 });
  },
  'term + job': (store, i) => search(store, `job:${someLine(i).jobName} ${ERRORS[i % ERRORS.length]}`),
  'term + job + 1 h': (store, i) => {
    const { jobName, ts } = someLine(i);
    return search(store, `job:${jobName} checkpoint`, { from: ts, to: ts + HOUR });
  },
  phrase: (store, i) => search(store, PHRASES[i % PHRASES.length] ?? ''),
  prefix: (store, i) => search(store, `${['OutOf', 'Discon', 'Checkp', 'Num'][i % 4]}*`),
  'application, newest': (store, i) => search(store, `app:${someLine(i).appId}`),
  'level and above + job': (store, i) => search(store, `job:${someLine(i).jobName} level:>=WARN`),
  'without a phrase': store => search(store, 'level:>=ERROR -"Java heap space"'),
  'all but a word': store => search(store, '-checkpoint'),
  'everything, newest': store => search(store, ''),
  'nothing found': store => search(store, 'no_such_word_anywhere'),
  'histogram of a job, 1 h': (store, i) => histogram(store, `job:${someLine(i).jobName}`, someLine(i).ts, 1),
  'histogram of a job, 24 h': (store, i) => histogram(store, `job:${someLine(i).jobName}`, BENCH_DAY, 24),
  'histogram of everything, 24 h': store => histogram(store, '', BENCH_DAY, 24),
  'histogram of a word, 24 h': (store, i) => histogram(store, ERRORS[i % ERRORS.length] ?? '', BENCH_DAY, 24),
  'loggers of a job, 1 h': (store, i) => {
    const { jobName, ts } = someLine(i);
    return store.facet(
      { query: parseLogQuery(`job:${jobName}`), field: 'logger', limit: 10, from: ts, to: ts + HOUR },
      NO_JOB_NAMES,
    );
  },
  'around a line, its container': async (store, i) => {
    const { containerId, ts } = someLine(i);
    const [line] = (await search(store, `container:${containerId}`, { from: ts, to: ts + 1 })).items;
    if (line === undefined) throw new Error('the line is there');
    await store.around({ id: line.id, scope: 'container', before: 50, after: 50 }, NO_JOB_NAMES);
  },
};

async function measure(store: LogStore, kind: (store: LogStore, i: number) => Promise<unknown>) {
  const times: number[] = [];
  for (let i = 0; i < repeats; i++) {
    const begin = performance.now();
    await kind(store, i);
    times.push(performance.now() - begin);
  }
  times.sort((a, b) => a - b);
  const at = (share: number): number =>
    Number((times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0).toFixed(2));
  return { p50: at(0.5), p99: at(0.99), max: at(1) };
}

async function measureAll(store: LogStore) {
  const table: Record<string, { p50: number; p99: number; max: number }> = {};
  for (const [name, kind] of Object.entries(KINDS)) table[name] = await measure(store, kind);
  return table;
}

const dir = mkdtempSync(join(tmpdir(), 'tidewatch-bench-'));
const store = await openSqliteLogStore({ dir });
await fill(store, lines, 5000, rate);
console.log(`${lines} lines over 24 hours, ms, limit 100 with total`);
console.table(await measureAll(store));

let writing = true;
const writer = (async () => {
  for (let at = lines; writing; at += 5000) await store.append(rowsOf(at, at + 5000, rate), {});
})();
console.log('the same while a writer is at full speed');
console.table(await measureAll(store));
writing = false;
await writer;
console.log(`RSS ${Math.round(process.memoryUsage().rss / 1e6)} MB`);
await store.close();
rmSync(dir, { recursive: true, force: true });
