/** Which columns go where: the flows of all placed fragments, by what they read, what they write and who does it. */
import type { ColumnRef, FragmentFlow } from './fragment.ts';

/** A flow with the datasets its references mean now. */
export interface Flow {
  readonly of: FragmentFlow;
  readonly sink: string | null;
  /** Dataset ids in the order of `of.tables`. */
  readonly tables: readonly string[];
}

const NONE: ReadonlySet<Flow> = new Set();

export class FlowIndex {
  readonly #byTable = new Map<string, Set<Flow>>();
  readonly #bySink = new Map<string, Set<Flow>>();
  readonly #byNode = new Map<string, Set<Flow>>();

  add(flow: Flow): void {
    for (const table of flow.tables) put(this.#byTable, table, flow);
    if (flow.sink !== null) put(this.#bySink, flow.sink, flow);
    put(this.#byNode, flow.of.node, flow);
  }

  delete(flow: Flow): void {
    for (const table of flow.tables) take(this.#byTable, table, flow);
    if (flow.sink !== null) take(this.#bySink, flow.sink, flow);
    take(this.#byNode, flow.of.node, flow);
  }

  reading(dataset: string): Iterable<Flow> {
    return this.#byTable.get(dataset) ?? NONE;
  }

  writing(dataset: string): Iterable<Flow> {
    return this.#bySink.get(dataset) ?? NONE;
  }

  /** What a job, supervisor or flow does. */
  of(node: string): Iterable<Flow> {
    return this.#byNode.get(node) ?? NONE;
  }
}

/** The dataset id of a flow's column. */
export function tableOf(flow: Flow, ref: ColumnRef): string {
  return flow.tables[ref.table] ?? '';
}

/** Id of a column in answers. */
export function columnId(dataset: string, column: string): string {
  return `${dataset}#${column}`;
}

function put(index: Map<string, Set<Flow>>, key: string, flow: Flow): void {
  const flows = index.get(key);
  if (flows === undefined) index.set(key, new Set([flow]));
  else flows.add(flow);
}

function take(index: Map<string, Set<Flow>>, key: string, flow: Flow): void {
  const flows = index.get(key);
  flows?.delete(flow);
  if (flows?.size === 0) index.delete(key);
}
