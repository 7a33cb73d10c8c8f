/** Topics of a real broker filled as Flink's reporters and appenders fill them. */
import kafkajs, { type Admin, type Producer } from 'kafkajs';
import { pino } from 'pino';
import { createKafka } from '../../collector/kafka-source.ts';
import { startKafka, type TestKafka } from '../servers/kafka.ts';
import { until } from '../support/until.ts';

/** The topics a user makes; those of NiFi and Druid are absent, as where there is neither. */
export const TOPICS = {
  metrics: 'tidewatch.metrics',
  logs: 'tidewatch.logs',
  jobs: 'tidewatch.jobs',
  offsets: 'tidewatch.offsets',
} as const;

const CHUNK = 2000;

/** A record to send: an object goes as JSON, a text or bytes as they are. */
export interface TopicRecord {
  readonly ts: number;
  readonly partition?: number;
  readonly value: object | string | Buffer;
}

export interface Broker {
  readonly server: TestKafka;
  readonly admin: Admin;
  /** Sends records in order, stamped with their own time as Flink's appender stamps them. */
  send(topic: string, records: readonly TopicRecord[]): Promise<void>;
  /** Disconnects and ends the broker. */
  close(): Promise<void>;
}

/** Starts a broker with `TOPICS`, each with this many partitions (1 unless told). */
export async function startBroker(
  partitions: Partial<{ readonly [K in keyof typeof TOPICS]: number }> = {},
): Promise<Broker> {
  const server = await startKafka();
  const broker = await connectBroker(server);
  const streams = Object.keys(TOPICS) as (keyof typeof TOPICS)[];
  await createTopics(broker.admin, Object.fromEntries(streams.map(s => [TOPICS[s], partitions[s] ?? 1])));
  return broker;
}

/** Clients of a broker that runs. */
export async function connectBroker(server: TestKafka): Promise<Broker> {
  const kafka = createKafka({ brokers: [...server.brokers], clientId: 'test' }, pino({ level: 'silent' }));
  const admin = kafka.admin();
  const producer = kafka.producer({ allowAutoTopicCreation: false, maxInFlightRequests: 1 });
  try {
    await Promise.all([admin.connect(), producer.connect()]);
  } catch (error) {
    await Promise.allSettled([producer.disconnect(), admin.disconnect()]);
    throw error;
  }
  return {
    server,
    admin,
    send: (topic, records) => send(producer, topic, records),
    async close() {
      await Promise.allSettled([producer.disconnect(), admin.disconnect()]);
      await server.kill();
    },
  };
}

/**
 * Makes topics, by name and number of partitions; resolves once each partition has its leader. Asks again where the client gives up: its own
 * wait for leaders rejects when a busy broker has not heard of a new topic yet. Topics that exist are left as they are.
 */
export async function createTopics(admin: Admin, partitions: Readonly<Record<string, number>>): Promise<void> {
  const topics = Object.entries(partitions).map(([topic, numPartitions]) => ({ topic, numPartitions }));
  const names = topics.map(({ topic }) => topic);
  let refusal = '';
  const areLed = async (): Promise<boolean> => {
    await admin.createTopics({ topics, waitForLeaders: false });
    const { topics: found } = await admin.fetchTopicMetadata({ topics: names });
    return found.every(({ partitions: all }) => all.length > 0 && all.every(({ leader }) => leader >= 0));
  };
  const attempt = (): Promise<boolean> =>
    areLed().catch((error: unknown) => {
      refusal = String(error);
      return false;
    });
  await until('the topics have leaders', attempt, 60_000, () => refusal || undefined);
}

/** Records of a topic that a consumer group has not committed: what its daemon has not stored. */
export async function uncommitted({ admin }: Broker, groupId: string, topic: string): Promise<number> {
  const [ends, [group]] = await Promise.all([
    admin.fetchTopicOffsets(topic),
    admin.fetchOffsets({ groupId, topics: [topic] }),
  ]);
  const committed = new Map(group?.partitions.map(({ partition, offset }) => [partition, Math.max(0, Number(offset))]));
  return ends.reduce((sum, { partition, offset }) => sum + Number(offset) - (committed.get(partition) ?? 0), 0);
}

async function send(producer: Producer, topic: string, records: readonly TopicRecord[]): Promise<void> {
  for (let from = 0; from < records.length; from += CHUNK) {
    const messages = records.slice(from, from + CHUNK).map(({ ts, partition, value }) => ({
      timestamp: String(ts),
      partition: partition ?? 0,
      value: typeof value === 'string' || value instanceof Buffer ? value : JSON.stringify(value),
    }));
    // Compressed as Flink's reporter does; also keeps a chunk below the broker's limit of 1 MB.
    await producer.send({ topic, messages, acks: -1, compression: kafkajs.CompressionTypes.GZIP });
  }
}
