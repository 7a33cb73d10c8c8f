/** The columns of a part of the graph as nodes and edges of their own. */
import type { ControlUse, GraphEdge, GraphNode } from './answers.ts';
import { columnId, type Flow, tableOf } from './flows.ts';
import type { ColumnRef } from './fragment.ts';
import { byText } from './order.ts';
import type { GraphView } from './view.ts';

/** Columns are told of no more than this many nodes in all. */
const MAX_COLUMNS = 20_000;

export interface ColumnGraph {
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
  readonly truncated: boolean;
}

/**
 * Columns of the datasets among `ids`: the declared ones and those that flows name. `derives` edges go from column to column (value,
 * or control of that one value), and from a column that decides which rows come out to the job that asks for it.
 */
export function columnGraph(view: GraphView, ids: ReadonlySet<string>): ColumnGraph {
  const collected = new Collector(view);
  const sorted = [...ids].sort();
  // Declarations first: they know the types.
  for (const id of sorted) if (view.lineage.graph.getNodeAttribute(id, 'kind') === 'dataset') collected.declared(id);
  for (const id of sorted) {
    for (const flow of view.lineage.flows.of(id))
      if (flow.sink === null || ids.has(flow.sink)) collected.flow(flow, ids);
  }
  return collected.result;
}

class Collector {
  readonly #view: GraphView;
  readonly #nodes = new Map<string, GraphNode>();
  readonly #edges = new Map<string, GraphEdge>();
  #truncated = false;

  constructor(view: GraphView) {
    this.#view = view;
  }

  get result(): ColumnGraph {
    const nodes = [...this.#nodes].sort(([a], [b]) => byText(a, b)).map(([, node]) => node);
    return {
      nodes,
      edges: [...this.#edges].sort(([a], [b]) => byText(a, b)).map(([, edge]) => edge),
      truncated: this.#truncated,
    };
  }

  declared(dataset: string): void {
    for (const [column, type] of this.#view.lineage.schemaOf(dataset)) this.#node(dataset, column, type);
  }

  flow(flow: Flow, ids: ReadonlySet<string>): void {
    const { columns, controls } = flow.of;
    const from = (ref: ColumnRef): string | null => {
      const table = tableOf(flow, ref);
      return ids.has(table) ? this.#node(table, ref.column) : null;
    };
    for (const { of, roles } of controls) this.#edge(flow, from(of), flow.of.node, roles);
    if (flow.sink === null) return;
    for (const column of columns) {
      const to = this.#node(flow.sink, column.name);
      for (const source of column.sources) this.#edge(flow, from(source), to, null);
      for (const control of column.controls) this.#edge(flow, from(control), to, ['value']);
    }
  }

  #node(dataset: string, column: string, type: string | null = null): string | null {
    const id = columnId(dataset, column);
    if (this.#nodes.has(id)) return id;
    if (this.#nodes.size >= MAX_COLUMNS) {
      this.#truncated = true;
      return null;
    }
    const { namespace } = this.#view.lineage.graph.getNodeAttributes(dataset);
    const node = { id, kind: 'column', namespace, name: column, label: column, dataset } as const;
    this.#nodes.set(id, type === null ? node : { ...node, type });
    return id;
  }

  /** `roles` null: a value. */
  #edge(flow: Flow, from: string | null, to: string | null, roles: readonly ControlUse[] | null): void {
    if (from === null || to === null) return;
    const { node: job, evidence } = flow.of;
    const key = `${from} ${to} ${job} ${roles === null ? 'value' : 'control'}`;
    const before = this.#edges.get(key);
    this.#edges.set(key, {
      from,
      to,
      role: 'derives',
      type: roles === null ? 'value' : 'control',
      ...(roles === null ? {} : { roles: [...new Set([...(before?.roles ?? []), ...roles])].sort() }),
      job,
      evidence: [...new Set([...(before?.evidence ?? []), evidence])].sort(),
    });
  }
}
