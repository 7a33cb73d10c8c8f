/** Jobs and their runs: status with Flink's flapping debounced, ids to names, the last status changes. */
import type { JobStatusChanged, JobSubmitted } from '../../model/job-event.ts';
import type { JobNames } from '../../model/job-names.ts';
import { foldRestarts, isPartOf, type SettledStatus, type StatusEvent, settledStatus } from './job-status.ts';
import { isEnded, type JobState } from './view.ts';

export interface JobRun {
  readonly jobId: string;
  readonly appId: string | null;
  readonly status: string | null;
  readonly firstSeen: number;
  readonly lastSeen: number;
}

export interface JobInfo {
  readonly name: string;
  readonly owner: string | null;
  readonly sql: string | null;
  readonly session: string | null;
  /** Oldest first. */
  readonly runs: readonly JobRun[];
  /** Of the latest run, debounced; null before any is known. */
  readonly status: string | null;
  /** Since when it has that status, and how often the restart under way came back only for a moment. */
  readonly since: number | null;
  readonly flaps: number;
  /** Status changes, oldest first; the last ones only. A restart is one, however often it flapped. */
  readonly events: readonly StatusEvent[];
  readonly lastException: { readonly ts: number; readonly text: string } | null;
}

const MAX_RUNS = 50;
const MAX_EVENTS = 100;
const MAX_EXCEPTION = 8192;

export interface RegistryLimits {
  readonly maxJobs: number;
  readonly maxIds: number;
}

/** Bounds of a daemon: 10,000 jobs are the design's estate. */
const REGISTRY_LIMITS: RegistryLimits = { maxJobs: 50_000, maxIds: 500_000 };

export class JobRegistry implements JobNames {
  readonly #jobs = new Map<string, JobInfo>();
  readonly #nameOfId = new Map<string, string>();
  readonly #limits: RegistryLimits;
  /** Jobs and ids not taken because a limit is reached. */
  dropped = 0;

  constructor(limits: RegistryLimits = REGISTRY_LIMITS) {
    this.#limits = limits;
  }

  restore(doc: JobInfo): void {
    this.#jobs.set(doc.name, doc);
    for (const run of doc.runs) this.nameId(run.jobId, doc.name);
  }

  delete(name: string): void {
    for (const { jobId } of this.#jobs.get(name)?.runs ?? []) this.#nameOfId.delete(jobId);
    this.#jobs.delete(name);
  }

  /** Makes sure a job of this name is held; false when no more fit. */
  ensure(name: string): boolean {
    const job = this.#known(name);
    if (job !== null) this.#jobs.set(name, job);
    return job !== null;
  }

  /** The job as it is persisted, its status not debounced. */
  stored(name: string): JobInfo | null {
    return this.#jobs.get(name) ?? null;
  }

  /** Takes a submission; answers the job, or null when nothing changed or no more jobs fit. */
  submit(event: JobSubmitted): JobInfo | null {
    const before = this.#known(event.jobName);
    if (before === null) return null;
    const described = {
      ...before,
      owner: event.owner ?? before.owner,
      sql: event.sql ?? before.sql,
      session: event.session ?? before.session,
    };
    return this.#store(
      before,
      event.jobId === undefined ? described : this.#withRun(described, event.jobId, event.ts, event.appId),
    );
  }

  /** Takes a run that metrics or a lineage event named; null when nothing but the time changed. */
  see(jobName: string, jobId: string, ts: number, appId?: string): JobInfo | null {
    const before = this.#known(jobName);
    if (before === null) return null;
    const run = before.runs.find(found => found.jobId === jobId);
    const news = run === undefined || (appId !== undefined && run.appId !== appId);
    const after = this.#withRun(before, jobId, ts, appId);
    if (!news) {
      // Last seen moves with every interval: kept in memory, written with the next real change.
      this.#jobs.set(jobName, after);
      return null;
    }
    return this.#store(before, after);
  }

  /** Takes a status change; the same one again changes nothing. */
  status(event: JobStatusChanged): JobInfo | null {
    const before = this.#known(event.jobName);
    if (before === null) return null;
    const { ts, jobId, status } = event;
    const isTaken = (known: StatusEvent): boolean =>
      isPartOf(known, event) || (known.ts === ts && known.jobId === jobId && known.status === status);
    if (before.events.some(isTaken)) return null;
    const exception = event.exception === undefined ? null : event.exception.slice(0, MAX_EXCEPTION);
    const others = before.events.filter(known => known.jobId !== jobId);
    const own = before.events.filter(known => known.jobId === jobId);
    const folded = foldRestarts(inOrder([...own, { ts, jobId, status, exception }]));
    const events = inOrder([...others, ...folded]).slice(-MAX_EVENTS);
    const withRun = this.#withRun(before, jobId, ts);
    // Events may come out of order: a run's status is that of its latest one.
    const latest = events.findLast(known => known.jobId === jobId);
    const runs = withRun.runs.map(run => (run.jobId === jobId ? { ...run, status: latest?.status ?? status } : run));
    const lastException =
      exception === null || ts < (before.lastException?.ts ?? 0) ? before.lastException : { ts, text: exception };
    return this.#store(before, { ...withRun, events, runs, lastException });
  }

