const MINUTE_MS = 60_000;
/** A day, and what comes early. */
const MAX_MINUTES = 1500;

/** Of which minutes of event time rows have come since the start; the last day of them, in the order in which they came. */
export class MinutesHeard {
  readonly #minutes = new Set<number>();
  #last = Number.NaN;

  /** A row of this time has come, epoch ms. */
  note(ts: number): void {
    const minute = Math.floor(ts / MINUTE_MS);
    // Rows come in order of time, nearly.
    if (minute === this.#last) return;
    this.#last = minute;
    this.#minutes.add(minute);
    if (this.#minutes.size > MAX_MINUTES) this.#minutes.delete(this.#minutes.values().next().value!);
  }

  /** Whether there are rows of the minute that holds this instant. */
  has(ts: number): boolean {
    return this.#minutes.has(Math.floor(ts / MINUTE_MS));
  }

  /** Begin of the first minute with rows at or after an instant; NaN where there is none. */
  first(from: number): number {
    const later = [...this.#minutes].map(minute => minute * MINUTE_MS).filter(begin => begin >= from);
    return later.reduce((a, b) => Math.min(a, b), later[0] ?? Number.NaN);
  }
}
