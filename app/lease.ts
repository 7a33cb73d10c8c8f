/** The lease that makes evaluation (and embedded data) belong to one daemon: 6 s, renewed every 2 s. */
import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import type { Clock } from '../model/clock.ts';
import type { Telemetry } from '../model/telemetry.ts';
import type { StateStore } from '../store/state-store.ts';

const TTL_MS = 6000;
const RENEW_MS = 2000;
const NAME = 'evaluate';

export interface LeaseHooks {
  /** Called when the lease is won; while it runs or fails the lease is renewed, a failure gives it back and is tried again. */
  readonly onWon: () => Promise<void>;
  /** Called when another daemon has taken over. */
  readonly onLost: () => Promise<void>;
}

/** Tries for the lease until it is stopped. */
export class LeaseKeeper {
  readonly #owner = randomUUID();
  readonly #parts: { state: StateStore; clock: Clock; logger: Logger; telemetry: Telemetry } & LeaseHooks;
  readonly #stop = new AbortController();
  #running: Promise<void> | null = null;
  #held = false;

  constructor(parts: { state: StateStore; clock: Clock; logger: Logger; telemetry: Telemetry } & LeaseHooks) {
    this.#parts = parts;
  }

  get held(): boolean {
    return this.#held;
  }

  /** Resolves after the first try. */
  async start(): Promise<void> {
    await this.#round();
    this.#running = this.#loop();
  }

  async stop(): Promise<void> {
    this.#stop.abort(new Error('stopping'));
    await this.#running;
    if (this.#held) await this.#parts.state.releaseLease(NAME, this.#owner).catch(() => undefined);
    this.#held = false;
  }

  async #loop(): Promise<void> {
    const { clock } = this.#parts;
    while (!this.#stop.signal.aborted) {
      await clock.sleep(RENEW_MS, this.#stop.signal).catch(() => undefined);
      if (!this.#stop.signal.aborted) await this.#round();
    }
  }

  async #round(): Promise<void> {
    const { state, clock, logger, telemetry, onWon, onLost } = this.#parts;
    let won = this.#held;
    try {
      won = await state.acquireLease(NAME, this.#owner, clock.now(), TTL_MS);
    } catch (error) {
      // A store that is away says nothing about the lease; commits are fenced by their versions anyway.
      logger.debug({ err: error }, 'the lease could not be renewed');
      return;
    }
    if (won === this.#held) return;
    this.#held = won;
    telemetry.leaseHeld.set(won ? 1 : 0);
    try {
      if (won) await onWon();
      else {
        logger.warn('another daemon has taken over evaluation');
        await onLost();
      }
    } catch (error) {
      logger.warn({ err: error }, 'taking over failed, will be tried again');
      this.#held = false;
      await onLost().catch(() => undefined);
      await state.releaseLease(NAME, this.#owner).catch(() => undefined);
    }
  }
}
