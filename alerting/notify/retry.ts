/** When to try again, and how many requests a channel bears. Pure; instants and randomness are arguments. */
import type { Budget, RetryPolicy } from './channel.ts';

/**
 * Wait before attempt `attempts + 1`: full jitter below a bound that doubles from `minMs` to `maxMs`, never less than `minMs`,
 * nor less than what the other side asked for (`atLeastMs`). `random` in [0, 1).
 */
export function retryDelay(policy: RetryPolicy, attempts: number, atLeastMs: number, random: number): number {
  const bound = Math.min(policy.maxMs, policy.minMs * 2 ** Math.min(attempts, 30));
  return Math.max(policy.minMs, Math.floor(random * bound), atLeastMs);
}

/** The other side measures its window by arrival: leave room for requests that travelled slowly. */
const TRAVEL_MS = 1_000;
/** Attempts remembered; more than any budget allows in its window. */
const MAX_REMEMBERED = 1_000;

/** A sliding window over the attempts at one channel. A token bucket would let twice the limit pass in one window. */
export class SendWindow {
  #sent: number[];

  constructor(earlier: readonly number[] = []) {
    this.#sent = [...earlier].sort((a, b) => a - b);
  }

  /** Requests that may be sent at `now`. */
  remaining(budget: Budget, now: number): number {
    const inside = this.#sent.filter(at => at > now - budget.windowMs - TRAVEL_MS);
    return Math.max(0, budget.requests - inside.length);
  }

  /** First instant, not before `now`, at which a request may be sent. */
  nextAt(budget: Budget, now: number): number {
    if (this.remaining(budget, now) > 0) return now;
    return (this.#sent.at(-budget.requests) ?? now) + budget.windowMs + TRAVEL_MS;
  }

  record(at: number): void {
    this.#sent.push(at);
    if (this.#sent.length > MAX_REMEMBERED) this.#sent = this.#sent.slice(-MAX_REMEMBERED / 2);
  }
}
