/**
 * What the graph answers, as the API, the CLI and the screens get it (contracts.md section 5.2): plain JSON, times in epoch ms. The
 * questions are methods of `LineageService`; each is answered by a pure function in a file of its own.
 */
import type { EdgeRole, Evidence, NodeKind } from './fragment.ts';

export interface GraphNode {
  /** A column's is `<dataset id>#<column>`. */
  readonly id: string;
  readonly kind: NodeKind | 'column';
  readonly namespace: string;
  readonly name: string;
  readonly label: string;
  readonly owner?: string;
  readonly connector?: string;
  /** Of jobs. */
  readonly status?: string;
  /** True for jobs that ended (CANCELED, FINISHED, FAILED, SUSPENDED): their edges stay, marked, until the retention of ended jobs. */
  readonly stopped?: boolean;
  /** Of stopped jobs, where an event told when. */
  readonly ended_at?: number;
  /** Of columns: the dataset's id. */
  readonly dataset?: string;
  /** Of columns, where a declaration or schema facet told it. */
  readonly type?: string;
  /** Job whose run started this one's (OpenLineage's parent facet). */
  readonly parent?: string;
  /** What the evidence disagrees about. */
  readonly conflicts?: readonly Conflict[];
}

/** One kind of evidence names a dataset that a more exact kind, which lists all of them, does not. Both are shown. */
export interface Conflict {
  readonly what: 'reads' | 'writes';
  readonly dataset: string;
  readonly said_by: readonly Evidence[];
  readonly not_by: readonly Evidence[];
}

/** `value`: the column's value goes into the other's · `control`: it decides the value, or which rows come out. */
export type ColumnUse = 'value' | 'control';

/** Why a control column decides; `value`: it decides one column's value (FILTER, keys of OVER) and not the rows. */
export type ControlUse = 'filter' | 'join' | 'group' | 'sort' | 'pattern' | 'time' | 'value';

export interface GraphEdge {
  readonly from: string;
  readonly to: string;
  readonly role: EdgeRole;
  readonly evidence: readonly Evidence[];
  /** Of `derives` edges between columns. */
  readonly type?: ColumnUse;
  /** Of control edges. */
  readonly roles?: readonly ControlUse[];
  /** Of `derives` edges between columns: the job, supervisor or flow that derives the one from the other. */
  readonly job?: string;
  /** Of edges of the past (`at`): when they were in force; `to` null while they still are. */
  readonly valid?: { readonly from: number; readonly to: number | null };
  /** The kinds of evidence that should name this edge and do not. */
  readonly conflicts?: readonly Evidence[];
}

/** contracts.md section 5.2. `truncated` when the limit of nodes was reached. */
export interface GraphAnswer {
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
  readonly truncated: boolean;
  /** As of a time: ids of nodes of which nobody knows what they were then; they are shown as they are now. Absent when there is none. */
  readonly assumed?: readonly string[];
}

/** Ways the data takes from one node to another, in its own direction, whichever end was named first. */
export interface PathAnswer {
  /** All shortest ways, up to a limit; empty when the one does not depend on the other. */
  readonly paths: readonly { readonly nodes: readonly GraphNode[]; readonly edges: readonly GraphEdge[] }[];
  /** There are more shortest ways than listed. */
  readonly truncated: boolean;
  /** There are longer ways as well. */
  readonly longer: boolean;
}

export type Certainty = 'certain' | 'possible';
/** `drop`: the dataset or column is gone · `stop`: the job, supervisor or flow writes no more. */
export type Change = 'drop' | 'stop';

/** Something a change reaches. */
export interface ImpactItem {
  readonly id: string;
  readonly name: string;
  readonly owner: string;
  /** Edges from what changes. */
  readonly distance: number;
  /** Of a report or job: the columns (`<dataset id>#<column>`) it reads that are hit; of a dataset: its own that are. Empty when all are. */
  readonly columns: readonly string[];
  /** `possible` where a column list is open, only tables are known, or somebody else writes the same dataset. */
  readonly certainty: Certainty;
  /** Node ids on one shortest way, from what changes to just before this. */
  readonly via: readonly string[];
  /** Of jobs that ended. */
  readonly stopped?: boolean;
}

export interface ImpactAnswer {
  readonly of: { readonly id: string; readonly kind: NodeKind; readonly column?: string };
  readonly change: Change;
  /** Nearest first in each list; `jobs` holds supervisors and flows as well. A report reads its datasets with all their columns. */
  readonly reports: readonly ImpactItem[];
  readonly jobs: readonly ImpactItem[];
  readonly datasets: readonly ImpactItem[];
  /** Known columns that are hit; of those hit both ways only the value is told. */
  readonly columns: readonly {
    readonly dataset: string;
    readonly column: string;
    readonly type: ColumnUse;
    readonly certainty: Certainty;
  }[];
  readonly owners: readonly {
    readonly owner: string;
    readonly reports: readonly string[];
    readonly jobs: readonly string[];
  }[];
  readonly truncated: boolean;
}

/** A column another comes from. */
export interface ColumnSource {
  readonly dataset: string;
  readonly column: string;
  readonly type: ColumnUse;
  readonly roles?: readonly ControlUse[];
}

