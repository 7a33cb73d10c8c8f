/** Strongly connected components of a directed graph. */
import type { Graph } from './build.ts';
import { slicer } from './sliced.ts';

/** Steps between two turns of the event loop. */
const SLICE = 5000;

interface Frame {
  readonly id: string;
  readonly next: readonly string[];
  at: number;
}

/**
 * Of the part of the graph between `members`, each of which is in exactly one component. Tarjan's algorithm, without recursion: a path may
 * be as long as the graph. Yields where others may run.
 */
export function* components(
  graph: Graph,
  members: ReadonlySet<string>,
): Generator<void, readonly (readonly string[])[]> {
  const isSlice = slicer(SLICE);
  const index = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  const onStack = new Set<string>();
  const found: string[][] = [];
  const lower = (id: string, value: number): void => {
    if (value < low.get(id)!) low.set(id, value);
  };
  const open = (id: string): Frame => {
    index.set(id, index.size);
    low.set(id, index.get(id)!);
    stack.push(id);
    onStack.add(id);
    return { id, next: graph.filterOutNeighbors(id, each => members.has(each)), at: 0 };
  };
  const close = (id: string): void => {
    if (low.get(id) !== index.get(id)) return;
    const component = stack.splice(stack.lastIndexOf(id));
    for (const member of component) onStack.delete(member);
    found.push(component);
  };
  for (const root of members) {
    if (index.has(root)) continue;
    const frames = [open(root)];
    for (let frame = frames.at(-1); frame !== undefined; frame = frames.at(-1)) {
      if (isSlice()) yield;
      const next = frame.next[frame.at++];
      if (next === undefined) {
        frames.pop();
        const parent = frames.at(-1);
        if (parent !== undefined) lower(parent.id, low.get(frame.id)!);
        close(frame.id);
      } else if (!index.has(next)) frames.push(open(next));
      else if (onStack.has(next)) lower(frame.id, index.get(next)!);
    }
  }
  return found;
}
