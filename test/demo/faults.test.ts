import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { demoEstate } from '../../demo/estate.ts';
import { type FaultKind, FaultScript } from '../../demo/faults.ts';
import { backlog, dataTime, type HopState, type JobState } from '../../demo/hop-state.ts';
import { nifiRecords } from '../../demo/records/ends.ts';
import { statusRecords } from '../../demo/records/jobs.ts';
import { logRecords } from '../../demo/records/logs.ts';
import { metricRecords } from '../../demo/records/metrics.ts';
import { type EstateEvent, Simulation } from '../../demo/simulate.ts';
import { sqlOf } from '../../demo/sql.ts';

const START = 1_800_000_000;

interface Submission {
  readonly type: 'job';
  readonly job_name: string;
  readonly job_id: string;
  readonly sql: string;
  readonly properties: { readonly submitted_by: string };
}
const isSubmission = (record: unknown): record is Submission => (record as Submission).type === 'job';

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
const behind = (sim: Simulation, hop: HopState): number => sim.second - dataTime(hop);

/** What one fault did while it lasted. */
interface Observed {
  readonly sim: Simulation;
  readonly script: FaultScript;
  readonly events: EstateEvent[];
  /** Runs one second; false once the fault is over. */
  second(): boolean;
  job(): JobState;
}

/** Brings the estate to the second in which a fault of this kind begins, that second's events included. */
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
    observed.events.length = 0;
    observed.second();
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

describe('a release that drops a column', () => {
  test('is a submission with another id, SQL and author, and taken back by a third', () => {
    const observed = until('deploy');
    const job = observed.job();
    const before = sqlOf(job.spec);
    const told: unknown[] = [];
    do told.push(...statusRecords(observed.events.splice(0), 0));
    while (observed.second());
    told.push(...statusRecords(observed.events, 0));
    const submitted = told.filter(isSubmission).filter(({ job_name }) => job_name === job.name);

    assert.deepEqual(
      submitted.map(({ properties }) => properties.submitted_by),
      ['wang.wei', 'li.na'],
    );
    assert.equal(new Set(submitted.map(({ job_id }) => job_id)).size, 2);
    assert.ok(before.includes('imei STRING'));
    const [dropped, back] = submitted.map(({ sql }) => sql);
    assert.match(dropped ?? '', /CREATE TABLE dwd_device_status \((?:(?!imei)[^;])*;/, 'its output has not');
    assert.match(dropped ?? '', /SELECT [^;]*s\.user_id, s\.item_id/);
    assert.match(dropped ?? '', /CREATE TABLE ods_device_status [^;]*imei STRING/, 'its input still has it');
    assert.equal(back, before);
  });

  test('makes its reader restart and say which column is missing, and the job itself runs on', () => {
    const observed = until('deploy');
    const job = observed.job();
    const reader = observed.sim.jobs.find(({ inputs }) => inputs.includes(job.output));
    assert.ok(reader);
    const lines: { message: string; exception?: { root: string; stack: string } }[] = [];
    while (observed.second()) {
      assert.equal(job.status, 'RUNNING');
      lines.push(...(logRecords(observed.sim, observed.events.splice(0)) as typeof lines));
    }

    assert.ok(reader.restarts >= 3, `${reader.restarts} restarts`);
    assert.ok(lines.some(({ exception }) => exception?.root.endsWith("Could not find field with name 'imei'.")));
    assert.equal(reader.status, 'RUNNING');
    assert.ok(recovery(observed, () => behind(observed.sim, reader) <= 2) < 60);
  });
});

test('a whole round of faults leaves no trace', () => {
  const sim = new Simulation(demoEstate(), START);
  const script = new FaultScript(sim, START + 30);
  const seen = new Set<FaultKind>();
  for (let i = 0; i < 1600; i++) {
    sim.step();
    script.step();
    if (script.current) seen.add(script.current.kind);
  }
  for (let i = 0; i < 900; i++) {
    sim.step();
    if (script.current) script.step();
  }

  assert.deepEqual([...seen].sort(), ['crash', 'deploy', 'nifi-stall', 'skew', 'slow-operator']);
  for (const job of sim.jobs) {
    assert.deepEqual([job.status, job.speed, job.slowAt, job.release], ['RUNNING', 1, 'source', null], job.name);
    assert.ok(behind(sim, job) <= 2, `${job.name} is ${behind(sim, job)} s behind`);
  }
  for (const flow of sim.nifi)
    assert.deepEqual([flow.stalled, flow.queue.length <= 1, flow.backPressured], [false, true, false]);
  for (const topic of sim.topics.values()) assert.ok(Math.abs(sum(topic.weights) - 1) < 1e-9);
});
