/** Named stop steps, run last-in first-out within a budget: what was started last stops first. */
import type { Logger } from 'pino';
import type { Clock } from '../model/clock.ts';

export class Lifecycle {
  readonly #steps: { readonly name: string; readonly stop: () => Promise<void> | void }[] = [];
  readonly #clock: Clock;
  readonly #logger: Logger;
  #stopping: Promise<void> | null = null;

  constructor(clock: Clock, logger: Logger) {
    this.#clock = clock;
    this.#logger = logger;
  }

  /** Registers a step; steps registered later run earlier. */
  onStop(name: string, stop: () => Promise<void> | void): void {
    this.#steps.push({ name, stop });
  }

  /**
   * Runs every step once, the newest first, all within the budget. A step that throws or takes more than half of what is left is
   * named and skipped, the rest still run; then all failures are thrown together. Later calls get the same promise.
   */
  stop(budgetMs: number): Promise<void> {
    this.#stopping ??= this.#run(budgetMs);
    return this.#stopping;
  }

  async #run(budgetMs: number): Promise<void> {
    const begun = this.#clock.monotonic();
    const failures: Error[] = [];
    for (const step of this.#steps.reverse()) {
      const stepBegun = this.#clock.monotonic();
      // The last steps close stores: however many before them hang, there is time left for each, and never more in all.
      const left = (budgetMs - (stepBegun - begun)) / 2;
      const expired = new AbortController();
      try {
        const done = await Promise.race([
          Promise.resolve(step.stop()).then(() => true),
          this.#clock.sleep(left, expired.signal).then(
            () => false,
            () => true,
          ),
        ]);
        if (!done) failures.push(new Error(`stop step "${step.name}" took longer than ${Math.round(left)} ms`));
      } catch (error) {
        failures.push(new Error(`stop step "${step.name}" failed: ${(error as Error).message}`, { cause: error }));
      } finally {
        expired.abort(new Error('step done'));
      }
      this.#logger.debug({ step: step.name, ms: Math.round(this.#clock.monotonic() - stepBegun) }, 'stopped');
    }
    if (failures.length > 0) throw new AggregateError(failures, failures.map(f => f.message).join('; '));
  }
}
