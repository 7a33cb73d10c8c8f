/** Places the graph left to right with dagre and draws each edge as one smooth ribbon. */
import { Graph, layout } from '@dagrejs/dagre';
import type { LineageEdge, LineageGraph, LineageNode } from '../../api/lineage.ts';

export const NODE_WIDTH = 184;
export const NODE_HEIGHT = 46;
const MARGIN = 16;

export interface PlacedNode extends LineageNode {
  readonly x: number;
  readonly y: number;
}

export interface PlacedEdge extends LineageEdge {
  /** SVG path from the right side of `from` to the left side of `to`. */
  readonly path: string;
  /** Stroke width, px. */
  readonly width: number;
}

export interface PlacedGraph {
  readonly nodes: readonly PlacedNode[];
  readonly edges: readonly PlacedEdge[];
  readonly width: number;
  readonly height: number;
}

/** Ribbon width for a throughput: log scale, so that a trickle stays visible beside a torrent. Unknown is the thinnest. */
export function ribbonWidth(recordsPerSecond: number | null | undefined): number {
  if (recordsPerSecond === null || recordsPerSecond === undefined || recordsPerSecond <= 0) return 1.5;
  return Math.min(18, 2 + 2.4 * Math.log10(1 + recordsPerSecond));
}

interface Spot {
  readonly x: number;
  readonly y: number;
}

/** Horizontal tangents at every point, as water flows. */
function ribbon(points: readonly Spot[]): string {
  const [first, ...others] = points;
  if (!first) return '';
  let text = `M${first.x} ${first.y}`;
  let previous = first;
  for (const next of others) {
    const middle = (previous.x + next.x) / 2;
    text += `C${middle} ${previous.y} ${middle} ${next.y} ${next.x} ${next.y}`;
    previous = next;
  }
  return text;
}

/** A pure function of the graph; edges to nodes that are not in it are left out. */
export function place(graph: LineageGraph): PlacedGraph {
  const dagre = new Graph({ multigraph: true });
  dagre.setGraph({ rankdir: 'LR', nodesep: 18, ranksep: 78, edgesep: 14, marginx: MARGIN, marginy: MARGIN });
  dagre.setDefaultEdgeLabel(() => ({}));
  const known = new Map(graph.nodes.map(node => [node.id, node]));
  for (const id of known.keys()) dagre.setNode(id, { width: NODE_WIDTH, height: NODE_HEIGHT });
  const edges = graph.edges.filter(edge => known.has(edge.from) && known.has(edge.to) && edge.from !== edge.to);
  edges.forEach((edge, i) => void dagre.setEdge(edge.from, edge.to, {}, String(i)));
  layout(dagre);

  const spot = (id: string): Spot => {
    const { x = 0, y = 0 } = dagre.node(id);
    return { x, y };
  };
  return {
    nodes: graph.nodes.map(node => ({ ...node, ...spot(node.id) })),
    edges: edges.map((edge, i) => {
      const from = spot(edge.from);
      const to = spot(edge.to);
      const bends: readonly Spot[] = (dagre.edge({ v: edge.from, w: edge.to, name: String(i) }).points ?? []).slice(
        1,
        -1,
      );
      // Only edges over several ranks need dagre's bends to stay clear of the nodes between.
      const middle = to.x - from.x > 1.6 * (NODE_WIDTH + 78) ? bends : [];
      const rate =
        edge.records_per_second ?? known.get(edge.from)?.records_per_second ?? known.get(edge.to)?.records_per_second;
      const start = { x: from.x + NODE_WIDTH / 2, y: from.y };
      return {
        ...edge,
        path: ribbon([start, ...middle, { x: to.x - NODE_WIDTH / 2, y: to.y }]),
        width: ribbonWidth(rate),
      };
    }),
    width: dagre.graph().width ?? 0,
    height: dagre.graph().height ?? 0,
  };
}
