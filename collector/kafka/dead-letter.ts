import type { Kafka, Producer } from 'kafkajs';
import type { Clock } from '../../model/clock.ts';
import type { DeadLetter, DeadLetterEntry } from '../dead-letter.ts';

const TOPICS_KEPT_MS = 60_000;

/**
 * Dead letters to `<topic>.dlq` where that topic exists, with the bytes as value and the rest as headers; all others, and what the
 * brokers do not take, go to `fallback`.
 */
export function createKafkaDeadLetter(options: { kafka: Kafka; fallback: DeadLetter; clock: Clock }): DeadLetter {
  const { kafka, fallback, clock } = options;
  let producer: Promise<Producer> | null = null;
  let topics: { readonly at: number; readonly names: ReadonlySet<string> } | null = null;
  let kept = 0;

  async function connected(): Promise<Producer> {
    producer ??= (async () => {
      const created = kafka.producer({ allowAutoTopicCreation: false });
      await created.connect();
      return created;
    })();
    try {
      return await producer;
    } catch (error) {
      producer = null;
      throw error;
    }
  }

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
    const messages = Map.groupBy(here, entry => `${entry.topic}.dlq`);
    const topicMessages = [...messages].map(([topic, letters]) => ({ topic, messages: letters.map(message) }));
    await (await connected()).sendBatch({ topicMessages });
    kept += here.length;
    return entries.filter(entry => !names.has(`${entry.topic}.dlq`));
  }

  return {
    async write(entries, signal) {
      if (entries.length === 0) return;
      const left = await produce(entries).catch(() => entries);
      await fallback.write(left, signal);
    },
    stats: () => ({ kept: kept + fallback.stats().kept, lost: fallback.stats().lost }),
    async close() {
      const open = producer;
      producer = null;
      await open?.then(p => p.disconnect()).catch(() => {});
      await fallback.close();
    },
  };
}

function message(entry: DeadLetterEntry): { value: Buffer; headers: Record<string, string> } {
  const { value, ...rest } = entry;
  const headers: Record<string, string> = {};
  for (const [name, header] of Object.entries(rest)) headers[`tidewatch.${name}`] = String(header);
  return { value: Buffer.from(value), headers };
}
