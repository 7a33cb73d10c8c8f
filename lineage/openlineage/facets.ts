/**
 * lineage/openlineage: what the graph knows, as OpenLineage events for other systems. `describe.ts` tells what a job reads and writes,
 * `emission.ts` which events of its life are new, `run-event.ts` writes them down. Pure; `app/lineage-events.ts` sends.
 * Format: https://openlineage.io/spec/2-0-2/OpenLineage.json and the facets named here, each pinned to a version.
 */

/** Every facet says who made it and by which schema. */
export interface Facet {
  readonly _producer: string;
  readonly _schemaURL: string;
}

export type Facets = Readonly<Record<string, Facet>>;

const SPEC = 'https://openlineage.io/spec';

/** Event kinds -> their schema. */
export const EVENT_SCHEMA = {
  run: `${SPEC}/2-0-2/OpenLineage.json#/$defs/RunEvent`,
  job: `${SPEC}/2-0-2/OpenLineage.json#/$defs/JobEvent`,
} as const;

/** Facets this daemon writes -> version and definition of their schema. */
const FACET_SCHEMA = {
  schema: '1-2-0/SchemaDatasetFacet',
  dataSource: '1-0-1/DatasourceDatasetFacet',
  columnLineage: '1-2-0/ColumnLineageDatasetFacet',
  symlinks: '1-0-1/SymlinksDatasetFacet',
  sql: '1-1-0/SQLJobFacet',
  jobType: '2-0-3/JobTypeJobFacet',
  ownership: '1-0-1/OwnershipJobFacet',
  sourceCode: '1-0-1/SourceCodeJobFacet',
  errorMessage: '1-0-1/ErrorMessageRunFacet',
  processing_engine: '1-1-1/ProcessingEngineRunFacet',
} as const;

export type FacetName = keyof typeof FACET_SCHEMA;

/** Makes facets of one producer. */
export class FacetMaker {
  readonly producer: string;

  /** `producer`: a URI that names the software. */
  constructor(producer: string) {
    this.producer = producer;
  }

  /** A standard facet with its content. */
  make<T extends object>(name: FacetName, content: T): Facet & T {
    const [version, definition] = FACET_SCHEMA[name].split('/');
    return this.#facet(`${SPEC}/facets/${version}/${definition}.json#/$defs/${definition}`, content);
  }

  /** A facet of a run that is no standard one: it only has to be a facet. */
  ofRun<T extends object>(content: T): Facet & T {
    return this.#facet(`${SPEC}/2-0-2/OpenLineage.json#/$defs/RunFacet`, content);
  }

  #facet<T extends object>(schemaUrl: string, content: T): Facet & T {
    return { _producer: this.producer, _schemaURL: schemaUrl, ...content };
  }
}
