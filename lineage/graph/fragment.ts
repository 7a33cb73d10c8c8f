/** One piece of evidence as the graph takes it: nodes of its own, edges to and from datasets, columns, hops for the lag side. */
import type { ControlUse } from './answers.ts';
import type { Dataset, DatasetRef } from './dataset.ts';

export type NodeKind = 'dataset' | 'job' | 'view' | 'report' | 'nifi' | 'druid';

/** reads, versioned: on the lag path · lookup: dimension tables, off it · writes · derives: a view from its tables. */
export type EdgeRole = 'reads' | 'writes' | 'lookup' | 'versioned' | 'derives';

/**
 * Why an edge is there. sql: a parsed statement · sql-partial: a token scan of a broken one · declared: reads/writes of a submission or
 * a report · openlineage: a RunEvent · topic-metrics: the job's own source metrics · spec: Druid supervisor, NiFi flow · by-name: an end
 * is known only by its name.
 */
export type Evidence = 'sql' | 'sql-partial' | 'declared' | 'openlineage' | 'topic-metrics' | 'spec' | 'by-name';

export interface FragmentNode {
  readonly id: string;
  readonly kind: Exclude<NodeKind, 'dataset'>;
  readonly namespace: string;
  readonly name: string;
  readonly owner?: string;
  /** Name of the job whose run started this one's. */
  readonly parent?: string;
}

/** An edge end: a node of a fragment, or a dataset. */
export type End = { readonly node: string } | { readonly dataset: DatasetRef };

export interface FragmentEdge {
  readonly from: End;
  readonly to: End;
  readonly role: EdgeRole;
  readonly evidence: Evidence;
}

/** A column of one of a flow's `tables`, by its place there. One object is shared by all that name the column. */
export interface ColumnRef {
  readonly table: number;
  readonly column: string;
}

/** One column a flow fills. */
export interface FlowColumn {
  readonly name: string;
  /** Columns its value comes from; all of them unless `open`. */
  readonly sources: readonly ColumnRef[];
  /** Columns that decide this value alone. */
  readonly controls: readonly ColumnRef[];
  readonly open: boolean;
  readonly functions: readonly string[];
  readonly steps: readonly string[];
}

/** What one statement, spec or event says of the columns it reads, and of those it writes to one dataset. */
export interface FragmentFlow {
  /** Node id of the job, supervisor … */
  readonly node: string;
  /** Null for a query whose result goes nowhere. */
  readonly sink: DatasetRef | null;
  readonly evidence: Evidence;
  /** Everything it reads, whether a column of it is named or not. */
  readonly tables: readonly DatasetRef[];
  readonly columns: readonly FlowColumn[];
  /** Columns that decide which rows come out. */
  readonly controls: readonly { readonly of: ColumnRef; readonly roles: readonly ControlUse[] }[];
  /** It fills, or reads, columns that are not listed. */
  readonly open: boolean;
}

/** Columns of a dataset as a declaration or facet lists them. */
export interface FragmentSchema {
  readonly dataset: DatasetRef;
  /** Where nobody tells types the names alone: an estate has a million columns. */
  readonly columns: readonly (string | { readonly name: string; readonly type: string | null })[];
}

/** `from` is another name of `to`. */
export interface FragmentAlias {
  readonly from: Dataset;
  readonly to: Dataset;
}

/** What one statement, spec or flow does, for the lag side. */
export interface FragmentHop {
  readonly hop: string;
  readonly inputs: readonly DatasetRef[];
  readonly lookups: readonly DatasetRef[];
  /** How old what it looks up may be, ms, in the order of `lookups`; null where nobody tells. */
  readonly lookupRefreshMs?: readonly (number | null)[];
  /** Inputs without a consumer lag (bounded scans, generators). */
  readonly optionalInputs: readonly DatasetRef[];
  readonly output: DatasetRef | null;
  readonly windowMs: number | null;
  readonly allowedOooMs: number;
  readonly delivery: 'at_least_once' | 'exactly_once';
  readonly visibleOnCheckpoint: boolean;
  /** Consumer groups it reads with, where told. */
  readonly groups?: readonly string[];
}

export interface Fragment {
  /** Replaces the fragment of the same key. */
  readonly key: string;
  readonly nodes: readonly FragmentNode[];
  readonly edges: readonly FragmentEdge[];
  readonly hops: readonly FragmentHop[];
  readonly flows?: readonly FragmentFlow[];
  readonly schemas?: readonly FragmentSchema[];
  readonly aliases?: readonly FragmentAlias[];
  /** Views that are defined by themselves: names from the view back to it. */
  readonly viewCycles?: readonly (readonly string[])[];
  /** Of several fragments about one hop only those of the lowest rank give hops: SQL 0, OpenLineage 1, topic metrics 2. */
  readonly rank: number;
}

export const NODE_ID = {
  job: (name: string): string => `job:${name}`,
  report: (name: string): string => `report:${name}`,
  nifi: (name: string): string => `nifi:${name}`,
  druid: (name: string): string => `druid:${name}`,
  view: (job: string, name: string): string => `view:${job}/${name}`,
} as const;
