/**
 * Places a directed graph in columns from left to right (Sugiyama's method): ranks by longest path, few crossings by
 * barycentres, and heights by least squares, each column keeping its order (pool adjacent violators). Every step is about
 * linear in nodes and edges, so that a thousand nodes are placed between two frames.
 */

export interface Layers {
  /** Column of each node, from 0, in the order of `ids`. */
  readonly rank: readonly number[];
  /** Centre of each node, downwards, in the unit of `gap`; the topmost centre is 0. */
  readonly height: readonly number[];
  /** For every edge the heights where it crosses the columns between its ends, from its left end to its right one. */
  readonly bends: readonly (readonly number[])[];
}

const ORDER_SWEEPS = 8;
const HEIGHT_SWEEPS = 10;

type Pairs = readonly (readonly [from: number, to: number])[];

/** `edges` by index of node; `gap` and `bendGap`: least distance of two nodes, and of an edge passing by, in one column. */
export function layers(count: number, edges: Pairs, gap: number, bendGap: number): Layers {
  const forward = withoutCycles(count, edges);
  const rank = ranksOf(count, forward);
  const { columns, links, chains } = columnsOf(count, forward, rank);
  const size = links.left.length;
  const position = new Float64Array(size);
  for (const column of columns) number(column, position);
  for (let sweep = 0; sweep < ORDER_SWEEPS; sweep++) {
    const rightwards = sweep % 2 === 0;
    for (const column of rightwards ? columns : [...columns].reverse()) {
      const wish = new Map(
        column.map(v => [v, mean(rightwards ? links.left[v]! : links.right[v]!, position, position[v]!)]),
      );
      column.sort((a, b) => wish.get(a)! - wish.get(b)! || position[a]! - position[b]!);
      number(column, position);
    }
  }
  const half = (v: number): number => (v < count ? gap : bendGap) / 2;
  for (const column of columns) spread(column, v => position[v]! * gap, half, position);
  for (let sweep = 0; sweep < HEIGHT_SWEEPS; sweep++) {
    const rightwards = sweep % 2 === 0;
    for (const column of rightwards ? columns : [...columns].reverse()) {
      const wish = (v: number): number => mean(rightwards ? links.left[v]! : links.right[v]!, position, position[v]!);
      spread(column, wish, half, position);
    }
  }
  // The first of a column is its topmost.
  const base = columns.reduce(
    (top, [first]) => (first === undefined ? top : Math.min(top, position[first]!)),
    Infinity,
  );
  return {
    rank,
    height: Array.from({ length: count }, (_, v) => position[v]! - base),
    bends: chains.map((chain, e) => {
      const heights = chain.map(v => position[v]! - base);
      return forward[e]![0] === edges[e]![0] ? heights : heights.reverse();
    }),
  };
}

/** Turns round the edges that close a cycle in a depth-first walk. */
function withoutCycles(count: number, edges: Pairs): Pairs {
  const out: number[][] = Array.from({ length: count }, () => []);
  edges.forEach(([from], e) => void out[from]!.push(e));
  const turned = new Set<number>();
  const state = new Uint8Array(count);
  for (let root = 0; root < count; root++) {
    if (state[root] !== 0) continue;
    const stack: [node: number, next: number][] = [[root, 0]];
    state[root] = 1;
    while (stack.length > 0) {
      const frame = stack.at(-1)!;
      const e = out[frame[0]]![frame[1]++];
      if (e === undefined) {
        state[frame[0]] = 2;
        stack.pop();
        continue;
      }
      const to = edges[e]![1];
      if (state[to] === 1) turned.add(e);
      if (state[to] !== 0) continue;
      state[to] = 1;
      stack.push([to, 0]);
    }
  }
  return edges.map(([from, to], e) => (turned.has(e) ? [to, from] : [from, to]));
}

