/** What all drawings of a graph share: what a node and an edge are called, and which nodes stand together. */
import type { GraphEdge, GraphNode } from '../graph/answers.ts';

/** One or two lines: what it is called, and what is to be known of it. */
export function nodeLabel(node: GraphNode): readonly string[] {
  const facts = [node.status, node.owner].filter(fact => fact !== undefined && fact !== '');
  return facts.length === 0 ? [node.label] : [node.label, facts.join(', ')];
}

/** The role, and that the edge is only presumed where nothing exact says so. */
export function edgeLabel({ role, evidence }: GraphEdge): string {
  const isPresumed = evidence.length > 0 && evidence.every(kind => kind === 'by-name' || kind === 'sql-partial');
  return isPresumed ? `${role} (${evidence.join(', ')})` : role;
}

/** Dimension tables and definitions carry no lag. */
export function isOffPath({ role }: GraphEdge): boolean {
  return role === 'lookup' || role === 'derives';
}

/** Datasets (and their columns) by namespace in order of appearance, and everything else. */
export function byNamespace(nodes: readonly GraphNode[]): {
  readonly clusters: ReadonlyMap<string, readonly GraphNode[]>;
  readonly others: readonly GraphNode[];
} {
  const isData = ({ kind }: GraphNode): boolean => ['dataset', 'column'].includes(kind);
  return {
    clusters: Map.groupBy(nodes.filter(isData), node => node.namespace),
    others: nodes.filter(node => !isData(node)),
  };
}
