/** Questions to the graph: what is around a node, what leads to it, what depends on it. */
import type { GraphAnswer, GraphEdge } from './answers.ts';
import type { Graph } from './build.ts';
import type { EdgeRole } from './fragment.ts';
import { byText } from './order.ts';
import { edgeOf, type GraphView, nodeOf } from './view.ts';

export type Direction = 'up' | 'down' | 'both';

export interface Impact {
  readonly reports: readonly { readonly name: string; readonly owner: string }[];
  readonly jobs: readonly string[];
}

/** No page shows more, and no answer grows beyond it. */
export const MAX_NODES = 5000;

export interface WalkOptions {
  readonly direction: Direction;
  /** Edges away from the root; Infinity for all. */
  readonly depth: number;
  /** Lag paths end at dimension tables: nothing behind them is on the path. */
  readonly stopAtLookups?: boolean;
}

export interface Walked {
  readonly ids: ReadonlySet<string>;
  readonly truncated: boolean;
}

/** A node's neighbours, `direction` up or down. */
export type Step = (id: string, direction: Direction) => readonly { readonly id: string; readonly role: EdgeRole }[];

/** Ids around `root` breadth first, itself first; both directions are walked apart, so siblings do not count. */
export function walk(graph: Graph, root: string, options: WalkOptions): Walked {
  return walkBy((id, direction) => neighbours(graph, id, direction), root, options);
}

/** The same along neighbours that are told by a function. */
export function walkBy(step: Step, root: string, options: WalkOptions): Walked {
  const ids = new Set([root]);
  let truncated = false;
  const directions: readonly Direction[] = options.direction === 'both' ? ['up', 'down'] : [options.direction];
  for (const direction of directions) {
    const seen = new Set([root]);
    let frontier = [root];
    for (let depth = 0; depth < options.depth && frontier.length > 0; depth++) {
      const next: string[] = [];
      for (const id of frontier) {
        for (const neighbour of step(id, direction)) {
          if (seen.has(neighbour.id)) continue;
          if (ids.size >= MAX_NODES) {
            truncated = true;
            break;
          }
          seen.add(neighbour.id);
          ids.add(neighbour.id);
          if (!(options.stopAtLookups && neighbour.role === 'lookup')) next.push(neighbour.id);
        }
      }
      frontier = next;
    }
  }
  return { ids, truncated };
}

/** Along the edges of a graph. */
export function neighbours(
  graph: Graph,
  id: string,
  direction: Direction,
): { id: string; role: EdgeRole; edge: string }[] {
  return direction === 'up'
    ? graph.mapInEdges(id, (edge, { role }, from) => ({ id: from, role, edge }))
    : graph.mapOutEdges(id, (edge, { role }, _from, to) => ({ id: to, role, edge }));
}

/** The part of the graph between these nodes, nodes and edges sorted by id. */
export function subgraph(view: GraphView, ids: ReadonlySet<string>, truncated: boolean): GraphAnswer {
  const nodes = [...ids].sort().map(id => nodeOf(view, id));
  const conflicts = new Map(nodes.map(node => [node.id, node.conflicts]));
  const edges: GraphEdge[] = [];
  for (const { id } of nodes) {
    view.lineage.graph.forEachOutEdge(id, (_edge, attributes, from, to) => {
      if (ids.has(to)) edges.push(edgeOf(from, to, attributes, conflicts.get(from) ?? conflicts.get(to)));
    });
  }
  return { nodes, edges, truncated };
}

/** Everything that reads, directly or through others, what `root` writes or holds. */
export function impactOf(graph: Graph, root: string): Impact {
  const { ids } = walk(graph, root, { direction: 'down', depth: Number.POSITIVE_INFINITY });
  const reports: { name: string; owner: string }[] = [];
  const jobs: string[] = [];
  for (const id of ids) {
    const { kind, name, owner } = graph.getNodeAttributes(id);
    if (kind === 'report') reports.push({ name, owner: owner ?? '' });
    else if (kind === 'job' && id !== root) jobs.push(name);
  }
  return { reports: reports.sort((a, b) => byText(a.name, b.name)), jobs: jobs.sort(byText) };
}
