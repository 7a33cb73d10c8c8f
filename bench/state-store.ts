/** The embedded state store: time of one commit of 100 changed groups, and rules a second when many commit in one turn. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Json } from '../model/json.ts';
import { openSqliteStateStore } from '../store/sqlite/state-store.ts';

const GROUPS = 100;
const dir = mkdtempSync(join(tmpdir(), 'tidewatch-bench-'));
const store = openSqliteStateStore({ path: join(dir, 'state.db') });

function commit(t: number, changed: number) {
  const groups = new Map<string, Json>();
  for (let i = 0; i < changed; i++)
    groups.set(`topic\u0001dwd_topic_${i}\u0002`, { state: 'pending', activeAt: t, last: t % 97, ring: [1, 0, 1] });
  return { cursor: { t }, groups, intents: [], ticks: [{ t, body: { groups: changed, result: 'ok' } }] };
}

function percentile(sorted: readonly number[], p: number): string {
  return (sorted[Math.floor(sorted.length * p)] ?? 0).toFixed(2);
}

async function single(changed: number): Promise<void> {
  const times: number[] = [];
  let version: string | null = null;
  for (let i = 0; i < 3000; i++) {
    const next = commit(i * 60_000, changed);
    const start = performance.now();
    version = await store.commitTick(`single-${changed}`, version, next);
    times.push(performance.now() - start);
  }
  times.sort((a, b) => a - b);
  const figures = [0.5, 0.99, 0.999].map(p => percentile(times, p)).join(' / ');
  console.log(
    `one commit, ${changed} changed groups: ${figures} ms p50 / p99 / p99.9, worst ${times.at(-1)?.toFixed(1)}`,
  );
}

async function together(rules: number, changed: number): Promise<void> {
  const versions: (string | null)[] = new Array<null>(rules).fill(null);
  const start = performance.now();
  const rounds = 5;
  for (let round = 0; round < rounds; round++) {
    const next = commit(round * 60_000, changed);
    const done = await Promise.all(
      versions.map((version, i) => store.commitTick(`rule-${changed}-${i}`, version, next)),
    );
    done.forEach((version, i) => {
      versions[i] = version;
    });
  }
  const seconds = (performance.now() - start) / 1000;
  console.log(
    `${rules} rules in one turn, ${changed} changed groups each: ${Math.round((rules * rounds) / seconds)} commits/s`,
  );
}

await single(GROUPS);
await single(0);
await together(10_000, 0);
await together(10_000, 3);
await together(500, GROUPS);
await store.close();
rmSync(dir, { recursive: true, force: true });
