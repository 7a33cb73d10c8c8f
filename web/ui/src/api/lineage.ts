/** Shapes of /lineage/* (contracts.md section 5) with the live figures the daemon adds. */

import type { Conflict, CycleItem, ImpactAnswer, OrphanItem, OrphanKind } from '../../../api/lineage-answers.ts';
import { get, type Page } from './client.ts';
import type { Level } from './estate.ts';

export type NodeKind = 'dataset' | 'job' | 'view' | 'report' | 'nifi' | 'druid';
export type EdgeRole = 'reads' | 'writes' | 'lookup' | 'versioned' | 'derives';
/** Where knowledge of an edge comes from. */
export type Evidence = 'sql' | 'sql-partial' | 'declared' | 'openlineage' | 'topic-metrics' | 'spec' | 'by-name';
export type Direction = 'up' | 'down' | 'both';

export interface LineageNode {
  readonly id: string;
  readonly kind: NodeKind;
  readonly namespace: string;
  readonly name: string;
  readonly label: string;
  readonly status?: string;
  readonly level?: Level;
  readonly records_per_second?: number | null;
  readonly age_ms?: number | null;
  readonly owner?: string;
  /** Of jobs that ended: their edges stay for a while. */
  readonly stopped?: boolean;
  /** Epoch ms, of stopped jobs. */
  readonly ended_at?: number;
  /** What the evidence disagrees about. */
  readonly conflicts?: readonly Conflict[];
}

export interface LineageEdge {
  readonly from: string;
  readonly to: string;
  readonly role: EdgeRole;
  readonly evidence: readonly Evidence[];
  /** `consumer<-dataset` on edges that read. */
  readonly hop?: string;
  readonly lag_ms?: number | null;
  readonly lag_records?: number | null;
  readonly residence_ms?: number | null;
  readonly records_per_second?: number | null;
}

export interface LineageGraph {
  readonly nodes: readonly LineageNode[];
  readonly edges: readonly LineageEdge[];
  /** The path has more nodes than one answer holds. */
  readonly truncated?: boolean;
}

/** The graph around `root`, or the whole estate without one; `at` (epoch ms) as it was then, without figures. */
export function getLineage(
  ask: { root?: string; direction?: Direction; depth?: number | undefined; at?: number | undefined },
  signal: AbortSignal,
): Promise<LineageGraph> {
  return get('/lineage/graph', ask, signal);
}

/** Ways the data takes between two nodes, in its own direction. */
export interface LineagePaths {
  /** All shortest ways, up to a limit; empty when the one does not depend on the other. */
  readonly paths: readonly LineageGraph[];
  readonly truncated: boolean;
  /** There are longer ways as well. */
  readonly longer: boolean;
}

export function getPaths(from: string, to: string, signal: AbortSignal): Promise<LineagePaths> {
  return get('/lineage/path', { from, to }, signal);
}

/** What dropping a dataset or column, or stopping a job, reaches. */
export function getImpact(of: string, column: string, signal: AbortSignal): Promise<ImpactAnswer> {
  return get('/lineage/impact', { of, column }, signal);
}

/** Entries of one list that a screen shows; `next` of the page says when there are more. */
const LISTED = 500;

export function getCycles(signal: AbortSignal): Promise<Page<CycleItem>> {
  return get('/lineage/cycles', { limit: LISTED }, signal);
}

export function getOrphans(kind: OrphanKind, signal: AbortSignal): Promise<Page<OrphanItem>> {
  return get('/lineage/orphans', { kind, limit: LISTED }, signal);
}
