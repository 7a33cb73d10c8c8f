/**
 * Workload W (alerting.md section 5): rules over 100 groups, 30-minute MAX or 10-minute change, 1-minute points, with commits in the
 * embedded state store. Prints evaluations a second for rules that share their data, for pairs of rules (one of each kind) with data of
 * their own, and for such rules while all of them fire and resolve; and the time of a 30-day backtest. The bars: 5,000 evaluations/s, 10,000 rules of one minute in 2.5 s, the backtest in 2 s.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEngine } from '../alerting/engine.ts';
import type { RuleDocumentInput } from '../alerting/evaluate/document.ts';
import { replayRule } from '../alerting/evaluate/replay.ts';
import { createResolver } from '../alerting/evaluate/resolve.ts';
import { compileRule } from '../alerting/evaluate/rule.ts';
import { ManualClock, systemClock } from '../model/clock.ts';
import type { MetricGroup } from '../model/sample.ts';
import { createTelemetry } from '../model/telemetry.ts';
import { MemoryMetricStore } from '../store/memory-metrics.ts';
import type { MetricStore } from '../store/metric-store.ts';
import { openSqliteMetricStore } from '../store/sqlite/metric-store.ts';
import { openSqliteStateStore } from '../store/sqlite/state-store.ts';

const MINUTE = 60_000;
const GROUPS = 100;
const HISTORY_MINUTES = 45;
/** Enough that code and memory are as in a daemon that has run for a while. */
const TICKS = 12;
/** An hour ago: the metric store keeps recent points in memory, as it would live. */
const START = Math.floor(systemClock.now() / MINUTE - 60) * MINUTE;

interface Workload {
  readonly name: string;
  readonly rules: number;
  /** Different metrics the rules read, each with 100 series. */
  readonly metrics: number;
  /** One rule in so many has groups that begin and end to fire every minute. */
  readonly oneFiresIn: number;
}

/** Minute `m` of every series: steady, with one group in a hundred above the threshold now and then. */
function minute(m: number, metrics: number): MetricGroup[] {
  const ts = START + m * MINUTE;
  return Array.from({ length: GROUPS }, (_, g) => ({
    ts,
    labels: { topic: `dwd_topic_${g}` },
    attrs: {},
    values: Array.from(
      { length: metrics },
      (_v, i) => [`metric_${i}`, g === m % GROUPS ? 2000 : 100 + ((g * 7 + i + m) % 50)] as const,
    ),
    arrivedAt: ts,
  }));
}

/** Every other rule compares MAX over 30 minutes with a threshold, the others the change within 10 minutes. */
function document(i: number, metrics: number, oneFiresIn: number): RuleDocumentInput {
  const threshold = Math.floor(i / 2) % oneFiresIn === 0 ? 1000 : 5000;
  const metric = `metric_${Math.floor(i / 2) % metrics}`;
  const common = { name: `rule ${i}`, schedule: '* * * * *', group_by: ['topic'] };
  return i % 2 === 0
    ? { ...common, window: '30m', metrics: [{ metric, op: 'MAX' }], condition: `{0} > ${threshold}` }
    : {
        ...common,
        window: '5m',
        metrics: [{ metric }, { metric, offset: '10m' }],
        condition: `abs({0} - {1}) > ${threshold}`,
      };
}

async function live(workload: Workload, dir: string): Promise<void> {
  const clock = new ManualClock(START + HISTORY_MINUTES * MINUTE - 1);
  const metrics: MetricStore = await openSqliteMetricStore({
    dir: join(dir, workload.name),
    maxSeries: 200_000,
    clock: systemClock,
  });
  for (let m = 0; m < HISTORY_MINUTES + TICKS + 1; m++) await metrics.append(minute(m, workload.metrics), {});
  const state = openSqliteStateStore({ path: join(dir, `${workload.name}.db`) });
  const engine = createEngine({
    state,
    reader: metrics,
    watermark: () => Number.POSITIVE_INFINITY,
    clock,
    telemetry: createTelemetry(),
    logger: console,
    config: { delayMs: 0, maxWaitMs: MINUTE, metaReceivers: [] },
  });
  await engine.start();
  const savedAt = clock.now();
  await engine.load(
    Array.from({ length: workload.rules }, (_, i) => ({
      rule: compileRule(`r${i}`, document(i, workload.metrics, workload.oneFiresIn)),
      savedAt,
    })),
  );
  const seconds: number[] = [];
  const cpuSeconds: number[] = [];
  for (let tick = 0; tick < TICKS; tick++) {
    await clock.advance(tick === 0 ? 1 : MINUTE);
    const began = performance.now();
    const cpu = process.threadCpuUsage();
    await engine.tick();
    seconds.push((performance.now() - began) / 1000);
    const { user, system } = process.threadCpuUsage(cpu);
    cpuSeconds.push((user + system) / 1e6);
  }
  // The first minute writes the list of groups of every rule; the others are what a minute costs.
  const [first = 0, ...rest] = seconds;
  const worst = Math.max(...rest);
  const { length: evaluated } = (await engine.history('r0', 0, Number.MAX_SAFE_INTEGER)).ticks;
  if (evaluated !== TICKS) throw new Error(`expected ${TICKS} ticks, saw ${evaluated}`);
  const best = Math.min(...rest);
  const cpu = Math.min(...cpuSeconds.slice(1));
  console.log(
    `${workload.name}: ${workload.rules} rules x ${GROUPS} groups: ${Math.round(workload.rules / best)} evaluations/s (the slowest minute ` +
      `${Math.round(workload.rules / worst)}), a minute takes ${best.toFixed(2)} to ${worst.toFixed(2)} s, ${cpu.toFixed(2)} s of CPU of its thread ` +
      `(${Math.round(workload.rules / cpu)} evaluations a CPU second; the first minute ${first.toFixed(2)} s)`,
  );
  await engine.stop();
  await state.close();
  await metrics.close();
}

async function backtest(): Promise<void> {
  const metrics = new MemoryMetricStore();
  const days = 30;
  for (let m = -30; m <= days * 1440; m += 5) await metrics.append(minute(m, 1));
  const rule = compileRule('b', { ...document(0, 1, 1), schedule: '*/5 * * * *' });
  const began = performance.now();
  const cpuBefore = process.threadCpuUsage();
  const to = START + days * 1440 * MINUTE;
  const { ticks } = await replayRule({
    rule,
    from: START,
    to,
    asOf: 'ideal',
    delayMs: 0,
    readers: { metrics, logs: null },
    resolve: createResolver([]),
  });
  const seconds = (performance.now() - began) / 1000;
  const { user, system } = process.threadCpuUsage(cpuBefore);
  console.log(
    `backtest: ${days} days of */5 (${ticks.length} ticks x ${ticks[0]?.groups.length} groups): ${seconds.toFixed(2)} s, ` +
      `${((user + system) / 1e6).toFixed(2)} s of CPU of its thread`,
  );
}

const dir = mkdtempSync(join(tmpdir(), 'tidewatch-bench-'));
try {
  await live({ name: 'shared data', rules: 10_000, metrics: 10, oneFiresIn: 10 }, dir);
  await live({ name: 'own data', rules: 1000, metrics: 500, oneFiresIn: 10 }, dir);
  await live({ name: 'own data, all of them firing', rules: 1000, metrics: 500, oneFiresIn: 1 }, dir);
  await backtest();
} finally {
  rmSync(dir, { recursive: true, force: true });
}
