import type { TopicSpec } from './estate.ts';
import type { Random } from './random.ts';

/** Seconds of end-offset history kept per partition, so that a position can be dated. */
const HISTORY_S = 3600;

/** A Kafka topic as the simulation sees it: fractional end offsets per partition and when they were reached. */
export class TopicState {
  readonly spec: TopicSpec;
  readonly end: number[];
  /** Share of the writes each partition gets; sums to 1. A fault may bend it. */
  weights: number[];
  readonly #history: Float64Array[];
  #second = 0;
  #filled = 0;

  constructor(spec: TopicSpec, random: Random) {
    this.spec = spec;
    this.end = Array.from({ length: spec.partitions }, () => random.int(2_000_000, 9_000_000));
    this.weights = evenWeights(spec.partitions);
    this.#history = this.end.map(() => new Float64Array(HISTORY_S));
  }

  write(records: number): void {
    for (let p = 0; p < this.end.length; p++) this.end[p] = this.end[p]! + records * this.weights[p]!;
  }

  /** Remembers the ends as of `second`; call once a second. */
  remember(second: number): void {
    this.#second = second;
    this.#filled = Math.min(this.#filled + 1, HISTORY_S);
    for (let p = 0; p < this.end.length; p++) this.#history[p]![second % HISTORY_S] = this.end[p]!;
  }

  /** The second at which partition `p` last ended at or below `position`: everything appended until then has been read. */
  dated(p: number, position: number): number {
    if (position >= this.end[p]! - 0.5) return this.#second;
    let low = this.#second - this.#filled + 1;
    let high = this.#second;
    const history = this.#history[p]!;
    while (low < high) {
      const middle = Math.floor((low + high + 1) / 2);
      if (history[middle % HISTORY_S]! <= position + 0.5) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

/** Partitions of slightly different size, as keys hash in practice. */
export function evenWeights(partitions: number): number[] {
  const raw = Array.from({ length: partitions }, (_, p) => 1 + 0.08 * Math.sin(p * 2.1));
  const sum = raw.reduce((a, b) => a + b, 0);
  return raw.map(w => w / sum);
}
