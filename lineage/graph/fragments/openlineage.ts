/** OpenLineage events -> fragment. The job's name is Flink's pipeline name. */
import type { OpenLineageRun } from '../../../model/job-event.ts';
import type { ControlUse } from '../answers.ts';
import type { Clusters } from '../clusters.ts';
import { type DatasetRef, type PhysicalRef, physical } from '../dataset.ts';
import {
  type ColumnRef,
  type FlowColumn,
  type Fragment,
  type FragmentAlias,
  type FragmentFlow,
  type FragmentSchema,
  NODE_ID,
} from '../fragment.ts';
import { plainHops } from './job.ts';
import { type EventDataset, effectiveDatasets, OpenLineageEvent } from './openlineage-event.ts';

export interface OpenLineageJob {
  readonly kind: 'job';
  readonly jobName: string;
  /** Flink's id of the run, else the event's. Null for jobs that do not run on: a batch job's end is no news of the job. */
  readonly jobId: string | null;
  /** Flink's word for the state, where the event is one. */
  readonly status: string | null;
  /** Ids of what it reads and writes. */
  readonly reads: readonly string[];
  readonly writes: readonly string[];
  /** Null when the event names no dataset (COMPLETE and FAIL events often do not): what was known stays. */
  readonly fragment: Fragment | null;
}

export interface OpenLineageDataset {
  readonly kind: 'dataset';
  readonly id: string;
  readonly fragment: Fragment;
}

const STATUS: Readonly<Record<string, string>> = {
  START: 'RUNNING',
  RUNNING: 'RUNNING',
  COMPLETE: 'FINISHED',
  ABORT: 'CANCELED',
  FAIL: 'FAILED',
};

/** Key of the fragment of a job's OpenLineage events. */
export function openLineageKey(jobName: string): string {
  return `openlineage:${jobName}`;
}

/** Null when the event has neither a job nor a dataset. */
export function openLineageFragment(
  run: OpenLineageRun,
  clusters: Clusters,
): OpenLineageJob | OpenLineageDataset | null {
  const parsed = OpenLineageEvent.safeParse(run.event);
  if (!parsed.success) return null;
  const { data: event } = parsed;
  if (event.job) return jobOf(event, event.job, clusters);
  return event.dataset ? datasetOf(event.dataset, clusters) : null;
}

function jobOf(event: OpenLineageEvent, job: NonNullable<OpenLineageEvent['job']>, clusters: Clusters): OpenLineageJob {
  const { inputs, outputs } = effectiveDatasets(event);
  const type = job.facets?.jobType;
  const flinkId = event.run?.facets?.flink_job?.jobId ?? null;
  const isFlink = flinkId !== null || type?.integration?.toUpperCase() === 'FLINK';
  const runsOn = isFlink || type?.processingType?.toUpperCase() === 'STREAMING';
  const reads = inputs.map(input => refOf(input, clusters));
  const writes = outputs.map(output => refOf(output, clusters));
  const node = NODE_ID.job(job.name);
  const owner = job.facets?.ownership?.owners[0]?.name;
  const parent = event.run?.facets?.parent?.job.name;
  const fragment: Fragment = {
    key: openLineageKey(job.name),
    nodes: [
      {
        id: node,
        kind: 'job',
        namespace: isFlink || job.namespace === '' ? 'flink' : job.namespace,
        name: job.name,
        ...(owner === undefined ? {} : { owner }),
        ...(parent === undefined || parent === job.name ? {} : { parent }),
      },
    ],
    edges: [
      ...reads.map(ref => ({ from: { dataset: ref }, to: { node }, role: 'reads', evidence: 'openlineage' }) as const),
      ...writes.map(
        ref => ({ from: { node }, to: { dataset: ref }, role: 'writes', evidence: 'openlineage' }) as const,
      ),
    ],
    hops: plainHops(job.name, reads, writes),
    flows: outputs.flatMap(output => flowsOf(output, node, inputs, clusters)),
    schemas: [...inputs, ...outputs].flatMap(each => schemasOf(each, clusters)),
    aliases: [...inputs, ...outputs].flatMap(each => aliasesOf(each, clusters)),
    rank: 1,
  };
  return {
    kind: 'job',
    jobName: job.name,
    jobId: flinkId ?? (runsOn ? (event.run?.runId ?? null) : null),
    status: runsOn ? (STATUS[event.eventType ?? ''] ?? null) : null,
    reads: reads.map(({ dataset }) => dataset.id),
    writes: writes.map(({ dataset }) => dataset.id),
    fragment: inputs.length + outputs.length === 0 ? null : fragment,
  };
}