/** How one job fills one column. */
export interface ColumnOrigin {
  readonly dataset: string;
  readonly column: string;
  /** True when the sources listed may not be all: a `*` over an unknown schema, an ambiguous name, or only tables are known. */
  readonly open: boolean;
  readonly sources: readonly ColumnSource[];
  /** By the names they are called with, those nearest to the sources first. */
  readonly functions: readonly string[];
  /** Expressions on the way, in the same order; empty for a plain copy. */
  readonly steps: readonly string[];
  /** Node id of the job, supervisor or flow. */
  readonly job: string;
  readonly evidence: Evidence;
  /** Jobs between this column and the ones that were asked for. */
  readonly depth: number;
}

/** Where columns come from, across jobs down to columns nobody known fills. */
export interface ColumnsAnswer {
  readonly of: { readonly id: string; readonly kind: NodeKind; readonly column?: string };
  /** One entry per column and job that fills it, nearest first. */
  readonly columns: readonly ColumnOrigin[];
  /** Columns at the far ends: filled by nobody known. */
  readonly base: readonly { readonly dataset: string; readonly column: string }[];
  readonly truncated: boolean;
}

/** Nodes that feed each other. `kind` views: a view is defined by itself within one job's SQL. */
export interface CycleItem {
  readonly id: string;
  readonly kind: 'jobs' | 'views';
  /** A shortest way round, node ids in the direction of the data, the first one repeated at the end. For views their names. */
  readonly path: readonly string[];
  /** Everything that is in it, sorted. */
  readonly nodes: readonly string[];
  /** Whether all its jobs run, as far as is known: a stopped one interrupts it. */
  readonly live: boolean;
}
export interface CyclesAnswer {
  readonly items: readonly CycleItem[];
}

/** unread: written, read by nobody known · unwritten: read, written by nobody known · unused: declared, named by nobody. */
export type OrphanKind = 'unread' | 'unwritten' | 'unused';
export interface OrphanItem {
  readonly id: string;
  readonly kind: OrphanKind;
  readonly name: string;
  readonly connector: string | null;
  /** Ids of the nodes that do read or write it. */
  readonly jobs: readonly string[];
  /** Ids of ended jobs that were the other side: why it is an orphan now. */
  readonly stopped: readonly string[];
  /** Roles it is read in; a dimension table (`lookup`) is often filled by others than Flink. */
  readonly roles: readonly EdgeRole[];
}
export interface OrphansAnswer {
  /** Sorted by kind and id. */
  readonly items: readonly OrphanItem[];
}

/** What a job was from `from` until `to`: one for every submission that differs in SQL, session or declared datasets. */
export interface VersionInfo {
  /** Counts from 1 in the order they became known. */
  readonly version: number;
  readonly from: number;
  /** Null for the one in force. */
  readonly to: number | null;
  /** Of its first run. */
  readonly job_id: string | null;
  readonly owner: string | null;
  /** Who submitted it, where the submission's properties say so (`submitted_by`, `user.name`). */
  readonly by: string | null;
  /** SHA-256 of what defines it. */
  readonly hash: string;
  /** Absent for jobs without SQL, and where it was too long or too old to be kept (`sql_kept` false). */
  readonly sql?: string;
  readonly sql_kept: boolean;
  readonly reads: readonly string[];
  readonly writes: readonly string[];
  /** What differs from the version before. */
  readonly changed: readonly VersionChange[];
}
export type VersionChange = 'first' | 'sql' | 'session' | 'reads' | 'writes' | 'owner';

/** What stands in one version of a column, null where it is not known. */
export interface ColumnState {
  readonly sources: readonly string[] | null;
  readonly functions: readonly string[];
  readonly steps: readonly string[];
}

/** From one version of a job to another. Tables and columns are dataset ids and `<dataset id>#<column>`. */
export interface DiffAnswer {
  readonly job: string;
  readonly from: number;
  readonly to: number;
  readonly tables: {
    readonly added: readonly { readonly id: string; readonly role: EdgeRole }[];
    readonly removed: readonly { readonly id: string; readonly role: EdgeRole }[];
  };
  readonly columns: {
    readonly added: readonly string[];
    readonly removed: readonly string[];
    readonly changed: readonly { readonly column: string; readonly before: ColumnState; readonly after: ColumnState }[];
  };
  /** Table options by the table's name in the SQL; null: not set. */
  readonly options: readonly {
    readonly table: string;
    readonly option: string;
    readonly before: string | null;
    readonly after: string | null;
  }[];
  /** The SQL line by line, changed places with three lines around them; `@` stands for lines left out. */
  readonly sql: readonly { readonly op: ' ' | '+' | '-' | '@'; readonly line: string }[];
  /** What downstream of the job this breaks. */
  readonly breaks: readonly { readonly node: string; readonly column?: string; readonly why: string }[];
  /** False when one version's SQL was not kept, so that columns, options and lines could not be compared. */
  readonly complete: boolean;
}

/** The questions; `LineageService` has these methods. All throw `UserError` not-found (404, with the nearest names) for what nobody knows. */
export interface LineageAnswers {
  /** Both ends: node id or bare name. */
  path(from: string, to: string): PathAnswer;
  impact(question: { readonly of: string; readonly column?: string; readonly change?: Change }): ImpactAnswer;
  /** `of`: a dataset, or a job, report … for the columns of the datasets it writes (a report: reads); `depth` in jobs, absent: all. */
  columns(question: { readonly of: string; readonly column?: string; readonly depth?: number }): ColumnsAnswer;
  cycles(): Promise<CyclesAnswer>;
  orphans(): Promise<OrphansAnswer>;
  /** Newest first. */
  versions(job: string): readonly VersionInfo[];
  /** Absent: from the version before the one in force, to the one in force. */
  diff(job: string, from?: number, to?: number): DiffAnswer;
}
