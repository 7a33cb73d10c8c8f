/**
 * The points of one group and one window, gathered series by series before an operation runs over them. One bag is filled and
 * cleared many times; its arrays only grow. A point may stand for several (a rollup minute): `weight` says for how many.
 */
export class PointBag {
  times = new Float64Array(256);
  values = new Float64Array(256);
  /** How long after its own time each point arrived, ms; 0 where that is not known. */
  delays = new Float64Array(256);
  /** Only meaningful while `weighted`. */
  weights = new Float64Array(0);
  /** True once any point stands for more than itself; values are then sums, minima, … of `weights` points. */
  weighted = false;
  count = 0;
  /** Exclusive end index of every series, in the order in which they were added: rising canonical labels. */
  readonly seriesEnds: number[] = [];

  /** Adds a point of the current series; within a series times must rise. */
  add(t: number, value: number, delay = 0): void {
    if (this.count === this.times.length) this.#grow();
    this.times[this.count] = t;
    this.values[this.count] = value;
    this.delays[this.count] = delay;
    if (this.weighted) this.weights[this.count] = 1;
    this.count++;
  }

  /**
   * Adds `count` points as part of the current series: times from `at` on in `doubles`, their values `apart` doubles behind them, times
   * `scale`; their delays from `delaysAt` on in `delays`. Times must rise.
   */
  addSlice(
    doubles: Float64Array,
    at: number,
    apart: number,
    count: number,
    scale: number,
    delays: Int32Array,
    delaysAt: number,
  ): void {
    const start = this.count;
    while (start + count > this.times.length) this.#grow();
    for (let i = 0; i < count; i++) {
      this.times[start + i] = doubles[at + i]!;
      this.values[start + i] = doubles[at + apart + i]! * scale;
      this.delays[start + i] = delays[delaysAt + i]!;
    }
    this.count = start + count;
    if (this.weighted) this.weights.fill(1, start, this.count);
  }

  /** Adds a point that stands for `weight` points. */
  addWeighted(t: number, value: number, weight: number): void {
    if (!this.weighted) {
      this.weighted = true;
      if (this.weights.length < this.times.length) this.weights = new Float64Array(this.times.length);
      this.weights.fill(1, 0, this.count);
    }
    this.add(t, value);
    this.weights[this.count - 1] = weight;
  }

  /** Adds what a slice of another bag holds, as part of the current series; arrival delays stay behind. */
  addFrom(other: PointBag, start: number, end: number): void {
    if (other.weighted) {
      for (let i = start; i < end; i++) this.addWeighted(other.times[i]!, other.values[i]!, other.weights[i]!);
      return;
    }
    while (this.count + end - start > this.times.length) this.#grow();
    const { times, values } = this;
    let at = this.count;
    for (let i = start; i < end; i++, at++) {
      times[at] = other.times[i]!;
      values[at] = other.values[i]!;
    }
    this.count = at;
  }

  /** Closes the current series; a series without points leaves no trace. */
  endSeries(): void {
    if (this.count > (this.seriesEnds.at(-1) ?? 0)) this.seriesEnds.push(this.count);
  }

  clear(): void {
    this.count = 0;
    this.weighted = false;
    // Not `length = 0`, which gives the memory back: the next window would ask for it again.
    while (this.seriesEnds.length > 0) this.seriesEnds.pop();
  }

  #grow(): void {
    const capacity = this.times.length * 2;
    this.times = widen(this.times, capacity);
    this.values = widen(this.values, capacity);
    this.delays = widen(this.delays, capacity);
    if (this.weighted) this.weights = widen(this.weights, capacity);
  }
}

function widen(array: Float64Array<ArrayBuffer>, capacity: number): Float64Array<ArrayBuffer> {
  const wider = new Float64Array(capacity);
  wider.set(array);
  return wider;
}
