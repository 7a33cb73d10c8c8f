/** The lineage graph (graphology), kept up to date fragment by fragment: adding or replacing one touches only its own edges. */
import { MultiDirectedGraph } from 'graphology';
import type { DatasetCatalog } from './catalog.ts';
import { type Dataset, type DatasetRef, nameText } from './dataset.ts';
import { type Flow, FlowIndex } from './flows.ts';
import type {
  EdgeRole,
  End,
  Evidence,
  Fragment,
  FragmentAlias,
  FragmentFlow,
  FragmentHop,
  FragmentSchema,
  NodeKind,
} from './fragment.ts';
import { type Heard, hear, type Said, unhear } from './said.ts';

/** What a node tells beside its edges. */
export interface NodeAttributes extends Heard {
  readonly kind: NodeKind;
  readonly name: string;
}

export interface EdgeAttributes {
  readonly role: EdgeRole;
  /** Fragment key -> why it says so. */
  readonly evidence: Map<string, Evidence>;
}

export type Graph = MultiDirectedGraph<NodeAttributes, EdgeAttributes>;

interface Placed {
  readonly fragment: Fragment;
  readonly nodes: Map<string, Said>;
  readonly edges: Set<string>;
  readonly flows: Flow[];
  readonly schemas: Set<string>;
  readonly retained: readonly Dataset[];
}

/** What a graph asks of the catalog of datasets. */
type Datasets = Pick<DatasetCatalog, 'resolve' | 'schemaOf' | 'retain' | 'release' | 'alias'>;

export class LineageGraph {
  readonly graph: Graph = new MultiDirectedGraph<NodeAttributes, EdgeAttributes>();
  readonly flows = new FlowIndex();
  /** Nodes per kind. */
  readonly counts = new Map<NodeKind, number>();
  readonly #catalog: Datasets;
  readonly #placed = new Map<string, Placed>();
  /** What datasets are referred to by -> keys of the fragments that do. */
  readonly #mentions = new Map<string, Set<string>>();
  /** Dataset -> fragment key -> its columns there. */
  readonly #schemas = new Map<string, Map<string, FragmentSchema['columns']>>();

  constructor(catalog: Datasets) {
    this.#catalog = catalog;
  }

