/** A topic as an offset row or a dataset id names it; `cluster` is null where it is not known. */
export interface TopicIdentity {
  readonly topic: string;
  readonly cluster: string | null;
}

/**
 * Splits a dataset id: `kafka://data-1/dw_log` is topic `dw_log` of `data-1`, a bare name has no cluster. `clusterOf` translates
 * the address in an id (`h:9092`) to the name offset rows use; where it knows none the cluster stays unknown.
 */
export function topicIdentity(id: string, clusterOf: (address: string) => string | null = () => null): TopicIdentity {
  const scheme = id.indexOf('://');
  if (scheme < 0) return { topic: id, cluster: null };
  const slash = id.indexOf('/', scheme + 3);
  if (slash < 0) return { topic: id, cluster: null };
  return { topic: id.slice(slash + 1), cluster: clusterOf(id.slice(scheme + 3, slash)) };
}

/** Equal topics, and equal clusters where both sides know theirs. */
export function sameTopic(a: TopicIdentity, b: TopicIdentity): boolean {
  return a.topic === b.topic && (a.cluster === null || b.cluster === null || a.cluster === b.cluster);
}