/** Longest path from the left; then what nothing feeds moves right, next to its nearest reader. */
function ranksOf(count: number, edges: Pairs): number[] {
  const out: number[][] = Array.from({ length: count }, () => []);
  const open = new Uint32Array(count);
  const fed = new Uint8Array(count);
  for (const [from, to] of edges) {
    out[from]!.push(to);
    open[to]!++;
    fed[to] = 1;
  }
  const rank = new Array<number>(count).fill(0);
  const queue = Array.from({ length: count }, (_, v) => v).filter(v => open[v] === 0);
  for (let at = 0; at < queue.length; at++) {
    const v = queue[at]!;
    for (const to of out[v]!) {
      rank[to] = Math.max(rank[to]!, rank[v]! + 1);
      if (--open[to]! === 0) queue.push(to);
    }
  }
  for (let v = 0; v < count; v++) {
    if (fed[v] === 1 || out[v]!.length === 0) continue;
    rank[v] = Math.min(...out[v]!.map(to => rank[to]!)) - 1;
  }
  return rank;
}

/** Nodes by column, in the order of a walk over their neighbours, and a stop in every column an edge passes through. */
function columnsOf(count: number, edges: Pairs, rank: readonly number[]) {
  const near: number[][] = Array.from({ length: count }, () => []);
  for (const [from, to] of edges) {
    near[from]!.push(to);
    near[to]!.push(from);
  }
  const left: number[][] = Array.from({ length: count }, () => []);
  const right: number[][] = Array.from({ length: count }, () => []);
  const columns: number[][] = Array.from({ length: Math.max(-1, ...rank) + 1 }, () => []);
  for (const v of walk(near)) columns[rank[v]!]!.push(v);
  const chains = edges.map(([from, to]) => {
    const chain: number[] = [];
    let previous = from;
    for (let at = rank[from]! + 1; at < rank[to]!; at++) {
      const stop = left.push([previous]) - 1;
      right.push([]);
      right[previous]!.push(stop);
      columns[at]!.push(stop);
      chain.push(stop);
      previous = stop;
    }
    left[to]!.push(previous);
    right[previous]!.push(to);
    return chain;
  });
  return { columns, chains, links: { left, right } };
}

/** Every node once, neighbours close together, so that parts that hang together begin side by side. */
function walk(near: readonly (readonly number[])[]): number[] {
  const seen = new Uint8Array(near.length);
  const order: number[] = [];
  for (let root = 0; root < near.length; root++) {
    const stack = [root];
    while (stack.length > 0) {
      const v = stack.pop()!;
      if (seen[v] === 1) continue;
      seen[v] = 1;
      order.push(v);
      for (const next of near[v]!) if (seen[next] === 0) stack.push(next);
    }
  }
  return order;
}

function number(column: readonly number[], position: Float64Array): void {
  for (const [i, v] of column.entries()) position[v] = i;
}

function mean(of: readonly number[], position: Float64Array, otherwise: number): number {
  if (of.length === 0) return otherwise;
  let sum = 0;
  for (const v of of) sum += position[v]!;
  return sum / of.length;
}

/** Moves a column as near to its wishes as its order and the distances allow: least squares by pooling adjacent violators. */
function spread(
  column: readonly number[],
  wish: (v: number) => number,
  half: (v: number) => number,
  position: Float64Array,
): void {
  const offsets: number[] = [];
  const blocks: { sum: number; size: number }[] = [];
  let offset = 0;
  column.forEach((v, i) => {
    if (i > 0) offset += half(column[i - 1]!) + half(v);
    offsets.push(offset);
    let block = { sum: wish(v) - offset, size: 1 };
    for (
      let before = blocks.at(-1);
      before && before.sum / before.size > block.sum / block.size;
      before = blocks.at(-1)
    ) {
      block = { sum: before.sum + block.sum, size: before.size + block.size };
      blocks.pop();
    }
    blocks.push(block);
  });
  let i = 0;
  for (const { sum, size } of blocks)
    for (const end = i + size; i < end; i++) position[column[i]!] = sum / size + offsets[i]!;
}
