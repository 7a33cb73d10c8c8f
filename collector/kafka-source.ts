/**
 * Kafka topics as a source. Metrics and logs have consumer groups of their own, so that a slow log store never holds up
 * metrics; the small streams share a third, which only the owner of lag joins. A new group reads from the earliest offset.
 */
import type { Kafka } from 'kafkajs';
import type { Logger } from 'pino';
import type { Clock } from '../model/clock.ts';
import type { ConnectionFault } from '../model/connection-fault.ts';
import type { Telemetry } from '../model/telemetry.ts';
import type { EpochDocs } from './kafka/epochs.ts';
import { GroupConsumer } from './kafka/group-consumer.ts';
import type { Source, StreamName } from './source.ts';

export { createKafka, type KafkaConnection } from './kafka/client.ts';
export { kafkaFault } from './kafka/fault.ts';

/** metrics and logs: read by every daemon that collects · events: by the one that owns lag and lineage. */
export type GroupName = 'metrics' | 'logs' | 'events';

/** Group suffix -> its streams and how many batches of different partitions it has under way. */
const GROUPS: readonly {
  readonly suffix: GroupName;
  readonly streams: readonly StreamName[];
  readonly concurrency: number;
}[] = [
  { suffix: 'metrics', streams: ['metrics'], concurrency: 2 },
  { suffix: 'logs', streams: ['logs'], concurrency: 4 },
  { suffix: 'events', streams: ['jobs', 'offsets', 'nifi', 'druid'], concurrency: 1 },
];

export interface KafkaSourceParts {
  readonly kafka: Kafka;
  /** Why brokers cannot be asked, from an error of `kafka`; its own words unless told. */
  readonly explain?: (error: unknown) => Promise<ConnectionFault>;
  /** Prefix of the consumer groups: `<group>.metrics`, `<group>.logs`, `<group>.events`. */
  readonly group: string;
  readonly topics: Readonly<Partial<Record<StreamName, string>>>;
  /** Which of the groups to join; all unless told. */
  readonly groups?: readonly GroupName[];
  /** Keeps epochs and committed offsets (kind `source_offset`). */
  readonly state: EpochDocs;
  readonly clock: Clock;
  readonly log: Logger;
  readonly telemetry: Telemetry;
}

/** Builds the source; nothing is connected before `start`, which does not wait for brokers: `status` tells how it stands. */
export function createKafkaSource(parts: KafkaSourceParts): Source {
  let consumers: readonly GroupConsumer[] = [];
  return {
    name: 'kafka',
    async start(sink) {
      if (consumers.length > 0) return;
      consumers = GROUPS.filter(({ suffix }) => parts.groups?.includes(suffix) ?? true)
        .map(({ suffix, streams, concurrency }) => {
          const topics = new Map<string, StreamName>();
          for (const stream of streams) {
            const topic = parts.topics[stream];
            if (topic !== undefined) topics.set(topic, stream);
          }
          const group = `${parts.group}.${suffix}`;
          const log = parts.log.child({ group });
          return { topics, consumer: new GroupConsumer({ ...parts, group, topics, sink, log, concurrency }) };
        })
        .filter(({ topics }) => topics.size > 0)
        .map(({ consumer }) => consumer);
      for (const consumer of consumers) consumer.start();
    },
    async stop() {
      await Promise.all(consumers.map(consumer => consumer.stop()));
    },
    status() {
      const states = consumers.map(consumer => consumer.status());
      return {
        ready: states.length > 0 && states.every(({ state }) => state === 'running' || state === 'waiting'),
        detail: states.map(({ detail }) => detail).join('; '),
        streams: consumers.flatMap(consumer => consumer.streams()),
      };
    },
  };
}
