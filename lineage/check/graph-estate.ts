import { byName } from '../graph/dataset.ts';
import type { Evidence } from '../graph/evidence.ts';
import { identify } from '../graph/identity.ts';
import { impact } from '../graph/impact.ts';
import { type GraphView, isStopped } from '../graph/view.ts';
import { type KnownTable, schemasLookup } from '../sql/resolve/catalog.ts';
import type { Estate, Writer } from './estate.ts';
import type { JobTables } from './job-tables.ts';

export interface GraphEstateParts {
  readonly view: GraphView;
  readonly evidence: Pick<Evidence, 'catalog' | 'clusters' | 'registry'>;
  readonly jobTables: Pick<JobTables, 'find' | 'names'>;
  /** Columns by table name, given with the question; they come before what is declared. */
  readonly schemas: Readonly<Record<string, readonly string[]>>;
}

/** Roles in which data flows on. */
const FLOWS: ReadonlySet<string> = new Set(['reads', 'versioned', 'writes']);

/** What the daemon's graph knows. */
export function createGraphEstate({ view, evidence, jobTables, schemas }: GraphEstateParts): Estate {
  const { catalog, registry } = evidence;
  const { graph } = view.lineage;
  // A script that is only asked about must not teach which brokers are one cluster.
  const clusters = evidence.clusters.copy();
  const given = schemasLookup(schemas);
  return {
    known: (dotted): KnownTable | undefined => given(dotted) ?? catalog.known(dotted) ?? jobTables.find(dotted),
    names() {
      const declared = [...catalog.tables].map(({ name }) => name);
      return [...Object.keys(schemas), ...declared, ...jobTables.names()];
    },
    isUsed(text) {
      const ref = byName(text);
      const found = catalog.resolve(ref).id;
      return graph.hasNode(found);
    },
    datasets(table, job) {
      const found = identify({ options: table.options, name: table.byName, job }, clusters);
      const refs =
        found.length > 0 ? found.map(dataset => ({ kind: 'physical', dataset }) as const) : [byName(table.byName)];
      return [...new Set(refs.map(ref => catalog.resolve(ref).id))];
    },
    writers(dataset) {
      if (!graph.hasNode(dataset)) return [];
      const writers: Writer[] = [];
      graph.forEachInEdge(dataset, (_edge, { role }, node) => {
        if (role !== 'writes' || isStopped(view, node)) return;
        const { kind, name, owner = null } = graph.getNodeAttributes(node);
        const since = kind === 'job' ? (registry.stored(name)?.runs.at(-1)?.firstSeen ?? null) : null;
        writers.push({ node, kind, name, owner, since });
      });
      return writers.sort((a, b) => (a.node < b.node ? -1 : 1));
    },
    next(node) {
      if (!graph.hasNode(node)) return [];
      const targets: string[] = [];
      graph.forEachOutEdge(node, (_edge, { role }, _from, target) => {
        if (FLOWS.has(role) && !isStopped(view, target)) targets.push(target);
      });
      return targets;
    },
    current(job) {
      const found = registry.stored(job);
      return found?.sql == null ? null : { sql: found.sql, session: found.session };
    },
    impact(dataset, column) {
      if (!graph.hasNode(dataset)) return null;
      return impact(view, { of: dataset, ...(column === null ? {} : { column }), change: 'drop' });
    },
  };
}
