/**
 * The outbox: sends committed rows until the other side has them. At least once: a crash between an answer and its record repeats
 * one message under the same idempotency key. Nothing is dropped: what cannot be delivered is dead and told to the fallback channel.
 */
import type { Logger } from 'pino';
import type { Clock } from '../../model/clock.ts';
import { StoreAwayError } from '../../model/errors.ts';
import type { Telemetry } from '../../model/telemetry.ts';
import type { OutboxRow, StateStore } from '../../store/state-store.ts';
import { afterAttempt, sendOnce } from './attempt.ts';
import type { ActiveChannel } from './channel.ts';
import { fallbackRow } from './dead-letter.ts';
import type { WithheldNow } from './held.ts';
import type { Judge } from './judge.ts';
import { Lane } from './lane.ts';
import type { Entry } from './merge.ts';
import { decodeBody, encodeBody } from './outbox-body.ts';
import { SendWindow } from './retry.ts';

/** Rows one look at the store takes. */
const PAGE = 500;
const POLL_MS = 1_000;
/** Looks in a row that are put off while rows are being written. */
const MAX_POLLS_WAITED = 10;

export interface OutboxOptions {
  readonly state: StateStore;
  /** A channel by name; null when it does not exist (any more). */
  readonly channel: (name: string) => ActiveChannel | null;
  /** Silences and inhibitions as they stand; asked for once a run of a lane. */
  readonly judge: () => Judge;
  /** True while a round of dispatch writes rows: a storm is here as a whole before its first message leaves, the worst first. */
  readonly isFilling?: () => boolean;
  /** Called with each row after an attempt at it was recorded. */
  readonly onAttempt?: (row: OutboxRow) => void;
  readonly clock: Clock;
  readonly telemetry: Pick<Telemetry, 'notifications' | 'outboxPending'>;
  readonly logger: Pick<Logger, 'warn' | 'error'>;
  /** In [0, 1); spreads retries. */
  readonly random?: () => number;
}

/** Sends outbox rows. One per daemon; runs where the evaluation lease is held. */
export class Outbox {
  readonly #options: OutboxOptions;
  readonly #lanes = new Map<string, Lane>();
  readonly #stop = new AbortController();
  #looking: Promise<void> | null = null;
  #again = false;
  #first = true;
  #cancel: (() => void) | null = null;
  /** Looks in a row that were put off. */
  #polls = 0;
  readonly #runs = new Set<Promise<void>>();

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  /** Begins: takes up every row a former run left open, then looks once a second. */
  start(): void {
    this.wake();
  }

  /** Looks now: dispatch calls it after a flush. */
  wake(): void {
    void this.pump();
  }

  /** Looks now; resolves when everything that can be sent at this instant has been. */
  async pump(): Promise<void> {
    if (this.#stop.signal.aborted) return;
    this.#again = true;
    this.#looking ??= this.#look().finally(() => {
      this.#looking = null;
      this.#schedule();
    });
    await this.#looking;
    await Promise.all(this.#runs);
  }

  #schedule(): void {
    this.#cancel?.();
    if (!this.#stop.signal.aborted) this.#cancel = this.#options.clock.after(POLL_MS, () => this.#poll());
  }

