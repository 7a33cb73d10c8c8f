/** The graph as of a time: versions of jobs, reports, supervisors and flows that were in force then, instead of those in force now. */
import type { GraphAnswer, GraphEdge, GraphNode } from './answers.ts';
import { LineageGraph } from './build.ts';
import type { DatasetCatalog } from './catalog.ts';
import { columnGraph } from './column-graph.ts';
import type { DatasetRef } from './dataset.ts';
import { type End, type Fragment, type FragmentEdge, type FragmentFlow, NODE_ID } from './fragment.ts';
import { type DeclaredParts, PastDeclared } from './past-declared.ts';

import { MAX_NODES, neighbours, type Step, subgraph, type Walked, type WalkOptions, walkBy } from './path.ts';
import type { JobVersion, JobVersions } from './versions.ts';
import type { JobState } from './view.ts';

export interface PastParts extends DeclaredParts {
  readonly lineage: LineageGraph;
  readonly catalog: DatasetCatalog;
  readonly versions: JobVersions;
  refOf(id: string): DatasetRef;
  /** Columns of a version, where its SQL was kept. */
  flowsOf(job: string, version: JobVersion): readonly FragmentFlow[];
  stateAt(job: string, at: number): JobState | null;
}

interface InForce {
  readonly version: JobVersion;
  readonly to: number | null;
}

type Neighbour = ReturnType<Step>[number];

/** Jobs without versions and tables are taken as they are now: of these nobody keeps a past. */
export class Past {
  readonly #parts: PastParts;
  readonly #at: number;
  readonly #other: ReadonlyMap<string, InForce | null>;
  readonly #declared: PastDeclared;
  readonly #extra = { up: new Map<string, Neighbour[]>(), down: new Map<string, Neighbour[]>() };

