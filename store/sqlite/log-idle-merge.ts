import type { Clock } from '../../model/clock.ts';

/** Without new lines for this long the writer counts as idle. Shorter than a Kafka fetch waits, so that a thin stream is merged too. */
const IDLE_MS = 100;

/** Has full text merged step by step while no lines come, so that searches look into few segments. */
export class IdleMerge {
  readonly #clock: Clock;
  readonly #step: () => Promise<boolean>;
  #cancel: () => void = () => {};
  #running = false;
  #stopped = false;

  /** `step` merges a little and tells whether there may be more; a failure ends merging until the next lines. */
  constructor(clock: Clock, step: () => Promise<boolean>) {
    this.#clock = clock;
    this.#step = step;
  }

  /** Lines came: what is under way pauses after its step, and idleness begins anew. */
  postpone(): void {
    this.#cancel();
    if (!this.#stopped) this.#cancel = this.#clock.after(IDLE_MS, () => void this.#run());
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel();
  }

  async #run(): Promise<void> {
    // the last step has not been answered yet
    if (this.#running) return this.postpone();
    let isPostponed = false;
    this.#cancel = () => {
      isPostponed = true;
    };
    this.#running = true;
    try {
      while (!this.#stopped && !isPostponed && (await this.#step())) {}
    } catch {
      // the next append meets the same failure and tells it to its caller
    } finally {
      this.#running = false;
    }
  }
}
