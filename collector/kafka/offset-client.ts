import Cluster, { type Broker } from 'kafkajs/src/cluster/index.js';
import defaultSocketFactory from 'kafkajs/src/network/socketFactory.js';
import type { Logger } from 'pino';
import type { Clock } from '../../model/clock.ts';
import type { Brokers, OffsetKind, TopicOffsets } from '../broker-positions/brokers.ts';
import { createKafka, type KafkaConnection } from './client.ts';
import { kafkaFault } from './fault.ts';
import { limited } from './limited.ts';

/** Topics and their leaders are asked for again after this long, ms. */
const TOPICS_KEPT_MS = 30_000;
/** Topics in one request: keeps a failing one cheap to find and an answer small. */
const TOPICS_PER_REQUEST = 250;
const REQUESTS_AT_ONCE = 8;
/** Requests for groups that may find nobody before the rest is left for the next cycle. */
const MAX_FAILURES = 2 * REQUESTS_AT_ONCE;
/** ListOffsets' words for the two ends of a partition, as seen by readers of all records (0) or of committed ones (1). */
const WANTED = {
  start: { timestamp: -2, isolationLevel: 0 },
  end: { timestamp: -1, isolationLevel: 0 },
  stable: { timestamp: -1, isolationLevel: 1 },
} as const;

/** Partition -> node id of its leader. */
type Leaders = ReadonlyMap<number, number>;
interface TopicPartitions {
  readonly topic: string;
  readonly partitions: readonly number[];
}

/**
 * Offsets of one cluster in few requests: one per broker and 250 topics, one per group. kafkajs's own admin client sends two per topic and
 * broker, answers the last stable offset where it says the high watermark, and fails for every topic once one of them is deleted; so this
 * stands on the layer below it.
 */
export class OffsetClient implements Brokers {
  readonly #clock: Clock;
  readonly #connection: KafkaConnection;
  readonly #open: () => Cluster;
  #cluster: Cluster | null = null;
  #leaders: ReadonlyMap<string, Leaders> = new Map();
  /** Of groups whose last question was answered. */
  readonly #coordinators = new Map<string, Broker>();
  #wanted: ReadonlySet<string> = new Set();
  #topicsAt = Number.NEGATIVE_INFINITY;

  constructor(connection: KafkaConnection, parts: { readonly clock: Clock; readonly log: Logger }) {
    this.#clock = parts.clock;
    this.#connection = connection;
    const logger = createKafka(connection, parts.log).logger();
    this.#open = () =>
      new Cluster({
        ...connection,
        logger,
        socketFactory: defaultSocketFactory(),
        connectionTimeout: 3000,
        requestTimeout: 5000,
        enforceRequestTimeout: true,
        allowAutoTopicCreation: false,
        maxInFlightRequests: REQUESTS_AT_ONCE,
        retry: { initialRetryTime: 100, maxRetryTime: 500, retries: 2 },
      });
  }

