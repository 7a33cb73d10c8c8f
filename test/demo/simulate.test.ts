import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { demoEstate } from '../../demo/estate.ts';
import { FaultScript } from '../../demo/faults.ts';
import { druidRecords, nifiRecords } from '../../demo/records/ends.ts';
import { declarationRecords, reportRecords, statusRecords } from '../../demo/records/jobs.ts';
import { logRecords } from '../../demo/records/logs.ts';
import { metricRecords, offsetRecords } from '../../demo/records/metrics.ts';
import { Simulation } from '../../demo/simulate.ts';

const START = 1_800_000_000;
const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

/** Everything the estate would send in `seconds`, as text. */
function recording(seed: number, seconds: number): string {
  const sim = new Simulation(demoEstate(), START, seed);
  const script = new FaultScript(sim, START + 10);
  const said: unknown[] = [declarationRecords(sim), reportRecords(sim)];
  for (let i = 0; i < seconds; i++) {
    sim.step();
    script.step();
    const events = sim.takeEvents();
    said.push(statusRecords(events, sim.second * 1000), logRecords(sim, events));
    if (i % 5 === 0) said.push(metricRecords(sim), offsetRecords(sim), nifiRecords(sim), druidRecords(sim));
  }
  return JSON.stringify(said);
}

describe('the estate', () => {
  const estate = demoEstate();

  test('has at least 30 jobs, 5 reports, NiFi, Druid and three layers of topics, every name once', () => {
    assert.ok(estate.jobs.length >= 30);
    assert.ok(estate.reports.length >= 5);
    assert.ok(estate.nifi.length > 0 && estate.druid.length > 0);
    for (const layer of ['ods_', 'dwd_', 'dws_'])
      assert.ok(
        estate.topics.some(t => t.name.startsWith(layer)),
        layer,
      );
    for (const list of [estate.jobs, estate.topics, estate.reports]) {
      assert.equal(new Set(list.map(x => x.name)).size, list.length);
    }
  });

  test('reads only topics that someone writes, and reports only data sources there are', () => {
    const written = new Set([...estate.nifi.map(n => n.topic), ...estate.jobs.map(j => j.output)]);
    const sources = new Set(estate.druid.map(d => d.dataSource));

    assert.deepEqual(
      estate.jobs.flatMap(j => j.inputs).filter(t => !written.has(t)),
      [],
    );
    assert.deepEqual(
      estate.druid.filter(d => !written.has(d.topic)),
      [],
    );
    assert.deepEqual(
      estate.reports.flatMap(r => r.dataSources).filter(d => !sources.has(d)),
      [],
    );
  });
});

test('the same seed gives the same records, another seed others', () => {
  assert.equal(recording(7, 120), recording(7, 120));
  assert.notEqual(recording(7, 120), recording(8, 120));
});

test('records are conserved from NiFi to every reader', () => {
  const sim = new Simulation(demoEstate(), START);
  const begun = new Map([...sim.topics].map(([name, topic]) => [name, sum(topic.end)]));
  const startOf = new Map(sim.jobs.map(job => [job.name, sum(job.position.flat())]));
  for (let i = 0; i < 600; i++) sim.step();
  const close = (a: number, b: number, what: string) =>
    assert.ok(Math.abs(a - b) < 1e-3 * Math.max(1, b), `${what}: ${a} and ${b}`);
  const written = (topic: string): number => sum(sim.topic(topic).end) - (begun.get(topic) ?? 0);

  for (const flow of sim.nifi) {
    close(flow.inCount, flow.outCount + sum(flow.queue.map(q => q.records)), `${flow.spec.name} in = out + queued`);
    close(written(flow.spec.topic), flow.outCount, `${flow.spec.topic} = what NiFi sent`);
  }
  for (const job of sim.jobs) {
    close(written(job.output.spec.name), job.recordsOut, `${job.output.spec.name} = what ${job.name} wrote`);
    close(sum(job.subtasks.map(s => s.recordsOut)), job.recordsOut, `${job.name}: subtasks = job`);
    const read = sum(job.position.flat()) - (startOf.get(job.name) ?? 0);
    close(sum(job.subtasks.map(s => s.recordsIn)), read, `${job.name}: subtasks read what positions moved`);
    const filters = job.spec.kind === 'filter' || job.spec.kind === 'enrich' || job.spec.kind === 'dedup';
    if (filters) close(job.recordsOut, read * job.spec.selectivity, `${job.name}: selectivity`);
    else assert.equal(job.recordsOut % job.spec.selectivity, 0, `${job.name}: whole windows`);
  }
});

test('at every second committed <= position <= end, and ends never go back', () => {
  const sim = new Simulation(demoEstate(), START);
  const script = new FaultScript(sim, START + 30);
  let ends = new Map<string, readonly number[]>();
  for (let i = 0; i < 1600; i++) {
    sim.step();
    script.step();
    for (const hop of [...sim.jobs, ...sim.druid]) {
      hop.inputs.forEach((topic, t) => {
        topic.end.forEach((end, p) => {
          const position = hop.position[t]![p]!;
          assert.ok(position <= end + 1e-6, `${hop.name} at ${i} s is past the end of ${topic.spec.name}/${p}`);
          assert.ok(hop.committed[t]![p]! <= position + 1e-6, `${hop.name} at ${i} s committed what it has not read`);
        });
      });
    }
    for (const [name, topic] of sim.topics) {
      const before = ends.get(name);
      for (const [p, end] of topic.end.entries()) assert.ok(end >= (before?.[p] ?? 0), `${name}/${p} at ${i} s`);
    }
    ends = new Map([...sim.topics].map(([name, topic]) => [name, [...topic.end]]));
  }
});
