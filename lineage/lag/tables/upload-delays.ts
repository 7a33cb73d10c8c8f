/** Reports that wait until positions and end offsets of their time are known, at most. */
const MAX_WAITING = 64;
/** Delays kept, the newest: half an hour of reports every ten seconds. */
const MAX_KEPT = 180;
/** What is older says nothing of now, ms. */
const HOLDS_MS = 3_600_000;
/** With fewer there is no percentile to speak of. */
const LEAST = 5;

interface Delay {
  readonly ts: number;
  readonly ms: number;
}

/**
 * How long records take from their event to the topic, as far as a reader shows it: the age of the event when the record was emitted, less
 * the reader's own lag at that moment. The lag is known to about one sampling interval, so reports of a reader that is further
 * behind are left out. Nothing here is part of an age.
 */
export class UploadDelays {
  #waiting: Delay[] = [];
  #kept: Delay[] = [];

  /** Takes the age of the event of the record emitted last at `ts`, ms; of several at one time the largest. */
  told(ts: number, ms: number): void {
    if (ts <= (this.#kept.at(-1)?.ts ?? Number.NEGATIVE_INFINITY)) return;
    const same = this.#waiting.findIndex(waiting => waiting.ts === ts);
    if (same >= 0) this.#waiting[same] = { ts, ms: Math.max(ms, this.#waiting[same]!.ms) };
    else this.#waiting.push({ ts, ms });
    if (this.#waiting.length > MAX_WAITING) this.#waiting.shift();
  }

  /** Makes delays of the reports until `upTo`. `lagAt`: the reader's lag, ms, null when unknown; `most`: the largest that counts. */
  settle(upTo: number, most: number, lagAt: (ts: number) => number | null): void {
    const ready = this.#waiting.filter(({ ts }) => ts <= upTo).sort((a, b) => a.ts - b.ts);
    if (ready.length === 0) return;
    this.#waiting = this.#waiting.filter(({ ts }) => ts > upTo);
    for (const { ts, ms } of ready) {
      const lag = lagAt(ts);
      if (lag !== null && lag <= most) this.#kept.push({ ts, ms: Math.max(0, ms - lag) });
    }
    this.#kept = this.#kept.slice(-MAX_KEPT);
  }

  /** Delays of the hour before `at`, ms. */
  recent(at: number): readonly number[] {
    return this.#kept.filter(({ ts }) => ts <= at && at - ts <= HOLDS_MS).map(({ ms }) => ms);
  }
}

/** The 95th percentile (nearest rank); null of too few. */
export function uploadP95(delays: readonly number[]): number | null {
  if (delays.length < LEAST) return null;
  const sorted = delays.toSorted((a, b) => a - b);
  return sorted[Math.ceil(sorted.length * 0.95) - 1] ?? null;
}
