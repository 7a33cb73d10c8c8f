import { decodeSamples, encodeSamples } from './sample-codec.ts';

/** Points a full curve holds; 20 bytes each, so two curves of a partition take 8 KB. */
const CAPACITY = 192;
/** The newest points are never thinned: rates, intervals and re-emitted lags need them as they came. */
const KEEP_NEWEST = 48;
const DAY_MS = 86_400_000;
/** Scratch space of `#thin`, which runs to its end before another one can begin. */
const COSTS = new Float64Array(CAPACITY);
const SORTED = new Float64Array(CAPACITY);

/**
 * A quantity over time as at most 192 samples in rising time order: an end-offset curve or a consumer's position. When it is full,
 * samples older than 24 h are dropped, then some of the older ones are thinned: those whose removal moves the time at
 * which the curve passes any value the least, earlier removals counted in. Samples that stay are as they were measured.
 */
export class Curve {
  #t = new Float64Array(16);
  #x = new Float64Array(16);
  /** Bound of the error thinning has put into the stretch after each sample, ms. */
  #e = new Float32Array(16);
  #n = 0;

  get length(): number {
    return this.#n;
  }

  get firstT(): number {
    return this.#n > 0 ? this.#t[0]! : Number.NaN;
  }

  get lastT(): number {
    return this.#n > 0 ? this.#t[this.#n - 1]! : Number.NaN;
  }

  get lastX(): number {
    return this.#n > 0 ? this.#x[this.#n - 1]! : Number.NaN;
  }

  timeOf(index: number): number {
    return this.#t[index]!;
  }

  valueOf(index: number): number {
    return this.#x[index]!;
  }

  /** Index of the last sample at or before `t`; -1 when there is none. */
  indexAt(t: number): number {
    let low = 0;
    let high = this.#n;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#t[middle]! <= t) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  /** Stores a sample in time order; a second sample at the same time replaces the first. Returns its index. */
  put(t: number, x: number): number {
    let index = this.#n > 0 && t > this.#t[this.#n - 1]! ? this.#n - 1 : this.indexAt(t);
    if (index >= 0 && this.#t[index] === t) {
      this.#x[index] = x;
      return index;
    }
    if (this.#n === CAPACITY) {
      this.#thin();
      index = this.indexAt(t);
    } else if (this.#n === this.#t.length) {
      this.#grow();
    }
    index++;
    this.#t.copyWithin(index + 1, index, this.#n);
    this.#x.copyWithin(index + 1, index, this.#n);
    this.#e.copyWithin(index + 1, index, this.#n);
    this.#t[index] = t;
    this.#x[index] = x;
    this.#e[index] = index > 0 && index < this.#n ? this.#e[index - 1]! : 0;
    this.#n++;
    return index;
  }

  /** Like `put`, for a quantity that only rises: the sample is lifted to the one before it, later ones are lifted to it. */
  putRising(t: number, x: number): number {
    const before = this.indexAt(t);
    const previous = before >= 0 && this.#t[before] === t ? before - 1 : before;
    const lifted = previous >= 0 ? Math.max(x, this.#x[previous]!) : x;
    const index = this.put(t, lifted);
    for (let i = index + 1; i < this.#n && this.#x[i]! < lifted; i++) this.#x[i] = lifted;
    return index;
  }

  /** Linear between the enclosing samples; null outside the first and the last. */
  at(t: number): number | null {
    const i = this.indexAt(t);
    if (i < 0) return null;
    const t0 = this.#t[i]!;
    if (t0 === t) return this.#x[i]!;
    if (i === this.#n - 1) return null;
    const share = (t - t0) / (this.#t[i + 1]! - t0);
    return this.#x[i]! + share * (this.#x[i + 1]! - this.#x[i]!);
  }

  /** Index of the first sample above `x` on a rising curve; `length` when none is. */
  firstAbove(x: number): number {
    let low = 0;
    let high = this.#n;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#x[middle]! <= x) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  copy(): Curve {
    const curve = new Curve();
    curve.#t = this.#t.slice();
    curve.#x = this.#x.slice();
    curve.#e = this.#e.slice();
    curve.#n = this.#n;
    return curve;
  }

  clear(): void {
    this.#n = 0;
  }

  /** Bytes of the samples, for the memory bound. */
  get bytes(): number {
    return this.#t.byteLength + this.#x.byteLength + this.#e.byteLength;
  }

  encode(): string {
    return encodeSamples(this.#t.subarray(0, this.#n), this.#x.subarray(0, this.#n));
  }

  /** Reads what `encode` wrote; an unreadable text gives an empty curve. */
  static decode(text: string): Curve {
    const curve = new Curve();
    for (const [t, x] of decodeSamples(text, CAPACITY)) {
      if (Number.isFinite(t) && Number.isFinite(x)) curve.put(t, x);
    }
    return curve;
  }

  #grow(): void {
    const size = Math.min(CAPACITY, this.#t.length * 2);
    const t = new Float64Array(size);
    const x = new Float64Array(size);
    t.set(this.#t);
    const e = new Float32Array(size);
    x.set(this.#x);
    e.set(this.#e);
    this.#t = t;
    this.#x = x;
    this.#e = e;
  }

  #thin(): void {
    const oldest = this.lastT - DAY_MS;
    const expired = Math.min(this.indexAt(oldest), this.#n - KEEP_NEWEST);
    if (expired > 0) {
      this.#t.copyWithin(0, expired, this.#n);
      this.#x.copyWithin(0, expired, this.#n);
      this.#e.copyWithin(0, expired, this.#n);
      this.#n -= expired;
    }
    const candidates = this.#n - KEEP_NEWEST - 1;
    const wanted = this.#n - (CAPACITY - (CAPACITY >> 3));
    if (wanted <= 0) return;
    for (let i = 1; i <= candidates; i++) COSTS[i] = this.#costOf(i);
    const limit = SORTED.subarray(0, candidates);
    limit.set(COSTS.subarray(1, candidates + 1));
    limit.sort();
    const most = limit[wanted - 1]!;
    let kept = 1;
    let dropped = 0;
    for (let i = 1; i < this.#n; i++) {
      // The neighbour of a dropped sample stays in this round: its cost was computed with that neighbour in place.
      const mayGo = i <= candidates && dropped !== i - 1 && COSTS[i]! <= most;
      if (mayGo) {
        this.#e[kept - 1] = COSTS[i]!;
        dropped = i;
        continue;
      }
      this.#t[kept] = this.#t[i]!;
      this.#x[kept] = this.#x[i]!;
      this.#e[kept] = this.#e[i]!;
      kept++;
    }
    this.#n = kept;
  }

  /** Bound of the error without sample `i`: how far the line between its neighbours passes from it, and what was lost before. */
  #costOf(i: number): number {
    const t0 = this.#t[i - 1]!;
    const x0 = this.#x[i - 1]!;
    const rise = this.#x[i + 1]! - x0;
    const before = Math.max(this.#e[i - 1]!, this.#e[i]!);
    if (rise === 0) return this.#x[i] === x0 ? before : Number.POSITIVE_INFINITY;
    const passes = t0 + ((this.#x[i]! - x0) / rise) * (this.#t[i + 1]! - t0);
    return before + Math.abs(this.#t[i]! - passes);
  }
}
