/**
 * The estate between two runs of the demo: offsets, positions and counters go on where they stood, as topics and jobs do while a
 * monitoring daemon is restarted. Faults do not outlive a run.
 */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { HopState, JobState } from './hop-state.ts';
import type { NifiState, Simulation } from './simulate.ts';

const VERSION = 1;

type SavedHop = Pick<HopState, 'name' | 'position' | 'committed' | 'subtasks'>;
type SavedJob = SavedHop &
  Pick<
    JobState,
    | 'jobId'
    | 'containers'
    | 'startedAt'
    | 'restarts'
    | 'attempt'
    | 'lastWindow'
    | 'recordsOut'
    | 'toldCheckpoint'
    | 'checkpoint'
  >;

export interface SavedEstate {
  readonly version: typeof VERSION;
  /** Second up to which the estate had lived. */
  readonly second: number;
  readonly topics: readonly { readonly name: string; readonly end: readonly number[] }[];
  readonly nifi: readonly (Pick<NifiState, 'queue' | 'inCount' | 'outCount'> & { readonly name: string })[];
  readonly jobs: readonly SavedJob[];
  readonly druid: readonly SavedHop[];
}

/** What of an estate is kept. Shares its arrays with the simulation: to be written at once. */
function savedEstate(sim: Simulation): SavedEstate {
  return {
    version: VERSION,
    second: sim.second,
    topics: [...sim.topics.values()].map(({ spec, end }) => ({ name: spec.name, end })),
    nifi: sim.nifi.map(({ spec, queue, inCount, outCount }) => ({ name: spec.name, queue, inCount, outCount })),
    jobs: sim.jobs.map(savedJob),
    druid: sim.druid.map(savedHop),
  };
}

function savedHop({ name, position, committed, subtasks }: HopState): SavedHop {
  return { name, position, committed, subtasks };
}

function savedJob(job: JobState): SavedJob {
  const { jobId, containers, startedAt, restarts, attempt, lastWindow, recordsOut, toldCheckpoint, checkpoint } = job;
  const counters = { startedAt, restarts, attempt, lastWindow, recordsOut, toldCheckpoint, checkpoint };
  return { ...savedHop(job), jobId, containers, ...counters };
}

/**
 * Puts a fresh simulation where a saved one stood; its `second`, not before the saved one's, stays: time between them did not pass for
 * the estate. False, and nothing changed, when what was saved is of another estate.
 */
export function restoreEstate(sim: Simulation, saved: SavedEstate): boolean {
  if (!sameNames(savedEstate(sim), saved)) return false;
  const pause = Math.max(0, sim.second - saved.second);
  for (const { name, end } of saved.topics) {
    const topic = sim.topic(name);
    topic.end.splice(0, topic.end.length, ...end);
    topic.remember(sim.second);
  }
  saved.nifi.forEach(({ name: _name, queue, ...counts }, i) => {
    const later = queue.map(({ second, records }) => ({ second: second + pause, records }));
    Object.assign(sim.nifi[i]!, { ...counts, queue: later });
  });
  saved.jobs.forEach(({ checkpoint, lastWindow, ...fields }, i) => {
    Object.assign(sim.jobs[i]!, {
      ...fields,
      checkpoint: { ...checkpoint, completedAt: checkpoint.completedAt + pause },
      lastWindow: lastWindow + Math.floor(pause / 60),
    });
  });
  saved.druid.forEach((hop, i) => {
    Object.assign(sim.druid[i]!, hop);
  });
  return true;
}

function sameNames(a: SavedEstate, b: SavedEstate): boolean {
  const names = (saved: SavedEstate): string =>
    JSON.stringify([
      saved.topics.map(t => [t.name, t.end.length]),
      saved.nifi.map(n => n.name),
      saved.jobs.map(j => [j.name, j.subtasks.length]),
      saved.druid.map(d => d.name),
    ]);
  return names(a) === names(b);
}

/** The estate as last written; null when there is none that can be read. */
export function readEstate(file: string): SavedEstate | null {
  try {
    const saved = JSON.parse(readFileSync(file, 'utf8')) as SavedEstate;
    return saved.version === VERSION ? saved : null;
  } catch {
    return null;
  }
}

/** Writes it whole or not at all. */
export function writeEstate(file: string, sim: Simulation): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.new`, JSON.stringify(savedEstate(sim)));
  renameSync(`${file}.new`, file);
}
