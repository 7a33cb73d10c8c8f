/** A small pipeline with known truth: records flow tick by tick through topics and hops, offsets are sampled as a broker would. */
import type { Hop, HopGraph } from '../../../lineage/lag/hop-graph.ts';
import type { OffsetRow } from '../../../model/offset-row.ts';

export interface SimulatedHop {
  readonly hop: string;
  readonly inputs: readonly string[];
  readonly output: string | null;
  /** Records per second it can take in all, at an instant (ms). 0 = stalled. */
  readonly capacity: (t: number) => number;
  /** Exactly-once: a barrier every `intervalMs`; what was written before it is visible `durationMs` later. */
  readonly checkpoint?: { readonly intervalMs: number; readonly durationMs: number };
}

export interface SimulatedSource {
  readonly topic: string;
  /** Records per second and partition, at an instant. */
  readonly rate: (t: number, partition: number) => number;
}

export interface PipelineSpec {
  readonly partitions: number;
  readonly sources: readonly SimulatedSource[];
  /** In flow order. */
  readonly hops: readonly SimulatedHop[];
  readonly tickMs: number;
}

interface Chunk {
  count: number;
  /** When its records entered the pipeline. */
  readonly born: number;
  /** When readers may see them. */
  readonly visibleAt: number;
}

interface Partition {
  end: number;
  /** Per reader: records written and not read, oldest first. */
  readonly queues: Map<string, { chunks: Chunk[]; position: number }>;
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

export class Pipeline {
  readonly #spec: PipelineSpec;
  readonly #topics = new Map<string, Partition[]>();
  readonly #carry = new Map<string, number>();
  /** What exactly-once sinks have taken in and not committed. */
  readonly #uncommitted = new Map<string, Chunk[]>();
  #spread = 0;
  now = 0;

  constructor(spec: PipelineSpec) {
    this.#spec = spec;
    const topics = [
      ...spec.sources.map(s => s.topic),
      ...spec.hops.flatMap(h => [...h.inputs, ...(h.output ? [h.output] : [])]),
    ];
    for (const topic of new Set(topics)) {
      const readers = spec.hops.filter(h => h.inputs.includes(topic));
      const make = (): Partition => ({
        end: 0,
        queues: new Map(readers.map(r => [r.hop, { chunks: [], position: 0 }])),
      });
      this.#topics.set(topic, Array.from({ length: spec.partitions }, make));
    }
  }

  get graph(): HopGraph {
    const hops = this.#spec.hops.map(
      ({ hop, inputs, output, checkpoint }): Hop => ({
        ...{ hop, inputs, output, windowMs: null, allowedOooMs: 0 },
        delivery: checkpoint === undefined ? 'at_least_once' : 'exactly_once',
      }),
    );
    return { hops };
  }

