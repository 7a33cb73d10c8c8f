import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { demoEstate } from '../../demo/estate.ts';
import { FaultScript } from '../../demo/faults.ts';
import { backlog, dataTime } from '../../demo/hop-state.ts';
import { readEstate, restoreEstate, type SavedEstate, writeEstate } from '../../demo/saved-estate.ts';
import { Simulation } from '../../demo/simulate.ts';

const START = 1_800_000_000;
const dir = mkdtempSync(join(tmpdir(), 'tidewatch-estate-'));
after(() => rmSync(dir, { recursive: true, force: true }));
const file = join(dir, 'data', 'estate.json');

/** An estate in the middle of a fault, written and read again. */
function lived(seconds: number): { sim: Simulation; saved: SavedEstate } {
  const sim = new Simulation(demoEstate(), START);
  const script = new FaultScript(sim, START + 10);
  for (let i = 0; i < seconds; i++) {
    sim.step();
    script.step();
  }
  writeEstate(file, sim);
  const saved = readEstate(file);
  assert.ok(saved);
  return { sim, saved };
}

test('a restart goes on with the same offsets, positions, job ids and counters, without the fault', () => {
  const { sim, saved } = lived(100);
  const again = new Simulation(demoEstate(), saved.second, 99);

  assert.equal(restoreEstate(again, saved), true);

  for (const [name, topic] of sim.topics) assert.deepEqual(again.topic(name).end, topic.end, name);
  for (const [i, job] of sim.jobs.entries()) {
    const restored = again.jobs[i]!;
    assert.deepEqual(
      [
        restored.jobId,
        restored.position,
        restored.committed,
        restored.restarts,
        restored.checkpoint,
        restored.containers,
      ],
      [job.jobId, job.position, job.committed, job.restarts, job.checkpoint, job.containers],
    );
    assert.deepEqual([restored.status, restored.speed], ['RUNNING', 1]);
  }
});

test('no offset ever goes back over a restart, however long the daemon was down', () => {
  for (const downFor of [0, 5, 60, 86_400]) {
    const { sim, saved } = lived(100);
    const again = new Simulation(demoEstate(), saved.second + downFor);
    restoreEstate(again, saved);
    for (let i = 0; i < 120; i++) again.step();

    for (const [name, topic] of sim.topics) {
      for (const [p, end] of topic.end.entries())
        assert.ok(again.topic(name).end[p]! >= end, `${name}/${p} after ${downFor} s`);
    }
    for (const [i, job] of sim.jobs.entries()) {
      const now = again.jobs[i]!.position.flat();
      for (const [p, position] of job.position.flat().entries()) assert.ok(now[p]! >= position, job.name);
    }
  }
});

test('what was behind is made up for, and a long stop is no burst of windows or late checkpoints', () => {
  const { saved } = lived(240);
  const again = new Simulation(demoEstate(), saved.second + 86_400);
  restoreEstate(again, saved);
  const written = again.jobs.map(job => job.recordsOut);
  for (let i = 0; i < 60; i++) again.step();

  again.jobs.forEach((job, i) => {
    if (job.spec.kind.includes('window')) assert.ok(job.recordsOut - written[i]! <= 6 * job.spec.selectivity, job.name);
    assert.ok(again.second - job.checkpoint.completedAt <= 180, job.name);
  });
  for (let i = 0; i < 600; i++) again.step();
  for (const job of again.jobs) assert.ok(again.second - dataTime(job) <= 2 && backlog(job) >= 0, job.name);
});

test('a file that is not there, cut short, of another version or of another estate is left alone', () => {
  const { saved } = lived(10);
  const broken = join(dir, 'broken.json');
  assert.equal(readEstate(join(dir, 'none.json')), null);
  writeFileSync(broken, '{"version":1,"sec');
  assert.equal(readEstate(broken), null);
  writeFileSync(broken, '{"version":0}');
  assert.equal(readEstate(broken), null);

  const other = new Simulation(demoEstate(), START);
  const before = other.jobs[0]?.position.flat();
  assert.equal(restoreEstate(other, { ...saved, jobs: saved.jobs.slice(1) }), false);
  assert.deepEqual(other.jobs[0]?.position.flat(), before);
});
