import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { demoEstate } from '../../demo/estate.ts';
import { type FaultKind, FaultScript } from '../../demo/faults.ts';
import { backlog, dataTime, type HopState, type JobState } from '../../demo/hop-state.ts';
import { druidRecords, nifiRecords } from '../../demo/records/ends.ts';
import { declarationRecords, statusRecords } from '../../demo/records/jobs.ts';
import { logRecords } from '../../demo/records/logs.ts';
import { metricRecords, offsetRecords } from '../../demo/records/metrics.ts';
import { type EstateEvent, Simulation } from '../../demo/simulate.ts';

const START = 1_800_000_000;
const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
const behind = (sim: Simulation, hop: HopState): number => sim.second - dataTime(hop);

/** Everything the estate would send in `seconds`, as text. */
function recording(seed: number, seconds: number): string {
  const sim = new Simulation(demoEstate(), START, seed);
  const script = new FaultScript(sim, START + 10);
  const said: unknown[] = [declarationRecords(sim)];
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

/** What one fault did while it lasted. */
interface Observed {
  readonly sim: Simulation;
  readonly script: FaultScript;
  readonly events: EstateEvent[];
  /** Runs one second; false once the fault is over. */
  second(): boolean;
  job(): JobState;
}

/** Brings the estate to the second in which a fault of this kind begins. */
function until(kind: FaultKind): Observed {
  const sim = new Simulation(demoEstate(), START);
  const script = new FaultScript(sim, START + 90);
  const observed: Observed = {
    sim,
    script,
    events: [],
    second() {
      sim.step();
      script.step();
      observed.events.push(...sim.takeEvents());
      return script.current?.kind === kind;
    },
    job: () => sim.job(script.current?.target ?? ''),
  };
  for (let i = 0; i < 4000 && script.current?.kind !== kind; i++) {
    observed.second();
    observed.events.length = 0;
  }
  assert.equal(script.current?.kind, kind);
  return observed;
}

/** Seconds after the fault until `recovered` holds; fails after twenty minutes. */
function recovery(observed: Observed, recovered: () => boolean): number {
  for (let s = 0; s < 1200; s++) {
    if (recovered()) return s;
    observed.sim.step();
  }
  return assert.fail('it never recovers');
}

describe('a slow operator', () => {
  test('delays its job and what is behind it, back-pressures the source, fails checkpoints, and is made up for', () => {
    const observed = until('slow-operator');
    const job = observed.job();
    const druid = observed.sim.druid.find(d => d.inputs.includes(job.output));
    let worst = 0;
    let staleness = 0;
    let pressed = 0;
    while (observed.second()) {
      worst = Math.max(worst, behind(observed.sim, job));
      staleness = Math.max(staleness, observed.sim.second - (druid?.newestRow ?? 0));
      pressed = Math.max(pressed, ...job.subtasks.map(s => s.backPressuredRatio));
    }

    assert.ok(worst > 120, `it was ${worst} s behind`);
    assert.ok(pressed > 0.5, `back-pressure reached ${pressed}`);
    assert.ok(observed.events.some(e => e.kind === 'checkpoint-failed' && e.job === job));
    assert.ok(observed.sim.jobs.every(j => j === job || j.status === 'RUNNING'));
    assert.ok(recovery(observed, () => behind(observed.sim, job) <= 2) < 300);
    assert.ok(staleness > 0);
  });

  test('shows as Flink shows it: pending records 0 while the true lag grows', () => {
    const observed = until('slow-operator');
    const job = observed.job();
    for (let i = 0; i < 120; i++) observed.second();

    const pending = metricRecords(observed.sim)
      .flatMap(r => (r as { groups: { vars: Record<string, string>; gauges: Record<string, number> }[] }).groups)
      .filter(g => g.vars['job_name'] === job.name && 'pendingRecords' in g.gauges)
      .map(g => g.gauges['pendingRecords']);

    assert.ok(pending.length > 0);
    assert.deepEqual([...new Set(pending)], [0]);
    assert.ok(backlog(job) > 10_000);
  });
});

describe('a crashing job', () => {
  test('restarts again and again from its last checkpoint, writes nothing meanwhile, says why, and comes back', () => {
    const observed = until('crash');
    const job = observed.job();
    const restarts = job.restarts;
    const writes: number[] = [];
    const lines: { message: string; exception?: { root: string } }[] = [];
    const told: { status: string; exception?: string }[] = [];
    while (observed.second()) {
      if (job.status === 'RESTARTING') writes.push(job.recordsOut);
      if (job.status === 'RESTARTING' && job.since === observed.sim.second)
        assert.deepEqual(job.position, job.committed);
      const events = observed.events.splice(0);
      lines.push(...(logRecords(observed.sim, events) as typeof lines));
      told.push(...(statusRecords(events, 0) as typeof told));
    }

    assert.ok(job.restarts - restarts >= 3, `${job.restarts - restarts} restarts`);
    assert.ok(writes.length > 60);
    assert.ok(told.some(t => t.status === 'RESTARTING' && t.exception?.includes('NumberFormatException')));
    assert.ok(lines.some(l => l.exception?.root.includes('NumberFormatException')));
    assert.equal(job.status, 'RUNNING');
    assert.ok(recovery(observed, () => behind(observed.sim, job) <= 2) < 300);
  });

  test('has task managers that say nothing while it restarts', () => {
    const observed = until('crash');
    const job = observed.job();

    assert.equal(job.status, 'RESTARTING');
    const groups = metricRecords(observed.sim).flatMap(
      r => (r as { groups: { scope: string; vars: Record<string, string> }[] }).groups,
    );
    const own = groups.filter(g => g.vars['job_name'] === job.name);
    assert.deepEqual([...new Set(own.map(g => g.scope))], ['jobmanager.job']);
  });
});

describe('a stalled NiFi process group', () => {
  test('queues what arrives, ages it, starves its topic and its readers, and drains', () => {
    const observed = until('nifi-stall');
    const flow = observed.sim.nifi.find(n => n.spec.name === observed.script.current?.target);
    assert.ok(flow);
    const reader = observed.sim.jobs.find(j => j.inputs.includes(flow.topic));
    const end = sum(flow.topic.end);
    let said: { queuedCount: number; queuedDuration: number; isBackPressureEnabled: string } | undefined;
    while (observed.second()) {
      if (observed.script.current) assert.equal(sum(flow.topic.end), end);
      said = nifiRecords(observed.sim).find(
        r => (r as { parentName?: string }).parentName === flow.spec.name,
      ) as typeof said;
    }

    assert.ok((said?.queuedDuration ?? 0) > 200_000, `the oldest waits ${said?.queuedDuration} ms`);
    assert.ok((said?.queuedCount ?? 0) > flow.spec.rate * 150);
    assert.equal(said?.isBackPressureEnabled, 'true');
    assert.ok(
      Math.max(...(reader?.subtasks.map(s => s.inPerSecond) ?? [0])) < flow.spec.rate * 0.01,
      'its readers starve',
    );
    assert.ok(recovery(observed, () => flow.queue.length <= 1) < 300);
  });
});

describe('a hot key', () => {
  test('keeps one subtask busy while the others idle, delays its partition, and is made up for', () => {
    const observed = until('skew');
    const job = observed.job();
    let busiest = 0;
    let others = 1;
    let worst = 0;
    while (observed.second()) {
      const [hot = 0, ...rest] = job.subtasks.map(s => s.busyRatio);
      busiest = Math.max(busiest, hot);
      others = Math.min(others, Math.max(...rest));
      worst = Math.max(worst, behind(observed.sim, job));
    }

    assert.ok(busiest > 0.95, `the hot one reached ${busiest}`);
    assert.ok(others < 0.3, `the others were at ${others}`);
    assert.ok(worst > 30, `it was ${worst} s behind`);
    assert.ok(recovery(observed, () => behind(observed.sim, job) <= 2) < 600);
  });
});

test('a whole round of faults leaves no trace', () => {
  const sim = new Simulation(demoEstate(), START);
  const script = new FaultScript(sim, START + 30);
  const seen = new Set<FaultKind>();
  for (let i = 0; i < 1500; i++) {
    sim.step();
    script.step();
    if (script.current) seen.add(script.current.kind);
  }
  for (let i = 0; i < 900; i++) {
    sim.step();
    if (script.current) script.step();
  }

  assert.deepEqual([...seen].sort(), ['crash', 'nifi-stall', 'skew', 'slow-operator']);
  for (const job of sim.jobs) {
    assert.deepEqual([job.status, job.speed, job.slowAt], ['RUNNING', 1, 'source'], job.name);
    assert.ok(behind(sim, job) <= 2, `${job.name} is ${behind(sim, job)} s behind`);
  }
  for (const flow of sim.nifi)
    assert.deepEqual([flow.stalled, flow.queue.length <= 1, flow.backPressured], [false, true, false]);
  for (const topic of sim.topics.values()) assert.ok(Math.abs(sum(topic.weights) - 1) < 1e-9);
});
