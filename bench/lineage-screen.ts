/**
 * Bar: a screen change takes at most 200 ms with a lineage graph of 1,000 nodes. Measured in a browser, on a real daemon, from a click
 * until the frame after the change is drawn. Needs the built interface (npm run build:ui) and Chromium. Run: node bench/lineage-screen.ts
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { pino } from 'pino';
import type { Page } from 'playwright-core';
import { App } from '../app/app.ts';
import { readAppConfig } from '../app/config.ts';
import { startBrowser } from '../test/support/browser.ts';
import { manyJobs } from '../test/support/lineage-estate.ts';
import { place } from '../web/ui/src/screens/lineage/layout.ts';

const JOBS = 500;
const ROUNDS = 10;
const SIZES = [100, 300, 1_000, 3_000, 5_000];

/** As the estate of `manyJobs`: a job and its topic, three readers to a topic. */
function graphOf(nodes: number) {
  const jobs = Math.floor(nodes / 2);
  const ids = Array.from({ length: jobs }, (_, i) => [{ id: `j${i}` }, { id: `t${i}` }]).flat();
  const edges = Array.from({ length: jobs }, (_, i) => [
    { from: `j${i}`, to: `t${i}`, role: 'writes' },
    ...(i > 0 ? [{ from: `t${Math.floor((i - 1) / 3)}`, to: `j${i}`, role: 'reads' }] : []),
  ]).flat();
  return { nodes: ids, edges };
}

function middle(times: readonly number[]): { readonly p50: number; readonly max: number } {
  const sorted = times.toSorted((a, b) => a - b);
  return { p50: Math.round(sorted[Math.floor(sorted.length / 2)] ?? 0), max: Math.round(sorted.at(-1) ?? 0) };
}

for (const size of SIZES) {
  const graph = graphOf(size);
  const times = Array.from({ length: ROUNDS }, () => {
    const start = performance.now();
    place(graph);
    return performance.now() - start;
  });
  const { p50, max } = middle(times);
  console.log(
    `places ${String(size).padStart(5)} nodes  p50 ${String(p50).padStart(4)} ms  max ${String(max).padStart(4)} ms`,
  );
}

/** Milliseconds from a click on the first element that matches until `shown` is there and its frame is drawn. */
function change(page: Page, click: string, shown: string): Promise<number> {
  const script = `new Promise(done => {
    const start = performance.now();
    const look = () => document.querySelector(${JSON.stringify(shown)})
      ? requestAnimationFrame(() => setTimeout(() => done(performance.now() - start)))
      : requestAnimationFrame(look);
    document.querySelector(${JSON.stringify(click)}).click();
    look();
  })`;
  return page.evaluate<number>(script);
}

const dir = await mkdtemp(join(tmpdir(), 'tidewatch-bench-'));
const env = { TIDEWATCH_DATA_DIR: dir, TIDEWATCH_HTTP__PORT: '0', TIDEWATCH_LOG__LEVEL: 'silent' };
const app = new App(readAppConfig(null, env), { logger: pino({ level: 'silent' }) });
await app.start();
await fetch(`${app.address}/api/v1/ingest/jobs`, {
  method: 'POST',
  headers: { 'content-type': 'application/x-ndjson' },
  body: manyJobs(JOBS)
    .map(record => JSON.stringify(record))
    .join('\n'),
});
const browser = await startBrowser();
const { page } = await browser.open(`${app.address}/lineage?root=*`);
await page.locator('.node').first().waitFor();
console.log(await page.locator('[data-testid=graph]').getAttribute('aria-label'));

const steps: readonly (readonly [name: string, click: string, shown: string])[] = [
  ['path -> health', '.lineage-head a[href^="/lineage/health"]', '[data-testid=health]'],
  ['health -> whole graph', '.whole', '.node'],
  ['a node is chosen', '.node[aria-pressed=false]', '[data-testid=node-panel]'],
  ['it is let go', '.node[aria-pressed=true]', 'main:not(:has([data-testid=node-panel]))'],
];
await page.evaluate(
  `document.querySelector('main').insertAdjacentHTML('beforebegin', '<a class="whole" href="/lineage?root=*">.</a>')`,
);
const times = new Map<string, number[]>();
for (let round = 0; round < ROUNDS; round++)
  for (const [name, click, shown] of steps)
    times.set(name, [...(times.get(name) ?? []), await change(page, click, shown)]);
for (const [name, taken] of times) {
  const { p50, max } = middle(taken);
  console.log(`${name.padEnd(24)} p50 ${String(p50).padStart(4)} ms  max ${String(max).padStart(4)} ms`);
}
await browser.close();
await app.stop();
await rm(dir, { recursive: true, force: true });
