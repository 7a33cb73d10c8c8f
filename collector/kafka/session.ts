/**
 * One membership in a consumer group, from joining to the failure or stop that ends it. Batches of a partition go to the sink
 * one after the other, so what is stored is always contiguous; offsets are committed after that, at most once a second.
 */
import type { Admin, Batch, Consumer, EachBatchPayload, Kafka } from 'kafkajs';
import type { Logger } from 'pino';
import type { Clock } from '../../model/clock.ts';
import { StoreAwayError } from '../../model/errors.ts';
import type { BatchSink, RawBatch, RawRecord, StreamName } from '../source.ts';
import type { Epochs } from './epochs.ts';
import { HEARTBEAT_EVERY_MS, withHeartbeats } from './heartbeats.ts';
import type { PartitionOffset, PartitionTable } from './partitions.ts';

const COMMIT_EVERY_MS = 1000;
const END_OFFSETS_EVERY_MS = 5000;
const RETRY_STORE_MS = 1000;
const BATCH_RECORDS = 2000;
const NO_BYTES = new Uint8Array(0);

export interface SessionParts {
  readonly kafka: Kafka;
  readonly group: string;
  /** Topics that exist, and what they carry. */
  readonly topics: ReadonlyMap<string, StreamName>;
  readonly sink: BatchSink;
  readonly epochs: Epochs;
  readonly partitions: PartitionTable;
  readonly clock: Clock;
  readonly log: Logger;
  /** Batches of different partitions under way at once. */
  readonly concurrency: number;
  /** Told when a partition's store is away (true) and answers again (false). */
  readonly onBlocked: (topic: string, isBlocked: boolean) => void;
  readonly onJoined: () => void;
}

export class Session {
  readonly #parts: SessionParts;
  readonly #consumer: Consumer;
  readonly #admin: Admin;
  readonly #abort = new AbortController();
  readonly #ended = Promise.withResolvers<Error | null>();
  readonly #underWay = new Set<Promise<void>>();
  /** Offsets of the commit under way that the broker has acknowledged, by `topic/partition`. */
  readonly #confirmed = new Map<string, number>();
  #commits: Promise<ReadonlyMap<string, number>> = Promise.resolve(new Map());
  #committing: Promise<void> = Promise.resolve();
  #timers: (() => void)[] = [];

