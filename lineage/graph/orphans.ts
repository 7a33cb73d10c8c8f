/** Datasets that miss one side: nobody reads them, nobody writes them, or nobody names them. */
import type { OrphanItem, OrphansAnswer } from './answers.ts';
import type { Graph } from './build.ts';
import type { Dataset } from './dataset.ts';
import type { EdgeRole } from './fragment.ts';
import { byText } from './order.ts';
import { slicer } from './sliced.ts';
import { type GraphView, isStopped } from './view.ts';

/** Nodes between two turns of the event loop. */
const SLICE = 2000;

/**
 * `declared`: the datasets of declared tables. What is local to a job (print, datagen) is nobody else's to read or write. Yields where others
 * may run; the graph must be the same behind each.
 */
export function* orphans(view: GraphView, declared: Iterable<Dataset>): Generator<void, OrphansAnswer> {
  const { graph } = view.lineage;
  const isSlice = slicer(SLICE);
  const stopped = new Set<string>();
  for (const id of graph.nodes()) {
    if (isStopped(view, id)) stopped.add(id);
    if (isSlice()) yield;
  }
  const found = { unread: [], unused: [], unwritten: [] } satisfies Record<OrphanItem['kind'], OrphanItem[]> as Record<
    OrphanItem['kind'],
    OrphanItem[]
  >;
  for (const id of graph.nodes()) {
    if (isSlice()) yield;
    const { kind, namespace } = graph.getNodeAttributes(id);
    if (kind !== 'dataset' || namespace.startsWith('local://')) continue;
    const item = orphanOf(graph, id, stopped);
    if (item !== null) found[item.kind].push(item);
  }
  const told = new Set<string>();
  for (const { id, name, connector } of declared) {
    if (isSlice()) yield;
    if (graph.hasNode(id) || told.has(id)) continue;
    told.add(id);
    found.unused.push({ id, kind: 'unused', name, connector, jobs: [], stopped: [], roles: [] });
  }
  const items: OrphanItem[] = [];
  for (const kind of ['unread', 'unused', 'unwritten'] as const) {
    for (const item of found[kind].sort((a, b) => byText(a.id, b.id))) items.push(item);
    yield;
  }
  return { items };
}

function orphanOf(graph: Graph, id: string, stopped: ReadonlySet<string>): OrphanItem | null {
  const hasWriter = graph.someInNeighbor(id, writer => !stopped.has(writer));
  // A view is read by its own job, which reads the dataset as well.
  const hasReader = graph.someOutEdge(id, (_edge, { role }, _from, to) => role !== 'derives' && !stopped.has(to));
  if (hasWriter && hasReader) return null;
  const writers = new Set(graph.inNeighbors(id));
  const readers = new Set<string>();
  const roles = new Set<EdgeRole>();
  graph.forEachOutEdge(id, (_edge, { role }, _from, reader) => {
    if (role === 'derives') return;
    roles.add(role);
    readers.add(reader);
  });
  // Ended on both sides: it fades with its jobs.
  if (!hasWriter && !hasReader && writers.size + readers.size > 0) return null;
  const kind = hasWriter ? 'unread' : hasReader ? 'unwritten' : 'unused';
  const [present, missing] = hasWriter ? [writers, readers] : [readers, writers];
  const { name, connector } = graph.getNodeAttributes(id);
  return {
    id,
    kind,
    name,
    connector: connector ?? null,
    jobs: [...present].filter(job => !stopped.has(job)).sort(),
    stopped: [...missing].filter(job => stopped.has(job)).sort(),
    roles: [...roles].sort(),
  };
}