  /** Lets time pass up to `t`. */
  runTo(t: number): void {
    while (this.now < t) {
      this.now += this.#spec.tickMs;
      // Downstream first: a record spends at least one tick in each topic.
      for (const hop of [...this.#spec.hops].reverse()) this.#consume(hop);
      for (const source of this.#spec.sources) this.#produce(source);
    }
  }

  /** One poll cycle: end offset and position of every reader and partition. */
  sample(only: (hop: string) => boolean = () => true): OffsetRow[] {
    const rows: OffsetRow[] = [];
    for (const [topic, partitions] of this.#topics) {
      for (const [partition, { end, queues }] of partitions.entries()) {
        if (queues.size === 0) rows.push({ type: 'offsets', ts: this.now, hop: '', topic, partition, endOffset: end });
        for (const [hop, { position }] of queues) {
          const told = only(hop) ? { hop, position } : { hop: '' };
          rows.push({ type: 'offsets', ts: this.now, topic, partition, endOffset: end, ...told });
        }
      }
    }
    return rows;
  }

  /** Checkpoints completed after `from`, until now. */
  checkpoints(from: number): OffsetRow[] {
    const rows: OffsetRow[] = [];
    for (const { hop, checkpoint } of this.#spec.hops) {
      if (checkpoint === undefined) continue;
      const { intervalMs, durationMs } = checkpoint;
      for (let barrierTs = 0; barrierTs + durationMs <= this.now; barrierTs += intervalMs) {
        const ts = barrierTs + durationMs;
        if (ts > from) rows.push({ type: 'checkpoint', ts, hop, barrierTs });
      }
    }
    return rows;
  }

  /** Complete up to, in truth: everything older has left the pipeline. `hops` limits it to what a sink hangs on. */
  completeUpTo(hops: readonly string[]): number {
    let oldest = Number.POSITIVE_INFINITY;
    for (const partitions of this.#topics.values()) {
      for (const { queues } of partitions) {
        for (const [hop, { chunks }] of queues) {
          if (hops.includes(hop)) for (const { born } of chunks) oldest = Math.min(oldest, born);
        }
      }
    }
    for (const [hop, chunks] of this.#uncommitted) {
      const waiting = chunks.filter(({ visibleAt }) => visibleAt > this.now);
      this.#uncommitted.set(hop, waiting);
      if (hops.includes(hop)) for (const { born } of waiting) oldest = Math.min(oldest, born);
    }
    return Number.isFinite(oldest) ? oldest - 1 : this.now;
  }

  #produce({ topic, rate }: SimulatedSource): void {
    for (const [p, partition] of this.#topics.get(topic)!.entries()) {
      const key = `${topic} ${p}`;
      const wanted = (this.#carry.get(key) ?? 0) + (rate(this.now, p) * this.#spec.tickMs) / 1000;
      const count = Math.floor(wanted);
      this.#carry.set(key, wanted - count);
      this.#append(partition, count, this.now, this.now);
    }
  }

  /** When records written now become visible. */
  #visibleAt({ checkpoint }: SimulatedHop): number {
    if (checkpoint === undefined) return this.now;
    const { intervalMs, durationMs } = checkpoint;
    return Math.ceil((this.now + 1) / intervalMs) * intervalMs + durationMs;
  }

  #consume(consumer: SimulatedHop): void {
    const { hop, inputs, output, capacity } = consumer;
    const visibleAt = this.#visibleAt(consumer);
    const key = `hop ${hop}`;
    let budget = (this.#carry.get(key) ?? 0) + (capacity(this.now) * this.#spec.tickMs) / 1000;
    const queues = inputs.flatMap(topic => this.#topics.get(topic)!.map(partition => partition.queues.get(hop)!));
    for (const [i, queue] of queues.entries()) {
      let share = Math.floor(budget / (queues.length - i));
      for (let chunk = queue.chunks[0]; share > 0 && chunk && chunk.visibleAt <= this.now; chunk = queue.chunks[0]) {
        const taken = Math.min(share, chunk.count);
        chunk.count -= taken;
        share -= taken;
        budget -= taken;
        queue.position += taken;
        const moved = { count: taken, born: chunk.born, visibleAt };
        if (output !== null) this.#shuffle(output, moved);
        else if (visibleAt > this.now) this.#waitForCommit(hop, moved);
        if (chunk.count === 0) queue.chunks.shift();
      }
    }
    this.#carry.set(key, budget - Math.floor(budget));
  }

  #waitForCommit(hop: string, chunk: Chunk): void {
    const waiting = this.#uncommitted.get(hop);
    if (waiting === undefined) this.#uncommitted.set(hop, [chunk]);
    else waiting.push(chunk);
  }

  #shuffle(topic: string, { count, born, visibleAt }: Chunk): void {
    const partitions = this.#topics.get(topic)!;
    const each = Math.floor(count / partitions.length);
    let rest = count - each * partitions.length;
    for (let i = 0; i < partitions.length; i++) {
      const extra = rest > 0 ? 1 : 0;
      rest -= extra;
      this.#append(partitions[(this.#spread + i) % partitions.length]!, each + extra, born, visibleAt);
    }
    this.#spread++;
  }

  #append(partition: Partition, count: number, born: number, visibleAt: number): void {
    if (count <= 0) return;
    partition.end += count;
    for (const { chunks } of partition.queues.values()) {
      const last = chunks.at(-1);
      if (last?.born === born && last.visibleAt === visibleAt) last.count += count;
      else chunks.push({ count, born, visibleAt });
    }
  }
}
