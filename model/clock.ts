/**
 * Time is an argument: everything that needs the present instant or a timer takes a `Clock`, so tests and replays run on
 * a clock of their own. This file and `app/` are the only places that may touch `Date.now` or `setTimeout`.
 */
export interface Clock {
  /** Wall-clock time, epoch ms UTC. May jump. */
  now(): number;
  /** Milliseconds on a clock that never goes back; only differences mean something. */
  monotonic(): number;
  /** Calls `fn` once after `ms`; the returned function cancels. Never keeps the process alive by itself. */
  after(ms: number, fn: () => void): () => void;
  /** Resolves after `ms`; rejects with the signal's reason when it aborts first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** The machine's own clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(ms, fn) {
    const timer = setTimeout(fn, ms);
    timer.unref();
    return () => clearTimeout(timer);
  },
  sleep(ms, signal) {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(signal.reason as Error);
        return;
      }
      const onAbort = (): void => {
        clearTimeout(timer);
        reject(signal?.reason as Error);
      };
      const timer = setTimeout(() => {
        signal?.removeEventListener('abort', onAbort);
        resolve();
      }, ms);
      signal?.addEventListener('abort', onAbort, { once: true });
    });
  },
};

interface Waiter {
  readonly at: number;
  readonly order: number;
  readonly fn: () => void;
}

/** A clock that stands still until `advance` moves it; timers due on the way run in order. For tests and replays. */
export class ManualClock implements Clock {
  #now: number;
  #order = 0;
  readonly #waiters = new Set<Waiter>();

  constructor(start: number) {
    this.#now = start;
  }

  now(): number {
    return this.#now;
  }

  monotonic(): number {
    return this.#now;
  }

  after(ms: number, fn: () => void): () => void {
    const waiter: Waiter = { at: this.#now + Math.max(0, ms), order: this.#order++, fn };
    this.#waiters.add(waiter);
    return () => void this.#waiters.delete(waiter);
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(signal.reason as Error);
        return;
      }
      const cancel = this.after(ms, resolve);
      signal?.addEventListener('abort', () => {
        cancel();
        reject(signal.reason as Error);
      });
    });
  }

  /** Moves time forward by `ms`, running due timers in order and letting promises settle between them. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    for (;;) {
      const due = [...this.#waiters].filter(w => w.at <= end).sort((a, b) => a.at - b.at || a.order - b.order)[0];
      if (due === undefined) break;
      this.#waiters.delete(due);
      this.#now = Math.max(this.#now, due.at);
      due.fn();
      await settle();
    }
    this.#now = end;
    await settle();
  }
}

/** Turns of the event loop that promises get to settle in. */
const SETTLE_TURNS = 20;

/** One promise for all turns: a test that lets hours pass second by second spends its time here. */
function settle(): Promise<void> {
  return new Promise(resolve => {
    let left = SETTLE_TURNS;
    const turn = (): void => {
      left--;
      if (left === 0) resolve();
      else setImmediate(turn);
    };
    setImmediate(turn);
  });
}
