/** The test servers themselves: they answer, and survive kill and freeze as other tests expect. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import kafkajs from 'kafkajs';
import { createTopics } from '../e2e/broker.ts';
import { startElasticsearch } from './elasticsearch.ts';
import { startKafka } from './kafka.ts';

test('Kafka keeps its records over a kill', { timeout: 240_000 }, async t => {
  const kafka = await startKafka();
  t.after(() => kafka.kill());
  const client = new kafkajs.Kafka({ brokers: [...kafka.brokers], logLevel: kafkajs.logLevel.NOTHING });
  const admin = client.admin();
  const producer = client.producer();
  await admin.connect();
  await createTopics(admin, { kept: 1 });
  await producer.connect();
  await producer.send({ topic: 'kept', messages: [{ value: 'one' }] });

  await kafka.kill();
  await kafka.start();

  const [end] = await admin.fetchTopicOffsets('kept');
  assert.equal(end?.high, '1');
  await producer.disconnect();
  await admin.disconnect();
});

test('Elasticsearch answers with its version, and again after a freeze', { timeout: 240_000 }, async t => {
  const elasticsearch = await startElasticsearch();
  t.after(() => elasticsearch.kill());

  const info = await (await fetch(elasticsearch.node)).json();
  assert.equal((info as { version: { number: string } }).version.number, '8.19.21');

  elasticsearch.freeze();
  await assert.rejects(fetch(elasticsearch.node, { signal: AbortSignal.timeout(300) }));
  elasticsearch.thaw();
  assert.equal((await fetch(`${elasticsearch.node}/_cluster/health`)).status, 200);
});
