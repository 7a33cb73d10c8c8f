/** Job events -> documents and graph. What is known of a job, table, report … is one document, the latest by its own time. */
import type {
  DruidSupervisorDeclared,
  JobEvent,
  JobSubmitted,
  NifiFlowDeclared,
  OpenLineageRun,
  ReportDeclared,
  TableDeclared,
} from '../../model/job-event.ts';
import type { DocKind } from '../../store/state-store.ts';
import { LineageGraph } from './build.ts';
import { DatasetCatalog } from './catalog.ts';
import { type ClusterConfig, Clusters } from './clusters.ts';
import { jobFragment } from './fragments/job.ts';
import { openLineageFragment } from './fragments/openlineage.ts';
import { druidFragment, nifiFragment, reportFragment, topicReadFragment } from './fragments/specs.ts';
import { type JobInfo, JobRegistry, type RegistryLimits } from './job-registry.ts';

/** Body of a `job` document. */
export interface JobDoc {
  readonly info: JobInfo;
  readonly submission: JobSubmitted | null;
  /** Topics its own source metrics named. */
  readonly topics: readonly string[];
}

/** Body of a `job_id` document. */
export interface JobIdDoc {
  readonly jobName: string;
}

export type EvidenceBody =
  | JobDoc
  | JobIdDoc
  | TableDeclared
  | ReportDeclared
  | DruidSupervisorDeclared
  | NifiFlowDeclared
  | OpenLineageRun;

export interface ChangedDoc {
  readonly kind: DocKind;
  readonly id: string;
  readonly body: EvidenceBody;
}

/** Told of what could not be taken. */
export interface EvidenceProblems {
  parseErrors(job: string, count: number): void;
  dropped(kind: string): void;
}

const MAX_TOPICS_PER_JOB = 1000;
/** Who submits a job and the job's own listener speak within this time of each other, ms. */
const SAME_SUBMISSION_MS = 5 * 60_000;
/** Tables, reports, supervisors and flows each. */
const MAX_DOCUMENTS = 100_000;

export class Evidence {
  readonly clusters: Clusters;
  readonly catalog: DatasetCatalog;
  readonly lineage: LineageGraph;
  readonly registry: JobRegistry;
  readonly #problems: EvidenceProblems;
  readonly #submissions = new Map<string, JobSubmitted>();
  readonly #topics = new Map<string, Set<string>>();
  readonly #jobTables = new Map<string, readonly string[]>();
  readonly #jobsOfTable = new Map<string, Set<string>>();
  readonly #reports = new Map<string, ReportDeclared>();
  readonly #documents = new Map<string, { readonly ts: number; readonly text: string }>();
  readonly #counts = new Map<DocKind, number>();

  constructor(config: ClusterConfig, problems: EvidenceProblems, limits?: RegistryLimits) {
    this.clusters = new Clusters(config);
    this.catalog = new DatasetCatalog(this.clusters);
    this.lineage = new LineageGraph(this.catalog);
    this.registry = new JobRegistry(limits);
    this.#problems = problems;
  }