  #poll(): void {
    const waits = this.#options.isFilling?.() === true && this.#polls < MAX_POLLS_WAITED;
    this.#polls = waits ? this.#polls + 1 : 0;
    if (waits) this.#schedule();
    else this.wake();
  }

  /** Sends nothing new, cuts attempts under way short and resolves when they are recorded. What is open stays in the store. */
  async stop(): Promise<void> {
    this.#stop.abort(new Error('the daemon is stopping'));
    this.#cancel?.();
    await this.#looking;
    await Promise.allSettled(this.#runs);
  }

  async #look(): Promise<void> {
    while (this.#again && !this.#stop.signal.aborted) {
      this.#again = false;
      try {
        await this.#fetch();
      } catch (error) {
        this.#options.logger.warn(
          { err: error, expected: error instanceof StoreAwayError },
          'outbox could not be read',
        );
      }
    }
  }

  async #fetch(): Promise<void> {
    const { state, clock, telemetry } = this.#options;
    for (;;) {
      // The first look also takes rows that wait for a later attempt: order and overtaking need to know them.
      const upTo = this.#first ? Number.MAX_SAFE_INTEGER : clock.now();
      for (const lane of this.#lanes.values()) lane.beginLook();
      const rows = await state.outboxDue(upTo, PAGE, this.#stop.signal);
      const fresh = rows.filter(row => !this.#lanes.get(row.channel)?.knows(row.id));
      for (const row of fresh) await this.#take(row);
      if (rows.length < PAGE || fresh.length === 0) break;
      // More waits than one look finds: make room, so that the worst of all is in the first message.
      for (const lane of this.#lanes.values()) await lane.compact();
    }
    this.#first = false;
    telemetry.outboxPending.set([...this.#lanes.values()].reduce((sum, lane) => sum + lane.size, 0));
    for (const lane of this.#lanes.values()) {
      const run = lane.run().catch(error => {
        if (!this.#stop.signal.aborted) this.#options.logger.error({ err: error }, 'lane stopped');
      });
      this.#runs.add(run);
      void run.then(() => this.#runs.delete(run));
    }
  }

  async #take(row: OutboxRow): Promise<void> {
    const body = decodeBody(row.body);
    if (!body) {
      this.#count(row.channel, 'unreadable');
      await this.#save({ ...row, status: 'dead' });
      return;
    }
    const lane = this.#lanes.get(row.channel) ?? (await this.#openLane(row.channel));
    lane.add({ row, body });
  }

  async #openLane(name: string): Promise<Lane> {
    const budget = this.#options.channel(name)?.budget;
    const lane = new Lane({
      channel: () => this.#options.channel(name),
      clock: this.#options.clock,
      window: new SendWindow(budget ? await this.#recentAttempts(name) : []),
      stopped: this.#stop.signal,
      save: row => this.#save(row),
      insert: row => this.#insert(`held:${name}`, [row]),
      withheld: () => this.#withheld(),
      attempt: (entry, failures) => this.#attempt(entry, failures),
    });
    this.#lanes.set(name, lane);
    return lane;
  }

  /** Requests of a former run still inside the window, and one more for the attempt a crash may have left unrecorded. */
  async #recentAttempts(channel: string): Promise<number[]> {
    const now = this.#options.clock.now();
    const { items } = await this.#options.state.listOutbox({ channel, limit: 100 }, this.#stop.signal);
    const tries = items.flatMap(row => decodeBody(row.body)?.tries ?? []).map(attempt => attempt.at);
    return tries.length > 0 ? [...tries, now] : [];
  }

  #withheld(): WithheldNow {
    const { judge, clock } = this.#options;
    let made: Judge | null = null;
    return ({ episode, labels, startsAt = 0 }) => {
      made ??= judge();
      return made.withheld({ id: episode, labels, startsAt }, clock.now());
    };
  }

  async #attempt(entry: Entry, failures: number): Promise<{ entry: Entry; pauseMs: number }> {
    const channel = this.#options.channel(entry.row.channel);
    const outcome = channel ? await this.#send(entry, channel, failures) : { entry: goneChannel(entry), pauseMs: 0 };
    const { row, body } = outcome.entry;
    this.#count(row.channel, row.status === 'delivered' ? 'sent' : (body.class ?? row.status));
    if (row.status === 'dead') await this.#bury(outcome.entry, channel);
    await this.#save(row);
    this.#options.onAttempt?.(row);
    return outcome;
  }

  async #send(entry: Entry, channel: ActiveChannel, failures: number): Promise<{ entry: Entry; pauseMs: number }> {
    const { clock, random = Math.random } = this.#options;
    const result = await sendOnce(entry, channel, clock, this.#stop.signal);
    // Cut short by the stop: not an answer of the other side, so not an attempt that counts.
    if (this.#stop.signal.aborted && result.kind === 'retryable') return { entry, pauseMs: 0 };
    return afterAttempt(entry, result, channel, { now: clock.now(), random: random(), failures });
  }

  /** Hands a dead message on before it is marked dead: a crash in between repeats this, to the same ids. */
  async #bury(entry: Entry, channel: ActiveChannel | null): Promise<void> {
    const { clock, logger } = this.#options;
    const { row, body } = entry;
    logger.error(
      { channel: row.channel, outbox: row.id, class: body.class, error: body.error },
      'notification not delivered',
    );
    const rescue = fallbackRow(entry, channel?.fallback ?? null, clock.now());
    if (rescue !== null) {
      await this.#insert(`dead:${row.channel}`, [rescue]);
      this.wake();
    }
  }

  #insert(groupKey: string, outbox: readonly OutboxRow[]): Promise<void> {
    const flush = { state: null, consumedIntents: [], outbox };
    return this.#untilStored(() => this.#options.state.commitFlush(groupKey, null, flush));
  }

  async #save(row: OutboxRow): Promise<void> {
    await this.#untilStored(() => this.#options.state.updateOutbox(row));
  }

  /**
   * A row that was sent must be recorded before anything else is sent: whatever keeps the store from taking it, the lane stands
   * still, because going on would tell people the same every second.
   */
  async #untilStored(write: () => Promise<unknown>): Promise<void> {
    for (;;) {
      try {
        await write();
        return;
      } catch (error) {
        if (this.#stop.signal.aborted) throw error;
        this.#options.logger.warn({ err: error }, 'outbox row could not be written, will be repeated');
        await this.#options.clock.sleep(POLL_MS, this.#stop.signal);
      }
    }
  }

  #count(channel: string, outcome: string): void {
    this.#options.telemetry.notifications.inc({ channel, outcome });
  }
}

function goneChannel(entry: Entry): Entry {
  const body = { ...entry.body, class: 'no-channel', error: `there is no channel ${entry.row.channel}` };
  return { row: { ...entry.row, status: 'dead', body: encodeBody(body) }, body };
}
