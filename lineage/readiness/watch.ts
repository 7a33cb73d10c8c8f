import type { Clock } from '../../model/clock.ts';
import { UserError } from '../../model/errors.ts';
import type { Readiness, ReadinessQuestion } from './readiness.ts';

/** Requests that wait, at most. */
const MAX_WAITERS = 2000;
const SOONEST_MS = 1000;
const LATEST_MS = 10_000;
/** Time left where none can be told. */
const UNTOLD_MS = 50_000;
/** Each question waited for delays the others by as much, so that asking never takes a large share of the time. */
const SPREAD_MS = 5;

export interface ReadinessWatchOptions {
  /** Answers as of an instant; rejects when it cannot. */
  readonly ask: (question: ReadinessQuestion, at: number) => Promise<Readiness>;
  readonly clock: Clock;
}

interface Poll {
  readonly waiters: Set<Waiter>;
  latest: Readiness;
}

interface Waiter {
  readonly resolve: (answer: Readiness) => void;
  readonly reject: (error: unknown) => void;
}

/** Lets requests wait until data is ready. However many wait for one question, it is asked once, and less often while much is missing. */
export class ReadinessWatch {
  readonly #options: ReadinessWatchOptions;
  readonly #polls = new Map<string, Poll>();
  #waiting = 0;
  #closed = false;

  constructor(options: ReadinessWatchOptions) {
    this.#options = options;
  }

  /**
   * The answer once it is ready, or the latest one after `waitMs` or when `signal` aborts. Rejects as `ask` does, and with `UserError`
   * overloaded when too many wait.
   */
  async ask(question: ReadinessQuestion, waitMs: number, signal: AbortSignal): Promise<Readiness> {
    const { ask, clock } = this.#options;
    const answer = await ask(question, clock.now());
    if (answer.ready || waitMs <= 0 || signal.aborted || this.#closed) return answer;
    if (this.#waiting >= MAX_WAITERS)
      throw new UserError('overloaded', `${MAX_WAITERS} requests wait for readiness already; ask without wait`, {
        status: 429,
      });
    return this.#wait(question, answer, waitMs, signal);
  }

  /** Requests that wait now. */
  get waiting(): number {
    return this.#waiting;
  }

  /** Everyone who waits gets the latest answer; nobody waits any more. Idempotent. */
  close(): void {
    this.#closed = true;
    for (const { waiters, latest } of this.#polls.values()) for (const { resolve } of waiters) resolve(latest);
  }

  async #wait(question: ReadinessQuestion, answer: Readiness, waitMs: number, signal: AbortSignal): Promise<Readiness> {
    const key = JSON.stringify([question.target, question.completeTo, question.expectedRows, question.periodMs]);
    let poll = this.#polls.get(key);
    if (poll === undefined) {
      poll = { waiters: new Set(), latest: answer };
      this.#polls.set(key, poll);
      this.#next(key, question, poll);
    }
    const { waiters } = poll;
    const { promise, resolve, reject } = Promise.withResolvers<Readiness>();
    const waiter: Waiter = { resolve, reject };
    const giveUp = (): void => resolve(poll.latest);
    const cancel = this.#options.clock.after(waitMs, giveUp);
    signal.addEventListener('abort', giveUp, { once: true });
    waiters.add(waiter);
    this.#waiting++;
    try {
      return await promise;
    } finally {
      this.#waiting--;
      waiters.delete(waiter);
      cancel();
      signal.removeEventListener('abort', giveUp);
    }
  }

  #next(key: string, question: ReadinessQuestion, poll: Poll): void {
    const { clock } = this.#options;
    clock.after(this.#delay(poll.latest), () => {
      if (poll.waiters.size === 0 || this.#closed) {
        this.#polls.delete(key);
        return;
      }
      void this.#look(key, question, poll);
    });
  }

  async #look(key: string, question: ReadinessQuestion, poll: Poll): Promise<void> {
    const { ask, clock } = this.#options;
    try {
      poll.latest = await ask(question, clock.now());
    } catch (error) {
      this.#polls.delete(key);
      for (const { reject } of poll.waiters) reject(error);
      return;
    }
    if (poll.latest.ready) {
      this.#polls.delete(key);
      for (const { resolve } of poll.waiters) resolve(poll.latest);
      return;
    }
    this.#next(key, question, poll);
  }

  /** A tenth of the time that is left by what is known. */
  #delay({ blocking }: Readiness): number {
    const etas = blocking.map(({ eta_ms }) => eta_ms ?? UNTOLD_MS);
    const wanted = Math.min(LATEST_MS, Math.max(SOONEST_MS, Math.max(0, ...etas) / 10));
    return Math.max(wanted, this.#polls.size * SPREAD_MS);
  }
}
