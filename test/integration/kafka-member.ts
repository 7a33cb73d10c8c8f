/** A reader of one log topic as a process of its own, to be killed. Arguments: broker, group, topic. Prints what it stores. */
import { setTimeout as delay } from 'node:timers/promises';
import { pino } from 'pino';
import { createKafka, createKafkaSource } from '../../collector/kafka-source.ts';
import { systemClock } from '../../model/clock.ts';
import { createTelemetry } from '../../model/telemetry.ts';
import { MemoryDocs } from '../collector/fakes.ts';

const [broker = '', group = '', topic = ''] = process.argv.slice(2);
const log = pino({ level: 'silent' });
const source = createKafkaSource({
  kafka: createKafka({ brokers: [broker], clientId: 'member' }, log),
  group,
  topics: { logs: topic },
  state: new MemoryDocs(),
  clock: systemClock,
  log,
  telemetry: createTelemetry(),
});
await source.start(async batch => {
  for (const record of batch.records) {
    const value = Buffer.from(record.value).toString();
    process.stdout.write(`${batch.topic} ${batch.epoch} ${record.partition} ${record.offset} ${value}\n`);
    // slow, so that the kill comes in the middle of a batch
    await delay(5);
  }
  return { accepted: batch.records.length, rejected: [] };
});
