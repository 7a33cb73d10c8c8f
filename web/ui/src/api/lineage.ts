/** Shapes of /lineage/* (contracts.md section 5) with the live figures the daemon adds. */

import { get } from './client.ts';
import type { Level } from './estate.ts';

export type NodeKind = 'dataset' | 'job' | 'view' | 'report' | 'nifi' | 'druid';
type EdgeRole = 'reads' | 'writes' | 'lookup' | 'versioned' | 'derives';
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
}

export interface LineageEdge {
  readonly from: string;
  readonly to: string;
  readonly role: EdgeRole;
  readonly evidence: readonly unknown[];
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

/** The graph around `root`, or the whole estate without one. */
export function getLineage(
  ask: { root?: string; direction?: Direction; depth?: number },
  signal: AbortSignal,
): Promise<LineageGraph> {
  return get('/lineage/graph', ask, signal);
}