  get reports(): readonly ReportDeclared[] {
    return [...this.#reports.values()];
  }

  /** Takes one event; answers the documents it changed. Taking it again changes nothing. */
  take(event: JobEvent): readonly ChangedDoc[] {
    switch (event.type) {
      case 'job':
        return this.#submission(event);
      case 'job_status':
        return this.#jobChanged(event.jobName, this.registry.status(event), event.jobId);
      case 'job_id':
        return this.#jobChanged(
          event.jobName,
          this.registry.see(event.jobName, event.jobId, event.ts, event.appId),
          event.jobId,
        );
      case 'topic_read':
        return this.#topicRead(event.jobName, event.topic);
      case 'openlineage':
        return this.#openLineage(event);
      case 'table':
        return this.#document('table', event.name, event, () => this.#declareTable(event));
      case 'report':
        return this.#document('report', event.name, event, () => {
          this.#reports.set(event.name, event);
          this.lineage.put(reportFragment(event, this.clusters));
        });
      case 'druid_supervisor':
        return this.#spec('druid_supervisor', event, druidFragment(event, this.clusters));
      case 'nifi_flow':
        return this.#spec('nifi_flow', event, nifiFragment(event, this.clusters));
      default:
        return event satisfies never;
    }
  }

  /** Takes a stored `job` document back. */
  restoreJob(doc: JobDoc): void {
    const { info, submission, topics } = doc;
    this.registry.restore(info);
    if (submission !== null) this.#submissions.set(info.name, submission);
    if (topics.length > 0) this.#topics.set(info.name, new Set(topics));
    this.#placeJob(info.name);
    this.#placeTopics(info.name);
  }

  #submission(event: JobSubmitted): readonly ChangedDoc[] {
    const before = this.#submissions.get(event.jobName);
    const outdated = before !== undefined && before.ts > event.ts;
    const isSame = before !== undefined && isSameSubmission(before, event);
    const known = isSame ? joined(before, event) : event;
    // A late older submission still names a run; its SQL is history.
    const info = this.registry.submit(outdated && !isSame ? withoutText(event) : event);
    // No room for another job.
    if (this.registry.stored(event.jobName) === null) return [];
    const isNews = (isSame || !outdated) && JSON.stringify(before) !== JSON.stringify(known);
    if (isNews) {
      this.#submissions.set(event.jobName, known);
      this.#placeJob(event.jobName);
    }
    return info === null && !isNews ? [] : this.#jobDocs(event.jobName, event.jobId);
  }

  #jobChanged(name: string, info: JobInfo | null, jobId: string): readonly ChangedDoc[] {
    return info === null ? [] : this.#jobDocs(name, jobId);
  }

  #topicRead(jobName: string, topic: string): readonly ChangedDoc[] {
    const topics = this.#topics.get(jobName) ?? new Set<string>();
    if (topics.has(topic)) return [];
    if (topics.size >= MAX_TOPICS_PER_JOB || !this.registry.ensure(jobName)) {
      this.#problems.dropped('topic_read');
      return [];
    }
    this.#topics.set(jobName, topics.add(topic));
    this.#placeTopics(jobName);
    return this.#jobDocs(jobName);
  }

  #openLineage(event: OpenLineageRun): readonly ChangedDoc[] {
    const found = openLineageFragment(event, this.clusters);
    if (found === null) {
      this.#problems.dropped('openlineage');
      return [];
    }
    const { jobName, jobId, fragment } = found;
    const run = jobId === null ? [] : this.#jobChanged(jobName, this.registry.see(jobName, jobId, event.ts), jobId);
    if (fragment === null) return run;
    return [...run, ...this.#document('lineage', jobName, event, () => this.lineage.put(fragment))];
  }

  #spec(
    kind: 'druid_supervisor' | 'nifi_flow',
    event: DruidSupervisorDeclared | NifiFlowDeclared,
    found: ReturnType<typeof druidFragment>,
  ): readonly ChangedDoc[] {
    if (found === null) {
      this.#problems.dropped(kind);
      return [];
    }
    return this.#document(kind, found.name, event, () => this.lineage.put(found.fragment));
  }

  /** Keeps the latest document of an id; an older or equal one changes nothing. */
  #document(
    kind: DocKind,
    id: string,
    event: Exclude<EvidenceBody, JobDoc | JobIdDoc>,
    apply: () => void,
  ): readonly ChangedDoc[] {
    const key = `${kind} ${id}`;
    const before = this.#documents.get(key);
    const text = JSON.stringify({ ...event, ts: 0 });
    if (before !== undefined && (before.ts > event.ts || before.text === text)) return [];
    const count = this.#counts.get(kind) ?? 0;
    if (before === undefined && count >= MAX_DOCUMENTS) {
      this.#problems.dropped(kind);
      return [];
    }
    if (before === undefined) this.#counts.set(kind, count + 1);
    this.#documents.set(key, { ts: event.ts, text });
    apply();
    return [{ kind, id, body: event }];
  }

  /** A table's physical identity and columns may change every job and report that names it. */
  #declareTable(event: TableDeclared): void {
    const names = this.catalog.declare(event);
    const jobs = new Set(names.flatMap(name => [...(this.#jobsOfTable.get(name) ?? [])]));
    for (const job of jobs) this.#placeJob(job);
    this.lineage.renamed(names);
  }

  #placeJob(name: string): void {
    const submission = this.#submissions.get(name);
    if (submission === undefined) return;
    const known = this.catalog.known.bind(this.catalog);
    const { fragment, errors, tables } = jobFragment(submission, { clusters: this.clusters, known });
    if (errors.length > 0) this.#problems.parseErrors(name, errors.length);
    this.lineage.put(fragment);
    for (const table of this.#jobTables.get(name) ?? []) this.#jobsOfTable.get(table)?.delete(name);
    this.#jobTables.set(name, tables);
    for (const table of tables) this.#jobsOfTable.set(table, (this.#jobsOfTable.get(table) ?? new Set()).add(name));
  }

  #placeTopics(name: string): void {
    const topics = this.#topics.get(name);
    if (topics !== undefined) this.lineage.put(topicReadFragment(name, topics, this.clusters));
  }

  #jobDocs(name: string, jobId?: string): readonly ChangedDoc[] {
    const info = this.registry.stored(name);
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
  return Math.abs(before.ts - event.ts) <= SAME_SUBMISSION_MS;
}

function withoutText({ sql: _sql, session: _session, owner: _owner, ...rest }: JobSubmitted): JobSubmitted {
  return rest;
}
