/** What a simulated pipeline consists of; times in ms since its start. */
import type { Hop, HopGraph } from '../../lineage/lag/hop-graph.ts';

export interface SimulatedHop {
  readonly hop: string;
  readonly inputs: readonly string[];
  readonly output: string | null;
  readonly optionalInputs?: readonly string[];
  readonly lookups?: readonly string[];
  /** Records per second it can take in all, at an instant. 0 = stalled. */
  readonly capacity: (t: number) => number;
  readonly windowMs?: number;
  readonly allowedOooMs?: number;
  /** Its watermark is the least of what its partitions' records tell, and so stands still with the idlest; else it knows all that is to come. */
  readonly watermarkOfRecords?: boolean;
  readonly delivery?: Hop['delivery'];
  readonly visibleOnCheckpoint?: boolean;
  /**
   * A barrier every `intervalMs`, complete `durationMs(n)` later; null: the n-th fails. Restarts go back to the last complete one. Brokers have
   * what it commits, transactions and offsets, `commitMs` after it is complete.
   */
  readonly checkpoint?: {
    readonly intervalMs: number;
    readonly durationMs: (n: number) => number | null;
    readonly commitMs?: (n: number) => number;
  };
  /** Begins then, with the oldest records. */
  readonly startsAt?: number;
  /** Its source reads all it can of one partition before it goes on to the next. */
  readonly oneByOne?: boolean;
  readonly crashes?: readonly { readonly at: number; readonly downMs: number }[];
  /** Somebody sets its offsets back by this many records in every partition. */
  readonly rewinds?: readonly { readonly at: number; readonly records: number }[];
}

export interface SimulatedSource {
  readonly topic: string;
  /** Records per second and partition, at an instant. */
  readonly rate: (t: number, partition: number) => number;
}

export interface PipelineSpec {
  readonly partitions: number;
  /** Topics that have another number of partitions. */
  readonly partitionsOf?: Readonly<Record<string, number>>;
  /** Topics that delete what is older, ms. */
  readonly retentionMs?: Readonly<Record<string, number>>;
  readonly sources: readonly SimulatedSource[];
  /** In flow order. */
  readonly hops: readonly SimulatedHop[];
  readonly tickMs: number;
}

/** The graph the freshness side is told. */
export function graphOf({ hops }: PipelineSpec): HopGraph {
  return {
    hops: hops.map(spec => ({
      hop: spec.hop,
      inputs: spec.inputs,
      output: spec.output,
      windowMs: spec.windowMs ?? null,
      allowedOooMs: spec.allowedOooMs ?? 0,
      delivery: spec.delivery ?? 'at_least_once',
      visibleOnCheckpoint: spec.visibleOnCheckpoint ?? false,
      lookups: spec.lookups ?? [],
      optionalInputs: spec.optionalInputs ?? [],
    })),
  };
}

/** Deterministic numbers in [0, 1). */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
