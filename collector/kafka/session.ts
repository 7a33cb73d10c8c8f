/**
 * One membership in a consumer group, from joining to the failure or stop that ends it. Batches of a partition go to the sink
 * one after the other, so what is stored is always contiguous; offsets are committed after that, at most once a second. While one
 * batch of a partition is being stored the next is fetched, never more: kafkajs fetches when it is told how far it was read.
 */
import type { Admin, Batch, Consumer, EachBatchPayload, Kafka } from 'kafkajs';
import type { RawRecord, StreamName } from '../source.ts';
import { type DeliveryParts, deliver } from './deliver.ts';
import type { Epochs } from './epochs.ts';
import { HEARTBEAT_EVERY_MS, withHeartbeats } from './heartbeats.ts';
import type { PartitionOffset, PartitionTable } from './partitions.ts';

const COMMIT_EVERY_MS = 1000;
const END_OFFSETS_EVERY_MS = 5000;
const BATCH_RECORDS = 2000;
const NO_BYTES = new Uint8Array(0);

export interface SessionParts extends DeliveryParts {
  readonly kafka: Kafka;
  readonly group: string;
  /** Topics that exist, and what they carry. */
  readonly topics: ReadonlyMap<string, StreamName>;
  readonly epochs: Epochs;
  readonly partitions: PartitionTable;
  /** Batches of different partitions under way at once. */
  readonly concurrency: number;
  readonly onJoined: () => void;
}

export class Session {
  readonly #parts: SessionParts;
  readonly #consumer: Consumer;
  readonly #admin: Admin;
  readonly #abort = new AbortController();
  readonly #ended = Promise.withResolvers<Error | null>();
  readonly #underWay = new Set<Promise<void>>();
  /** The batch of each partition that was queued last, by `topic/partition`. */
  readonly #queued = new Map<string, Promise<void>>();
  /** Counts assignments: what was fetched under an earlier one is not stored any more, since reading begins at the commits again. */
  #assignment = 0;
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
      maxBytes: 2 * 1024 * 1024,
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
      const { topic, partition, batchSize, lastOffset, highWatermark } = payload;
      // only control records: nothing to store, and yet a step forward
      if (batchSize === 0)
        void this.#queue(topic, partition, async () =>
          this.#parts.partitions.skipped(topic, partition, Number(lastOffset) + 1, Number(highWatermark)),
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
        eachBatch: payload => this.#take(payload),
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
    this.#assignment++;
    this.#queued.clear();
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

  /** Takes a batch, and returns when the one before it of its partition is stored: then there is room for another. */
  async #take({ batch, heartbeat, resolveOffset }: EachBatchPayload): Promise<void> {
    const last = batch.messages.at(-1);
    if (!last) return;
    const before = this.#queue(batch.topic, batch.partition, isOver => this.#store(batch, isOver));
    resolveOffset(last.offset);
    await withHeartbeats(before, heartbeat, this.#parts.clock);
  }

  /** Does work on a partition when what was queued for it before is done, which the answer waits for. */
  #queue(topic: string, partition: number, work: (isOver: () => boolean) => Promise<void>): Promise<void> {
    const key = `${topic}/${partition}`;
    const before = this.#queued.get(key) ?? Promise.resolve();
    const assignment = this.#assignment;
    const isOver = (): boolean => this.#abort.signal.aborted || assignment !== this.#assignment;
    const done = before.then(() => (isOver() ? undefined : work(isOver))).catch(error => this.#broke(error as Error));
    this.#queued.set(key, done);
    this.#underWay.add(done);
    void done.then(() => this.#underWay.delete(done));
    return before;
  }

  /** A bug: nothing behind a batch that is not stored may be stored in this session. */
  #broke(error: Error): void {
    this.#abort.abort(error);
    this.#ended.resolve(error);
  }

  async #store(batch: Batch, isOver: () => boolean): Promise<void> {
    const first = batch.messages[0];
    if (!first) return;
    const { topic, partition } = batch;
    const epoch = await this.#epochOf(batch);
    if (isOver()) return;
    const { partitions, topics, clock } = this.#parts;
    const place = { offset: Number(first.offset), ts: Number(first.timestamp) };
    partitions.received(topic, partition, place, Number(batch.highWatermark));
    for (let from = 0; from < batch.messages.length; from += BATCH_RECORDS) {
      const part = batch.messages.slice(from, from + BATCH_RECORDS);
      const records = part.map(
        (message): RawRecord => ({
          partition,
          offset: Number(message.offset),
          recordTs: Number(message.timestamp),
          value: message.value ?? NO_BYTES,
        }),
      );
      const stream = topics.get(topic) ?? 'logs';
      const raw = { stream, topic, epoch, records, arrivedAt: clock.now() };
      const isStored = await deliver(raw, this.#parts, this.#abort.signal);
      const last = part.at(-1);
      if (!isStored || !last || isOver()) return;
      const isEnd = from + part.length === batch.messages.length;
      // the batch may end in control records, which are not delivered
      const next = Number(isEnd ? batch.lastOffset() : last.offset) + 1;
      partitions.stored(topic, partition, next, Number(last.timestamp));
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
