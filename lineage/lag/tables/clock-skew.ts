/** A larger difference is no clock: a topic made anew, a wrong row. */
const MOST_MS = 600_000;
/** What was seen longest ago is forgotten after this long, ms: clocks get corrected. */
const HOLDS_MS = 3_600_000;

/**
 * How far a reporter's clock is known to be off the daemon's, ms, both at least 0. `behind`: it told of a position that the end offset
 * had not reached until later. `ahead`: its report bore a time that was still to come when it arrived. Less than that cannot be seen.
 */
export class ClockSkew {
  #behind = { ms: 0, at: 0 };
  #ahead = { ms: 0, at: 0 };

  get behindMs(): number {
    return this.#behind.ms;
  }

  get aheadMs(): number {
    return this.#ahead.ms;
  }

  seenBehind(ms: number, at: number): void {
    this.#behind = larger(this.#behind, ms, at);
  }

  seenAhead(ms: number, at: number): void {
    this.#ahead = larger(this.#ahead, ms, at);
  }
}

function larger(known: { ms: number; at: number }, ms: number, at: number): { ms: number; at: number } {
  if (ms > MOST_MS) return known;
  const isOld = known.ms > 0 && at - known.at > HOLDS_MS;
  return ms >= known.ms || isOld ? { ms: Math.max(0, ms), at } : known;
}