function datasetOf(event: EventDataset, clusters: Clusters): OpenLineageDataset {
  const ref = refOf(event, clusters);
  const schemas = schemasOf(event, clusters);
  const fragment: Fragment = {
    key: `dataset:${ref.dataset.id}`,
    nodes: [],
    edges: [],
    hops: [],
    schemas: schemas.length > 0 ? schemas : [{ dataset: ref, columns: [] }],
    aliases: aliasesOf(event, clusters),
    rank: 1,
  };
  return { kind: 'dataset', id: ref.dataset.id, fragment };
}

type Named = Pick<EventDataset, 'namespace' | 'name'>;

function refOf({ namespace, name }: Named, clusters: Clusters): PhysicalRef {
  const connector = namespace.startsWith('kafka://') ? 'kafka' : null;
  return physical(namespace === '' ? 'openlineage://unknown' : namespace, name, connector, clusters);
}

function schemasOf(dataset: EventDataset, clusters: Clusters): readonly FragmentSchema[] {
  const fields = dataset.facets?.schema?.fields ?? [];
  const columns = fields.map(({ name, type }) => ({ name, type: type ?? null }));
  return columns.length === 0 ? [] : [{ dataset: refOf(dataset, clusters), columns }];
}

/** Symlinks are logical names of the dataset, which is the physical one. */
function aliasesOf(dataset: EventDataset, clusters: Clusters): readonly FragmentAlias[] {
  const to = refOf(dataset, clusters).dataset;
  return (dataset.facets?.symlinks?.identifiers ?? [])
    .map(identifier => ({ from: refOf(identifier, clusters).dataset, to }))
    .filter(({ from }) => from.id !== to.id);
}

/** Subtypes of INDIRECT transformations that decide which rows there are. */
const ROLES: Readonly<Record<string, ControlUse>> = {
  FILTER: 'filter',
  JOIN: 'join',
  GROUP_BY: 'group',
  SORT: 'sort',
};

type InputField = NonNullable<
  NonNullable<EventDataset['facets']>['columnLineage']
>['fields'][string]['inputFields'][number];

/** A flow where the output's columnLineage facet tells its columns; none without one. */
function flowsOf(
  output: EventDataset,
  node: string,
  inputs: readonly EventDataset[],
  clusters: Clusters,
): readonly FragmentFlow[] {
  const lineage = output.facets?.columnLineage;
  if (lineage === undefined) return [];
  const tables = new Tables(clusters);
  for (const input of inputs) tables.place(input);
  const rows = new Map<ColumnRef, Set<ControlUse>>();
  const decideRows = (field: InputField): boolean => {
    const roles = (field.transformations ?? []).map(
      ({ type, subtype = '' }) => isIndirect(type) && ROLES[subtype.toUpperCase()],
    );
    const found = roles.filter(role => role !== undefined && role !== false);
    const ref = tables.column(field);
    if (found.length > 0) rows.set(ref, new Set([...(rows.get(ref) ?? []), ...found]));
    return roles.length > 0 && found.length === roles.length;
  };
  const columns = Object.entries(lineage.fields).map(
    ([name, { inputFields, transformationDescription }]): FlowColumn => {
      const own = inputFields.filter(field => !decideRows(field));
      const isControl = ({ transformations }: InputField): boolean =>
        (transformations ?? []).length > 0 && (transformations ?? []).every(({ type }) => isIndirect(type));
      const said = own.flatMap(({ transformations }) =>
        (transformations ?? []).map(({ description = '' }) => description),
      );
      return {
        name,
        sources: own.filter(field => !isControl(field)).map(field => tables.column(field)),
        controls: own.filter(isControl).map(field => tables.column(field)),
        open: false,
        functions: [],
        steps: [...new Set([transformationDescription ?? '', ...said])].filter(step => step !== ''),
      };
    },
  );
  for (const field of lineage.dataset ?? []) decideRows(field);
  const sink = refOf(output, clusters);
  const controls = [...rows].map(([of, roles]) => ({ of, roles: [...roles] }));
  return [{ node, sink, evidence: 'openlineage', tables: tables.refs, columns, controls, open: false }];
}

function isIndirect(type = ''): boolean {
  return type.toUpperCase() === 'INDIRECT';
}

/** The datasets a flow reads, and one reference for each of their columns. */
class Tables {
  readonly refs: DatasetRef[] = [];
  readonly #clusters: Clusters;
  readonly #places = new Map<string, number>();
  readonly #columns = new Map<string, ColumnRef>();

  constructor(clusters: Clusters) {
    this.#clusters = clusters;
  }

  place(dataset: Named): number {
    const ref = refOf(dataset, this.#clusters);
    const known = this.#places.get(ref.dataset.id);
    if (known !== undefined) return known;
    this.#places.set(ref.dataset.id, this.refs.length);
    return this.refs.push(ref) - 1;
  }

  column({ field, ...dataset }: InputField): ColumnRef {
    const table = this.place(dataset);
    const key = `${table} ${field}`;
    const ref = this.#columns.get(key) ?? { table, column: field };
    this.#columns.set(key, ref);
    return ref;
  }
}
