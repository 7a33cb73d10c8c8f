/** What a job reads and writes, as OpenLineage's datasets with their facets. */
import type { ColumnOrigin, ControlUse, GraphAnswer, GraphEdge, GraphNode } from '../graph/answers.ts';
import type { FacetMaker, Facets } from './facets.ts';

export interface OpenLineageDataset {
  readonly namespace: string;
  readonly name: string;
  readonly facets: Facets;
}

export interface JobDatasets {
  readonly inputs: readonly OpenLineageDataset[];
  readonly outputs: readonly OpenLineageDataset[];
}

export interface JobView {
  /** Node id of the job. */
  readonly job: string;
  /** The graph around it, one edge deep, with columns where they are known. */
  readonly graph: GraphAnswer;
  /** How it fills its columns: gives columns their expressions. */
  readonly origins?: readonly ColumnOrigin[];
  /** Dataset id -> what the job's SQL calls it (`catalog.db.table`). */
  readonly tableNames?: ReadonlyMap<string, readonly string[]>;
}

/** Sorted as the graph gives them; a dataset the job both reads and writes is in both lists. */
export function jobDatasets(view: JobView, maker: FacetMaker): JobDatasets {
  const { job, graph } = view;
  const nodes = new Map(graph.nodes.map(node => [node.id, node]));
  const columns = Map.groupBy(
    graph.nodes.filter(node => node.kind === 'column'),
    node => node.dataset ?? '',
  );
  const toDataset = (id: string, isOutput: boolean): OpenLineageDataset[] => {
    const node = nodes.get(id);
    if (node?.kind !== 'dataset') return [];
    const own = columns.get(id) ?? [];
    const facets = {
      ...commonFacets(node, own, view.tableNames?.get(id) ?? [], maker),
      ...(isOutput ? columnLineage(view, own, nodes, maker) : {}),
    };
    return [{ namespace: node.namespace, name: node.name, facets }];
  };
  const read = graph.edges.filter(edge => edge.to === job && READING.has(edge.role)).map(edge => edge.from);
  const written = graph.edges.filter(edge => edge.from === job && edge.role === 'writes').map(edge => edge.to);
  return {
    inputs: [...new Set(read)].flatMap(id => toDataset(id, false)),
    outputs: [...new Set(written)].flatMap(id => toDataset(id, true)),
  };
}

const READING: ReadonlySet<GraphEdge['role']> = new Set(['reads', 'lookup', 'versioned']);

function commonFacets(
  node: GraphNode,
  columns: readonly GraphNode[],
  tableNames: readonly string[],
  maker: FacetMaker,
): Facets {
  const fields = columns.map(({ name, type }) => (type === undefined ? { name } : { name, type }));
  const identifiers = tableNames.map(name => ({ namespace: 'flink', name, type: 'TABLE' }));
  return {
    dataSource: maker.make('dataSource', { name: node.namespace, uri: node.namespace }),
    ...(fields.length === 0 ? {} : { schema: maker.make('schema', { fields }) }),
    ...(identifiers.length === 0 ? {} : { symlinks: maker.make('symlinks', { identifiers }) }),
  };
}

interface InputField {
  readonly namespace: string;
  readonly name: string;
  readonly field: string;
  readonly transformations: readonly Transformation[];
}

interface Transformation {
  readonly type: 'DIRECT' | 'INDIRECT';
  readonly subtype: string;
  readonly description?: string;
  readonly masking: false;
}

function columnLineage(
  { job, graph, origins = [] }: JobView,
  columns: readonly GraphNode[],
  nodes: ReadonlyMap<string, GraphNode>,
  maker: FacetMaker,
): Facets {
  const into = Map.groupBy(
    graph.edges.filter(edge => edge.role === 'derives' && edge.type !== undefined && (edge.job ?? job) === job),
    edge => edge.to,
  );
  const fields: Record<string, { readonly inputFields: readonly InputField[] }> = {};
  for (const column of columns) {
    const edges = into.get(column.id);
    if (edges === undefined) continue;
    const origin = origins.find(o => o.job === job && o.dataset === column.dataset && o.column === column.name);
    const bySource = Map.groupBy(edges, edge => edge.from);
    fields[column.name] = {
      inputFields: [...bySource].flatMap(([from, found]) => {
        const source = nodes.get(from);
        const dataset = nodes.get(source?.dataset ?? '');
        if (source === undefined || dataset === undefined) return [];
        const { namespace, name } = dataset;
        return [
          { namespace, name, field: source.name, transformations: found.flatMap(e => transformations(e, origin)) },
        ];
      }),
    };
  }
  return Object.keys(fields).length === 0 ? {} : { columnLineage: maker.make('columnLineage', { fields }) };
}

/** Control -> OpenLineage's subtype of an indirect transformation. */
const INDIRECT: Readonly<Record<ControlUse, string>> = {
  filter: 'FILTER',
  join: 'JOIN',
  group: 'GROUP_BY',
  sort: 'SORT',
  pattern: 'CONDITIONAL',
  time: 'JOIN',
  value: 'WINDOW',
};

function transformations(edge: GraphEdge, origin: ColumnOrigin | undefined): readonly Transformation[] {
  if (edge.type === 'control') {
    const roles: readonly ControlUse[] = edge.roles ?? ['value'];
    return [...new Set(roles.map(role => INDIRECT[role]))].map(subtype => ({
      type: 'INDIRECT',
      subtype,
      masking: false,
    }));
  }
  const { functions = [], steps = [] } = origin ?? {};
  const subtype = functions.some(isAggregate) ? 'AGGREGATION' : steps.length > 0 ? 'TRANSFORMATION' : 'IDENTITY';
  const description = steps.join(' → ');
  return [{ type: 'DIRECT', subtype, ...(description === '' ? {} : { description }), masking: false }];
}

/** Flink's built-in aggregate functions; a user's own cannot be told from a scalar one. */
const AGGREGATES: ReadonlySet<string> = new Set(
  (
    'AVG COUNT SUM SUM0 MIN MAX STDDEV_POP STDDEV_SAMP STDDEV VAR_POP VAR_SAMP VARIANCE COLLECT FIRST_VALUE LAST_VALUE LISTAGG ' +
    'ARRAY_AGG RANK DENSE_RANK ROW_NUMBER PERCENT_RANK CUME_DIST NTILE LEAD LAG JSON_OBJECTAGG JSON_ARRAYAGG PERCENTILE ' +
    'APPROX_COUNT_DISTINCT'
  ).split(' '),
);

function isAggregate(name: string): boolean {
  return AGGREGATES.has(name.toUpperCase());
}
