/** Which events of a job's life a receiver has not been told yet. Pure, so that a restart goes on where the last one stopped. */
import { createHash } from 'node:crypto';
import type { JobInfo } from '../graph/job-registry.ts';

export type RunState = 'START' | 'RUNNING' | 'COMPLETE' | 'ABORT' | 'FAIL' | 'OTHER';

/** One event to be told. */
export interface Step {
  /** Null: a version of a job that has no run yet, told as a JobEvent. */
  readonly run: { readonly jobId: string; readonly state: RunState; readonly appId: string | null } | null;
  /** When it happened, epoch ms. */
  readonly ts: number;
  /** Flink's own word, where a status is told. */
  readonly status: string | null;
  readonly exception: string | null;
  /** Whether the job's datasets are told with it: at the beginning, at the end, and with a new version. */
  readonly isFull: boolean;
}

/** What one receiver knows of one job. Plain data, to be stored. */
export interface Told {
  /** `versionOf` the job as it was told last. */
  readonly version: string;
  /** Run -> time of the last event told of it, epoch ms. */
  readonly runs: Readonly<Record<string, number>>;
}

export interface News {
  /** In the order to be told. */
  readonly steps: readonly Step[];
  /** What the receiver knows once all of them are told. */
  readonly told: Told;
  /** Status changes that were forgotten before they could be told. */
  readonly missed: boolean;
}

/** Flink status -> run state; what is not listed is OTHER. */
const STATES: Readonly<Record<string, RunState>> = {
  RUNNING: 'RUNNING',
  FINISHED: 'COMPLETE',
  CANCELED: 'ABORT',
  FAILED: 'FAIL',
};
/** A run begins with START: these add nothing. */
const BEGINNINGS: ReadonlySet<string> = new Set(['CREATED', 'INITIALIZING']);
/** As many status changes as a job keeps: a full list may have lost some. */
const KEPT_EVENTS = 100;

/**
 * What is new since `told`; null for a receiver that knows nothing of the job: it is told the latest run and how that stands, not the
 * job's history. A new version is told at `now`, epoch ms. Events that come late, older than one already told, are not told: receivers take the last word for the state.
 */
export function newsOf(job: JobInfo, told: Told | null, now: number): News {
  const version = versionOf(job);
  const steps: Step[] = [];
  const runs: Record<string, number> = {};
  const latest = job.runs.at(-1);
  let missed = false;
  let isVersionTold = told?.version === version;
  for (const run of job.runs) {
    const before = told?.runs[run.jobId];
    const events = job.events.filter(event => event.jobId === run.jobId);
    const last = Math.max(run.firstSeen, ...events.map(event => event.ts));
    runs[run.jobId] = Math.max(before ?? 0, last);
    if (told === null && run !== latest) continue;
    const base = { jobId: run.jobId, appId: run.appId };
    if (before === undefined) {
      const isFull = run === latest;
      steps.push({ run: { ...base, state: 'START' }, ts: run.firstSeen, status: null, exception: null, isFull });
      isVersionTold ||= isFull;
    }
    const unknown = events.filter(
      event => event.ts > (before ?? Number.NEGATIVE_INFINITY) && !isBeginning(event.status),
    );
    missed ||= before !== undefined && job.events.length >= KEPT_EVENTS && before < job.events[0]!.ts;
    for (const { ts, status, exception } of told === null ? unknown.slice(-1) : unknown) {
      const state = STATES[status] ?? 'OTHER';
      const isFull = state === 'COMPLETE' || state === 'ABORT' || state === 'FAIL';
      steps.push({ run: { ...base, state }, ts, status, exception, isFull });
    }
  }
  if (!isVersionTold) steps.push(versionStep(job, now));
  return { steps, told: { version, runs }, missed };
}

/** What a job does, as one short text: equal for equal SQL, session and owner. */
function versionOf({ sql, session, owner }: JobInfo): string {
  return createHash('sha1')
    .update(JSON.stringify([sql, session, owner]))
    .digest('base64url')
    .slice(0, 16);
}

/** A new version of a running job belongs to its run; of one that does not run it is told for itself. */
function versionStep(job: JobInfo, now: number): Step {
  const run = job.runs.at(-1);
  const last = job.events.findLast(event => event.jobId === run?.jobId);
  const hasEnded = last !== undefined && ['COMPLETE', 'ABORT', 'FAIL'].includes(STATES[last.status] ?? '');
  const rest = { status: null, exception: null, isFull: true };
  if (run === undefined || hasEnded) return { run: null, ts: now, ...rest };
  return { run: { jobId: run.jobId, appId: run.appId, state: 'RUNNING' }, ts: now, ...rest };
}

function isBeginning(status: string): boolean {
  return BEGINNINGS.has(status);
}
