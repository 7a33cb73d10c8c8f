/**
 * A simulated pipeline with known truth: records carry the time they entered, flow tick by tick through topics and jobs with joins,
 * windows, transactions, stalls, crashes, rewinds and retention, and at every instant it is known what a sink does not show yet.
 * Deterministic: the same spec gives the same run.
 */

import { type Pending, RunningHop } from './pipeline-hop.ts';
import { PartitionLog, type Trail } from './pipeline-log.ts';
import type { PipelineSpec } from './pipeline-spec.ts';

/** What is true of a sink. */
export interface Truth {
  /** Everything that entered before this instant is shown; the entry of the oldest record not shown, or now. */
  readonly completeUpTo: number;
  /** The same per source topic. */
  readonly perSource: Readonly<Record<string, number>>;
  /** Where the oldest record not shown has spent its time, ms per hop. */
  readonly residence: Readonly<Record<string, number>>;
  /** Records dropped on the way because they came too late: they hold nothing back once their window is closed. */
  readonly lateDropped: number;
}

export class Pipeline {
  readonly spec: PipelineSpec;
  readonly topics: ReadonlyMap<string, readonly PartitionLog[]>;
  readonly hops: ReadonlyMap<string, RunningHop>;
  readonly #carry = new Map<PartitionLog, number>();
  now = 0;

  constructor(spec: PipelineSpec) {
    this.spec = spec;
    const names = [
      ...spec.sources.map(source => source.topic),
      ...spec.hops.flatMap(hop => [...hop.inputs, ...(hop.output === null ? [] : [hop.output])]),
    ];
    const partitions = (topic: string): number => spec.partitionsOf?.[topic] ?? spec.partitions;
    this.topics = new Map(
      [...new Set(names)].map(topic => [topic, Array.from({ length: partitions(topic) }, () => new PartitionLog())]),
    );
    this.hops = new Map(spec.hops.map(hop => [hop.hop, new RunningHop(hop, this.topics)]));
  }

  /** Lets time pass up to `t`. */
  runTo(t: number): void {
    const { tickMs, sources, retentionMs } = this.spec;
    while (this.now < t) {
      this.now += tickMs;
      // Downstream first: a record spends at least one tick in each topic.
      for (const hop of [...this.hops.values()].reverse()) {
        hop.step(this.now, tickMs, enough => this.#arrivedUpTo(hop, enough));
      }
      for (const { topic, rate } of sources) this.#produce(topic, rate);
      for (const [topic, ms] of Object.entries(retentionMs ?? {})) {
        for (const log of this.topics.get(topic) ?? []) log.retain(this.now - ms);
      }
    }
  }

  /** What is true of what a hop without output shows now. */
  truth(sink: string): Truth {
    const perSource: Record<string, number> = {};
    let oldest = this.now;
    let worst: Trail | null = null;
    this.#pendingBehind(this.hops.get(sink)!, true, (born, source, hop, since, before) => {
      const known = perSource[source];
      if (known === undefined || born < known) perSource[source] = born;
      if (born < oldest) {
        oldest = born;
        worst = { hop, ms: this.now - since, before };
      }
      return false;
    });
    const residence: Record<string, number> = {};
    for (let step = worst as Trail | null; step !== null; step = step.before) {
      residence[step.hop] = (residence[step.hop] ?? 0) + step.ms;
    }
    const lateDropped = [...this.hops.values()].reduce((sum, hop) => sum + hop.lateDropped, 0);
    return { completeUpTo: oldest, perSource, residence, lateDropped };
  }

  /** Everything older has been read by a hop: what its event time has reached. Under `enough` it is no longer looked for exactly. */
  #arrivedUpTo(hop: RunningHop, enough: number): number {
    let oldest = this.now;
    const isEnough = (born: number): boolean => {
      if (born < oldest) oldest = born;
      return oldest < enough;
    };
    if (oldest < enough) return oldest;
    for (const topic of needed(hop)) {
      for (const reader of hop.inputs.get(topic) ?? []) {
        for (let i = reader.log.indexOf(reader.next); i < reader.log.chunks.length; i++) {
          const { born, marker, again, transaction } = reader.log.chunks[i]!;
          if (!marker && !again && transaction?.state !== 'aborted' && isEnough(born)) return oldest;
        }
      }
      for (const writer of this.#writersOf(topic)) if (this.#pendingBehind(writer, false, isEnough)) return oldest;
    }
    return oldest;
  }

  /** True: told enough. */
  #pendingBehind(hop: RunningHop, shown: boolean, tell: Pending): boolean {
    const inputs = needed(hop);
    if (hop.pending(inputs, shown, tell)) return true;
    return inputs.some(topic => this.#writersOf(topic).some(writer => this.#pendingBehind(writer, false, tell)));
  }

  #writersOf(topic: string): readonly RunningHop[] {
    return [...this.hops.values()].filter(({ spec }) => spec.output === topic);
  }

  #produce(topic: string, rate: (t: number, partition: number) => number): void {
    for (const [p, log] of this.topics.get(topic)!.entries()) {
      const wanted = (this.#carry.get(log) ?? 0) + (rate(this.now, p) * this.spec.tickMs) / 1000;
      const count = Math.floor(wanted);
      this.#carry.set(log, wanted - count);
      log.append({ count, born: this.now, source: topic, trail: null, again: false }, this.now, null);
    }
  }
}

/** Inputs that hold the output back. */
function needed({ spec }: RunningHop): readonly string[] {
  return spec.inputs.filter(topic => !spec.optionalInputs?.includes(topic) && !spec.lookups?.includes(topic));
}
