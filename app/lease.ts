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
  /** Called when the lease is won; a failure gives it back and is tried again. */
  readonly onWon: () => Promise<void>;
  /** Called after such a failure: what was half begun is ended. */
  readonly onFailed: () => Promise<void>;
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
  #takeover: Promise<void> = Promise.resolve();

  constructor(parts: { state: StateStore; clock: Clock; logger: Logger; telemetry: Telemetry } & LeaseHooks) {
    this.#parts = parts;
  }

  get held(): boolean {
    return this.#held;
  }

  /** Resolves after the first try, and where it won, when it has taken over. */
  async start(): Promise<void> {
    await this.#round();
    this.#running = this.#loop();
    await this.#takeover;
  }

  async stop(): Promise<void> {
    this.#stop.abort(new Error('stopping'));
    await this.#running;
    await this.#takeover;
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
    const { state, clock, logger, telemetry, onLost } = this.#parts;
    let won: boolean;
    try {
      won = await state.acquireLease(NAME, this.#owner, clock.now(), TTL_MS, this.#stop.signal);
    } catch (error) {
      // A store that is away says nothing about the lease; commits are fenced by their versions anyway.
      logger.debug({ err: error }, 'the lease could not be renewed');
      return;
    }
    if (won === this.#held) return;
    this.#held = won;
    telemetry.leaseHeld.set(won ? 1 : 0);
    if (won) {
      // Taking over may last longer than the lease, which is renewed meanwhile.
      this.#takeover = this.#takeOver();
      return;
    }
    logger.warn('another daemon has taken over');
    await this.#takeover;
    await onLost().catch(error => logger.error({ err: error }, 'standing down failed'));
  }

  async #takeOver(): Promise<void> {
    const { state, logger, telemetry, onWon, onFailed } = this.#parts;
    try {
      await onWon();
    } catch (error) {
      logger.warn({ err: error }, 'taking over failed, will be tried again');
      await onFailed().catch(() => undefined);
      this.#held = false;
      telemetry.leaseHeld.set(0);
      await state.releaseLease(NAME, this.#owner).catch(() => undefined);
    }
  }
}
