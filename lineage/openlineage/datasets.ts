/** What a job reads and writes, as OpenLineage's datasets with their facets. */
import type { ColumnOrigin, ColumnSource, ControlUse, GraphAnswer, GraphEdge, GraphNode } from '../graph/answers.ts';
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
  /** How it fills its columns, with the expressions; absent: by the graph's edges between columns. */
  readonly origins?: readonly ColumnOrigin[];
  /** Dataset id -> what the job's SQL calls it (`catalog.db.table`). */
  readonly tableNames?: ReadonlyMap<string, readonly string[]>;
}

/** In the order of the graph, columns too; a dataset the job both reads and writes is in both lists. */
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
      ...(isOutput ? columnLineage(view, id, nodes, maker) : {}),
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

type Filled = Pick<ColumnOrigin, 'column' | 'sources' | 'functions' | 'steps'>;

/** The facet of an output. What decides all its columns alike, so which rows there are, is told once under `dataset`. */
function columnLineage(view: JobView, id: string, nodes: ReadonlyMap<string, GraphNode>, maker: FacetMaker): Facets {
  const filled = filledColumns(view, id, nodes);
  if (filled.length === 0) return {};
  const common = filled[0]!.sources.filter(source =>
    filled.every(({ sources }) => source.type === 'control' && sources.some(other => sameControl(source, other))),
  );
  const toField = (source: ColumnSource, column: Filled | null): InputField[] => {
    const dataset = nodes.get(source.dataset);
    if (dataset === undefined) return [];
    const { namespace, name } = dataset;
    return [{ namespace, name, field: source.column, transformations: transformations(source, column) }];
  };
  const fields = filled.map(column => {
    const own = column.sources.filter(source => !common.some(other => sameControl(source, other)));
    return [column.column, { inputFields: own.flatMap(source => toField(source, column)) }] as const;
  });
  const dataset = common.flatMap(source => toField(source, null));
  const content = { fields: Object.fromEntries(fields), ...(dataset.length === 0 ? {} : { dataset }) };
  return { columnLineage: maker.make('columnLineage', content) };
}

/** By what is known of the expressions, or else by the edges between columns. */
function filledColumns(
  { job, graph, origins }: JobView,
  id: string,
  nodes: ReadonlyMap<string, GraphNode>,
): readonly Filled[] {
  if (origins !== undefined) return origins.filter(origin => origin.job === job && origin.dataset === id);
  const into = Map.groupBy(
    graph.edges.filter(
      ({ role, type, job: by, to }) =>
        role === 'derives' && type !== undefined && by === job && nodes.get(to)?.dataset === id,
    ),
    edge => edge.to,
  );
  return [...into].map(([to, edges]) => ({
    column: nodes.get(to)?.name ?? '',
    sources: edges.flatMap(({ from, type = 'value', roles }) => {
      const { dataset, name } = nodes.get(from) ?? {};
      return dataset === undefined || name === undefined
        ? []
        : [{ dataset, column: name, type, ...(roles ? { roles } : {}) }];
    }),
    functions: [],
    steps: [],
  }));
}

function sameControl(a: ColumnSource, b: ColumnSource): boolean {
  return (
    a.type === 'control' &&
    b.type === 'control' &&
    a.dataset === b.dataset &&
    a.column === b.column &&
    String(a.roles) === String(b.roles)
  );
}

/** Control -> OpenLineage's subtype of an indirect transformation. */
const INDIRECT: Readonly<Record<ControlUse, string>> = {
  filter: 'FILTER',
  join: 'JOIN',
  group: 'GROUP_BY',
  sort: 'SORT',
  pattern: 'FILTER',
  time: 'JOIN',
  value: 'WINDOW',
};

function transformations({ type, roles = ['value'] }: ColumnSource, column: Filled | null): readonly Transformation[] {
  if (type === 'control') {
    return [...new Set(roles.map(role => INDIRECT[role]))].map(subtype => ({
      type: 'INDIRECT',
      subtype,
      masking: false,
    }));
  }
  const { functions = [], steps = [] } = column ?? {};
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
