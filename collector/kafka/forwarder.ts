import kafkajs, { type Kafka } from 'kafkajs';
import type { Clock } from '../../model/clock.ts';
import type { JobEvent } from '../../model/job-event.ts';
import type { OffsetRow } from '../../model/offset-row.ts';
import { type Forwarder, NotForwardedError } from '../derive.ts';
import { encodeJob, encodeOffsets } from '../encode.ts';
import { LazyProducer } from './lazy-producer.ts';

/** After a failure the next try waits this long; what comes meanwhile fails at once, ms. */
const PAUSE_MS = 5000;
/** Records of a few hundred bytes each: far below what brokers take at once. */
const RECORDS_PER_SEND = 1000;

/**
 * Puts positions and job events into the topics that the owner of lag reads. Resolves when the brokers have them; a topic that does not exist is a
 * failure like any other.
 */
export function createKafkaForwarder(options: {
  readonly kafka: Kafka;
  readonly topics: { readonly offsets: string; readonly jobs: string };
  readonly clock: Clock;
}): Forwarder {
  const { kafka, topics, clock } = options;
  const producer = new LazyProducer(kafka);
  const failures = new Map<string, { readonly at: number; readonly error: NotForwardedError }>();

  async function send(topic: string, messages: readonly { readonly key: string; readonly value: string }[]) {
    const failed = failures.get(topic);
    if (failed && clock.monotonic() - failed.at < PAUSE_MS) throw failed.error;
    try {
      const open = await producer.connected();
      for (let from = 0; from < messages.length; from += RECORDS_PER_SEND) {
        const part = messages.slice(from, from + RECORDS_PER_SEND);
        await open.send({ topic, messages: part, acks: -1, compression: kafkajs.CompressionTypes.GZIP });
      }
      failures.delete(topic);
    } catch (cause) {
      const reason = isUnknownTopic(cause) ? 'the topic does not exist' : (cause as Error).message;
      const error = new NotForwardedError(`cannot be written to ${topic}: ${reason}`, cause);
      failures.set(topic, { at: clock.monotonic(), error });
      throw error;
    }
  }

  return {
    rows: (rows: readonly OffsetRow[]) =>
      send(
        topics.offsets,
        rows.map(row => ({ key: row.hop, value: encodeOffsets(row) })),
      ),
    events: (events: readonly JobEvent[]) =>
      send(
        topics.jobs,
        events.map(event => ({ key: 'jobName' in event ? event.jobName : event.type, value: encodeJob(event) })),
      ),
    problem: () => [...failures.values()].map(({ error }) => error.message).join('; '),
    close: () => producer.close(),
  };
}

function isUnknownTopic(error: unknown): boolean {
  for (let at: unknown = error; at instanceof Error; at = at.cause)
    if ('type' in at && at.type === 'UNKNOWN_TOPIC_OR_PARTITION') return true;
  return false;
}
