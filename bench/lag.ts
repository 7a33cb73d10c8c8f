/**
 * Lag and freshness: rows taken in per second (with the points that follow from them), memory of a day's tables, how long until all of them
 * are written once more (what a killed owner loses of them), and the time to evaluate many sinks. `node --expose-gc bench/lag.ts`
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { answerFreshness } from '../lineage/lag/answer.ts';
import { indexGraph } from '../lineage/lag/freshness.ts';
import { freshnessSeries } from '../lineage/lag/freshness-series.ts';
import type { Hop } from '../lineage/lag/hop-graph.ts';
import { createLagDeriver } from '../lineage/lag/lag-deriver.ts';
import { OffsetTables } from '../lineage/lag/offsets.ts';
import { Curve } from '../lineage/lag/tables/curve.ts';
import { addRow } from '../lineage/lag/tables/offset-intake.ts';
import { createTableKeeper } from '../lineage/lag/tables/table-keeper.ts';
import type { Json } from '../model/json.ts';
import type { OffsetRow } from '../model/offset-row.ts';

const PARTITIONS = 10;
const INTERVAL_MS = 10_000;

/** Heap and typed arrays in use, MB, without garbage where `--expose-gc` lets it be collected. */
function megabytes(): number {
  for (let pass = 0; pass < 2; pass++) globalThis.gc?.();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return (heapUsed + arrayBuffers) / 1e6;
}

/** One poll cycle of `topics` topics at `ts`: uneven, tidal flow, the reader a varying stretch behind. */
function cycle(topics: number, ts: number): OffsetRow[] {
  const rows: OffsetRow[] = [];
  for (let topic = 0; topic < topics; topic++) {
    for (let partition = 0; partition < PARTITIONS; partition++) {
      const seconds = ts / 1000;
      const rate = 100 + partition * 10;
      const end = Math.floor(seconds * rate + 20_000 * Math.sin(seconds / 600 + topic));
      const lag = Math.floor(rate * (5 + 4 * Math.sin(seconds / 90 + partition)));
      rows.push({
        ...{ type: 'offsets', ts, hop: `job${topic}`, topic: `t${topic}`, partition },
        ...{ endOffset: end + 30_000, position: Math.max(0, end + 30_000 - lag) },
      });
    }
  }
  return rows;
}

function timed(work: () => void): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}

function row(name: string, value: string): void {
  console.log(`${name.padEnd(58)} ${value.padStart(14)}`);
}

function intake(): void {
  const batches = Array.from({ length: 120 }, (_, i) => cycle(100, i * INTERVAL_MS));
  const rows = batches.reduce((sum, batch) => sum + batch.length, 0);
  const deriver = createLagDeriver(new OffsetTables());
  let points = 0;
  const ms = timed(() => {
    for (const batch of batches) points += deriver.derive(batch, 0).length;
  });
  row('offset rows taken in, lag derived (rows/s)', Math.round((rows / ms) * 1000).toLocaleString('en'));
  row('points derived per row', (points / rows).toFixed(2));
  const tables = new OffsetTables();
  const bare = timed(() => {
    for (const batch of batches) for (const one of batch) addRow(tables, one);
  });
  row('offset rows into the tables alone (rows/s)', Math.round((rows / bare) * 1000).toLocaleString('en'));
}

function memory(): OffsetTables {
  const before = megabytes();
  const tables = new OffsetTables();
  const topics = 1_000;
  // A day at one sample a minute fills every curve; more samples thin to the same size.
  for (let ts = 0; ts <= 86_400_000; ts += 60_000) for (const one of cycle(topics, ts)) addRow(tables, one);
  const mb = megabytes() - before;
  row('a day of 10,000 partitions, end offsets and positions (MB)', mb.toFixed(1));
  return tables;
}

