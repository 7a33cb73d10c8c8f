import type { MinutesHeard } from './tables/minutes-heard.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
/** Streams at most so far behind count as level, ms. */
const LEVEL_MS = MINUTE_MS;
/** The same as long as something has been missed: the minute between must not be passed over, ms. */
const LEVEL_AGAIN_MS = 10_000;
/** Streams that have not moved for so long are stuck, not catching up, ms. */
const STUCK_MS = 30_000;
/** Instants of one round, at most: requests come between rounds. */
const ROUND = 30;

export interface CatchUpOptions {
  /** Event time up to which everything has been taken in; Infinity when level, -Infinity or NaN when unknown. */
  readonly level: () => number;
  /** Of which minutes there are rows. */
  readonly heard: Pick<MinutesHeard, 'has' | 'first'>;
  /** Where it goes on after a restart, epoch ms; NaN for a first start. */
  readonly from: number;
}

/**
 * Says at which instants to look at the estate. While the streams are level that is now. After a downtime the daemon reads what it has missed,
 * and what it would see now, positions of long ago, has never been true; so it looks at the beginning of each missed minute of which there are
 * rows once the streams have come past it, and at the present again when they are level. Streams that are stuck do not hold it back.
 */
export class CatchUp {
  readonly #options: CatchUpOptions;
  /** The last instant that has been looked at; what follows is still to be looked at. */
  #to: number;
  #level = Number.NaN;
  #movedAt = Number.NEGATIVE_INFINITY;
  #isBehind = false;

  constructor(options: CatchUpOptions) {
    this.#options = options;
    this.#to = options.from;
  }

  /** Event time up to which every instant has been looked at; Infinity unless missed ones are left. */
  get reached(): number {
    return this.#isBehind ? this.#to : Number.POSITIVE_INFINITY;
  }

  /** The instants of this round, rising; none while there is nothing to see yet. */
  due(now: number): readonly number[] {
    const level = this.#options.level();
    if (level !== this.#level) {
      this.#level = level;
      this.#movedAt = now;
    }
    const isLate = now - level > (now - this.#to > LEVEL_MS ? LEVEL_AGAIN_MS : LEVEL_MS);
    if (isLate && now - this.#movedAt >= STUCK_MS) {
      this.#isBehind = false;
      return [now];
    }
    const read = isLate ? level : now;
    const oldest = now - DAY_MS;
    if (Number.isNaN(this.#to)) this.#to = this.#start(now, isLate);
    const missed = this.#missed(Math.max(this.#to, oldest), read);
    this.#isBehind = isLate || missed.length === ROUND;
    return this.#isBehind || missed.at(-1) === now ? missed : [...missed, now];
  }

  /** An instant of `due` has been looked at. */
  done(at: number): void {
    // What is seen while the streams are stuck does not stand for what they have still to tell.
    if (!(at - this.#level > LEVEL_MS)) this.#to = at;
  }

  /** Where a first start begins: the first rows ever say nothing of what was before them, so not with their own minute. */
  #start(now: number, isLate: boolean): number {
    const first = this.#options.heard.first(now - DAY_MS);
    if (Number.isNaN(first)) return isLate ? first : now;
    return Math.min(now, first + MINUTE_MS);
  }

  /**
   * Begins of minutes after `from` until `to` of which there are rows, a round of them at most; none when these are too near to each other to
   * have missed one.
   */
  #missed(from: number, to: number): number[] {
    const missed: number[] = [];
    if (to - from <= LEVEL_MS) return missed;
    for (let t = Math.floor(from / MINUTE_MS + 1) * MINUTE_MS; t <= to && missed.length < ROUND; t += MINUTE_MS) {
      if (this.#options.heard.has(t)) missed.push(t);
    }
    return missed;
  }
}
