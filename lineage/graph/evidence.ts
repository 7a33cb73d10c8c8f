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
import { DeclaredVersions, type VersionedDeclaration } from './declared-versions.ts';
import type { ChangedDoc, DeclaredBody, DocRef, EvidenceProblems, JobDoc } from './documents.ts';
import type { Fragment } from './fragment.ts';
import { druidFragment } from './fragments/druid.ts';
import type { JobFragment } from './fragments/job.ts';
import { openLineageFragment } from './fragments/openlineage.ts';
import { mergedEvent } from './fragments/openlineage-event.ts';
import { nifiFragment, reportFragment } from './fragments/specs.ts';
import { JobEvidence } from './job-evidence.ts';
import { JobRegistry, type RegistryLimits } from './job-registry.ts';
import { LatestDocuments } from './latest-documents.ts';
import { JobVersions, type VersionsDoc } from './versions.ts';

export class Evidence {
  readonly clusters: Clusters;
  readonly catalog: DatasetCatalog;
  readonly lineage: LineageGraph;
  readonly registry: JobRegistry;
  readonly versions = new JobVersions();
  readonly declared = new DeclaredVersions();
  readonly #problems: EvidenceProblems;
  readonly #jobs: JobEvidence;
  readonly #reports = new Map<string, ReportDeclared>();
  readonly #documents = new LatestDocuments();
  #isRestoring = false;
  #revision = 0;

  constructor(config: ClusterConfig, problems: EvidenceProblems, limits?: RegistryLimits) {
    this.clusters = new Clusters(config);
    this.catalog = new DatasetCatalog(this.clusters);
    this.lineage = new LineageGraph(this.catalog);
    this.registry = new JobRegistry(limits);
    this.#problems = problems;
    this.#jobs = new JobEvidence(this, problems);
  }

  /** Another number after every change of the graph, of a job or of a declaration. */
  get revision(): number {
    return this.#revision;
  }

  /** A state that changes by the clock alone counts as a change as well. */
  touch(): void {
    this.#revision++;
  }

