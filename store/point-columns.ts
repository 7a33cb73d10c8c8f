import type { Block } from './metric-blocks.ts';

/** Points of one series collected one by one, times rising. */
export class PointColumns {
  readonly #times: number[] = [];
  readonly #values: number[] = [];

  put(ts: number, value: number): void {
    this.#times.push(ts);
    this.#values.push(value);
  }

  /** Without the delays of their arrival. */
  block(): Block {
    const times = Float64Array.from(this.#times);
    return { times, values: Float64Array.from(this.#values), delays: new Float64Array(times.length) };
  }
}
