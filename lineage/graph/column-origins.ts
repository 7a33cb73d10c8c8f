/** Where columns come from, job by job down to columns nobody known fills. */
import type { ColumnOrigin, ColumnSource, ColumnsAnswer } from './answers.ts';
import { columnId, type Flow, tableOf } from './flows.ts';
import type { ColumnRef, FlowColumn } from './fragment.ts';
import { byText } from './order.ts';
import type { GraphView } from './view.ts';

/** No answer lists more columns. */
const MAX_ORIGINS = 5000;

export interface OriginQuestion {
  /** Node id. */
  readonly of: string;
  readonly column?: string | undefined;
  /** Jobs to go back; Infinity for all. */
  readonly depth: number;
}

/** `of` is a dataset: its columns, or the one asked for · else the columns a job … writes, or of the datasets a report reads. */
export function columnOrigins(view: GraphView, { of, column, depth }: OriginQuestion): ColumnsAnswer {
  const { kind } = view.lineage.graph.getNodeAttributes(of);
  const search = new Search(view);
  for (const start of startsOf(view, of, column)) search.ask(start.dataset, start.column, 0);
  search.run(depth, kind === 'dataset' || kind === 'report' ? null : of);
  const question = column === undefined ? { id: of, kind } : { id: of, kind, column };
  return { of: question, columns: search.origins, base: search.base, truncated: search.truncated };
}

interface Asked {
  readonly dataset: string;
  readonly column: string;
  readonly depth: number;
}

/** Columns known of a dataset: declared, filled or read by anybody; sorted. */
export function knownColumns({ lineage }: GraphView, dataset: string): readonly string[] {
  const names = new Set(lineage.schemaOf(dataset).keys());
  for (const { of } of lineage.flows.writing(dataset)) for (const { name } of of.columns) names.add(name);
  for (const flow of lineage.flows.reading(dataset)) {
    const add = (ref: ColumnRef): void => {
      if (tableOf(flow, ref) === dataset) names.add(ref.column);
    };
    for (const { of } of flow.of.controls) add(of);
    for (const { sources, controls } of flow.of.columns) {
      sources.forEach(add);
      controls.forEach(add);
    }
  }
  return [...names].sort();
}

function startsOf(view: GraphView, id: string, column: string | undefined): { dataset: string; column: string }[] {
  const { graph, flows } = view.lineage;
  const { kind } = graph.getNodeAttributes(id);
  const wanted = (name: string): boolean => column === undefined || name === column;
  if (kind === 'dataset') {
    const columns = column === undefined ? knownColumns(view, id) : [column];
    return columns.map(name => ({ dataset: id, column: name }));
  }
  if (kind === 'report') {
    return graph
      .inNeighbors(id)
      .sort()
      .flatMap(dataset =>
        knownColumns(view, dataset)
          .filter(wanted)
          .map(name => ({ dataset, column: name })),
      );
  }
  const written = [...flows.of(id)].flatMap(({ sink, of }) =>
    sink === null
      ? []
      : of.columns.filter(({ name }) => wanted(name)).map(({ name }) => ({ dataset: sink, column: name })),
  );
  return written.sort((a, b) => (columnId(a.dataset, a.column) < columnId(b.dataset, b.column) ? -1 : 1));
}

class Search {
  readonly origins: ColumnOrigin[] = [];
  readonly base: { dataset: string; column: string }[] = [];
  truncated = false;
  readonly #view: GraphView;
  readonly #asked = new Map<string, Asked>();

  constructor(view: GraphView) {
    this.#view = view;
  }

  ask(dataset: string, column: string, depth: number): void {
    const key = columnId(dataset, column);
    if (this.#asked.has(key)) return;
    if (this.#asked.size >= MAX_ORIGINS) this.truncated = true;
    else this.#asked.set(key, { dataset, column, depth });
  }

  /** `only`: of the columns asked for first, what this node fills. */
  run(depth: number, only: string | null): void {
    // A map's iteration goes on with what is added meanwhile.
    for (const asked of this.#asked.values()) {
      const isFirst = asked.depth === 0;
      const found = asked.depth < depth ? originsOf(this.#view, asked) : [];
      const kept = isFirst && only !== null ? found.filter(({ job }) => job === only) : found;
      if (asked.depth < depth && found.length === 0) this.base.push({ dataset: asked.dataset, column: asked.column });
      for (const origin of kept) {
        this.origins.push(origin);
        for (const { dataset, column } of origin.sources) this.ask(dataset, column, asked.depth + 1);
      }
    }
  }
}

/** One entry per job and statement that fills a column, or may: a job of which only tables are known fills any. */
function originsOf(view: GraphView, { dataset, column, depth }: Asked): readonly ColumnOrigin[] {
  const { graph, flows } = view.lineage;
  const origins: ColumnOrigin[] = [];
  const told = new Set<string>();
  for (const flow of flows.writing(dataset)) {
    told.add(flow.of.node);
    const filled = flow.of.columns.find(({ name }) => name === column);
    if (filled !== undefined) origins.push(originOf(flow, filled, dataset, depth));
    else if (flow.of.open) origins.push(unknownOrigin(flow, dataset, column, depth));
  }
  graph.forEachInEdge(dataset, (_edge, { role, evidence }, job) => {
    if (role !== 'writes' || told.has(job)) return;
    const [kind] = [...new Set(evidence.values())].sort();
    if (kind !== undefined)
      origins.push({ dataset, column, open: true, sources: [], functions: [], steps: [], job, evidence: kind, depth });
  });
  return origins.sort((a, b) => byText(a.job, b.job));
}

function originOf(flow: Flow, filled: FlowColumn, dataset: string, depth: number): ColumnOrigin {
  const { node: job, evidence } = flow.of;
  const sources = new Map<string, ColumnSource>();
  const add = (ref: ColumnRef, rest: Pick<ColumnSource, 'type' | 'roles'>): void => {
    const table = tableOf(flow, ref);
    const key = `${rest.type} ${columnId(table, ref.column)}`;
    const roles = [...new Set([...(sources.get(key)?.roles ?? []), ...(rest.roles ?? [])])];
    sources.set(key, { dataset: table, column: ref.column, type: rest.type, ...(roles.length > 0 ? { roles } : {}) });
  };
  for (const source of filled.sources) add(source, { type: 'value' });
  for (const control of filled.controls) add(control, { type: 'control', roles: ['value'] });
  for (const { of, roles } of flow.of.controls) add(of, { type: 'control', roles });
  const { name: column, open, functions, steps } = filled;
  return { dataset, column, open, sources: [...sources.values()], functions, steps, job, evidence, depth };
}

/** Behind an open `*` any column may be filled; only what decides the rows is certain. */
function unknownOrigin(flow: Flow, dataset: string, column: string, depth: number): ColumnOrigin {
  const none: FlowColumn = { name: column, sources: [], controls: [], open: true, functions: [], steps: [] };
  return originOf(flow, none, dataset, depth);
}
