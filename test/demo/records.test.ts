import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createLagSink } from '../../collector/lag-sink.ts';
import { createPipeline } from '../../collector/pipeline.ts';
import type { StreamName } from '../../collector/source.ts';
import { demoEstate } from '../../demo/estate.ts';
import { FaultScript } from '../../demo/faults.ts';
import { druidRecords, nifiRecords } from '../../demo/records/ends.ts';
import { declarationRecords, reportRecords, statusRecords } from '../../demo/records/jobs.ts';
import { logRecords } from '../../demo/records/logs.ts';
import { metricRecords, offsetRecords } from '../../demo/records/metrics.ts';
import { Simulation } from '../../demo/simulate.ts';
import { sqlOf } from '../../demo/sql.ts';
import { createLineageService, type LineageService } from '../../lineage/service.ts';
import { parseScript } from '../../lineage/sql/lineage.ts';
import { ManualClock } from '../../model/clock.ts';
import { createTelemetry } from '../../model/telemetry.ts';
import type { LogStore } from '../../store/log-store.ts';
import { batch, MemoryDeadLetter, MemoryDerived, MemoryDocs, MemoryLogs, MemoryMetrics } from '../collector/fakes.ts';

const START = 1_800_000_000;
const DAY = 86_400_000;

async function openLineage(clock: ManualClock): Promise<LineageService> {
  const docs = new MemoryDocs();
  const service = createLineageService({
    state: { list: async () => [], putMany: (kind, all) => docs.putMany(kind, all), delete: async () => {} },
    clusters: {},
    telemetry: createTelemetry(),
    clock,
  });
  await service.start();
  return service;
}

/** The daemon's collecting side with stores in memory. */
async function openDaemon() {
  const clock = new ManualClock(START * 1000);
  const lineage = await openLineage(clock);
  const logs = new MemoryLogs();
  const metrics = new MemoryMetrics();
  const derived = new MemoryDerived();
  const deadLetter = new MemoryDeadLetter();
  const sink = createPipeline({
    logStore: logs as Pick<LogStore, 'append'> as LogStore,
    metricStore: metrics,
    offsets: createLagSink(derived, metrics),
    jobEvents: lineage,
    deadLetter,
    telemetry: createTelemetry(),
    clock,
    config: { logRetentionMs: 7 * DAY, metricRetentionMs: 15 * DAY, keepsMetric: () => true, dotted: () => null },
  });
  let sent = 0;
  return {
    clock,
    lineage,
    logs,
    metrics,
    derived,
    deadLetter,
    sent: () => sent,
    async send(stream: StreamName, records: readonly unknown[]) {
      if (records.length === 0) return;
      sent++;
      const lines = records.map(r => JSON.stringify(r));
      await sink({ ...batch(stream, lines, clock.now()), epoch: String(sent) }, { visible: true });
    },
  };
}

test('every record of a whole round of faults is taken by the daemon', async () => {
  const daemon = await openDaemon();
  const sim = new Simulation(demoEstate(), START);
  const script = new FaultScript(sim, START + 10);
  await daemon.send('jobs', [...declarationRecords(sim), ...reportRecords(sim)]);
  for (let s = 1; s <= 1500; s++) {
    sim.step();
    script.step();
    await daemon.clock.advance(1000);
    const events = sim.takeEvents();
    await daemon.send('jobs', statusRecords(events, sim.second * 1000));
    if (events.length > 0 || s % 30 === 0) await daemon.send('logs', logRecords(sim, events));
    if (s % 60 !== 0) continue;
    await daemon.send('metrics', metricRecords(sim));
    await daemon.send('offsets', offsetRecords(sim));
    await daemon.send('nifi', nifiRecords(sim));
    await daemon.send('druid', druidRecords(sim));
  }

  assert.deepEqual(
    daemon.deadLetter.entries.map(e => `${e.stream} ${e.code}: ${e.reason}`),
    [],
  );
  assert.ok(daemon.logs.rows.size > 500);
  const names = new Set(daemon.metrics.names());
  for (const name of [
    'flink.job.numRestarts',
    'flink.task.busyTimeMsPerSecond',
    'flink.operator.pendingRecords',
    'flink.taskmanager.Status.JVM.Memory.Heap.Used',
  ]) {
    assert.ok(names.has(name), name);
  }
  const hops = new Set(daemon.derived.rows.map(r => r.hop));
  for (const hop of [...sim.jobs.map(j => j.name), ...sim.druid.map(d => d.name), ...sim.nifi.map(n => n.spec.name)]) {
    assert.ok(hops.has(hop), `lag of ${hop}`);
  }
});

describe('the SQL of every job', () => {
  for (const job of demoEstate().jobs) {
    test(`${job.name} is read without a complaint, its tables and columns found`, () => {
      const answer = parseScript({ sql: sqlOf(job) });

      const table = (name: string): string => `default_catalog.default_database.${name}`;
      assert.deepEqual(answer.errors, []);
      assert.deepEqual([...answer.sources].sort(), [...job.inputs, ...job.dims].map(table).sort());
      assert.deepEqual(answer.sink, [table(job.output)]);
      assert.deepEqual([...answer.dims].sort(), job.dims.map(table).sort());
      assert.ok(answer.columns, 'every column is known');
    });
  }
});

test('the graph leads from NiFi to every report, and dimension tables are off the path', async () => {
  const daemon = await openDaemon();
  const sim = new Simulation(demoEstate(), START);

  await daemon.send('jobs', [...declarationRecords(sim), ...reportRecords(sim)]);

  assert.equal(daemon.lineage.jobs().length, sim.jobs.length + 1, 'those that run and one that ended');
  for (const report of sim.estate.reports) {
    const { nodes } = daemon.lineage.pathTo(report.name);
    assert.ok(
      nodes.some(n => n.kind === 'nifi'),
      `${report.name} begins in NiFi`,
    );
    assert.ok(
      nodes.some(n => n.kind === 'druid'),
      `${report.name} is served by Druid`,
    );
    assert.ok(nodes.filter(n => n.kind === 'job').length >= 2, `${report.name} passes at least two jobs`);
  }
  const lookups = daemon.lineage.graph({}).edges.filter(e => e.role === 'lookup');
  assert.equal(
    lookups.length,
    sim.jobs.reduce((n, j) => n + j.spec.dims.length, 0),
  );
});