  constructor(parts: PastParts, at: number) {
    this.#parts = parts;
    this.#at = at;
    this.#other = versionsThen(parts.versions, at);
    for (const [job, inForce] of this.#other) if (inForce !== null) this.#addExtra(job, inForce.version);
    this.#declared = new PastDeclared(parts, at);
    for (const fragment of this.#declared.other.values())
      for (const { from, to, role } of fragment?.edges ?? []) this.#link(this.#idOf(from), this.#idOf(to), role);
  }

  has(id: string): boolean {
    return this.#extra.up.has(id) || this.#extra.down.has(id) || this.#parts.lineage.graph.hasNode(id);
  }

  /** What is around `root`; without one everything, up to the limit of nodes. */
  graph(root: string | null, options: WalkOptions & { readonly columns: boolean }): GraphAnswer {
    const walked = root === null ? this.#everything() : walkBy(this.#step, root, options);
    const lineage = this.#lineage(walked.ids, options.columns);
    const ids = new Set([...walked.ids].filter(id => lineage.graph.hasNode(id)));
    const view = { lineage, stateOf: (job: string) => this.#parts.stateAt(job, this.#at) };
    const { nodes, edges, truncated } = subgraph(view, ids, walked.truncated);
    const dated = edges.map(edge => this.#dated(edge));
    const unknown = nodes.filter(node => this.#isAssumed(node)).map(({ id }) => id);
    const assumed = unknown.length === 0 ? {} : { assumed: unknown };
    if (!options.columns) return { nodes, edges: dated, truncated, ...assumed };
    const columns = columnGraph(view, ids);
    return {
      nodes: [...nodes, ...columns.nodes],
      edges: [...dated, ...columns.edges],
      truncated: truncated || columns.truncated,
      ...assumed,
    };
  }

  #addExtra(job: string, { tables }: JobVersion): void {
    const node = NODE_ID.job(job);
    for (const { id, role } of tables?.reads ?? []) this.#link(this.#resolved(id), node, role);
    for (const id of tables?.writes ?? []) this.#link(node, this.#resolved(id), 'writes');
  }

  #link(from: string, to: string, role: Neighbour['role']): void {
    const { up, down } = this.#extra;
    up.set(to, [...(up.get(to) ?? []), { id: from, role }]);
    down.set(from, [...(down.get(from) ?? []), { id: to, role }]);
  }

  #idOf(end: End): string {
    return 'node' in end ? end.node : this.#parts.catalog.resolve(end.dataset).id;
  }

  #resolved(id: string): string {
    return this.#parts.catalog.resolve(this.#parts.refOf(id)).id;
  }

  readonly #step: Step = (id, direction) => {
    const { graph } = this.#parts.lineage;
    const now = graph.hasNode(id) ? neighbours(graph, id, direction) : [];
    const kept = now.filter(({ edge }) =>
      graph
        .getEdgeAttribute(edge, 'evidence')
        .keys()
        .some(key => !this.#isOther(key)),
    );
    return [...kept, ...((direction === 'up' ? this.#extra.up : this.#extra.down).get(id) ?? [])];
  };

  /** Whether a fragment tells of a job, report, supervisor or flow that was another one then. */
  #isOther(key: string): boolean {
    const job = jobOf(key);
    return this.#declared.other.has(key) || (job !== null && this.#other.has(job));
  }

  #everything(): Walked {
    const ids = new Set<string>();
    const all = [...this.#parts.lineage.graph.nodes(), ...this.#extra.up.keys(), ...this.#extra.down.keys()];
    for (const id of all) if (ids.size < MAX_NODES) ids.add(id);
    return { ids, truncated: new Set(all).size > ids.size };
  }

  /** Nobody told what it was then. */
  #isAssumed({ id, kind, name }: GraphNode): boolean {
    return this.#declared.assumed.has(id) || (kind === 'job' && this.#parts.versions.of(name).length === 0);
  }

  /** A graph of the fragments that make up these nodes. Names mean what they mean now. */
  #lineage(ids: ReadonlySet<string>, columns: boolean): LineageGraph {
    const { lineage, catalog } = this.#parts;
    const then = new LineageGraph({
      resolve: ref => catalog.resolve(ref),
      schemaOf: dataset => catalog.schemaOf(dataset),
      retain: () => false,
      release: () => false,
      alias: () => false,
    });
    const keys = new Set<string>();
    for (const id of ids) {
      if (lineage.graph.hasNode(id))
        lineage.graph.forEachEdge(id, (_edge, { evidence }) => evidence.keys().forEach(key => void keys.add(key)));
    }
    for (const key of keys) {
      const fragment = this.#isOther(key) ? null : lineage.fragment(key);
      if (fragment !== null) then.put(fragment);
    }
    for (const [job, inForce] of this.#other)
      if (inForce !== null && ids.has(NODE_ID.job(job))) then.put(this.#formerFragment(job, inForce.version, columns));
    for (const fragment of this.#declared.other.values())
      if (fragment?.nodes.some(({ id }) => ids.has(id))) then.put(columns ? fragment : { ...fragment, flows: [] });
    return then;
  }

  #formerFragment(job: string, version: JobVersion, columns: boolean): Fragment {
    const self = { node: NODE_ID.job(job) };
    const evidence = version.hasSql ? 'sql' : 'declared';
    const reads = version.tables?.reads ?? [];
    const edges: FragmentEdge[] = [
      ...reads.map(({ id, role }) => ({ from: { dataset: this.#parts.refOf(id) }, to: self, role, evidence }) as const),
      ...(version.tables?.writes ?? []).map(
        id => ({ from: self, to: { dataset: this.#parts.refOf(id) }, role: 'writes', evidence }) as const,
      ),
    ];
    const node = { id: self.node, kind: 'job', namespace: 'flink', name: job } as const;
    return {
      key: self.node,
      nodes: [version.owner === null ? node : { ...node, owner: version.owner }],
      edges,
      hops: [],
      flows: columns ? this.#parts.flowsOf(job, version) : [],
      rank: 0,
    };
  }

  #dated(edge: GraphEdge): GraphEdge {
    const job = jobOf(edge.from) ?? jobOf(edge.to);
    if (job === null) {
      const valid = this.#declared.validity.get(edge.from) ?? this.#declared.validity.get(edge.to);
      return valid === undefined ? edge : { ...edge, valid };
    }
    const other = this.#other.get(job);
    const from = other?.version.from ?? this.#parts.versions.of(job).at(-1)?.from;
    return from === undefined ? edge : { ...edge, valid: { from, to: other?.to ?? null } };
  }
}

const JOB_KEYS = ['job:', 'openlineage:', 'topic-read:'] as const;

/** Job name -> its version then; null: it was not known yet. Jobs whose version of today was in force already are not here. */
export function versionsThen(versions: JobVersions, at: number): ReadonlyMap<string, InForce | null> {
  const other = new Map<string, InForce | null>();
  for (const [job, all] of versions.all) {
    const i = all.findLastIndex(({ from }) => from <= at);
    if (i === all.length - 1) continue;
    other.set(job, i < 0 ? null : { version: all[i]!, to: all[i + 1]!.from });
  }
  return other;
}

/** The job a node or fragment is of; null for others. */
export function jobOf(key: string): string | null {
  const prefix = JOB_KEYS.find(each => key.startsWith(each));
  return prefix === undefined ? null : key.slice(prefix.length);
}
