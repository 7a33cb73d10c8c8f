import type { Clock } from '../../model/clock.ts';
import { nextTurn } from '../../model/next-turn.ts';
import { SeriesRing } from '../series-ring.ts';
import type { MetricBatch } from './metric-batch.ts';
import type { MetricClient } from './metric-client.ts';

export interface HotLimits {
  readonly hotMs: number;
  readonly hotBytes: number;
}

/**
 * The newest points of all series in memory, bounded by age and bytes. Giving memory back takes two steps, so that a point is
 * always in memory or in a block: first new points of that age go straight into blocks and the journal is moved, then the border
 * is raised.
 */
export class HotSet {
  readonly ring = new SeriesRing();
  readonly #client: MetricClient;
  readonly #clock: Clock;
  readonly #limits: HotLimits;
  readonly #onFailure: () => void;
  #from = -Infinity;
  #lateFrom = -Infinity;
  #readers = 0;
  #cooling: Promise<void> | null = null;

  constructor(client: MetricClient, clock: Clock, limits: HotLimits, onFailure: () => void) {
    this.#client = client;
    this.#clock = clock;
    this.#limits = limits;
    this.#onFailure = onFailure;
  }

  /** Memory holds every stored point later than this, epoch ms. */
  get from(): number {
    return this.#from;
  }

  /** Points up to this must go straight into blocks, epoch ms. */
  get lateFrom(): number {
    return this.#lateFrom;
  }

  /** Says from when on the ring is complete after a start. */
  begin(from: number): void {
    this.#from = from;
    this.#lateFrom = from;
  }

  /** Takes points that are durable. */
  add(batch: MetricBatch): void {
    for (let i = 0; i < batch.count; i++) {
      const ts = batch.times[i]!;
      if (ts > this.#from) this.ring.put(batch.series[i]!, ts, batch.values[i]!, batch.delays[i]!);
    }
    this.#coolIfFull();
  }

  /** Runs `use` while no memory is given back. */
  async reading<T>(use: () => Promise<T>): Promise<T> {
    this.#readers++;
    try {
      return await use();
    } finally {
      this.#readers--;
    }
  }

  /** Gives back the memory of points up to `upTo`, once all of them are in blocks. Rejects with `StoreAwayError`; memory then stays. */
  async cool(upTo: number): Promise<void> {
    await this.#cooling?.catch(() => {});
    if (upTo <= this.#from) return;
    this.#lateFrom = Math.max(this.#lateFrom, upTo);
    this.#cooling = this.#giveBack(upTo).finally(() => {
      this.#cooling = null;
    });
    await this.#cooling;
  }

  #coolIfFull(): void {
    if (this.#cooling) return;
    const now = this.#clock.now();
    const { hotMs, hotBytes } = this.#limits;
    const byAge = now - hotMs;
    const full = this.ring.usedBytes > hotBytes;
    if (!full && byAge - this.#from <= hotMs / 4) return;
    this.cool(full ? (Math.max(this.#from, byAge) + now) / 2 : byAge).catch(this.#onFailure);
  }

  async #giveBack(upTo: number): Promise<void> {
    await this.#client.ask('compact', {});
    while (this.#readers > 0) await nextTurn();
    this.#from = upTo;
    this.ring.trim(upTo);
  }
}
