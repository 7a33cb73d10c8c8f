/** One piece of evidence as the graph takes it: nodes of its own, edges to and from datasets, hops for the lag side. */
import type { DatasetRef } from './dataset.ts';

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
}

/** An edge end: a node of a fragment, or a dataset. */
export type End = { readonly node: string } | { readonly dataset: DatasetRef };

export interface FragmentEdge {
  readonly from: End;
  readonly to: End;
  readonly role: EdgeRole;
  readonly evidence: Evidence;
  /** Value sources per column, of `writes` edges. */
  readonly columns?: readonly (readonly string[])[] | null;
}

/** What one statement, spec or flow does, for the lag side. */
export interface FragmentHop {
  readonly hop: string;
  readonly inputs: readonly DatasetRef[];
  readonly lookups: readonly DatasetRef[];
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
