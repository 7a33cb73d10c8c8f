/**
 * What the lag side needs to know of the lineage graph: who consumes what and writes where. `lineage/service.ts` builds it from
 * the graph, `freshness replay` reads it from a file. Topics are dataset ids (`kafka://h:9092/topic`) or bare names.
 *
 * A job that writes several outputs is several hops with the same `hop`; NiFi is a hop without inputs; a Druid supervisor
 * writes its datasource. Sinks are outputs nobody consumes, hops whose output is null, and the datasets reports read.
 */
export interface Hop {
  /** Job name, Druid supervisor, NiFi process group or consumer group: the `hop` of offset rows. */
  readonly hop: string;
  readonly inputs: readonly string[];
  readonly output: string | null;
  /** Size of the hop's event-time window, ms; null without one. */
  readonly windowMs: number | null;
  /** How far out of order events may be, ms (the watermark's delay). */
  readonly allowedOooMs: number;
  readonly delivery: 'at_least_once' | 'exactly_once';
  /** What the hop writes is seen only after a checkpoint (transactional and lake sinks). */
  readonly visibleOnCheckpoint?: boolean;
  /** Dimension tables: never part of the age. */
  readonly lookups?: readonly string[];
  /** How old what it looks up in a dimension table may be because of its cache, ms; only of those of which it is told. */
  readonly lookupRefreshMs?: Readonly<Record<string, number>>;
  /** Inputs whose age is shown but does not hold the output back. */
  readonly optionalInputs?: readonly string[];
  /** Consumer groups it reads with, where told. */
  readonly groups?: readonly string[];
}

/** All hops as of a time. */
export interface PastHopGraph extends HopGraph {
  /** Since when each job is known whose versions are kept, epoch ms. */
  readonly firstKnown: ReadonlyMap<string, number>;
}

/** All hops known now; replaced as a whole when the graph changes. */
export interface HopGraph {
  readonly hops: readonly Hop[];
}