  get reports(): readonly ReportDeclared[] {
    return [...this.#reports.values()];
  }

  restoreVersions(doc: VersionsDoc): void {
    this.touch();
    this.versions.restore(doc);
  }

  /** Takes a stored declaration back; its versions come before. */
  restoreDeclared(body: DeclaredBody): void {
    this.#isRestoring = true;
    this.take(body);
    this.#isRestoring = false;
  }

  /** A declaration as it would be placed now, for versions of the past. */
  describeDeclared(event: VersionedDeclaration): Fragment | null {
    if (event.type === 'report') return reportFragment(event, this.clusters);
    const found = event.type === 'nifi_flow' ? nifiFragment(event, this.clusters) : druidFragment(event, this.clusters);
    return found?.fragment ?? null;
  }

  /** Takes a stored `job` document back; tables and versions come before, OpenLineage events after. */
  restoreJob(doc: JobDoc): void {
    this.touch();
    this.#jobs.restore(doc);
  }

  /** A job as a submission would be placed now, for versions of the past. */
  describe(job: JobSubmitted): JobFragment {
    return this.#jobs.describe(job);
  }

  /** Forgets jobs that ended before `before` (epoch ms) and were not seen since; answers the documents that are no more needed. */
  forgetEnded(before: number, now: number): readonly DocRef[] {
    this.touch();
    return this.#jobs.endedBefore(before, now).flatMap(name => {
      const gone = this.#jobs.forget(name);
      return this.#documents.delete('lineage', name) ? [...gone, { kind: 'lineage', id: name } as const] : gone;
    });
  }

  /** Takes one event; answers the documents it changed. Taking it again changes nothing. */
  take(event: JobEvent): readonly ChangedDoc[] {
    const changed = this.#take(event);
    if (changed.length > 0) this.touch();
    return changed;
  }

  #take(event: JobEvent): readonly ChangedDoc[] {
    switch (event.type) {
      case 'job':
        return this.#jobs.submit(event);
      case 'job_status':
        return this.#jobs.changed(event.jobName, this.registry.status(event), event.jobId);
      case 'job_id':
        return this.#jobs.changed(
          event.jobName,
          this.registry.see(event.jobName, event.jobId, event.ts, event.appId),
          event.jobId,
        );
      case 'topic_read':
        return this.#jobs.topicRead(event.jobName, event.topic);
      case 'openlineage':
        return this.#openLineage(event);
      case 'table':
        return this.#document('table', event.name, event, () => this.#declareTable(event));
      case 'report':
        return this.#versioned('report', event.name, event, reportFragment(event, this.clusters), () => {
          this.#reports.set(event.name, event);
        });
      case 'druid_supervisor':
        return this.#spec('druid_supervisor', event, druidFragment(event, this.clusters));
      case 'nifi_flow':
        return this.#spec('nifi_flow', event, nifiFragment(event, this.clusters));
      default:
        return event satisfies never;
    }
  }

  #openLineage(event: OpenLineageRun): readonly ChangedDoc[] {
    const found = openLineageFragment(event, this.clusters);
    if (found === null) {
      this.#problems.dropped('openlineage');
      return [];
    }
    if (found.kind === 'dataset') {
      const { id, fragment } = found;
      return this.#document('lineage', `dataset:${id}`, event, () => this.lineage.put(fragment));
    }
    const { jobName, jobId, status, fragment } = found;
    const docs = new Map<string, ChangedDoc>();
    const add = (changed: readonly ChangedDoc[]): void => {
      for (const doc of changed) docs.set(`${doc.kind} ${doc.id}`, doc);
    };
    if (jobId !== null) add(this.#jobs.changed(jobName, this.registry.see(jobName, jobId, event.ts), jobId));
    if (jobId !== null && status !== null) {
      const change = { type: 'job_status', ts: event.ts, jobId, jobName, status } as const;
      add(this.#jobs.changed(jobName, this.registry.status(change), jobId));
    }
    if (fragment !== null) add(this.#run(jobName, jobId, event));
    return [...docs.values()];
  }

  #run(jobName: string, jobId: string | null, event: OpenLineageRun): readonly ChangedDoc[] {
    const merged = mergedEvent(this.#jobs.run(jobName), event);
    if (merged === null) return [];
    let noted: readonly ChangedDoc[] = [];
    const changed = this.#document('lineage', jobName, merged, () => {
      noted = this.#jobs.takeRun(jobName, jobId, merged);
    });
    return [...changed, ...noted];
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
    return this.#versioned(kind, found.name, event, found.fragment);
  }

  /** Places a declaration and keeps what it was before. */
  #versioned(
    kind: VersionedDeclaration['type'],
    id: string,
    event: VersionedDeclaration,
    fragment: Fragment,
    apply: () => void = () => {},
  ): readonly ChangedDoc[] {
    const changed = this.#document(kind, id, event, () => {
      apply();
      this.lineage.put(fragment);
    });
    const noted = changed.length === 0 ? null : this.declared.note(fragment.key, event, !this.#isRestoring);
    return noted === null ? changed : [...changed, { kind: 'declared_version', id: fragment.key, body: noted }];
  }

  /** Keeps the latest document of an id; an older or equal one changes nothing. */
  #document(kind: DocKind, id: string, event: DeclaredBody, apply: () => void): readonly ChangedDoc[] {
    const taken = this.#documents.take(kind, id, event);
    if (taken === 'full') this.#problems.dropped(kind);
    if (taken !== 'news') return [];
    apply();
    return [{ kind, id, body: event }];
  }

  /** A table's physical identity and columns may change every job and report that names it. */
  #declareTable(event: TableDeclared): void {
    const names = this.catalog.declare(event);
    this.#jobs.redeclared(names);
    this.lineage.renamed(names);
  }
}
