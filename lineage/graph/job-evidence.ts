/** What is known of jobs: submissions, versions, OpenLineage runs and topics seen; each job's fragments follow from these. */
import type { JobSubmitted, OpenLineageRun } from '../../model/job-event.ts';
import type { LineageGraph } from './build.ts';
import type { DatasetCatalog } from './catalog.ts';
import type { Clusters } from './clusters.ts';
import type { ChangedDoc, DocRef, EvidenceProblems, JobDoc } from './documents.ts';
import { type Fragment, NODE_ID } from './fragment.ts';
import { type JobFragment, jobFragment } from './fragments/job.ts';
import { openLineageFragment, openLineageKey } from './fragments/openlineage.ts';
import { topicReadFragment, topicReadKey } from './fragments/specs.ts';
import type { JobInfo, JobRegistry } from './job-registry.ts';
import { formerDatasets, tablesOf, tablesOfFragment, withoutDatasets } from './version-tables.ts';
import type { JobVersions, VersionTables } from './versions.ts';
import { isEnded } from './view.ts';

/** What jobs are placed in. */
interface JobParts {
  readonly clusters: Clusters;
  readonly catalog: DatasetCatalog;
  readonly lineage: LineageGraph;
  readonly registry: JobRegistry;
  readonly versions: JobVersions;
}

const MAX_TOPICS_PER_JOB = 1000;
/** Who submits a job and the job's own listener speak within this time of each other, ms. */
const SAME_SUBMISSION_MS = 5 * 60_000;
const NOTHING: ReadonlySet<string> = new Set();

export class JobEvidence {
  readonly #parts: JobParts;
  readonly #problems: EvidenceProblems;
  readonly #submissions = new Map<string, JobSubmitted>();
  readonly #topics = new Map<string, Set<string>>();
  readonly #runs = new Map<string, OpenLineageRun>();
  readonly #jobTables = new Map<string, readonly string[]>();
  readonly #jobsOfTable = new Map<string, Set<string>>();

  constructor(parts: JobParts, problems: EvidenceProblems) {
    this.#parts = parts;
    this.#problems = problems;
  }

