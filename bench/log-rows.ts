import type { LogRow, LogStore } from '../store/log-store.ts';
import { flinkLine } from './log-lines.ts';

/** Midnight before the benchmark's lines; they must fit into one day to be in one file. */
export const BENCH_DAY = Date.UTC(2026, 10, 20);
const PARTITIONS = 8;

/** Rows `from` to `to` as eight partitions would deliver them, `rate` lines a second of event time. */
export function rowsOf(from: number, to: number, rate: number): LogRow[] {
  const rows: LogRow[] = [];
  for (let i = from; i < to; i++) {
    const ts = BENCH_DAY + Math.floor((i * 1000) / rate);
    const position = {
      epoch: 'e',
      topic: 'tidewatch.logs',
      partition: i % PARTITIONS,
      offset: Math.floor(i / PARTITIONS),
    };
    rows.push({ position, recordTs: BENCH_DAY, record: flinkLine(i, ts) });
  }
  return rows;
}

export interface FillResult {
  /** Time in which a batch was being stored; lines are made outside of it, a few batches ahead. */
  readonly seconds: number;
  readonly slowestMs: number;
  readonly cpuMicros: number;
}

/** Batches made ahead of a timed stretch: enough to keep the store busy, few enough for memory to stay what the store needs. */
const AHEAD = 4;

/** Stores lines 0 to `lines`, two batches under way at any time. */
export async function fill(store: LogStore, lines: number, batch: number, rate: number): Promise<FillResult> {
  let seconds = 0;
  let slowestMs = 0;
  let cpuMicros = 0;
  for (let from = 0; from < lines; from += AHEAD * batch) {
    const batches: LogRow[][] = [];
    for (let at = from; at < Math.min(lines, from + AHEAD * batch); at += batch)
      batches.push(rowsOf(at, Math.min(lines, at + batch), rate));
    const begin = performance.now();
    const cpu = process.cpuUsage();
    const take = async (): Promise<void> => {
      for (let rows = batches.shift(); rows !== undefined; rows = batches.shift()) {
        const sent = performance.now();
        await store.append(rows, {});
        slowestMs = Math.max(slowestMs, performance.now() - sent);
      }
    };
    await Promise.all([take(), take()]);
    const used = process.cpuUsage(cpu);
    seconds += (performance.now() - begin) / 1000;
    cpuMicros += used.user + used.system;
  }
  return { seconds, slowestMs, cpuMicros };
}
