/**
 * The embedded metric store at 5 million points (480 series of one metric beside 480 of another, 66 s apart, 8 days): append, start,
 * rule queries now and in the past, memory for each series. `node bench/metric-store.ts [points]`.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ManualClock } from '../model/clock.ts';
import type { MetricGroup } from '../model/sample.ts';
import type { MetricStore, WindowQuery } from '../store/metric-store.ts';
import { openSqliteMetricStore } from '../store/sqlite/metric-store.ts';

const POINTS = Number(process.argv[2] ?? 5_000_000);
const STEP = 66_000;
const SERIES = 480;
const NOW = Date.UTC(2026, 10, 21, 10);
const DAY = 86_400_000;
const TICKS = Math.ceil(POINTS / SERIES);
const dir = mkdtempSync(join(tmpdir(), 'tidewatch-bench-'));

const clock = new ManualClock(NOW - TICKS * STEP);
let store: MetricStore = await openSqliteMetricStore({ dir, clock });

function rss(): string {
  return `${Math.round(process.memoryUsage().rss / 1e6)} MB RSS`;
}

/** One instant: half the series carry `lag`, half `position`; 40 topics. */
function groupsAt(ts: number, tick: number): MetricGroup[] {
  return Array.from({ length: SERIES / 2 }, (_, i) => ({
    ts,
    labels: { job: `job_${i % 30}`, topic: `dwd_topic_${i % 40}`, partition: `${i}` },
    attrs: { job_id: `id_${i % 30}` },
    values: [
      ['lag', Math.floor(1000 * (1 + Math.sin(tick / 50 + i)))],
      ['position', tick * 1000 + i],
    ],
    arrivedAt: ts + 400,
  }));
}

async function measure(name: string, times: number, run: (i: number) => Promise<unknown>): Promise<void> {
  for (let i = 0; i < 20; i++) await run(i);
  const took: number[] = [];
  for (let i = 0; i < times; i++) {
    const start = performance.now();
    await run(i);
    took.push(performance.now() - start);
  }
  took.sort((a, b) => a - b);
  const at = (p: number) => (took[Math.floor(took.length * p)] ?? 0).toFixed(2);
  console.log(`${name.padEnd(58)} ${at(0.5)} / ${at(0.99)} ms p50 / p99`);
}

let start = performance.now();
let slowest = 0;
for (let tick = 0; tick < TICKS; tick += 10) {
  const batch: MetricGroup[] = [];
  for (let i = tick; i < Math.min(tick + 10, TICKS); i++) batch.push(...groupsAt(NOW - (TICKS - 1 - i) * STEP, i));
  await clock.advance(10 * STEP);
  const before = performance.now();
  await store.append(batch, { visible: true });
  slowest = Math.max(slowest, performance.now() - before);
}
const seconds = (performance.now() - start) / 1000;
console.log(
  `append ${Math.round((TICKS * SERIES) / seconds)} points/s, slowest batch of ${10 * SERIES} ${slowest.toFixed(0)} ms, ${rss()}`,
);
console.log('stats', await store.stats());
start = performance.now();
await store.close();
console.log(`close ${(performance.now() - start).toFixed(0)} ms`);
start = performance.now();
store = await openSqliteMetricStore({ dir, clock: new ManualClock(NOW) });
console.log(`open ${(performance.now() - start).toFixed(0)} ms, ${rss()}`);

const rule = (more: Partial<WindowQuery>): WindowQuery => ({
  names: [{ name: 'lag' }],
  matchers: [],
  groupBy: ['topic'],
  op: 'MAX',
  windowMs: 30 * 60_000,
  at: [NOW],
  ...more,
});
const ago = (ms: number) => (i: number) => store.window(rule({ at: [NOW - ms - (i % 60) * 60_000] }));
await measure('MAX over 30 min by 40 topics, now', 1000, i => store.window(rule({ at: [NOW - (i % 20) * 60_000] })));
await measure('the same, 1 day ago', 300, ago(DAY));
await measure('the same, 7 days ago', 300, ago(7 * DAY));
await measure('one job, 7 days ago', 300, i =>
  store.window(
    rule({ matchers: [{ label: 'job', op: '=', value: 'job_7' }], at: [NOW - 7 * DAY - (i % 60) * 60_000] }),
  ),
);
await measure('P95 over 30 min by 40 topics, now', 1000, () => store.window(rule({ op: 'P95' })));
const day = Array.from({ length: 288 }, (_, i) => NOW - i * 300_000);
await measure('MAX over 30 min, each 5 min of a day (288 instants)', 10, () => store.window(rule({ at: day })));
const week = Array.from({ length: 7 * 288 }, (_, i) => NOW - i * 300_000);
await measure('MAX over 30 min, each 5 min of a week (2016 instants)', 3, () => store.window(rule({ at: week })));
await measure('stored points of 10 series, one day', 20, () =>
  store.points({ names: [{ name: 'lag' }], matchers: [], from: NOW - DAY, to: NOW, limit: 10 }),
);
await store.close();
rmSync(dir, { recursive: true, force: true });

// Many series: what each costs in memory.
const many = 200_000;
const wide = await openSqliteMetricStore({ dir, clock: new ManualClock(NOW), maxSeries: many });
globalThis.gc?.();
const before = process.memoryUsage().rss;
start = performance.now();
for (let set = 0; set < many / 20; set += 250) {
  const batch = Array.from({ length: 250 }, (_, i): MetricGroup => {
    const n = set + i;
    const values = Array.from({ length: 20 }, (_, m) => [`flink.task.metric_${m}`, n + m] as const);
    const labels = {
      job: `job_${n % 300}`,
      task: `Source: KafkaSource-default_catalog.db.table_${n % 3000}`,
      subtask: `${n % 16}`,
      host: `host-${n}`,
    };
    return { ts: NOW, labels, attrs: { tm_id: `tm-${n % 500}`, job_id: `id-${n % 300}` }, values, arrivedAt: NOW };
  });
  await wide.append(batch, { visible: true });
}
console.log(
  `${many} series in ${((performance.now() - start) / 1000).toFixed(1)} s: ${Math.round((process.memoryUsage().rss - before) / many)} B RSS each, ${rss()}`,
);
await measure('MAX by host over 10,000 series, now', 20, () =>
  wide.window({
    names: [{ name: 'flink.task.metric_3' }],
    matchers: [],
    groupBy: ['host'],
    op: 'MAX',
    windowMs: 300_000,
    at: [NOW],
  }),
);
await wide.close();
rmSync(dir, { recursive: true, force: true });