  /** Takes a stored `job` document back. */
  restore(doc: JobDoc): void {
    const { info, submission, topics } = doc;
    this.#parts.registry.restore(info);
    if (submission !== null) this.#submissions.set(info.name, submission);
    if (topics.length > 0) this.#topics.set(info.name, new Set(topics));
    this.#placeJob(info.name);
    this.#placeSeen(info.name);
    // Stored before there were versions.
    if (submission !== null && this.#parts.versions.of(info.name).length === 0)
      this.#noteVersion(submission, { amends: false, late: false });
  }

  submit(event: JobSubmitted): readonly ChangedDoc[] {
    const before = this.#submissions.get(event.jobName);
    const outdated = before !== undefined && before.ts > event.ts;
    const isSame = before !== undefined && isSameSubmission(before, event);
    const known = isSame ? joined(before, event) : event;
    // A late older submission still names a run; its SQL is history.
    const info = this.#parts.registry.submit(outdated && !isSame ? withoutText(event) : event);
    // No room for another job.
    if (this.#parts.registry.stored(event.jobName) === null) return [];
    const isNews = (isSame || !outdated) && JSON.stringify(before) !== JSON.stringify(known);
    const amends = isSame || (before === undefined && this.#isOfRun(event));
    const noted = this.#noteVersion(known, { amends, late: outdated && !isSame });
    if (isNews) {
      this.#submissions.set(event.jobName, known);
      this.#placeJob(event.jobName);
      this.#placeSeen(event.jobName);
    }
    return [...(info === null && !isNews ? [] : this.#jobDocs(event.jobName, event.jobId)), ...noted];
  }

  /** Whether a first submission tells of the run that OpenLineage events told of already. */
  #isOfRun({ jobName, jobId, ts }: JobSubmitted): boolean {
    const run = this.#runs.get(jobName);
    if (run === undefined) return false;
    const ids = this.#parts.registry.idsOf(jobName);
    return jobId !== undefined && ids.length > 0 ? ids.at(-1) === jobId : Math.abs(run.ts - ts) <= SAME_SUBMISSION_MS;
  }

  /** Before the job is placed anew: what it read and wrote until now belongs to the version that ends. */
  #noteVersion(event: JobSubmitted, kind: { amends: boolean; late: boolean }): readonly ChangedDoc[] {
    const job = event.jobName;
    const { lineage, versions } = this.#parts;
    const own = (): VersionTables => tablesOfFragment(lineage, this.describe(event).fragment);
    if (!versions.note(event, { before: tablesOf(lineage, job), own, ...kind })) return [];
    return [{ kind: 'job_version', id: job, body: { job, versions: versions.of(job) } }];
  }

  /** `info` null: nothing did. */
  changed(name: string, info: JobInfo | null, jobId: string): readonly ChangedDoc[] {
    return info === null ? [] : this.#jobDocs(name, jobId);
  }

  topicRead(jobName: string, topic: string): readonly ChangedDoc[] {
    const topics = this.#topics.get(jobName) ?? new Set<string>();
    if (topics.has(topic)) return [];
    if (topics.size >= MAX_TOPICS_PER_JOB || !this.#parts.registry.ensure(jobName)) {
      this.#problems.dropped('topic_read');
      return [];
    }
    this.#topics.set(jobName, topics.add(topic));
    this.#placeSeen(jobName);
    return this.#jobDocs(jobName);
  }

  /** The events of a job's last run as one; null without one. */
  run(jobName: string): OpenLineageRun | null {
    return this.#runs.get(jobName) ?? null;
  }

  /** Takes the merged events of a run. */
  takeRun(jobName: string, jobId: string | null, merged: OpenLineageRun): readonly ChangedDoc[] {
    const before = this.run(jobName);
    this.#runs.set(jobName, merged);
    // A job whose submission is known has its versions from there.
    const noted = this.#submissions.has(jobName) ? [] : this.#noteRun(jobName, jobId, before, merged);
    this.#placeSeen(jobName);
    return noted;
  }

  /** Names of jobs that ended before `before` and of which nothing was seen since. */
  endedBefore(before: number, now: number): readonly string[] {
    return this.#parts.registry
      .list(now)
      .filter(({ name, status, since, runs }) => {
        const last = Math.max(since ?? 0, runs.at(-1)?.lastSeen ?? 0, this.#submissions.get(name)?.ts ?? 0);
        return isEnded(status) && last < before;
      })
      .map(({ name }) => name);
  }

  /** Answers the documents that are no more needed. */
  forget(name: string): readonly DocRef[] {
    const { lineage, registry, versions } = this.#parts;
    const runs = registry.stored(name)?.runs ?? [];
    for (const key of [NODE_ID.job(name), topicReadKey(name), openLineageKey(name)]) lineage.remove(key);
    this.#forgetTables(name);
    this.#submissions.delete(name);
    this.#topics.delete(name);
    this.#runs.delete(name);
    versions.delete(name);
    registry.delete(name);
    return [
      { kind: 'job', id: name },
      { kind: 'job_version', id: name },
      ...runs.map(({ jobId }) => ({ kind: 'job_id', id: jobId }) as const),
    ];
  }

  /** Tables of these names may be others now: places the jobs that name them anew. */
  redeclared(names: readonly string[]): void {
    const jobs = new Set(names.flatMap(name => [...(this.#jobsOfTable.get(name) ?? [])]));
    for (const job of jobs) this.#placeJob(job);
  }

  describe(job: JobSubmitted): JobFragment {
    const { clusters, catalog } = this.#parts;
    return jobFragment(job, {
      clusters,
      known: dotted => catalog.known(dotted),
      dimensionOf: dotted => catalog.dimensionOf(dotted),
    });
  }

  #noteRun(
    jobName: string,
    jobId: string | null,
    before: OpenLineageRun | null,
    merged: OpenLineageRun,
  ): readonly ChangedDoc[] {
    const found = openLineageFragment(merged, this.#parts.clusters);
    if (found?.kind !== 'job') return [];
    const { reads, writes } = found;
    const run = jobId === null ? {} : { jobId };
    const amends = before !== null && runIdOf(before) !== null && runIdOf(before) === runIdOf(merged);
    const event: JobSubmitted = { type: 'job', ts: merged.ts, jobName, reads, writes, ...run };
    return this.#noteVersion(event, { amends, late: false });
  }

  #placeJob(name: string): void {
    const submission = this.#submissions.get(name);
    if (submission === undefined) return;
    const { fragment, errors, tables } = this.describe(submission);
    if (errors.length > 0) this.#problems.parseErrors(name, errors.length);
    this.#parts.lineage.put(fragment);
    this.#forgetTables(name);
    this.#jobTables.set(name, tables);
    for (const table of tables) this.#jobsOfTable.set(table, (this.#jobsOfTable.get(table) ?? new Set()).add(name));
  }

  #forgetTables(name: string): void {
    for (const table of this.#jobTables.get(name) ?? []) {
      const jobs = this.#jobsOfTable.get(table);
      jobs?.delete(name);
      if (jobs?.size === 0) this.#jobsOfTable.delete(table);
    }
    this.#jobTables.delete(name);
  }

  /** What was seen of a job beside its submission: of datasets it has left since, nothing. */
  #placeSeen(name: string): void {
    const versions = this.#parts.versions.of(name);
    const former = versions.length > 1 ? formerDatasets(versions, tablesOf(this.#parts.lineage, name)) : NOTHING;
    const put = (fragment: Fragment): void =>
      this.#parts.lineage.put(former.size === 0 ? fragment : withoutDatasets(fragment, former, this.#parts.lineage));
    const topics = this.#topics.get(name);
    if (topics !== undefined) put(topicReadFragment(name, topics, this.#parts.clusters));
    const run = this.#runs.get(name);
    const found = run === undefined ? null : openLineageFragment(run, this.#parts.clusters);
    if (run === undefined || found?.kind !== 'job' || found.fragment === null) return;
    const isOlder = this.#submissions.has(name) && run.ts < (versions.at(-1)?.from ?? 0);
    if (isOlder) put(found.fragment);
    else this.#parts.lineage.put(found.fragment);
  }

  #jobDocs(name: string, jobId?: string): readonly ChangedDoc[] {
    const info = this.#parts.registry.stored(name);
    if (info === null) return [];
    const body: JobDoc = {
      info,
      submission: this.#submissions.get(name) ?? null,
      topics: [...(this.#topics.get(name) ?? [])],
    };
    const docs: ChangedDoc[] = [{ kind: 'job', id: name, body }];
    if (jobId !== undefined) docs.push({ kind: 'job_id', id: jobId, body: { jobName: name } });
    return docs;
  }
}

function runIdOf({ event }: OpenLineageRun): string | null {
  const run = event['run'];
  const id = typeof run === 'object' && run !== null && 'runId' in run ? run['runId'] : null;
  return typeof id === 'string' ? id : null;
}

/** Two accounts of one submission as one: what only one of them tells is kept, where they differ the later one counts. */
function joined(before: JobSubmitted, event: JobSubmitted): JobSubmitted {
  return event.ts < before.ts ? { ...before, ...event, ...before } : { ...before, ...event };
}

/**
 * Whether two records tell of one submission: who submits knows the SQL and not yet the id, Flink's listener knows the id and what is read
 * and written. Ids that differ are two runs.
 */
function isSameSubmission(before: JobSubmitted, event: JobSubmitted): boolean {
  if (before.jobId !== undefined && event.jobId !== undefined) return before.jobId === event.jobId;
  if (before.sql !== undefined && event.sql !== undefined && before.sql !== event.sql) return false;
  return Math.abs(before.ts - event.ts) <= SAME_SUBMISSION_MS;
}

function withoutText({ sql: _sql, session: _session, owner: _owner, ...rest }: JobSubmitted): JobSubmitted {
  return rest;
}
