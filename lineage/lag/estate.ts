import type { HopGraph } from './hop-graph.ts';
import type { OffsetTables } from './offsets.ts';
import { topicIdentity } from './tables/topic-identity.ts';

/** What of one Kafka cluster belongs to the platform. Implements the collector's `Estate`. */
export interface ClusterEstate {
  readonly topics: ReadonlySet<string>;
  readonly groups: ReadonlySet<string>;
  hopOf(group: string, topic: string): string | null;
}

export interface EstateParts {
  readonly graph: HopGraph;
  readonly tables: OffsetTables;
  /** Whether a broker address of a dataset id belongs to the cluster; null is an address nobody told. */
  readonly isHere: (address: string | null) => boolean;
  /** Name of the cluster, '' where it has none. */
  readonly cluster: string;
  /** True for a job that was cancelled or has finished: its lag would grow with its topics. */
  readonly hasEnded: (hop: string) => boolean;
}

/**
 * Topics that hops read and write and positions name, groups that hops declare, and whose commits are whose: a group that several running
 * jobs declare belongs to the one that reads the topic, and to none of them where several do.
 */
export function estateOn({ graph, tables, isHere, cluster, hasEnded }: EstateParts): ClusterEstate {
  const topics = new Set<string>();
  const hopsOfGroup = new Map<string, Map<string, Set<string>>>();
  for (const hop of graph.hops) {
    const inputs = topicsHere(hop.inputs, isHere);
    for (const id of inputs) topics.add(id);
    for (const id of topicsHere([...(hop.optionalInputs ?? []), ...(hop.lookups ?? [])], isHere)) topics.add(id);
    if (hop.output !== null) for (const id of topicsHere([hop.output], isHere)) topics.add(id);
    for (const group of hop.groups ?? []) {
      const hops = hopsOfGroup.get(group) ?? new Map<string, Set<string>>();
      hopsOfGroup.set(group, hops.set(hop.hop, new Set([...(hops.get(hop.hop) ?? []), ...inputs])));
    }
  }
  for (const consumer of tables.consumers()) {
    if (consumer.cluster === cluster || (consumer.cluster === '' && isHere(null))) topics.add(consumer.topic);
  }
  return {
    topics,
    groups: new Set(hopsOfGroup.keys()),
    hopOf(group, topic) {
      const hops = hopsOfGroup.get(group);
      if (hops === undefined) return group;
      const running = [...hops].filter(([hop]) => !hasEnded(hop));
      if (running.length === 0) return null;
      if (running.length === 1) return running[0]![0];
      const readers = running.filter(([, inputs]) => inputs.has(topic));
      return readers.length === 1 ? readers[0]![0] : group;
    },
  };
}

/**
 * Tells the tables which cluster a hop reads a topic from, where the graph knows one only: metrics do not name it, and a topic of the same name
 * may lie on several.
 */
export function identifyConsumers(
  graph: HopGraph,
  tables: OffsetTables,
  clusterOf: (address: string) => string | null,
): void {
  for (const { hop, inputs } of graph.hops) {
    const clusters = new Map<string, Set<string>>();
    for (const id of inputs) {
      const { topic, cluster } = topicIdentity(id, clusterOf);
      if (cluster !== null) clusters.set(topic, (clusters.get(topic) ?? new Set()).add(cluster));
    }
    for (const [topic, [cluster, ...others]] of clusters) {
      if (cluster === undefined || others.length > 0) continue;
      for (const { cluster: known, group } of tables.consumersOf(hop, topic)) {
        if (known === '') tables.consumer(hop, cluster, topic, group);
      }
    }
  }
}

/** Parts of a dataset id; a bare name has neither scheme nor address. */
const DATASET_ID = /^(?:([^:/]+):\/\/([^/]*)\/)?(.*)$/s;

/** Names of those datasets that are Kafka topics here. A dataset known by its name alone may be one. */
function topicsHere(ids: readonly string[], isHere: (address: string | null) => boolean): ReadonlySet<string> {
  const topics = new Set<string>();
  for (const id of ids) {
    const [, scheme = '', address = '', topic = ''] = DATASET_ID.exec(id) ?? [];
    const isTopic = scheme === 'kafka' || scheme === 'by-name' || scheme === '';
    const isAddress = scheme === 'kafka' && address !== 'unknown';
    if (isTopic && isHere(isAddress ? address : null)) topics.add(topic);
  }
  return topics;
}
