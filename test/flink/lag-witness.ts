/** The true lag of a job, watched from outside the daemon: the broker's end offsets against the positions that Flink's REST API gives. */
import { setTimeout as delay } from 'node:timers/promises';
import type { FlinkRest } from '../support/flink-rest.ts';

const EVERY_MS = 200;

interface Sighting {
  readonly ts: number;
  readonly lag: number;
}

/** Looks at one job several times a second from `start` to `stop`. */
export class LagWitness {
  readonly #sightings: Sighting[] = [];
  readonly #look: () => Promise<number | null>;
  #running: Promise<void> | null = null;
  #stopped = false;

  constructor(rest: FlinkRest, jobId: string, endOffset: () => Promise<number>) {
    this.#look = async () => {
      const positions = await rest.sourceMetrics(jobId, 'currentOffset');
      // the offset of the last record read, -1 before the first
      if (positions.size === 0 || [...positions.values()].some(offset => offset < 0)) return null;
      const position = [...positions.values()].reduce((sum, offset) => sum + offset + 1, 0);
      return (await endOffset()) - position;
    };
  }

  start(): void {
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#running;
  }

  /** The lag at an instant, on the line between the sightings around it; null before the first and after the last. */
  at(ts: number): number | null {
    const next = this.#sightings.findIndex(sighting => sighting.ts >= ts);
    const [before, after] = [this.#sightings[next - 1], this.#sightings[next]];
    if (!before || !after) return null;
    return before.lag + ((after.lag - before.lag) * (ts - before.ts)) / (after.ts - before.ts);
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      const begun = Date.now();
      const lag = await this.#look();
      if (lag !== null) this.#sightings.push({ ts: (begun + Date.now()) / 2, lag });
      await delay(EVERY_MS);
    }
  }
}
