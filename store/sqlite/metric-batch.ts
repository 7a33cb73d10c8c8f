/** Points of many series in the order of their writing, as one buffer: what goes to the worker, and what the journal holds. */
export class MetricBatch {
  series = new Uint32Array(512);
  times = new Float64Array(512);
  values = new Float64Array(512);
  delays = new Int32Array(512);
  count = 0;

  add(series: number, ts: number, value: number, delay: number): void {
    if (this.count === this.series.length) this.#grow();
    this.series[this.count] = series;
    this.times[this.count] = ts;
    this.values[this.count] = value;
    this.delays[this.count] = delay;
    this.count++;
  }

  /** Little-endian columns one after another, doubles first so that all are aligned: times, values, series, delays. */
  pack(): Uint8Array<ArrayBuffer> {
    const n = this.count;
    const bytes = new Uint8Array(n * 24);
    new Float64Array(bytes.buffer, 0, n).set(this.times.subarray(0, n));
    new Float64Array(bytes.buffer, n * 8, n).set(this.values.subarray(0, n));
    new Uint32Array(bytes.buffer, n * 16, n).set(this.series.subarray(0, n));
    new Int32Array(bytes.buffer, n * 20, n).set(this.delays.subarray(0, n));
    return bytes;
  }

  /** Adds the points of a packed batch. */
  addPacked(bytes: Uint8Array): void {
    // The bytes may begin anywhere in their buffer; a copy begins aligned.
    const { buffer } = bytes.slice();
    const n = bytes.length / 24;
    const end = this.count + n;
    while (this.series.length < end) this.#grow();
    this.times.set(new Float64Array(buffer, 0, n), this.count);
    this.values.set(new Float64Array(buffer, n * 8, n), this.count);
    this.series.set(new Uint32Array(buffer, n * 16, n), this.count);
    this.delays.set(new Int32Array(buffer, n * 20, n), this.count);
    this.count = end;
  }

  #grow(): void {
    const capacity = this.series.length * 2;
    const [series, times, values, delays] = [this.series, this.times, this.values, this.delays];
    this.series = new Uint32Array(capacity);
    this.series.set(series);
    this.times = new Float64Array(capacity);
    this.times.set(times);
    this.values = new Float64Array(capacity);
    this.values.set(values);
    this.delays = new Int32Array(capacity);
    this.delays.set(delays);
  }
}