  async topics(wanted: ReadonlySet<string>): Promise<ReadonlyMap<string, readonly number[]>> {
    const isNews = [...wanted].some(topic => !this.#wanted.has(topic));
    if (isNews || this.#clock.monotonic() - this.#topicsAt >= TOPICS_KEPT_MS) {
      this.#leaders = await this.#readLeaders(await this.#connected(), [...wanted]);
      this.#wanted = new Set(wanted);
      this.#topicsAt = this.#clock.monotonic();
    }
    return new Map(this.#leaders.entries().map(([topic, leaders]) => [topic, [...leaders.keys()]]));
  }

  async groups(): Promise<readonly string[]> {
    const cluster = await this.#connected();
    const answers = await limited(cluster.getNodeIds(), REQUESTS_AT_ONCE, async nodeId => {
      const { groups } = await (await cluster.findBroker({ nodeId })).listGroups();
      return groups.map(({ groupId }) => groupId);
    }).catch((error: unknown) => this.#explain(error));
    return [...new Set(answers.flat())];
  }

  async commits(groups: readonly string[]): Promise<ReadonlyMap<string, TopicOffsets>> {
    const cluster = await this.#connected();
    const commits = new Map<string, TopicOffsets>();
    let failures = 0;
    let failure: unknown = null;
    await limited(groups, REQUESTS_AT_ONCE, async groupId => {
      // Each takes its time to fail: a coordinator that hangs must not hold up the cycle for every group it has.
      if (failures >= MAX_FAILURES) return;
      try {
        const coordinator = this.#coordinators.get(groupId) ?? (await cluster.findGroupCoordinator({ groupId }));
        this.#coordinators.delete(groupId);
        const { responses } = await coordinator.offsetFetch({ groupId, topics: [] });
        const topics = new Map<string, Map<number, number>>();
        take(responses, topics);
        commits.set(groupId, topics);
        this.#coordinators.set(groupId, coordinator);
      } catch (error) {
        if (!isAway(error)) return;
        failures++;
        failure = error;
      }
    });
    if (failure !== null && commits.size === 0) await this.#explain(failure);
    return commits;
  }

  async offsets(topics: readonly string[], which: OffsetKind): Promise<TopicOffsets> {
    const cluster = await this.#connected();
    const found = new Map<string, Map<number, number>>();
    const requests = [...this.#byLeader(topics)].flatMap(([nodeId, all]) =>
      chunks(all, TOPICS_PER_REQUEST).map(part => ({ nodeId, part })),
    );
    let answered = requests.length === 0;
    let failure: unknown = null;
    await limited(requests, REQUESTS_AT_ONCE, async ({ nodeId, part }) => {
      try {
        const broker = await cluster.findBroker({ nodeId: String(nodeId) });
        await this.#list(broker, part, WANTED[which], found);
        answered = true;
      } catch (error) {
        // One broker that is down takes away its own partitions only; its successor is known with the next metadata.
        failure = error;
        this.#topicsAt = Number.NEGATIVE_INFINITY;
      }
    });
    if (!answered) await this.#explain(failure);
    return found;
  }

  async close(): Promise<void> {
    const cluster = this.#cluster;
    this.#cluster = null;
    this.#coordinators.clear();
    this.#topicsAt = Number.NEGATIVE_INFINITY;
    await cluster?.disconnect();
  }

  async #connected(): Promise<Cluster> {
    this.#cluster ??= this.#open();
    await this.#cluster.connect().catch((error: unknown) => this.#explain(error));
    return this.#cluster;
  }

  /** Rejects with the fault behind an error, in words that name the setting to change. */
  async #explain(error: unknown): Promise<never> {
    const { text } = await kafkaFault(error, this.#connection);
    throw new Error(text, { cause: error });
  }

  /** Leaders of all topics; where one topic anywhere has an error, of those wanted that have none. */
  async #readLeaders(cluster: Cluster, wanted: readonly string[]): Promise<ReadonlyMap<string, Leaders>> {
    const leaders = new Map<string, Leaders>();
    const read = async (topics: readonly string[]): Promise<void> => {
      await cluster.brokerPool.refreshMetadata(topics);
      for (const { topic, partitionMetadata } of cluster.brokerPool.metadata?.topicMetadata ?? [])
        leaders.set(topic, new Map(partitionMetadata.map(({ partitionId, leader }) => [partitionId, leader])));
    };
    try {
      await read([]);
    } catch (error) {
      if (isAway(error)) await this.#explain(error);
      for (const part of chunks(wanted, TOPICS_PER_REQUEST)) await bisect(part, read);
    }
    return leaders;
  }

  async #list(
    broker: Broker,
    topics: readonly TopicPartitions[],
    { timestamp, isolationLevel }: (typeof WANTED)[OffsetKind],
    into: Map<string, Map<number, number>>,
  ): Promise<void> {
    await bisect(
      topics,
      async part => {
        const asked = part.map(({ topic, partitions }) => ({
          topic,
          partitions: partitions.map(partition => ({ partition, timestamp })),
        }));
        const { responses } = await broker.listOffsets({ isolationLevel, topics: asked });
        take(responses, into);
      },
      () => {
        // Deleted, or led by another broker by now.
        this.#topicsAt = Number.NEGATIVE_INFINITY;
      },
    );
  }

  #byLeader(topics: readonly string[]): ReadonlyMap<number, readonly TopicPartitions[]> {
    const byLeader = new Map<number, TopicPartitions[]>();
    for (const topic of topics) {
      const leaders = this.#leaders.get(topic) ?? new Map<number, number>();
      const partitionsOf = Map.groupBy(leaders.keys(), partition => leaders.get(partition) ?? -1);
      for (const [nodeId, partitions] of partitionsOf) {
        if (nodeId < 0) continue;
        const all = byLeader.get(nodeId) ?? [];
        byLeader.set(nodeId, all);
        all.push({ topic, partitions });
      }
    }
    return byLeader;
  }
}

/** Does `work` for all items at once; where Kafka refuses them for the sake of some, for the others alone. */
async function bisect<T>(
  items: readonly T[],
  work: (part: readonly T[]) => Promise<void>,
  onRefused: (item: T) => void = () => {},
): Promise<void> {
  const [first] = items;
  if (first === undefined) return;
  try {
    await work(items);
  } catch (error) {
    if (isAway(error)) throw error;
    if (items.length === 1) {
      onRefused(first);
      return;
    }
    const middle = items.length >> 1;
    await bisect(items.slice(0, middle), work, onRefused);
    await bisect(items.slice(middle), work, onRefused);
  }
}

/** Adds answered offsets; -1 is Kafka's word for none. */
function take(
  responses: readonly {
    readonly topic: string;
    readonly partitions: readonly { readonly partition: number; readonly offset: string }[];
  }[],
  into: Map<string, Map<number, number>>,
): void {
  for (const { topic, partitions } of responses) {
    const known = into.get(topic) ?? new Map<number, number>();
    into.set(topic, known);
    for (const { partition, offset } of partitions) if (Number(offset) >= 0) known.set(partition, Number(offset));
  }
}

/** A failure of the connection, not an answer: errors of the protocol carry its name for them. */
function isAway(error: unknown): boolean {
  for (let at: unknown = error; at instanceof Error; at = at.cause) if ('type' in at && 'code' in at) return false;
  return true;
}

function chunks<T>(items: readonly T[], size: number): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size));
}
