import kafkajs, { type Kafka } from 'kafkajs';

/** How a topic stamps its records: `LogAppendTime` by the broker, `CreateTime` by the producer; null when the topic is absent. */
export type TimestampType = 'LogAppendTime' | 'CreateTime' | null;

/**
 * Reads `message.timestamp.type` of topics, for `doctor`: log and metric topics should use LogAppendTime, since retention and
 * the day a line is stored under follow the record's time. Rejects when no broker answers.
 */
export async function readTimestampTypes(
  kafka: Kafka,
  topics: readonly string[],
): Promise<ReadonlyMap<string, TimestampType>> {
  const admin = kafka.admin();
  await admin.connect();
  try {
    const present = new Set(await admin.listTopics());
    const types = new Map<string, TimestampType>(topics.map(topic => [topic, null]));
    const asked = topics.filter(topic => present.has(topic));
    if (asked.length === 0) return types;
    const { resources } = await admin.describeConfigs({
      includeSynonyms: false,
      resources: asked.map(name => ({
        type: kafkajs.ConfigResourceTypes.TOPIC,
        name,
        configNames: ['message.timestamp.type'],
      })),
    });
    for (const { resourceName, configEntries } of resources) {
      types.set(resourceName, configEntries[0]?.configValue === 'LogAppendTime' ? 'LogAppendTime' : 'CreateTime');
    }
    return types;
  } finally {
    await admin.disconnect();
  }
}
