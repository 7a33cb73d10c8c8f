/** Watches the wall clock for being set back (alerting.md rule 13): no tick runs until it has caught up with itself. */

/** A clock set back by more than this is told, ms. */
const TOLD_AFTER = 60_000;

export type ClockVerdict = 'fine' | 'behind' | 'tell-behind' | 'tell-caught-up';

export class ClockWatch {
  #highest = Number.NEGATIVE_INFINITY;
  /** The reading it was told for; null while nothing is wrong or worth telling. */
  #toldSince: number | null = null;

  /** The reading the clock must reach again. */
  get highest(): number {
    return this.#highest;
  }

  /** When the setback that was told began. */
  get toldSince(): number | null {
    return this.#toldSince;
  }

  /** Judges a reading. `tell-…` is answered once per setback; after `told` it is taken as told. */
  judge(now: number): ClockVerdict {
    if (now >= this.#highest) {
      this.#highest = now;
      return this.#toldSince === null ? 'fine' : 'tell-caught-up';
    }
    return this.#highest - now > TOLD_AFTER && this.#toldSince === null ? 'tell-behind' : 'behind';
  }

  /** The verdict was told: `since` names the setback, null ends it. */
  told(since: number | null): void {
    this.#toldSince = since;
  }
}
