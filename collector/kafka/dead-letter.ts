import type { Kafka } from 'kafkajs';
import type { Clock } from '../../model/clock.ts';
import type { DeadLetter, DeadLetterEntry } from '../dead-letter.ts';
import { LazyProducer } from './lazy-producer.ts';

const TOPICS_KEPT_MS = 60_000;
/** Of a longer record only the beginning is kept, as in the file. */
const MAX_VALUE_BYTES = 256 * 1024;
/** Values sent at once: brokers refuse more than 1 MiB unless told otherwise. */
const MAX_SEND_BYTES = 768 * 1024;

/**
 * Dead letters to `<topic>.dlq` where that topic exists, with the bytes as value and the rest as headers (`tidewatch.bytes` is the
 * whole length of a record that was cut); all others, and what the brokers do not take, go to `fallback`.
 */
export function createKafkaDeadLetter(options: { kafka: Kafka; fallback: DeadLetter; clock: Clock }): DeadLetter {
  const { kafka, fallback, clock } = options;
  const producer = new LazyProducer(kafka);
  let topics: { readonly at: number; readonly names: ReadonlySet<string> } | null = null;
  let kept = 0;

  async function existing(): Promise<ReadonlySet<string>> {
    if (topics && clock.monotonic() - topics.at < TOPICS_KEPT_MS) return topics.names;
    const admin = kafka.admin();
    await admin.connect();
    try {
      topics = { at: clock.monotonic(), names: new Set(await admin.listTopics()) };
    } finally {
      await admin.disconnect();
    }
    return topics.names;
  }

  async function produce(entries: readonly DeadLetterEntry[]): Promise<readonly DeadLetterEntry[]> {
    const names = await existing();
    const here = entries.filter(entry => names.has(`${entry.topic}.dlq`));
    if (here.length === 0) return entries;
    const left = entries.filter(entry => !names.has(`${entry.topic}.dlq`));
    const open = await producer.connected();
    for (const portion of portions(here)) {
      const messages = Map.groupBy(portion, entry => `${entry.topic}.dlq`);
      const topicMessages = [...messages].map(([topic, letters]) => ({ topic, messages: letters.map(message) }));
      const isSent = await open.sendBatch({ topicMessages }).then(
        () => true,
        () => false,
      );
      if (isSent) kept += portion.length;
      else left.push(...portion);
    }
    return left;
  }

  return {
    async write(entries, signal) {
      if (entries.length === 0) return;
      const left = await produce(entries).catch(() => entries);
      await fallback.write(left, signal);
    },
    stats: () => ({ kept: kept + fallback.stats().kept, lost: fallback.stats().lost }),
    async close() {
      await producer.close().catch(() => {});
      await fallback.close();
    },
  };
}

function* portions(entries: readonly DeadLetterEntry[]): Generator<readonly DeadLetterEntry[]> {
  let portion: DeadLetterEntry[] = [];
  let bytes = 0;
  for (const entry of entries) {
    const own = Math.min(entry.value.length, MAX_VALUE_BYTES);
    if (portion.length > 0 && bytes + own > MAX_SEND_BYTES) {
      yield portion;
      [portion, bytes] = [[], 0];
    }
    portion.push(entry);
    bytes += own;
  }
  yield portion;
}

function message(entry: DeadLetterEntry): { value: Buffer; headers: Record<string, string> } {
  const { value, ...rest } = entry;
  const headers: Record<string, string> = {};
  for (const [name, header] of Object.entries(rest)) headers[`tidewatch.${name}`] = String(header);
  if (value.length > MAX_VALUE_BYTES) headers['tidewatch.bytes'] = String(value.length);
  return { value: Buffer.from(value.subarray(0, MAX_VALUE_BYTES)), headers };
}
