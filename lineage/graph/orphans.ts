/** Datasets that miss one side: nobody reads them, nobody writes them, or nobody names them. */
import type { OrphanItem, OrphansAnswer } from './answers.ts';
import type { Graph } from './build.ts';
import type { Dataset } from './dataset.ts';
import type { EdgeRole } from './fragment.ts';
import { byText } from './order.ts';
import { type GraphView, isStopped } from './view.ts';

/** `declared`: the datasets of declared tables. What is local to a job (print, datagen) is nobody else's to read or write. */
export function orphans(view: GraphView, declared: Iterable<Dataset>): OrphansAnswer {
  const { graph } = view.lineage;
  const items: OrphanItem[] = [];
  const stopped = new Set(graph.filterNodes(id => isStopped(view, id)));
  graph.forEachNode((id, { kind, namespace }) => {
    if (kind !== 'dataset' || namespace.startsWith('local://')) return;
    const found = orphanOf(graph, id, stopped);
    if (found !== null) items.push(found);
  });
  for (const { id, name, connector } of new Map([...declared].map(each => [each.id, each])).values()) {
    if (!graph.hasNode(id)) items.push({ id, kind: 'unused', name, connector, jobs: [], stopped: [], roles: [] });
  }
  return { items: items.sort((a, b) => byText(a.kind, b.kind) || byText(a.id, b.id)) };
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
