/** Datasets that miss one side: nobody reads them, nobody writes them, or nobody names them. */
import type { OrphanItem, OrphanKind, OrphansAnswer } from './answers.ts';
import type { Dataset } from './dataset.ts';
import type { EdgeRole } from './fragment.ts';
import { type GraphView, isStopped } from './view.ts';

/** `declared`: the datasets of declared tables. What is local to a job (print, datagen) is nobody else's to read or write. */
export function orphans(view: GraphView, declared: Iterable<Dataset>): OrphansAnswer {
  const { graph } = view.lineage;
  const items: OrphanItem[] = [];
  graph.forEachNode((id, { kind, namespace }) => {
    if (kind !== 'dataset' || namespace.startsWith('local://')) return;
    const found = orphanOf(view, id);
    if (found !== null) items.push(found);
  });
  for (const { id, name, connector } of new Map([...declared].map(each => [each.id, each])).values()) {
    if (!graph.hasNode(id)) items.push({ id, kind: 'unused', name, connector, jobs: [], stopped: [], roles: [] });
  }
  const keyOf = ({ kind, id }: OrphanItem): string => `${kind} ${id}`;
  return { items: items.sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1)) };
}

function orphanOf(view: GraphView, id: string): OrphanItem | null {
  const { graph } = view.lineage;
  const writers = new Set<string>();
  const readers = new Set<string>();
  const roles = new Set<EdgeRole>();
  graph.forEachInNeighbor(id, writer => void writers.add(writer));
  graph.forEachOutEdge(id, (_edge, { role }, _from, reader) => {
    // A view is read by its own job, which reads the dataset as well.
    if (role === 'derives') return;
    roles.add(role);
    readers.add(reader);
  });
  const stoppedOf = (ids: ReadonlySet<string>): string[] => [...ids].filter(job => isStopped(view, job)).sort();
  const [stoppedWriters, stoppedReaders] = [stoppedOf(writers), stoppedOf(readers)];
  const [hasWriter, hasReader] = [writers.size > stoppedWriters.length, readers.size > stoppedReaders.length];
  if (hasWriter === hasReader)
    return hasWriter || writers.size + readers.size > 0 ? null : item('unused', new Set(), []);
  return hasWriter ? item('unread', writers, stoppedReaders) : item('unwritten', readers, stoppedWriters);

  function item(kind: OrphanKind, jobs: ReadonlySet<string>, stopped: readonly string[]): OrphanItem {
    const { name, connector } = graph.getNodeAttributes(id);
    const alive = [...jobs].filter(job => !isStopped(view, job)).sort();
    return { id, kind, name, connector: connector ?? null, jobs: alive, stopped, roles: [...roles].sort() };
  }
}
