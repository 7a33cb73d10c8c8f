/**
 * lineage/graph: what the platform's jobs, topics, datasources and reports are to each other. Evidence (a job's SQL, an OpenLineage
 * event, a supervisor spec …) becomes a `Fragment` (`fragments/`), whose datasets `DatasetCatalog` resolves to physical ones; `LineageGraph`
 * (`build.ts`) holds the graph, `path.ts` and `hops.ts` answer from it.
 */

import type { Clusters } from './clusters.ts';

/** A physical thing data sits in; `namespace` and `name` as OpenLineage names them. */
export interface Dataset {
  /** `namespace/name`. */
  readonly id: string;
  readonly namespace: string;
  readonly name: string;
  /** Flink's connector name, or what stands for it (`druid`); null when unknown. */
  readonly connector: string | null;
}

/**
 * What evidence says of a dataset: physical identity, or only a name. A name stands for the physical dataset of that name as soon
 * as exactly one is known; until then for `fallback`.
 */
export type DatasetRef = PhysicalRef | { readonly kind: 'by-name'; readonly text: string; readonly fallback: Dataset };

export interface PhysicalRef {
  readonly kind: 'physical';
  readonly dataset: Dataset;
}

const KAFKA = 'kafka://';
/** Namespace of datasets known only by their name. */
const BY_NAME = 'by-name://unresolved';

export function dataset(namespace: string, name: string, connector: string | null): Dataset {
  const path = name.startsWith('/') ? name.slice(1) : name;
  return { id: `${namespace}/${path}`, namespace, name: path, connector };
}

/** A dataset as others name it; a Kafka namespace with any broker of a cluster is that cluster's. */
export function physical(namespace: string, name: string, connector: string | null, clusters: Clusters): PhysicalRef {
  const brokers = namespace.startsWith(KAFKA) ? namespace.slice(KAFKA.length) : null;
  return {
    kind: 'physical',
    dataset: dataset(brokers === null ? namespace : clusters.namespace(brokers), name, connector),
  };
}

/** Reads a dataset id; a text without a scheme is a name. */
export function datasetRef(text: string, clusters: Clusters): DatasetRef {
  const scheme = text.indexOf('://');
  const slash = scheme < 0 ? -1 : text.indexOf('/', scheme + 3);
  if (slash < 0) return byName(text);
  const [namespace, name] = [text.slice(0, slash), text.slice(slash + 1)];
  return namespace === BY_NAME ? byName(name) : physical(namespace, name, text.slice(0, scheme), clusters);
}

/** A dataset of which only the name is known; `text` is what all its spellings share. */
export function byName(text: string): DatasetRef {
  return { kind: 'by-name', text, fallback: dataset(BY_NAME, text, null) };
}

/** A Druid datasource whose cluster is not told: the one of that name, in the default cluster until another is known. */
export function druidDatasource(name: string): DatasetRef {
  return { kind: 'by-name', text: druidText(name), fallback: dataset('druid://druid', name, 'druid') };
}

/** The text under which a dataset is found by name; null for those no name stands for. */
export function nameText(found: Dataset): string | null {
  if (found.namespace.startsWith(KAFKA)) return found.name;
  return found.namespace.startsWith('druid://') ? druidText(found.name) : null;
}

function druidText(name: string): string {
  return `druid:${name}`;
}