/** Passes of the daemon's snapshots until every table has been written, while every partition goes on. */
async function snapshots(tables: OffsetTables): Promise<void> {
  let bytes = 0;
  const docs = new Map<string, Json>();
  const keeper = createTableKeeper(tables, {
    list: async <T>() => [...docs].map(([id, body]) => ({ id, version: '', updatedAt: 0, body: body as T })),
    putMany: async (_kind, all) => {
      for (const { id, body } of all) {
        bytes += JSON.stringify(body).length;
        docs.set(id, body);
      }
    },
    delete: async () => {},
  });
  let passes = 0;
  const delays = monitorEventLoopDelay({ resolution: 1 });
  delays.enable();
  for (; passes < 100; passes++) {
    await keeper.persist(86_400_000);
    if (![...tables.topics(), ...tables.consumers()].some(({ dirty }) => dirty)) break;
  }
  row('snapshot of these tables (MB)', (bytes / 1e6).toFixed(1));
  row('passes until all are written, one every 30 s', String(passes + 1));
  delays.disable();
  row('longest stretch of the main thread without a turn (ms)', (delays.max / 1e6).toFixed(0));
  const restored = new OffsetTables();
  const start = performance.now();
  await createTableKeeper(restored, {
    list: async <T>() => [...docs].map(([id, body]) => ({ id, version: '', updatedAt: 0, body: body as T })),
    putMany: async () => {},
    delete: async () => {},
  }).restore();
  row('restored (ms)', (performance.now() - start).toFixed(0));
}

/** What thinning costs: times at which a day's thinned curve passes values, against every sample taken. */
function thinning(): void {
  const errors: number[] = [];
  for (let partition = 0; partition < 20; partition++) {
    const thinned = new Curve();
    const every: { t: number; x: number }[] = [];
    let x = 0;
    for (let t = 0; t <= 86_400_000; t += INTERVAL_MS) {
      const hour = t / 3_600_000;
      const isStalled = (hour + partition) % 6 > 5.8;
      const burst = (hour * 3 + partition) % 7 > 6.5 ? 5 : 1;
      x += isStalled ? 0 : Math.floor(burst * 300 * (1 + 0.6 * Math.sin(hour + partition)));
      thinned.putRising(t, x);
      every.push({ t, x });
    }
    let i = 0;
    for (let value = 0; value < x; value += x / 2_000) {
      while (every[i + 1]!.x <= value) i++;
      const above = thinned.firstAbove(value);
      const [a, b] = [every[i]!, every[i + 1]!];
      const exact = a.t + ((value - a.x) / (b.x - a.x)) * (b.t - a.t);
      const [t0, x0] = [thinned.timeOf(above - 1), thinned.valueOf(above - 1)];
      const share = (value - x0) / (thinned.valueOf(above) - x0);
      errors.push(Math.abs(t0 + share * (thinned.timeOf(above) - t0) - exact));
    }
  }
  errors.sort((a, b) => a - b);
  const at = (share: number): string => (errors[Math.floor(share * (errors.length - 1))]! / 1000).toFixed(1);
  row('thinning 8,641 samples a day to 192: error p50, p99, worst (s)', `${at(0.5)} ${at(0.99)} ${at(1)}`);
}

/** Chains of four hops over the topics of the tables: a sink each. */
function sinks(tables: OffsetTables): void {
  const hops: Hop[] = Array.from({ length: 1_000 }, (_, i) => ({
    ...{ hop: `job${i}`, inputs: [`t${i}`], output: i % 4 === 3 ? null : `t${i + 1}` },
    ...{ windowMs: null, allowedOooMs: 0, delivery: 'at_least_once' as const },
  }));
  const graph = indexGraph({ hops });
  const reports = Array.from({ length: 250 }, (_, i) => ({ name: `r${i}`, owner: 'o', reads: [`t${i * 4 + 3}`] }));
  const times = Array.from({ length: 5 }, (_, i) =>
    timed(() => freshnessSeries(graph, tables, reports, 86_400_000 - i * 1000)),
  );
  row('1,000 hops, 1,000 sinks and 250 reports evaluated (ms)', Math.min(...times).toFixed(0));
  const sink = { hop: hops[999]! };
  const answers = 200;
  const ms = timed(() => {
    for (let i = 0; i < answers; i++) answerFreshness(graph, tables, sink, 'job999', 86_400_000 - i);
  });
  row('one full answer over four hops (ms)', (ms / answers).toFixed(2));
}

intake();
thinning();
const tables = memory();
await snapshots(tables);
sinks(tables);