  /** Adds a fragment, or replaces the one of its key. */
  put(fragment: Fragment): void {
    const before = this.#placed.get(fragment.key);
    // The new uses are counted before the old ones go, so that an unchanged name never loses its meaning in between.
    const retained = physicalOf(fragment);
    const changed = retained.filter(dataset => this.#catalog.retain(dataset)).flatMap(textsOf);
    for (const alias of fragment.aliases ?? []) changed.push(...this.#alias(alias, 1));
    if (before !== undefined) changed.push(...this.#unplace(before));
    this.#place(fragment, retained);
    this.renamed(changed);
  }

  remove(key: string): void {
    const placed = this.#placed.get(key);
    if (placed !== undefined) this.renamed(this.#unplace(placed));
  }

  /** Places anew every fragment that refers to a dataset by one of these names. */
  renamed(names: Iterable<string>): void {
    const keys = new Set<string>();
    for (const name of names) for (const key of this.#mentions.get(name) ?? []) keys.add(key);
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

  fragment(key: string): Fragment | null {
    return this.#placed.get(key)?.fragment ?? null;
  }

  get fragments(): Iterable<Fragment> {
    return this.#placed.values().map(placed => placed.fragment);
  }

  /** The dataset a reference means now. */
  resolve(ref: DatasetRef): Dataset {
    return this.#catalog.resolve(ref);
  }

  /** Columns that declarations and facets list of a dataset, with their types where told; empty when none does. */
  schemaOf(dataset: string): ReadonlyMap<string, string | null> {
    const columns = new Map<string, string | null>();
    for (const { name, type } of this.#catalog.schemaOf(dataset)) columns.set(name, type);
    const said = [...(this.#schemas.get(dataset) ?? [])].sort(([a], [b]) => (a < b ? -1 : 1));
    for (const [, schema] of said) {
      for (const column of schema) {
        const { name, type } = typeof column === 'string' ? { name: column, type: null } : column;
        columns.set(name, columns.get(name) ?? type);
      }
    }
    return columns;
  }

  #place(fragment: Fragment, retained: readonly Dataset[]): void {
    const placed: Placed = {
      fragment,
      nodes: new Map(),
      edges: new Set(),
      flows: [],
      schemas: new Set(),
      retained,
    };
    const { key } = fragment;
    this.#placed.set(key, placed);
    for (const { id, kind, name, namespace, owner, parent } of fragment.nodes)
      this.#node(id, kind, name, { namespace, owner, parent }, placed);
    for (const edge of fragment.edges) {
      const from = this.#end(edge.from, placed);
      const to = this.#end(edge.to, placed);
      const id = `${edge.role} ${from} ${to}`;
      if (!this.graph.hasEdge(id))
        this.graph.addDirectedEdgeWithKey(id, from, to, { role: edge.role, evidence: new Map() });
      this.graph.getEdgeAttributes(id).evidence.set(key, edge.evidence);
      placed.edges.add(id);
    }
    for (const flow of fragment.flows ?? []) this.#flow(flow, placed);
    for (const { dataset, columns } of fragment.schemas ?? []) {
      const id = this.#end({ dataset }, placed);
      const said = this.#schemas.get(id) ?? new Map<string, FragmentSchema['columns']>();
      this.#schemas.set(id, said.set(key, said.has(key) ? [...said.get(key)!, ...columns] : columns));
      placed.schemas.add(id);
    }
    for (const name of namesOf(fragment)) {
      const keys = this.#mentions.get(name) ?? new Set<string>();
      this.#mentions.set(name, keys.add(key));
    }
  }

  #flow(of: FragmentFlow, placed: Placed): void {
    const sink = of.sink === null ? null : this.#end({ dataset: of.sink }, placed);
    const flow = { of, sink, tables: of.tables.map(table => this.#end({ dataset: table }, placed)) };
    placed.flows.push(flow);
    this.flows.add(flow);
  }

  #end(end: End, placed: Placed): string {
    if ('node' in end) return end.node;
    const { id, namespace, name, connector } = this.#catalog.resolve(end.dataset);
    this.#node(id, 'dataset', name, { namespace, connector }, placed);
    return id;
  }

  #node(id: string, kind: NodeKind, name: string, said: Said, placed: Placed): void {
    if (placed.nodes.has(id)) return;
    placed.nodes.set(id, said);
    if (!this.graph.hasNode(id)) {
      this.graph.addNode(id, { kind, name, namespace: '', said: [] });
      this.counts.set(kind, (this.counts.get(kind) ?? 0) + 1);
    }
    hear(this.graph.getNodeAttributes(id), said);
  }

  /** Takes a fragment out; returns the names that may mean something else without it. */
  #unplace(placed: Placed): string[] {
    this.#takeOut(placed);
    this.#placed.delete(placed.fragment.key);
    const changed = placed.retained.filter(dataset => this.#catalog.release(dataset)).flatMap(textsOf);
    for (const alias of placed.fragment.aliases ?? []) changed.push(...this.#alias(alias, -1));
    return changed;
  }

  /** Counts an alias in or out; returns the names that may mean something else now. */
  #alias({ from, to }: FragmentAlias, uses: 1 | -1): readonly string[] {
    return this.#catalog.alias(from.id, to, uses) ? [from.id, to.id, ...textsOf(from), ...textsOf(to)] : [];
  }

  #takeOut(placed: Placed): void {
    const { key } = placed.fragment;
    for (const flow of placed.flows) this.flows.delete(flow);
    for (const edge of placed.edges) {
      const { evidence } = this.graph.getEdgeAttributes(edge);
      evidence.delete(key);
      if (evidence.size === 0) this.graph.dropEdge(edge);
    }
    for (const id of placed.schemas) {
      const said = this.#schemas.get(id);
      said?.delete(key);
      if (said?.size === 0) this.#schemas.delete(id);
    }
    for (const [id, said] of placed.nodes) this.#dropUse(id, said);
    for (const name of namesOf(placed.fragment)) {
      const keys = this.#mentions.get(name);
      keys?.delete(key);
      if (keys?.size === 0) this.#mentions.delete(name);
    }
  }

  #dropUse(id: string, said: Said): void {
    const attributes = this.graph.getNodeAttributes(id);
    unhear(attributes, said);
    if (attributes.said.length > 0) return;
    this.counts.set(attributes.kind, (this.counts.get(attributes.kind) ?? 1) - 1);
    this.graph.dropNode(id);
  }
}

function* refsOf(fragment: Fragment): Generator<DatasetRef> {
  for (const { from, to } of fragment.edges) {
    if ('dataset' in from) yield from.dataset;
    if ('dataset' in to) yield to.dataset;
  }
  for (const hop of fragment.hops) yield* hopRefs(hop);
  for (const { dataset } of fragment.schemas ?? []) yield dataset;
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

/** What a fragment refers to datasets by: their name, or the id it knows. */
function namesOf(fragment: Fragment): ReadonlySet<string> {
  const names = new Set<string>();
  for (const ref of refsOf(fragment)) names.add(ref.kind === 'by-name' ? ref.text : ref.dataset.id);
  return names;
}

/** The name that may stand for a dataset, as a list of one or none. */
function textsOf(dataset: Dataset): readonly string[] {
  const text = nameText(dataset);
  return text === null ? [] : [text];
}
