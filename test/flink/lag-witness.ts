/** The true lag of a job, watched from outside the daemon: the broker's end offsets against the positions that Flink's REST API gives. */
import { setTimeout as delay } from 'node:timers/promises';
import type { FlinkRest } from '../support/flink-rest.ts';

const EVERY_MS = 200;
/** The REST API answers with what it fetched from the TaskManagers before; this is how old its positions can be. */
const STALE_MS = 2000;

interface Sighting {
  readonly ts: number;
  readonly end: number;
  readonly position: number;
}

/** The truth lies between the two, both included. */
export interface LagBounds {
  readonly low: number;
  readonly high: number;
}

/** Looks at one job several times a second from `start` to `stop`. */
export class LagWitness {
  readonly #sightings: Sighting[] = [];
  readonly #rest: FlinkRest;
  readonly #jobId: string;
  readonly #endOffset: () => Promise<number>;
  #running: Promise<void> | null = null;
  #stopped = false;

  /** `endOffset`: the topic's end offsets now, summed. */
  constructor(rest: FlinkRest, jobId: string, endOffset: () => Promise<number>) {
    this.#rest = rest;
    this.#jobId = jobId;
    this.#endOffset = endOffset;
  }

  start(): void {
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#running;
  }

  /**
   * The lag at an instant. Positions only grow: the one that was given at the instant may be old, so that the lag was at most
   * this; the one that was given some time later is younger than the instant, so that it was at least that. Null until both are known.
   */
  at(ts: number): LagBounds | null {
    const now = this.#between(ts);
    const later = this.#between(ts + STALE_MS);
    return now && later && { low: Math.max(0, now.end - later.position), high: now.end - now.position };
  }

  /** End and position at an instant, on the line between the sightings around it. */
  #between(ts: number): Sighting | null {
    const next = this.#sightings.findIndex(sighting => sighting.ts >= ts);
    const [a, b] = [this.#sightings[next - 1], this.#sightings[next]];
    if (!a || !b) return null;
    const share = (ts - a.ts) / (b.ts - a.ts);
    return { ts, end: a.end + (b.end - a.end) * share, position: a.position + (b.position - a.position) * share };
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      const position = await this.#position();
      const begun = Date.now();
      const end = await this.#endOffset();
      if (position !== null) this.#sightings.push({ ts: (begun + Date.now()) / 2, end, position });
      await delay(EVERY_MS);
    }
  }

  /** Next offsets to read, summed; null before the first record. */
  async #position(): Promise<number | null> {
    const offsets = [...(await this.#rest.sourceMetrics(this.#jobId, 'currentOffset')).values()];
    // each is the offset of the last record read, -1 before the first
    if (offsets.length === 0 || offsets.some(offset => offset < 0)) return null;
    return offsets.reduce((sum, offset) => sum + offset + 1, 0);
  }
}
