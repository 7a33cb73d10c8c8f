import kafkajs, { type Kafka } from 'kafkajs';
import { type LineTimes, wireLine } from './wire-lines.ts';

const PARTITIONS = 8;
const PER_REQUEST = 2000;

/** Creates the topic with eight partitions and writes the lines to it in turn, with the time of the last as Kafka timestamp of all: one day, one index. */
export async function fillTopic(brokers: readonly string[], topic: string, times: LineTimes): Promise<void> {
  const kafka: Kafka = new kafkajs.Kafka({ brokers: [...brokers], logLevel: kafkajs.logLevel.ERROR });
  const admin = kafka.admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic, numPartitions: PARTITIONS }], waitForLeaders: true });
  await admin.disconnect();
  const producer = kafka.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
  await producer.connect();
  const timestamp = String(times.end);
  for (let from = 0; from < times.count; from += PER_REQUEST) {
    const messages = Array.from({ length: Math.min(PER_REQUEST, times.count - from) }, (_, n) => ({
      partition: (from + n) % PARTITIONS,
      value: wireLine(from + n, times),
      timestamp,
    }));
    await producer.send({ topic, messages, acks: 1 });
  }
  await producer.disconnect();
}