  /** Remembers an id; false when no more fit. */
  nameId(jobId: string, jobName: string): boolean {
    if (this.#nameOfId.get(jobId) === jobName) return true;
    if (!this.#nameOfId.has(jobId) && this.#nameOfId.size >= this.#limits.maxIds) {
      this.dropped++;
      return false;
    }
    this.#nameOfId.set(jobId, jobName);
    return true;
  }

  /** The job as people should see it at `now`. */
  get(name: string, now: number): JobInfo | null {
    const job = this.#jobs.get(name);
    return job === undefined ? null : shown(job, now);
  }

  list(now: number): readonly JobInfo[] {
    return [...this.#jobs.values()].map(job => shown(job, now)).sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  statusOf(name: string, now: number): string | null {
    return this.stateOf(name, now)?.status ?? null;
  }

  /** A job's state at `now`; null for one that is not known. */
  stateOf(name: string, now: number): JobState | null {
    const job = this.#jobs.get(name);
    return job === undefined ? null : stateOf(job, now);
  }

  /** A job's state as of a time in the past, as far back as its events are kept. */
  stateAt(name: string, at: number): JobState | null {
    const job = this.#jobs.get(name);
    const events = job?.events.filter(({ ts }) => ts <= at) ?? [];
    const jobId = events.at(-1)?.jobId;
    return jobId === undefined
      ? null
      : settledStatus(
          events.filter(event => event.jobId === jobId),
          at,
        );
  }

  nameOf(jobId: string): string | undefined {
    return this.#nameOfId.get(jobId);
  }

  idsOf(jobName: string): readonly string[] {
    return this.#jobs.get(jobName)?.runs.map(run => run.jobId) ?? [];
  }

  knownIds(): Iterable<string> {
    return this.#nameOfId.keys();
  }

  names(): Iterable<string> {
    return this.#jobs.keys();
  }

  #known(name: string): JobInfo | null {
    const job = this.#jobs.get(name);
    if (job !== undefined) return job;
    if (this.#jobs.size >= this.#limits.maxJobs && !this.#forgetEnded()) {
      this.dropped++;
      return null;
    }
    return {
      name,
      owner: null,
      sql: null,
      session: null,
      runs: [],
      status: null,
      since: null,
      flaps: 0,
      events: [],
      lastException: null,
    };
  }

  /** Makes room by forgetting the job that ended longest ago. */
  #forgetEnded(): boolean {
    let oldest: JobInfo | null = null;
    for (const job of this.#jobs.values()) {
      if (isEnded(job.status) && lastSeen(job) < (oldest === null ? Number.POSITIVE_INFINITY : lastSeen(oldest)))
        oldest = job;
    }
    if (oldest !== null) this.#jobs.delete(oldest.name);
    return oldest !== null;
  }

  #withRun(job: JobInfo, jobId: string, ts: number, appId?: string): JobInfo {
    this.nameId(jobId, job.name);
    const run = job.runs.find(found => found.jobId === jobId) ?? {
      jobId,
      appId: null,
      status: null,
      firstSeen: ts,
      lastSeen: ts,
    };
    const seen = {
      ...run,
      appId: appId ?? run.appId,
      firstSeen: Math.min(run.firstSeen, ts),
      lastSeen: Math.max(run.lastSeen, ts),
    };
    const runs = [...job.runs.filter(found => found.jobId !== jobId), seen].sort((a, b) => a.firstSeen - b.firstSeen);
    return { ...job, runs: runs.slice(-MAX_RUNS) };
  }

  #store(before: JobInfo, after: JobInfo): JobInfo | null {
    const status = after.runs.at(-1)?.status ?? after.status;
    const stored = { ...after, status };
    const isNew = !this.#jobs.has(stored.name);
    this.#jobs.set(stored.name, stored);
    return !isNew && JSON.stringify(before) === JSON.stringify(stored) ? null : stored;
  }
}

function lastSeen(job: JobInfo): number {
  return job.runs.at(-1)?.lastSeen ?? 0;
}

function inOrder(events: readonly StatusEvent[]): readonly StatusEvent[] {
  return events.toSorted((a, b) => a.ts - b.ts);
}

/** The settled state of its latest run. */
function stateOf(job: JobInfo, now: number): SettledStatus {
  const run = job.runs.at(-1);
  const events = run === undefined ? [] : job.events.filter(event => event.jobId === run.jobId);
  const settled = settledStatus(events, now);
  return settled.status === null ? { ...settled, status: run?.status ?? job.status } : settled;
}

function shown(job: JobInfo, now: number): JobInfo {
  return { ...job, ...stateOf(job, now) };
}
