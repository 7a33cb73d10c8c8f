/**
 * PORT Brokers: one Kafka cluster, asked for offsets. Adapter: `../kafka/offset-client.ts`. Every call answers what it could learn: a
 * topic, partition or group that gave no answer is absent from it. Calls reject only when no broker of the cluster answers.
 */

/** Topic -> partition -> offset. */
export type TopicOffsets = ReadonlyMap<string, ReadonlyMap<number, number>>;

export type OffsetKind = 'start' | 'end' | 'stable';

export interface Brokers {
  /** The topics there are, with their partitions; at most `TOPICS_KEPT_MS` old for topics asked for before. */
  topics(wanted: ReadonlySet<string>): Promise<ReadonlyMap<string, readonly number[]>>;
  /** Every consumer group. */
  groups(): Promise<readonly string[]>;
  /** What each of these groups has committed, on whatever topics. A group that committed nothing has an empty answer. */
  commits(groups: readonly string[]): Promise<ReadonlyMap<string, TopicOffsets>>;
  /**
   * `start`: the oldest offset still there · `end`: the high watermark, records of open transactions included · `stable`: the last stable
   * offset, the first one of an open transaction, else the high watermark.
   */
  offsets(topics: readonly string[], which: OffsetKind): Promise<TopicOffsets>;
  /** Closes the connections; a later call opens them again. */
  close(): Promise<void>;
}
