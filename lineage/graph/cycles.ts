/** Cycles: jobs and datasets that feed each other, and views that are defined by themselves. */
import type { CycleItem, CyclesAnswer } from './answers.ts';
import type { Graph } from './build.ts';
import { components } from './components.ts';
import { type GraphView, isStopped } from './view.ts';

/** No answer lists more. */
const MAX_CYCLES = 1000;

/** Yields where others may run; the graph must be the same behind each. */
export function* cycles(view: GraphView): Generator<void, CyclesAnswer> {
  const items = [...(yield* jobCycles(view)), ...viewCycles(view)];
  const keyOf = ({ kind, id }: CycleItem): string => `${kind} ${id}`;
  return { items: items.sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1)).slice(0, MAX_CYCLES) };
}

function* jobCycles(view: GraphView): Generator<void, readonly CycleItem[]> {
  const { graph } = view.lineage;
  // What nobody feeds, or feeds nobody, is in no cycle: most of a graph.
  const inner = new Set(graph.filterNodes(id => graph.inDegree(id) > 0 && graph.outDegree(id) > 0));
  yield;
  const items: CycleItem[] = [];
  for (const ids of yield* components(graph, inner)) {
    if (ids.length === 1) continue;
    const nodes = ids.toSorted();
    const running = new Set(nodes.filter(id => !isStopped(view, id)));
    const live = (yield* components(graph, running)).find(within => within.length > 1);
    const path = shortestRound(graph, live?.toSorted() ?? nodes);
    items.push({ id: `jobs:${nodes[0]}`, kind: 'jobs', path, nodes, live: live !== undefined });
    yield;
  }
  return items;
}

/** A shortest way from the first of these nodes back to it, within them. */
function shortestRound(graph: Graph, nodes: readonly string[]): readonly string[] {
  const [first] = nodes;
  if (first === undefined) return [];
  const within = new Set(nodes);
  const cameFrom = new Map<string, string>();
  let closing: string | null = null;
  const queue = [first];
  for (const id of queue) {
    for (const next of graph.outNeighbors(id).sort()) {
      if (next === first) closing ??= id;
      else if (within.has(next) && !cameFrom.has(next)) {
        cameFrom.set(next, id);
        queue.push(next);
      }
    }
    if (closing !== null) break;
  }
  const path = [first];
  for (let id = closing; id !== null && id !== first; id = cameFrom.get(id) ?? null) path.unshift(id);
  return [first, ...path];
}

function viewCycles(view: GraphView): readonly CycleItem[] {
  const items: CycleItem[] = [];
  for (const { key, viewCycles: found = [] } of view.lineage.fragments) {
    for (const path of found) {
      const live = view.lineage.graph.hasNode(key) && !isStopped(view, key);
      items.push({ id: `views:${key} ${path.join(' ')}`, kind: 'views', path, nodes: [...new Set(path)].sort(), live });
    }
  }
  return items;
}
