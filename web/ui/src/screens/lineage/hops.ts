/** Hops of a graph joined with what a report's freshness says of them. */
import { type Freshness, type HopStatus, hopConsumer } from '../../api/estate.ts';
import type { LineageEdge, LineageGraph } from '../../api/lineage.ts';
import { link, param } from '../../app/router.ts';

export interface Hop {
  readonly id: string;
  readonly consumer: string;
  readonly edge: LineageEdge;
  readonly lagMs: number | null;
  readonly lagRecords: number | null;
  /** Time spent here on the critical path; null off the path. */
  readonly residenceMs: number | null;
  readonly status: HopStatus | undefined;
  readonly blamed: boolean;
}

/** The hop's entry in a record keyed by hop id or by consumer. */
function entryOf<T>(record: Readonly<Record<string, T>> | undefined, hop: string): T | undefined {
  return record?.[hop] ?? record?.[hopConsumer(hop)];
}

export function isBlamed(freshness: Freshness | undefined, hop: string): boolean {
  const blame = freshness?.blame;
  return blame !== undefined && blame !== null && (blame === hop || blame === hopConsumer(hop));
}

/** Where a hop's consumer is shown: a job on its page, anything else selected in the graph. */
export function consumerHref(hop: string, graph: LineageGraph): string {
  const consumer = hopConsumer(hop);
  const edge = graph.edges.find(e => e.hop === hop) ?? graph.edges.find(e => e.hop && hopConsumer(e.hop) === consumer);
  const node = graph.nodes.find(n => n.id === edge?.to) ?? graph.nodes.find(n => n.name === consumer);
  if (!node || node.kind === 'job') return link(`/jobs/${encodeURIComponent(consumer)}`);
  return link('/lineage', { root: param('root'), direction: param('direction'), hop, node: node.id });
}

/** Every hop of the graph, longest residence first, then longest lag; unknown last. */
export function hopsOf(graph: LineageGraph, freshness: Freshness | undefined): Hop[] {
  const hops = graph.edges.flatMap((edge): Hop[] => {
    const id = edge.hop;
    if (!id) return [];
    return [
      {
        id,
        consumer: hopConsumer(id),
        edge,
        lagMs: edge.lag_ms ?? null,
        lagRecords: edge.lag_records ?? null,
        residenceMs: entryOf(freshness?.residence_ms, id) ?? edge.residence_ms ?? null,
        status: entryOf(freshness?.status, id),
        blamed: isBlamed(freshness, id),
      },
    ];
  });
  return hops.sort((a, b) => (b.residenceMs ?? -1) - (a.residenceMs ?? -1) || (b.lagMs ?? -1) - (a.lagMs ?? -1));
}
