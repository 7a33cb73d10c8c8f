/** Ways between two nodes. */
import type { PathAnswer } from './answers.ts';
import type { Graph } from './build.ts';
import { edgeOf, type GraphView, nodeOf } from './view.ts';

/** Of equally short ways no more are listed. */
const MAX_PATHS = 20;

/** All shortest ways the data takes from one to the other, or, where there is none, from the other to the one. Ids must be nodes. */
export function shortestPaths(view: GraphView, from: string, to: string): PathAnswer {
  const { graph } = view.lineage;
  const found = from === to ? null : (waysBetween(graph, from, to) ?? waysBetween(graph, to, from));
  if (found === null) return { paths: [], truncated: false, longer: false };
  const paths = found.ways.slice(0, MAX_PATHS).map(ids => ({
    nodes: ids.map(id => nodeOf(view, id)),
    edges: ids.slice(1).flatMap((id, i) => edgesBetween(graph, ids[i]!, id)),
  }));
  return { paths, truncated: found.ways.length > MAX_PATHS, longer: found.longer };
}

interface Ways {
  /** Node ids of each, at most one more than are listed. */
  readonly ways: readonly (readonly string[])[];
  readonly longer: boolean;
}

function waysBetween(graph: Graph, from: string, to: string): Ways | null {
  const ahead = distances(graph, from, 'out');
  if (!ahead.has(to)) return null;
  const behind = distances(graph, to, 'in');
  const ways: string[][] = [];
  collect([from]);
  return { ways, longer: hasLonger(graph, ahead, behind, ahead.get(to)!) };

  function collect(way: readonly string[]): void {
    const last = way.at(-1)!;
    if (last === to) {
      ways.push([...way]);
      return;
    }
    const left = behind.get(last)! - 1;
    for (const next of graph.outNeighbors(last).sort()) {
      if (ways.length > MAX_PATHS) return;
      if (behind.get(next) === left) collect([...way, next]);
    }
  }
}

/** Some edge lies on a way from end to end, but on no shortest one. */
function hasLonger(
  graph: Graph,
  ahead: ReadonlyMap<string, number>,
  behind: ReadonlyMap<string, number>,
  shortest: number,
): boolean {
  for (const [id, before] of ahead) {
    const isBetween = (next: string): boolean => (behind.get(next) ?? Number.NaN) + before + 1 > shortest;
    if (behind.has(id) && graph.someOutNeighbor(id, isBetween)) return true;
  }
  return false;
}

function distances(graph: Graph, root: string, direction: 'in' | 'out'): ReadonlyMap<string, number> {
  const found = new Map([[root, 0]]);
  // A map's iteration goes on with what is added meanwhile.
  for (const [id, distance] of found) {
    const visit = (next: string): void => {
      if (!found.has(next)) found.set(next, distance + 1);
    };
    if (direction === 'out') graph.forEachOutNeighbor(id, visit);
    else graph.forEachInNeighbor(id, visit);
  }
  return found;
}

function edgesBetween(graph: Graph, from: string, to: string) {
  return graph
    .mapOutEdges(from, to, (_edge, attributes) => edgeOf(from, to, attributes))
    .sort((a, b) => (a.role < b.role ? -1 : 1));
}
