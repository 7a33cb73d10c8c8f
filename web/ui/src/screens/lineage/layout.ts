/** Places a graph from left to right and draws each edge as one smooth ribbon. */
import { layers } from './layers.ts';

export const NODE_WIDTH = 184;
export const NODE_HEIGHT = 46;
const COLUMN_GAP = 56;
const ROW_GAP = 18;
/** Room for an edge that passes between the nodes of a column. */
const PASSAGE = 22;
const MARGIN = 16;

interface Placeable {
  readonly id: string;
  readonly records_per_second?: number | null;
}

interface Connection {
  readonly from: string;
  readonly to: string;
  readonly role?: string;
  readonly records_per_second?: number | null;
}

export type PlacedNode<N> = N & { readonly x: number; readonly y: number };

export type PlacedEdge<E> = E & {
  /** SVG path from the right side of `from` to the left side of `to`. */
  readonly path: string;
  /** What the path stays within, px. */
  readonly box: Box;
};

export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** Centres of nodes, px. */
export interface PlacedGraph<N, E> {
  readonly nodes: readonly PlacedNode<N>[];
  readonly edges: readonly PlacedEdge<E>[];
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
function rateOf(edge: Connection, known: ReadonlyMap<string, Placeable>): number | null {
  const ends = [known.get(edge.from), known.get(edge.to)];
  const [near, far] = edge.role === 'writes' ? ends.reverse() : ends;
  return edge.records_per_second ?? near?.records_per_second ?? far?.records_per_second ?? null;
}

/** Stroke widths of the edges, px, in their order, by what flows along them now. */
export function ribbonWidths(graph: {
  readonly nodes: readonly Placeable[];
  readonly edges: readonly Connection[];
}): readonly number[] {
  const known = new Map(graph.nodes.map(node => [node.id, node]));
  const rates = graph.edges.map(edge => rateOf(edge, known));
  const largest = rates.reduce<number>((most, rate) => Math.max(most, rate ?? 0), 0);
  return rates.map(rate => ribbonWidth(rate, largest));
}

interface Spot {
  readonly x: number;
  readonly y: number;
}

/** Horizontal tangents at every point, as water flows. */
function ribbon(points: readonly Spot[]): string {
  const [first, ...others] = points;
  if (!first) return '';
  let text = `M${Math.round(first.x)} ${Math.round(first.y)}`;
  let previous = first;
  for (const next of others) {
    const middle = Math.round((previous.x + next.x) / 2);
    const [from, to] = [Math.round(previous.y), Math.round(next.y)];
    text += `C${middle} ${from} ${middle} ${to} ${Math.round(next.x)} ${to}`;
    previous = next;
  }
  return text;
}

function boxOf(points: readonly Spot[]): Box {
  const [xs, ys] = [points.map(({ x }) => x), points.map(({ y }) => y)];
  return { left: Math.min(...xs), top: Math.min(...ys), right: Math.max(...xs), bottom: Math.max(...ys) };
}

/** Past a column of nodes an edge runs level, so that it stays clear of them. */
function passage(x: number, y: number): readonly Spot[] {
  return [
    { x: x - NODE_WIDTH / 2, y },
    { x: x + NODE_WIDTH / 2, y },
  ];
}

/** A pure function of the graph; edges to nodes that are not in it, and from a node to itself, are left out. */
export function place<N extends Placeable, E extends Connection>(graph: {
  readonly nodes: readonly N[];
  readonly edges: readonly E[];
}): PlacedGraph<N, E> {
  const known = new Map(graph.nodes.map(node => [node.id, node]));
  const index = new Map(graph.nodes.map(({ id }, i) => [id, i]));
  const edges = graph.edges.filter(edge => known.has(edge.from) && known.has(edge.to) && edge.from !== edge.to);
  const pairs = edges.map(edge => [index.get(edge.from) ?? 0, index.get(edge.to) ?? 0] as const);
  const { rank, height, bends } = layers(graph.nodes.length, pairs, NODE_HEIGHT + ROW_GAP, PASSAGE);

  const columnX = (column: number): number => MARGIN + NODE_WIDTH / 2 + column * (NODE_WIDTH + COLUMN_GAP);
  const rowY = (y: number): number => MARGIN + NODE_HEIGHT / 2 + y;
  const spots = graph.nodes.map((_, i): Spot => ({ x: columnX(rank[i] ?? 0), y: rowY(height[i] ?? 0) }));
  const right = (spot: Spot): Spot => ({ x: spot.x + NODE_WIDTH / 2, y: spot.y });
  const left = (spot: Spot): Spot => ({ x: spot.x - NODE_WIDTH / 2, y: spot.y });
  const none: Spot = { x: 0, y: 0 };
  const all = [...height, ...bends.flat()];
  return {
    nodes: graph.nodes.map((node, i) => ({ ...node, ...(spots[i] ?? none) })),
    edges: edges.map((edge, e) => {
      const [from = 0, to = 0] = pairs[e] ?? [];
      const step = (rank[to] ?? 0) > (rank[from] ?? 0) ? 1 : -1;
      const middle = (bends[e] ?? []).flatMap((y, i) => {
        const [near, far] = passage(columnX((rank[from] ?? 0) + step * (i + 1)), rowY(y));
        return step > 0 ? [near ?? none, far ?? none] : [far ?? none, near ?? none];
      });
      const points = [right(spots[from] ?? none), ...middle, left(spots[to] ?? none)];
      return {
        ...edge,
        path: ribbon(points),
        box: boxOf(points),
      };
    }),
    width:
      graph.nodes.length === 0 ? 0 : columnX(rank.reduce((most, r) => Math.max(most, r), 0)) + NODE_WIDTH / 2 + MARGIN,
    height:
      graph.nodes.length === 0 ? 0 : rowY(all.reduce((most, y) => Math.max(most, y), 0)) + NODE_HEIGHT / 2 + MARGIN,
  };
}
