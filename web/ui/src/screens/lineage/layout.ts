/** Places the graph left to right with dagre and draws each edge as one smooth ribbon. */
import { Graph, layout } from '@dagrejs/dagre';
import type { LineageEdge, LineageGraph, LineageNode } from '../../api/lineage.ts';

export const NODE_WIDTH = 184;
export const NODE_HEIGHT = 46;
const RANK_GAP = 56;
const MARGIN = 16;

interface PlacedNode extends LineageNode {
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

const THINNEST = 1.5;
const WIDEST = 16;

/** Ribbon width for a throughput beside the graph's largest; by square root, so that a trickle stays visible. Unknown is thin. */
export function ribbonWidth(recordsPerSecond: number | null, largest: number): number {
  if (recordsPerSecond === null || recordsPerSecond <= 0 || largest <= 0) return THINNEST;
  return THINNEST + (WIDEST - THINNEST) * Math.sqrt(Math.min(1, recordsPerSecond / largest));
}

/** What flows along an edge: its own figure, else that of the table it touches, else that of the other end. */
function rateOf(edge: LineageEdge, known: ReadonlyMap<string, LineageNode>): number | null {
  const ends = [known.get(edge.from), known.get(edge.to)];
  const [near, far] = edge.role === 'writes' ? ends.reverse() : ends;
  return edge.records_per_second ?? near?.records_per_second ?? far?.records_per_second ?? null;
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
  dagre.setGraph({ rankdir: 'LR', nodesep: 18, ranksep: RANK_GAP, edgesep: 14, marginx: MARGIN, marginy: MARGIN });
  dagre.setDefaultEdgeLabel(() => ({}));
  const known = new Map(graph.nodes.map(node => [node.id, node]));
  for (const id of known.keys()) dagre.setNode(id, { width: NODE_WIDTH, height: NODE_HEIGHT });
  const edges = graph.edges.filter(edge => known.has(edge.from) && known.has(edge.to) && edge.from !== edge.to);
  edges.forEach((edge, i) => void dagre.setEdge(edge.from, edge.to, {}, String(i)));
  layout(dagre);

  const largest = Math.max(0, ...edges.map(edge => rateOf(edge, known) ?? 0));
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
      const middle = to.x - from.x > 1.6 * (NODE_WIDTH + RANK_GAP) ? bends : [];
      const start = { x: from.x + NODE_WIDTH / 2, y: from.y };
      return {
        ...edge,
        path: ribbon([start, ...middle, { x: to.x - NODE_WIDTH / 2, y: to.y }]),
        width: ribbonWidth(rateOf(edge, known), largest),
      };
    }),
    width: dagre.graph().width ?? 0,
    height: dagre.graph().height ?? 0,
  };
}
