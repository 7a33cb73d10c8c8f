/** Documents in which evidence is stored; an event is stored as it came, the latest of its id. */
import type {
  DruidSupervisorDeclared,
  JobSubmitted,
  NifiFlowDeclared,
  OpenLineageRun,
  ReportDeclared,
  TableDeclared,
} from '../../model/job-event.ts';
import type { DocKind } from '../../store/state-store.ts';
import type { DeclaredVersionsDoc } from './declared-versions.ts';
import type { JobInfo } from './job-registry.ts';
import type { VersionsDoc } from './versions.ts';

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

/** Bodies that are events; those of one run of OpenLineage are one. */
export type DeclaredBody = TableDeclared | ReportDeclared | DruidSupervisorDeclared | NifiFlowDeclared | OpenLineageRun;

/** What a document is found by. */
export interface DocRef {
  readonly kind: DocKind;
  readonly id: string;
}

export interface ChangedDoc extends DocRef {
  readonly body: JobDoc | JobIdDoc | VersionsDoc | DeclaredVersionsDoc | DeclaredBody;
}

/** Told of what could not be taken. */
export interface EvidenceProblems {
  parseErrors(job: string, count: number): void;
  dropped(kind: string): void;
}
