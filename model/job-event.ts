import type { Json } from './json.ts';
import type { Labels } from './labels.ts';
import type { ReportObjective } from './objective.ts';

/** Events of the `tidewatch.jobs` stream after decoding: what runs, and what its lineage is known to be. */
export type JobEvent =
  | JobSubmitted
  | JobStatusChanged
  | JobIdSeen
  | OpenLineageRun
  | TableDeclared
  | ReportDeclared
  | DruidSupervisorDeclared
  | NifiFlowDeclared
  | TopicRead;

export interface JobSubmitted {
  readonly type: 'job';
  readonly ts: number;
  readonly jobName: string;
  readonly jobId?: string;
  readonly appId?: string;
  readonly owner?: string;
  /** One or several Flink SQL statements. */
  readonly sql?: string;
  /** `catalog.database` the SQL runs in. */
  readonly session?: string;
  readonly properties?: Labels;
  /** Dataset ids (`kafka://h:9092/topic`) or names, for jobs without SQL. */
  readonly reads?: readonly string[];
  readonly writes?: readonly string[];
}

export interface JobStatusChanged {
  readonly type: 'job_status';
  readonly ts: number;
  readonly jobId: string;
  readonly jobName: string;
  /** Flink's job status: RUNNING, RESTARTING, FAILED, CANCELED, FINISHED, … */
  readonly status: string;
  readonly previous?: string;
  readonly exception?: string;
}

/** A metric record showed that `jobId` is a run of `jobName`; this names log lines that carry only the id. */
export interface JobIdSeen {
  readonly type: 'job_id';
  readonly ts: number;
  readonly jobId: string;
  readonly jobName: string;
  readonly appId?: string;
}

/** An OpenLineage RunEvent, kept whole. */
export interface OpenLineageRun {
  readonly type: 'openlineage';
  readonly ts: number;
  readonly event: { readonly [key: string]: Json | undefined };
}

export interface TableDeclared {
  readonly type: 'table';
  readonly ts: number;
  /** `db.table` or `catalog.db.table`. */
  readonly name: string;
  readonly connector: string;
  readonly options: Labels;
  readonly schema?: readonly { readonly name: string; readonly type: string }[];
  readonly dimension?: { readonly cache: 'ALL' | 'LRU' | 'NONE'; readonly ttlMs?: number };
}

export interface ReportDeclared {
  readonly type: 'report';
  readonly ts: number;
  readonly name: string;
  readonly owner: string;
  /** Dataset ids the report reads. */
  readonly reads: readonly string[];
  readonly slo?: ReportObjective;
}

export interface DruidSupervisorDeclared {
  readonly type: 'druid_supervisor';
  readonly ts: number;
  readonly spec: { readonly [key: string]: Json | undefined };
}

export interface NifiFlowDeclared {
  readonly type: 'nifi_flow';
  readonly ts: number;
  readonly flow: { readonly [key: string]: Json | undefined };
}

/** A job's own Kafka source metrics name a topic: evidence for a `reads` edge. */
export interface TopicRead {
  readonly type: 'topic_read';
  readonly ts: number;
  readonly jobName: string;
  readonly topic: string;
}