  constructor(parts: SessionParts) {
    this.#parts = parts;
    this.#admin = parts.kafka.admin();
    this.#consumer = parts.kafka.consumer({
      groupId: parts.group,
      sessionTimeout: 15_000,
      heartbeatInterval: HEARTBEAT_EVERY_MS,
      rebalanceTimeout: 20_000,
      maxWaitTimeInMs: 250,
      maxBytesPerPartition: 1024 * 1024,
      maxBytes: 8 * 1024 * 1024,
      metadataMaxAge: 30_000,
      allowAutoTopicCreation: false,
      retry: { initialRetryTime: 200, maxRetryTime: 2000, retries: 3, restartOnFailure: async () => false },
    });
  }

  /** Joins and reads until the membership ends: resolves to null after `stop`, else to what ended it. */
  async run(): Promise<Error | null> {
    const { COMMIT_OFFSETS, CRASH, END_BATCH_PROCESS, GROUP_JOIN, REBALANCING } = this.#consumer.events;
    this.#consumer.on(CRASH, ({ payload }) => this.#ended.resolve(payload.error));
    this.#consumer.on(GROUP_JOIN, ({ payload }) => this.#joined(payload.memberAssignment));
    this.#consumer.on(REBALANCING, () => void this.#commit());
    this.#consumer.on(COMMIT_OFFSETS, ({ payload }) => {
      for (const { topic, partitions } of payload.topics) {
        for (const { partition, offset } of partitions) this.#confirmed.set(`${topic}/${partition}`, Number(offset));
      }
    });
    this.#consumer.on(END_BATCH_PROCESS, ({ payload }) => {
      // only control records: nothing to store, and yet a step forward
      if (payload.batchSize > 0) return;
      this.#parts.partitions.skipped(
        payload.topic,
        payload.partition,
        Number(payload.lastOffset) + 1,
        Number(payload.highWatermark),
      );
    });
    try {
      await this.#admin.connect();
      await this.#consumer.connect();
      await this.#consumer.subscribe({ topics: [...this.#parts.topics.keys()], fromBeginning: true });
      await this.#consumer.run({
        autoCommit: false,
        eachBatchAutoResolve: false,
        partitionsConsumedConcurrently: this.#parts.concurrency,
        eachBatch: payload => this.#track(this.#take(payload)),
      });
      this.#every(COMMIT_EVERY_MS, () => this.#commit());
      this.#every(END_OFFSETS_EVERY_MS, () => this.#readEnds());
    } catch (error) {
      this.#ended.resolve(error as Error);
    }
    return this.#ended.promise;
  }

  /** Ends the membership for a reason of the caller's own. */
  end(reason: Error | null): void {
    this.#ended.resolve(reason);
  }

  /** Lets batches under way finish, commits, leaves. Gives up waiting for what does not answer within `budgetMs`. */
  async close(budgetMs: number): Promise<void> {
    this.#ended.resolve(null);
    for (const cancel of this.#timers) cancel();
    this.#abort.abort(new Error('the source is stopping'));
    const leave = async (): Promise<void> => {
      await Promise.allSettled(this.#underWay);
      await this.#commit();
      await Promise.allSettled([this.#consumer.disconnect(), this.#admin.disconnect()]);
    };
    await Promise.race([leave(), this.#parts.clock.sleep(budgetMs)]);
  }

  #joined(assignment: Readonly<Record<string, readonly number[]>>): void {
    const { partitions, epochs, onJoined } = this.#parts;
    partitions.assign(assignment);
    epochs.forget();
    this.#commits = this.#readCommits(assignment);
    // whoever needs the commits handles their failure; nobody may need them
    this.#commits.catch(() => {});
    void this.#readEnds();
    onJoined();
  }

  /** The group's commits by `topic/partition`, -1 where there is none. */
  async #readCommits(assignment: Readonly<Record<string, readonly number[]>>): Promise<ReadonlyMap<string, number>> {
    const topics = Object.keys(assignment);
    const commits = new Map<string, number>();
    if (topics.length === 0) return commits;
    for (const { topic, partitions } of await this.#admin.fetchOffsets({ groupId: this.#parts.group, topics })) {
      for (const { partition, offset } of partitions) {
        commits.set(`${topic}/${partition}`, Number(offset));
        if (Number(offset) >= 0) this.#parts.partitions.starts(topic, partition, Number(offset));
      }
    }
    return commits;
  }

  async #readEnds(): Promise<void> {
    const { partitions, topics } = this.#parts;
    try {
      for (const topic of topics.keys()) {
        for (const { partition, high, low } of await this.#admin.fetchTopicOffsets(topic)) {
          partitions.ends(topic, partition, Number(high));
          // an empty partition delivers no batch that would tell where it stands
          if (high === low) partitions.starts(topic, partition, Number(high));
        }
      }
    } catch {
      // status only; the consumer itself notices when brokers are away
    }
  }

  #track(work: Promise<void>): Promise<void> {
    this.#underWay.add(work);
    const forget = (): void => void this.#underWay.delete(work);
    work.then(forget, forget);
    return work;
  }

  async #take({ batch, heartbeat, resolveOffset, isRunning, isStale }: EachBatchPayload): Promise<void> {
    const first = batch.messages[0];
    if (!first || this.#abort.signal.aborted) return;
    const { topic, partition } = batch;
    const epoch = await this.#epochOf(batch);
    this.#parts.partitions.received(
      topic,
      partition,
      { offset: Number(first.offset), ts: Number(first.timestamp) },
      Number(batch.highWatermark),
    );
    for (let from = 0; from < batch.messages.length; from += BATCH_RECORDS) {
      if (!isRunning() || isStale() || this.#abort.signal.aborted) return;
      const part = batch.messages.slice(from, from + BATCH_RECORDS);
      const records = part.map(
        (message): RawRecord => ({
          partition,
          offset: Number(message.offset),
          recordTs: Number(message.timestamp),
          value: message.value ?? NO_BYTES,
        }),
      );
      const stream = this.#parts.topics.get(topic) ?? 'logs';
      await this.#deliver({ stream, topic, epoch, records, arrivedAt: this.#parts.clock.now() }, heartbeat);
      const last = part.at(-1);
      if (this.#abort.signal.aborted || !last) return;
      resolveOffset(last.offset);
      const isEnd = from + part.length === batch.messages.length;
      // the batch may end in control records, which are not delivered
      const next = Number(isEnd ? batch.lastOffset() : last.offset) + 1;
      this.#parts.partitions.stored(topic, partition, next, Number(last.timestamp));
    }
  }

  async #epochOf(batch: Batch): Promise<string> {
    const { epochs, partitions, log } = this.#parts;
    const { topic, partition } = batch;
    const first = Number(batch.messages[0]?.offset);
    const end = Number(batch.highWatermark);
    const next = partitions.next(topic, partition);
    const committed = (await this.#commits).get(`${topic}/${partition}`) ?? -1;
    // within one assignment reading goes back only when the offset is out of range: the partition is another one
    const goesBack = next !== null && first < next;
    const { epoch, isNew } = goesBack
      ? await epochs.begin(topic, partition)
      : await epochs.current(topic, partition, { end, committed });
    if (isNew)
      log.warn(
        { topic, partition, first, next, end, committed, epoch },
        'the partition was made anew; a new epoch begins',
      );
    return String(epoch);
  }

  /** Hands a batch to the sink until it is stored, with heartbeats meanwhile; gives up when the session ends. */
  async #deliver(batch: RawBatch, heartbeat: () => Promise<void>): Promise<void> {
    const { clock, log, onBlocked } = this.#parts;
    const { signal } = this.#abort;
    let isBlocked = false;
    const setBlocked = (value: boolean): void => {
      if (isBlocked !== value) onBlocked(batch.topic, value);
      isBlocked = value;
    };
    try {
      while (!signal.aborted) {
        const failure = await this.#attempt(batch, heartbeat);
        if (!failure) break;
        if (!isBlocked) log.warn({ topic: batch.topic, err: failure }, 'the store does not take records; waiting');
        setBlocked(true);
        await withHeartbeats(
          clock.sleep(RETRY_STORE_MS, signal).catch(() => {}),
          heartbeat,
          clock,
        );
      }
      if (isBlocked && !signal.aborted) log.info({ topic: batch.topic }, 'the store takes records again');
    } finally {
      setBlocked(false);
    }
  }

  /** One try; answers the failure when the store is away or the session ends. */
  async #attempt(batch: RawBatch, heartbeat: () => Promise<void>): Promise<Error | null> {
    const { signal } = this.#abort;
    try {
      await withHeartbeats(this.#parts.sink(batch, { visible: false }, signal), heartbeat, this.#parts.clock);
      return null;
    } catch (error) {
      if (signal.aborted || error instanceof StoreAwayError) return error as Error;
      throw error;
    }
  }

  /** Commits what is stored, then keeps it beside the epochs. Never rejects: the next commit includes it. */
  #commit(): Promise<void> {
    this.#committing = this.#committing.then(() => this.#commitNow());
    return this.#committing;
  }

  async #commitNow(): Promise<void> {
    const { partitions, epochs, log } = this.#parts;
    const offsets: readonly PartitionOffset[] = partitions.uncommitted();
    if (offsets.length === 0) return;
    this.#confirmed.clear();
    try {
      await this.#consumer.commitOffsets(
        offsets.map(({ topic, partition, offset }) => ({ topic, partition, offset: String(offset) })),
      );
      // after a crash kafkajs resolves without committing: only what it reports as committed is
      const done = offsets.filter(
        ({ topic, partition, offset }) => this.#confirmed.get(`${topic}/${partition}`) === offset,
      );
      partitions.committed(done);
      await epochs.committed(done);
    } catch (error) {
      log.debug({ err: error }, 'offsets not committed; they are part of the next commit');
    }
  }

  #every(ms: number, work: () => Promise<void>): void {
    const index = this.#timers.length;
    const again = (): void => {
      this.#timers[index] = this.#parts.clock.after(ms, () => void work().then(again));
    };
    again();
  }
}
