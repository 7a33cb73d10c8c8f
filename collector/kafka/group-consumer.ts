import type { Kafka } from 'kafkajs';
import type { Logger } from 'pino';
import type { Clock } from '../../model/clock.ts';
import type { ConnectionFault } from '../../model/connection-fault.ts';
import type { Telemetry } from '../../model/telemetry.ts';
import type { BatchSink, SourceStatus, StreamName } from '../source.ts';
import { type EpochDocs, Epochs } from './epochs.ts';
import { PartitionTable } from './partitions.ts';
import { Session } from './session.ts';

const RETRY_MIN_MS = 500;
const RETRY_MAX_MS = 5000;
const ABSENT_TOPICS_EVERY_MS = 5000;
const LEAVE_BUDGET_MS = 3000;

/**
 * starting: not joined yet · waiting: none of the topics exists · running: reading · away: the brokers do not answer ·
 * stopped: after `stop`.
 */
export type GroupState = 'starting' | 'waiting' | 'running' | 'away' | 'stopped';

export interface GroupParts {
  readonly kafka: Kafka;
  /** Why brokers cannot be asked; the error's own words unless told. */
  readonly explain?: (error: unknown) => Promise<ConnectionFault>;
  readonly group: string;
  readonly topics: ReadonlyMap<string, StreamName>;
  readonly sink: BatchSink;
  readonly state: EpochDocs;
  readonly clock: Clock;
  readonly log: Logger;
  readonly telemetry: Telemetry;
  readonly concurrency: number;
}

/** Keeps a consumer group's membership alive: session after session, with topics that come and go, until stopped. */
export class GroupConsumer {
  readonly #parts: GroupParts;
  readonly #partitions = new PartitionTable();
  readonly #blocked = new Map<string, number>();
  readonly #stop = new AbortController();
  #absent: readonly string[] = [];
  #state: GroupState = 'starting';
  #session: Session | null = null;
  #failures = 0;
  #fault: ConnectionFault | null = null;
  #loop: Promise<void> = Promise.resolve();

  constructor(parts: GroupParts) {
    this.#parts = parts;
  }

  start(): void {
    this.#loop = this.#run();
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#session?.close(LEAVE_BUDGET_MS);
    await Promise.race([this.#loop, this.#parts.clock.sleep(LEAVE_BUDGET_MS)]);
    this.#state = 'stopped';
  }

  /** State, and the words for it. */
  status(): { readonly state: GroupState; readonly detail: string } {
    const absent = this.#absent.length > 0 ? `waiting for topic ${this.#absent.join(', ')}` : '';
    if (this.#state === 'away') {
      const why = this.#fault ? `: ${this.#fault.text}` : '';
      return {
        state: this.#state,
        detail: `${this.#parts.group}: Kafka does not answer (${this.#failures} attempts)${why}`,
      };
    }
    return { state: this.#state, detail: `${this.#parts.group}: ${[this.#state, absent].filter(Boolean).join(', ')}` };
  }

  streams(): SourceStatus['streams'] {
    const now = this.#parts.clock.now();
    return [...this.#parts.topics].map(([topic, stream]) => {
      const isAbsent = this.#absent.includes(topic);
      const lag = isAbsent ? 0 : this.#partitions.lag(topic);
      if (lag !== null) this.#parts.telemetry.sourceLag.set({ topic }, lag);
      return {
        stream,
        topic,
        // a topic that does not exist holds nothing that could be missing
        watermark: isAbsent && this.#state !== 'away' ? now : this.#partitions.watermark(topic, now),
        lag,
        paused: (this.#blocked.get(topic) ?? 0) > 0,
      };
    });
  }

  async #run(): Promise<void> {
    const { clock } = this.#parts;
    while (!this.#stop.signal.aborted) {
      const failure = await this.#once().catch((error: unknown) => error as Error);
      if (this.#stop.signal.aborted) return;
      if (failure) await this.#failed(failure);
      const pause = failure ? Math.min(RETRY_MAX_MS, RETRY_MIN_MS * 2 ** Math.min(this.#failures, 5)) : RETRY_MIN_MS;
      await clock.sleep(pause, this.#stop.signal).catch(() => {});
    }
  }

  /** One session over the topics there are; null when it ended on purpose. */
  async #once(): Promise<Error | null> {
    const { topics, clock, group, state } = this.#parts;
    const present = await this.#existing();
    this.#absent = [...topics.keys()].filter(topic => !present.has(topic));
    if (present.size === 0) {
      this.#answered('waiting');
      await clock.sleep(ABSENT_TOPICS_EVERY_MS, this.#stop.signal).catch(() => {});
      return null;
    }

    const session = new Session({
      ...this.#parts,
      topics: present,
      epochs: new Epochs(state, group),
      partitions: this.#partitions,
      onBlocked: (topic, isBlocked) => this.#setBlocked(topic, isBlocked),
      onJoined: () => this.#answered('running'),
    });
    if (this.#stop.signal.aborted) return null;
    this.#session = session;
    const cancel = this.#watchAbsent(session);
    const failure = await session.run();
    cancel();
    if (!this.#stop.signal.aborted) await session.close(LEAVE_BUDGET_MS);
    this.#session = null;
    return failure;
  }

  async #existing(): Promise<ReadonlyMap<string, StreamName>> {
    const admin = this.#parts.kafka.admin();
    try {
      await admin.connect();
      const names = new Set(await admin.listTopics());
      return new Map([...this.#parts.topics].filter(([topic]) => names.has(topic)));
    } finally {
      await admin.disconnect().catch(() => {});
    }
  }

  /** Ends the session once a topic that was absent appears, so that the next one reads it too. */
  #watchAbsent(session: Session): () => void {
    if (this.#absent.length === 0) return () => {};
    let cancel = (): void => {};
    let isOver = false;
    const look = async (): Promise<void> => {
      const present = await this.#existing().catch(() => null);
      if (isOver) return;
      if (present && this.#absent.some(topic => present.has(topic))) session.end(null);
      else again();
    };
    const again = (): void => {
      cancel = this.#parts.clock.after(ABSENT_TOPICS_EVERY_MS, () => void look());
    };
    again();
    return () => {
      isOver = true;
      cancel();
    };
  }

  #setBlocked(topic: string, isBlocked: boolean): void {
    this.#blocked.set(topic, Math.max(0, (this.#blocked.get(topic) ?? 0) + (isBlocked ? 1 : -1)));
    this.#parts.telemetry.sourcePaused.set({ topic }, (this.#blocked.get(topic) ?? 0) > 0 ? 1 : 0);
  }

  #answered(state: GroupState): void {
    if (this.#failures > 0)
      this.#parts.log.info({ group: this.#parts.group, attempts: this.#failures }, 'Kafka answers again');
    this.#failures = 0;
    this.#fault = null;
    this.#state = state;
  }

  /** The first failure of each kind is logged; the ones after it only count. */
  async #failed(error: Error): Promise<void> {
    const { explain, log, group } = this.#parts;
    this.#failures++;
    this.#state = 'away';
    const fault = (await explain?.(error)) ?? { kind: 'away', text: error.message };
    if (this.#stop.signal.aborted) return;
    if (fault.kind !== this.#fault?.kind)
      log.warn({ group, reason: fault.text, err: error }, 'Kafka does not answer; trying on');
    this.#fault = fault;
  }
}
