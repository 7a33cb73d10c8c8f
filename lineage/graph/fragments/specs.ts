/** NiFi flows, reports and topics read -> fragments. */
import type { NifiFlowDeclared, ReportDeclared, TopicRead } from '../../../model/job-event.ts';
import type { Json } from '../../../model/json.ts';
import type { Clusters } from '../clusters.ts';
import { byName, type DatasetRef, dataset, datasetRef } from '../dataset.ts';
import { type Fragment, type FragmentEdge, NODE_ID } from '../fragment.ts';
import { plainHops } from './job.ts';
import { type JsonObject, objectOf } from './json-object.ts';

interface Publisher {
  readonly group: string;
  readonly topic: string;
  readonly brokers: string | null;
}

/** Process groups nest; deeper ones than this are not looked into. */
const MAX_GROUP_DEPTH = 50;

/** The flow's name and its fragment: each process group that holds PublishKafka processors -> their topics. Null when it has none. */
export function nifiFragment(event: NifiFlowDeclared, clusters: Clusters): { name: string; fragment: Fragment } | null {
  const publishers: Publisher[] = [];
  findPublishers(event.flow, 'nifi', 0, publishers);
  if (publishers.length === 0) return null;
  const groups = new Map<string, Map<string, DatasetRef>>();
  for (const { group, topic, brokers } of publishers) {
    const topics = groups.get(group) ?? new Map<string, DatasetRef>();
    groups.set(group, topics.set(topic, topicRef(topic, brokers, clusters)));
  }
  const edges: FragmentEdge[] = [];
  for (const [group, topics] of groups) {
    for (const ref of topics.values())
      edges.push({ from: { node: NODE_ID.nifi(group) }, to: { dataset: ref }, role: 'writes', evidence: 'spec' });
  }
  const name = textOf(event.flow, 'name') ?? publishers[0]!.group;
  const fragment: Fragment = {
    key: `nifi-flow:${name}`,
    nodes: [...groups.keys()].map(group => ({ id: NODE_ID.nifi(group), kind: 'nifi', namespace: 'nifi', name: group })),
    edges,
    hops: [...groups].flatMap(([group, topics]) => plainHops(group, [], [...topics.values()])),
    rank: 0,
  };
  return { name, fragment };
}

/** Walks a flow definition, a REST process group or a versioned flow: whatever holds `processors` is a group, its `name` the nearest one. */
function findPublishers(value: Json | undefined, group: string, depth: number, into: Publisher[]): void {
  if (depth > MAX_GROUP_DEPTH) return;
  if (Array.isArray(value)) {
    for (const item of value) findPublishers(item, group, depth + 1, into);
    return;
  }
  const component = objectOf(value);
  if (component !== null) findInComponent(component, group, depth, into);
}

function findInComponent(value: JsonObject, group: string, depth: number, into: Publisher[]): void {
  const name =
    Array.isArray(value['processors']) || Array.isArray(value['processGroups'])
      ? (textOf(value, 'name') ?? group)
      : group;
  const publisher = publisherOf(value, name);
  if (publisher !== null) {
    into.push(publisher);
    return;
  }
  // A flow's own name stands beside its contents: it names the group when the contents do not.
  const named = textOf(value, 'name') !== null && 'flowContents' in value ? textOf(value, 'name')! : name;
  for (const child of Object.values(value)) findPublishers(child, named, depth + 1, into);
}

const TOPIC_KEYS = ['topic', 'Topic Name', 'Topic'];
const BROKER_KEYS = ['bootstrap.servers', 'Kafka Brokers', 'Known Brokers'];

function publisherOf(value: JsonObject, group: string): Publisher | null {
  const component = objectOf(value['component']) ?? value;
  if (textOf(component, 'type')?.includes('PublishKafka') !== true) return null;
  const properties = objectOf(component['properties']) ?? objectOf(objectOf(component['config'])?.['properties']) ?? {};
  const topic = TOPIC_KEYS.map(key => textOf(properties, key)).find(found => found !== null);
  if (topic === undefined || topic === null) return null;
  return {
    group,
    topic,
    brokers: BROKER_KEYS.map(key => textOf(properties, key)).find(found => found !== null) ?? null,
  };
}

/** A report reads its datasets. */
export function reportFragment(report: ReportDeclared, clusters: Clusters): Fragment {
  const id = NODE_ID.report(report.name);
  return {
    key: id,
    nodes: [{ id, kind: 'report', namespace: 'report', name: report.name, owner: report.owner }],
    edges: report.reads.map(
      read =>
        ({
          from: { dataset: datasetRef(read, clusters) },
          to: { node: id },
          role: 'reads',
          evidence: 'declared',
        }) as const,
    ),
    hops: [],
    rank: 0,
  };
}

/** Topics a job's own source metrics name. */
export function topicReadFragment(jobName: string, topics: Iterable<string>, clusters: Clusters): Fragment {
  const refs = [...topics].map(topic => topicRef(topic, null, clusters));
  const id = NODE_ID.job(jobName);
  return {
    key: topicReadKey(jobName),
    nodes: [{ id, kind: 'job', namespace: 'flink', name: jobName }],
    edges: refs.map(
      ref => ({ from: { dataset: ref }, to: { node: id }, role: 'reads', evidence: 'topic-metrics' }) as const,
    ),
    hops: plainHops(jobName, refs, []),
    rank: 2,
  };
}

/** Key of the fragment of a job's topics. */
export function topicReadKey(jobName: TopicRead['jobName']): string {
  return `topic-read:${jobName}`;
}

/** Without brokers a topic is that of the only configured cluster, or known by its name alone. */
export function topicRef(topic: string, brokers: string | null, clusters: Clusters): DatasetRef {
  const namespace =
    brokers === null || brokers === '' || brokers.includes('${') || brokers.includes('#{')
      ? clusters.only
      : clusters.namespace(brokers);
  return namespace === null ? byName(topic) : { kind: 'physical', dataset: dataset(namespace, topic, 'kafka') };
}

function textOf(value: JsonObject, key: string): string | null {
  const text = value[key];
  return typeof text === 'string' && text !== '' ? text : null;
}
