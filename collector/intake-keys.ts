import { hash } from 'node:crypto';
import type { Clock } from '../model/clock.ts';
import { UserError } from '../model/errors.ts';
import type { StateStore } from '../store/state-store.ts';
import type { StreamName } from './source.ts';

/** A body without a key counts as the same request for this long. */
const HASH_WINDOW_MS = 600_000;
const MAX_KEY_LENGTH = 255;

/** What of the state store the keys need. */
export type IntakeDocs = Pick<StateStore, 'get' | 'put'>;

/** When a request first arrived, and the epoch its log lines are stored under. Kept before any of its rows. */
export interface Receipt {
  readonly receivedAt: number;
  readonly epoch: string;
}

/** A receipt with the answer that was given, once there is one. A type, not an interface: it is stored as JSON. */
type KeptReceipt<A> = { readonly receivedAt: number; readonly epoch: string; readonly answer?: A };

/** What identifies a request. */
export interface RequestKey {
  /** Id of the kept receipt. */
  readonly id: string;
  /** The epoch, given the time of first receipt. */
  readonly epochAt: (receivedAt: number) => string;
  /** How long the receipt answers repeats, ms. */
  readonly windowMs: number;
}

/** The key of a request: the client's, for as long as it is kept, else the hash of the body for ten minutes. */
export function requestKey(stream: StreamName, body: Buffer, idempotencyKey: string | undefined): RequestKey {
  if (idempotencyKey === undefined || idempotencyKey === '') {
    const digest = hash('sha256', body, 'hex');
    const epochAt = (receivedAt: number): string => `${digest.slice(0, 16)}.${receivedAt.toString(36)}`;
    return { id: `${stream}:hash:${digest}`, epochAt, windowMs: HASH_WINDOW_MS };
  }
  if (idempotencyKey.length > MAX_KEY_LENGTH) {
    throw new UserError('bad-request', `Idempotency-Key: at most ${MAX_KEY_LENGTH} characters`, { status: 400 });
  }
  return { id: `${stream}:key:${idempotencyKey}`, epochAt: () => idempotencyKey, windowMs: Number.POSITIVE_INFINITY };
}

/** Makes a repeated request count once: at the same time, later, and after a crash between its rows and its answer. */
export class IntakeKeys<A extends { readonly [key: string]: unknown }> {
  readonly #state: IntakeDocs;
  readonly #clock: Clock;
  readonly #underWay = new Map<string, Promise<A>>();

  constructor(state: IntakeDocs, clock: Clock) {
    this.#state = state;
    this.#clock = clock;
  }

  /** True while a request with this key is being worked on: waiting for it costs nothing. */
  isUnderWay(key: RequestKey): boolean {
    return this.#underWay.has(key.id);
  }

  /**
   * Returns the first answer for the key, or works it out. `work` runs after the receipt is kept; when it fails nothing is
   * answered and a repeat runs it again with the same receipt.
   */
  once(key: RequestKey, work: (receipt: Receipt) => Promise<A>): Promise<A> {
    const running = this.#underWay.get(key.id);
    if (running) return running;
    const answer = this.#run(key, work).finally(() => this.#underWay.delete(key.id));
    this.#underWay.set(key.id, answer);
    return answer;
  }

  async #run(key: RequestKey, work: (receipt: Receipt) => Promise<A>): Promise<A> {
    const now = this.#clock.now();
    const kept = await this.#state.get<KeptReceipt<A>>('intake_key', key.id);
    const isRepeat = kept !== null && now - kept.body.receivedAt <= key.windowMs;
    if (isRepeat && kept.body.answer) return kept.body.answer;

    const receipt: Receipt = isRepeat
      ? { receivedAt: kept.body.receivedAt, epoch: kept.body.epoch }
      : { receivedAt: now, epoch: key.epochAt(now) };
    if (!isRepeat) await this.#state.put('intake_key', key.id, { ...receipt }, 'any');
    const answer = await work(receipt);
    await this.#state.put('intake_key', key.id, JSON.parse(JSON.stringify({ ...receipt, answer })), 'any');
    return answer;
  }
}
