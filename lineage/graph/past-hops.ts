/** The hops of the past: what each job read and wrote then, for answers about the freshness of then. */
import type { Hop, PastHopGraph } from '../lag/hop-graph.ts';
import { datasetRef } from './dataset.ts';
import type { Evidence } from './evidence.ts';
import { type Fragment, type FragmentHop, NODE_ID } from './fragment.ts';
import { hopGraph } from './hops.ts';
import { jobOf, versionsThen } from './past.ts';
import { type JobVersion, submissionOf } from './versions.ts';

export interface PastHopsQuestion {
  /** Epoch ms. */
  readonly at: number;
  /** Datasets, or hops without output, whose upstream is wanted; only its former versions are read anew. */
  readonly targets: readonly string[];
  readonly hasEnded: (job: string) => boolean;
}

/** A version that is not the one in force now, with its datasets by their ids of now. */
interface Former {
  readonly version: JobVersion;
  readonly reads: readonly string[];
  readonly writes: readonly string[];
}

/**
 * Hops as of a time: of jobs whose version was another one those of that version. A job that nobody had told of by then is taken as it was
 * first told, but holds nothing back that another one wrote; so it is with one that had ended. Of supervisors, flows and jobs without versions
 * nobody keeps a past: they are taken as they are now.
 */
export function pastHopGraph(evidence: Evidence, { at, targets, hasEnded }: PastHopsQuestion): PastHopGraph {
  const { lineage, versions } = evidence;
  const then = versionsThen(versions, at);
  const firstKnown = new Map<string, number>();
  const former = new Map<string, Former>();
  for (const [job, all] of versions.all) {
    const [first] = all;
    if (first === undefined) continue;
    firstKnown.set(job, first.from);
    const inForce = then.get(job);
    if (inForce !== undefined && all.length > 1) former.set(job, formerOf(evidence, inForce?.version ?? first));
  }
  const kept = [...lineage.fragments].filter(({ key }) => !former.has(jobOf(key) ?? ''));
  const resolve = lineage.resolve.bind(lineage);
  const isIdle = (job: string): boolean => then.get(job) === null || hasEnded(job);
  if (former.size === 0) return { hops: hopGraph({ fragments: kept, resolve }, isIdle).hops, firstKnown };
  const needed = upstreamOf(targets, hopGraph({ fragments: kept, resolve }, () => false).hops, former);
  const anew = [...needed].map(job => fragmentOf(evidence, job, former.get(job)!.version));
  return { hops: hopGraph({ fragments: [...kept, ...anew], resolve }, isIdle).hops, firstKnown };
}

function formerOf({ catalog, clusters }: Evidence, version: JobVersion): Former {
  const id = (known: string): string => catalog.resolve(datasetRef(known, clusters)).id;
  const { reads = [], writes = [] } = version.tables ?? {};
  return { version, reads: reads.map(read => id(read.id)), writes: writes.map(id) };
}

/** Jobs of former versions on any way to the targets. */
function upstreamOf(
  targets: readonly string[],
  hops: readonly Hop[],
  former: ReadonlyMap<string, Former>,
): ReadonlySet<string> {
  const inputs = new Map<string, string[]>();
  const add = (output: string, reads: readonly string[]): void =>
    void inputs.set(output, [...(inputs.get(output) ?? []), ...reads]);
  for (const { hop, output, inputs: reads } of hops) add(output ?? hop, reads);
  const writers = Map.groupBy(
    former.entries().flatMap(([job, { writes }]) => [job, ...writes].map(id => ({ id, job }))),
    ({ id }) => id,
  );
  const needed = new Set<string>();
  const seen = new Set(targets);
  for (const id of seen) {
    for (const { job } of writers.get(id) ?? []) {
      needed.add(job);
      for (const read of former.get(job)?.reads ?? []) seen.add(read);
    }
    for (const read of inputs.get(id) ?? []) seen.add(read);
  }
  return needed;
}

/** A version as its SQL or declaration says; where that was not kept, by the datasets it is known to have read and written. */
function fragmentOf(evidence: Evidence, job: string, version: JobVersion): Fragment {
  const submission = submissionOf(job, version);
  if (submission !== null && (version.hasSql || version.declared !== null))
    return evidence.describe(submission).fragment;
  const { reads = [], writes = [] } = version.tables ?? {};
  const ref = (id: string) => datasetRef(id, evidence.clusters);
  const isLookup = ({ role }: (typeof reads)[number]): boolean => role === 'lookup';
  const hop: Omit<FragmentHop, 'output'> = {
    hop: job,
    inputs: reads.filter(read => !isLookup(read)).map(({ id }) => ref(id)),
    lookups: reads.filter(isLookup).map(({ id }) => ref(id)),
    optionalInputs: [],
    windowMs: null,
    allowedOooMs: 0,
    delivery: 'at_least_once',
    visibleOnCheckpoint: false,
  };
  const outputs = writes.length > 0 ? writes.map(ref) : [null];
  return { key: NODE_ID.job(job), nodes: [], edges: [], hops: outputs.map(output => ({ ...hop, output })), rank: 0 };
}
