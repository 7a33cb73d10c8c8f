/** The lineage graph (graphology), kept up to date fragment by fragment: adding or replacing one touches only its own edges. */
import { MultiDirectedGraph } from 'graphology';
import type { DatasetCatalog } from './catalog.ts';
import { type Dataset, type DatasetRef, nameText } from './dataset.ts';
import type { EdgeRole, End, Evidence, Fragment, FragmentHop, NodeKind } from './fragment.ts';

/** What a node tells beside its edges. */
export interface NodeAttributes {
  readonly kind: NodeKind;
  readonly namespace: string;
  readonly name: string;
  readonly connector?: string | null;
  readonly owner?: string;
  /** How many fragments name it. */
  uses: number;
}

export interface EdgeAttributes {
  readonly role: EdgeRole;
  /** Fragment key -> what it says. */
  readonly evidence: Map<
    string,
    { readonly evidence: Evidence; readonly columns?: readonly (readonly string[])[] | null }
  >;
}

export type Graph = MultiDirectedGraph<NodeAttributes, EdgeAttributes>;

interface Placed {
  readonly fragment: Fragment;
  readonly nodes: Set<string>;
  readonly edges: Set<string>;
  readonly retained: readonly Dataset[];
}

export class LineageGraph {
  readonly graph: Graph = new MultiDirectedGraph<NodeAttributes, EdgeAttributes>();
  /** Nodes per kind. */
  readonly counts = new Map<NodeKind, number>();
  readonly #catalog: DatasetCatalog;
  readonly #placed = new Map<string, Placed>();
  /** Name -> keys of the fragments that know a dataset only by it. */
  readonly #namedBy = new Map<string, Set<string>>();

  constructor(catalog: DatasetCatalog) {
    this.#catalog = catalog;
  }

  /** Adds a fragment, or replaces the one of its key. */
  put(fragment: Fragment): void {
    const before = this.#placed.get(fragment.key);
    // The new uses are counted before the old ones go, so that an unchanged name never loses its meaning in between.
    const retained = physicalOf(fragment);
    const changed = retained.filter(dataset => this.#catalog.retain(dataset));
    if (before !== undefined) changed.push(...this.#unplace(before));
    this.#place(fragment, retained);
    this.#replaceNamed(changed);
  }

  remove(key: string): void {
    const placed = this.#placed.get(key);
    if (placed !== undefined) this.#replaceNamed(this.#unplace(placed));
  }

  /** Places anew every fragment that knows a dataset by one of these names. */
  renamed(names: Iterable<string>): void {
    const keys = new Set<string>();
    for (const name of names) for (const key of this.#namedBy.get(name) ?? []) keys.add(key);
    for (const key of keys) {
      const placed = this.#placed.get(key);
      if (placed === undefined) continue;
      this.#takeOut(placed);
      this.#place(placed.fragment, placed.retained);
    }
  }

  has(key: string): boolean {
    return this.#placed.has(key);
  }

  get fragments(): Iterable<Fragment> {
    return this.#placed.values().map(placed => placed.fragment);
  }

  /** The dataset a reference means now. */
  resolve(ref: DatasetRef): Dataset {
    return this.#catalog.resolve(ref);
  }

  #replaceNamed(changed: readonly Dataset[]): void {
    const names = changed.map(nameText).filter(name => name !== null);
    if (names.length > 0) this.renamed(names);
  }

  #place(fragment: Fragment, retained: readonly Dataset[]): void {
    const placed: Placed = { fragment, nodes: new Set(), edges: new Set(), retained };
    this.#placed.set(fragment.key, placed);
    for (const { id, ...node } of fragment.nodes) {
      this.#node(id, node, placed);
      if (node.owner !== undefined) this.graph.mergeNodeAttributes(id, { owner: node.owner });
    }
    for (const edge of fragment.edges) {
      const from = this.#end(edge.from, placed);
      const to = this.#end(edge.to, placed);
      const key = `${edge.role} ${from} ${to}`;
      if (!this.graph.hasEdge(key))
        this.graph.addDirectedEdgeWithKey(key, from, to, { role: edge.role, evidence: new Map() });
      const said =
        edge.columns === undefined ? { evidence: edge.evidence } : { evidence: edge.evidence, columns: edge.columns };
      this.graph.getEdgeAttributes(key).evidence.set(fragment.key, said);
      placed.edges.add(key);
    }
    for (const name of namesOf(fragment)) {
      const keys = this.#namedBy.get(name) ?? new Set<string>();
      this.#namedBy.set(name, keys.add(fragment.key));
    }
  }

  #end(end: End, placed: Placed): string {
    if ('node' in end) return end.node;
    const { id, namespace, name, connector } = this.#catalog.resolve(end.dataset);
    this.#node(id, { kind: 'dataset', namespace, name, connector }, placed);
    return id;
  }

  #node(id: string, attributes: Omit<NodeAttributes, 'uses'>, placed: Placed): void {
    if (placed.nodes.has(id)) return;
    placed.nodes.add(id);
    if (!this.graph.hasNode(id)) {
      this.graph.addNode(id, { ...attributes, uses: 0 });
      this.counts.set(attributes.kind, (this.counts.get(attributes.kind) ?? 0) + 1);
    }
    this.graph.updateNodeAttribute(id, 'uses', uses => (uses ?? 0) + 1);
  }

  /** Takes a fragment out; returns the datasets whose name may mean something else without it. */
  #unplace(placed: Placed): Dataset[] {
    this.#takeOut(placed);
    this.#placed.delete(placed.fragment.key);
    return placed.retained.filter(dataset => this.#catalog.release(dataset));
  }

  #takeOut(placed: Placed): void {
    const { key } = placed.fragment;
    for (const edge of placed.edges) {
      const { evidence } = this.graph.getEdgeAttributes(edge);
      evidence.delete(key);
      if (evidence.size === 0) this.graph.dropEdge(edge);
    }
    for (const node of placed.nodes) {
      const uses = this.graph.getNodeAttribute(node, 'uses') - 1;
      if (uses <= 0) {
        const { kind } = this.graph.getNodeAttributes(node);
        this.counts.set(kind, (this.counts.get(kind) ?? 1) - 1);
        this.graph.dropNode(node);
      } else this.graph.setNodeAttribute(node, 'uses', uses);
    }
    for (const name of namesOf(placed.fragment)) {
      const keys = this.#namedBy.get(name);
      keys?.delete(key);
      if (keys?.size === 0) this.#namedBy.delete(name);
    }
  }
}

function* refsOf(fragment: Fragment): Generator<DatasetRef> {
  for (const { from, to } of fragment.edges) {
    if ('dataset' in from) yield from.dataset;
    if ('dataset' in to) yield to.dataset;
  }
  for (const hop of fragment.hops) yield* hopRefs(hop);
}

function* hopRefs(hop: FragmentHop): Generator<DatasetRef> {
  yield* hop.inputs;
  yield* hop.lookups;
  yield* hop.optionalInputs;
  if (hop.output !== null) yield hop.output;
}

function physicalOf(fragment: Fragment): readonly Dataset[] {
  const found = new Map<string, Dataset>();
  for (const ref of refsOf(fragment)) if (ref.kind === 'physical') found.set(ref.dataset.id, ref.dataset);
  return [...found.values()];
}

function namesOf(fragment: Fragment): ReadonlySet<string> {
  const names = new Set<string>();
  for (const ref of refsOf(fragment)) if (ref.kind === 'by-name') names.add(ref.text);
  return names;
}
