/**
 * Objectives and readiness: a look at 1,000 reports, their standing over 30 days of minutes, a day's writes, and the answer of the gate.
 * `node bench/objectives.ts`
 */
import type { Hop } from '../lineage/lag/hop-graph.ts';
import { createLagDeriver } from '../lineage/lag/lag-deriver.ts';
import { OffsetTables } from '../lineage/lag/offsets.ts';
import { createFreshnessRecorder } from '../lineage/lag/recorder.ts';
import { beatsOf } from '../lineage/objectives/beats.ts';
import { CountedTime } from '../lineage/objectives/calendar.ts';
import { MinuteLedger } from '../lineage/objectives/minute-ledger.ts';
import { createObjectiveKeeper } from '../lineage/objectives/objective-keeper.ts';
import { standingOf } from '../lineage/objectives/standing.ts';
import { askReadiness } from '../lineage/readiness/gate.ts';
import { ManualClock } from '../model/clock.ts';
import { createTelemetry } from '../model/telemetry.ts';
import { MemoryMetricStore } from '../store/memory-metrics.ts';
import { openSqliteStateStore } from '../store/sqlite/state-store.ts';

const REPORTS = 1000;
const HOPS = 4;
const PARTITIONS = 4;
const NOW = 1_795_300_000_000;
const MINUTE = 60_000;

const reports = Array.from({ length: REPORTS }, (_, i) => ({
  name: `report ${i}`,
  owner: `team ${i % 20}`,
  reads: [`t${i}.${HOPS}`],
  slo: { ageMs: 2 * MINUTE, target: 0.99 },
}));
const hops: Hop[] = reports.flatMap((_, i) =>
  Array.from({ length: HOPS }, (__, k) => ({
    hop: `job${i}.${k}`,
    inputs: [`t${i}.${k}`],
    output: `t${i}.${k + 1}`,
    windowMs: null,
    allowedOooMs: 0,
    delivery: 'at_least_once' as const,
  })),
);
const graph = { hops };

/** Half an hour of every hop's offsets, every 30 s. */
function filledTables(): OffsetTables {
  const tables = new OffsetTables();
  const deriver = createLagDeriver(tables);
  for (let ts = NOW - 30 * MINUTE; ts <= NOW; ts += MINUTE / 2) {
    const end = (ts - NOW) / 10 + 1_000_000;
    deriver.derive(
      hops.flatMap(({ hop, inputs }) =>
        Array.from({ length: PARTITIONS }, (_, partition) => ({
          ...{ type: 'offsets' as const, ts, hop, topic: inputs[0] ?? '', partition },
          ...{ endOffset: end, position: end - 100 * (partition + 1) },
        })),
      ),
      ts,
    );
  }
  return tables;
}

async function timed(work: () => unknown): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

function row(name: string, value: string): void {
  console.log(`${name.padEnd(58)} ${value.padStart(14)}`);
}

const clock = new ManualClock(NOW);
const telemetry = createTelemetry();
const metrics = new MemoryMetricStore();
const state = openSqliteStateStore({ path: ':memory:', clock });
const tables = filledTables();
const recorder = createFreshnessRecorder({
  graph: () => graph,
  reports: () => reports,
  tables,
  metricStore: metrics,
  state,
  clock,
  telemetry,
});
const keeper = createObjectiveKeeper({
  reports: () => reports,
  freshness: at => recorder.freshness(at),
  catchUp: from => recorder.catchUp(from),
  metricStore: { append: async () => ({ written: 0, refused: 0 }) },
  state,
  clock,
  telemetry,
});

await keeper.look(NOW);
row(`look at ${REPORTS} reports, ${HOPS} hops each`, `${(await timed(() => keeper.look(NOW + 1000))).toFixed(0)} ms`);
row('the same, a minute ends: judged, stored, told', `${(await timed(() => keeper.look(NOW + MINUTE))).toFixed(0)} ms`);

const ledger = new MinuteLedger();
const first = NOW / MINUTE - 43_200;
for (let m = 0; m < 43_200; m++)
  ledger.append(Math.floor(first) + m, m % 97 === 0 ? 'bad' : 'good', m % 97 === 0 ? 'etl' : null);
const work = new CountedTime({ zone: 'Asia/Shanghai', days: [1, 2, 3, 4, 5], from: '08:00', to: '20:00' });
for (const [name, counted] of [
  ['standing over 30 days with 450 incidents', new CountedTime(null)],
  ['the same within working hours', work],
] as const) {
  standingOf({ ageMs: MINUTE, target: 0.99 }, counted, ledger, NOW);
  const ms = await timed(() => {
    for (let i = 0; i < 100; i++) standingOf({ ageMs: MINUTE, target: 0.99 }, counted, ledger, NOW);
  });
  row(name, `${(ms / 100).toFixed(2)} ms`);
}
const tracked = {
  report: 'r',
  owner: '',
  objective: { ageMs: 1, target: 0.99 },
  counted: new CountedTime(null),
  ledger,
};
row(
  'heartbeat bar of 90',
  `${((await timed(() => Array.from({ length: 100 }, () => beatsOf(tracked, NOW, 90, 16 * MINUTE)))) / 100).toFixed(2)} ms`,
);

const gate = { graph: () => graph, reports: () => reports, recorder, tables, metrics };
const ask = (i: number) =>
  askReadiness(gate, { target: `report ${i % REPORTS}`, completeTo: NOW, periodMs: MINUTE }, NOW + 1000);
row(
  'readiness, one answer',
  `${(
    (await timed(async () => {
      for (let i = 0; i < 200; i++) await ask(i);
    })) / 200
  ).toFixed(2)} ms`,
);
await state.close();
