import type { Block } from '../metric-blocks.ts';

/** Decoded points kept, 24 bytes each. */
const MAX_POINTS = 1_000_000;

/** All blocks of one metric and hour, decoded. */
export type Hour = ReadonlyMap<number, Block>;

interface Kept {
  readonly hour: Hour;
  readonly points: number;
}

/**
 * Hours lately read whole. Rules that compare with yesterday read the same two hours at every tick, so most of their reads need
 * neither SQL nor decoding. The hours longest unused go first.
 */
export class RecentHours {
  readonly #kept = new Map<string, Kept>();
  #points = 0;

  get(metric: number, slot: number): Hour | undefined {
    const key = `${metric}/${slot}`;
    const kept = this.#kept.get(key);
    if (!kept) return undefined;
    this.#kept.delete(key);
    this.#kept.set(key, kept);
    return kept.hour;
  }

  set(metric: number, slot: number, hour: Hour): void {
    let points = 0;
    for (const block of hour.values()) points += block.times.length;
    if (points > MAX_POINTS / 4) return;
    this.#kept.set(`${metric}/${slot}`, { hour, points });
    this.#points += points;
    for (const [key, oldest] of this.#kept) {
      if (this.#points <= MAX_POINTS) break;
      this.#kept.delete(key);
      this.#points -= oldest.points;
    }
  }

  forget(metric: number, slot: number): void {
    const key = `${metric}/${slot}`;
    this.#points -= this.#kept.get(key)?.points ?? 0;
    this.#kept.delete(key);
  }
}
