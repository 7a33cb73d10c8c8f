import type { Block, Rollup } from './metric-blocks.ts';
import type { MetricOp } from './metric-store.ts';

/** Points of several series: those of `series[i]` are `[starts[i] .. starts[i + 1])`, times rising. */
export interface ColdColumns {
  readonly starts: Int32Array<ArrayBuffer>;
  readonly times: Float64Array<ArrayBuffer>;
  readonly values: Float64Array<ArrayBuffer>;
  readonly delays: Float64Array<ArrayBuffer>;
  /** How many points each stands for; null when each stands for itself (no rollups among them). */
  readonly weights: Float64Array<ArrayBuffer> | null;
}

interface Part {
  readonly times: Float64Array;
  readonly values: Float64Array;
  readonly delays: Float64Array | null;
  readonly weights: Float64Array | null;
}

/** Collects the blocks of a read and lays them out series by series, cut to from < ts <= to. */
export class ColdGatherer {
  readonly #parts: Part[][];
  readonly #from: number;
  readonly #to: number;
  readonly #op: MetricOp | 'POINTS';
  #count = 0;
  #weighted = false;

  constructor(series: Int32Array, from: number, to: number, op: MetricOp | 'POINTS') {
    this.#parts = Array.from(series, () => []);
    this.#from = from;
    this.#to = to;
    this.#op = op;
  }

  get count(): number {
    return this.#count;
  }

  /** Blocks of one series must come hours rising. */
  addBlock(place: number, block: Block): void {
    this.#add(place, { ...block, weights: null });
  }

  addRollup(place: number, rollup: Rollup): void {
    this.#weighted = true;
    this.#add(place, { times: rollup.times, values: this.#column(rollup), delays: null, weights: rollup.count });
  }

  columns(): ColdColumns {
    const starts = new Int32Array(this.#parts.length + 1);
    const columns = [0, 1, 2].map(() => new Float64Array(this.#count));
    const [times, values, delays] = [columns[0]!, columns[1]!, columns[2]!];
    const weights = this.#weighted ? new Float64Array(this.#count).fill(1) : null;
    let at = 0;
    for (const [i, parts] of this.#parts.entries()) {
      // A late block may lie among rollups: hours of both tables are put in one order.
      parts.sort((a, b) => a.times[0]! - b.times[0]!);
      for (const part of parts) {
        times.set(part.times, at);
        values.set(part.values, at);
        if (part.delays) delays.set(part.delays, at);
        if (part.weights && weights) weights.set(part.weights, at);
        at += part.times.length;
      }
      starts[i + 1] = at;
    }
    return { starts, times, values, delays, weights };
  }

  #add(place: number, part: Part): void {
    const start = firstAfter(part.times, this.#from);
    const end = firstAfter(part.times, this.#to);
    if (start >= end) return;
    this.#count += end - start;
    this.#parts[place]!.push({
      times: part.times.subarray(start, end),
      values: part.values.subarray(start, end),
      delays: part.delays?.subarray(start, end) ?? null,
      weights: part.weights?.subarray(start, end) ?? null,
    });
  }

  #column(rollup: Rollup): Float64Array {
    switch (this.#op) {
      case 'MAX':
        return rollup.max;
      case 'MIN':
        return rollup.min;
      case 'FIRST':
        return rollup.first;
      case 'LAST':
      case 'POINTS':
        return rollup.last;
      default:
        return rollup.sum;
    }
  }
}

function firstAfter(times: Float64Array, t: number): number {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (times[middle]! > t) high = middle;
    else low = middle + 1;
  }
  return low;
}
