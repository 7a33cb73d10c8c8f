/** The Kafka source against a real broker: nothing lost, nothing doubled, whatever happens to either side. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import kafkajs, { type Admin, type Kafka, type Producer } from 'kafkajs';
import { pino } from 'pino';
import { readTimestampTypes } from '../../collector/kafka/timestamp-type.ts';
import { createKafka, createKafkaSource } from '../../collector/kafka-source.ts';
import type { BatchSink, RawBatch, Source } from '../../collector/source.ts';
import { systemClock } from '../../model/clock.ts';
import { StoreAwayError } from '../../model/errors.ts';
import { createTelemetry } from '../../model/telemetry.ts';
import { MemoryDocs } from '../collector/fakes.ts';
import { createTopics } from '../e2e/broker.ts';
import { startKafka, type TestKafka } from '../servers/kafka.ts';
import { until } from '../support/until.ts';

/** Seconds on a machine that does nothing else. */
const LIMIT_MS = 240_000;
const log = pino({ level: process.env.TIDEWATCH_TEST_LOG ?? 'silent' });
let server: TestKafka;
let kafka: Kafka;
let admin: Admin;
let producer: Producer;

before(async () => {
  server = await startKafka();
  kafka = createKafka({ brokers: [...server.brokers], clientId: 'test' }, log);
  admin = kafka.admin();
  producer = kafka.producer({ allowAutoTopicCreation: false });
  await admin.connect();
  await producer.connect();
});

after(async () => {
  await Promise.allSettled([producer?.disconnect(), admin?.disconnect()]);
  await server?.kill();
});

/** Rows by position, as a store keeps them, and how often each was handed over. */
class Rows {
  readonly values = new Map<string, string>();
  readonly deliveries: string[] = [];
  away = false;

  readonly sink: BatchSink = async (batch: RawBatch) => {
    if (this.away) throw new StoreAwayError('away');
    for (const record of batch.records) {
      const text = Buffer.from(record.value).toString();
      this.values.set(`${batch.topic} ${batch.epoch} ${record.partition} ${record.offset}`, text);
      this.deliveries.push(text);
    }
    return { accepted: batch.records.length, rejected: [] };
  };

  sorted(): string[] {
    return [...this.values.values()].sort();
  }
}

function source(group: string, topic: string, state: MemoryDocs, client: Kafka = kafka): Source {
  return createKafkaSource({
    kafka: client,
    group,
    topics: { logs: topic },
    state,
    clock: systemClock,
    log,
    telemetry: createTelemetry(),
  });
}

async function topic(name: string, partitions = 1): Promise<string> {
  await createTopics(admin, { [name]: partitions });
  return name;
}

async function send(name: string, values: readonly string[], options: { compression?: number } = {}): Promise<void> {
  await producer.send({ topic: name, messages: values.map((value, i) => ({ key: String(i), value })), ...options });
}

async function committed(group: string, name: string): Promise<number> {
  const [offsets] = await admin.fetchOffsets({ groupId: group, topics: [name] });
  return (offsets?.partitions ?? []).reduce((sum, p) => sum + Math.max(0, Number(p.offset)), 0);
}

const numbered = (from: number, count: number): string[] =>
  Array.from({ length: count }, (_, i) => `line ${String(from + i).padStart(5, '0')}`);

test('delivers what was there before it, in every codec, and is level at the end', { timeout: LIMIT_MS }, async t => {
  const name = await topic('codecs', 2);
  const { GZIP, Snappy, LZ4, ZSTD } = kafkajs.CompressionTypes;
  for (const compression of [0, GZIP, Snappy, LZ4, ZSTD]) await send(name, [`codec ${compression}`], { compression });
  const rows = new Rows();
  const reader = source('codecs', name, new MemoryDocs());
  t.after(() => reader.stop());

  await reader.start(rows.sink);

  await until('five lines', () => rows.values.size === 5);
  assert.deepEqual(rows.sorted(), ['codec 0', 'codec 1', 'codec 2', 'codec 3', 'codec 4']);
  await until('level', () => (reader.status().streams[0]?.lag ?? -1) === 0);
  assert.equal(reader.status().ready, true);
  const offBy = (): number => Math.abs(Date.now() - (reader.status().streams[0]?.watermark ?? 0));
  await until('a stream read to its end is level with the clock', () => offBy() < 1000);
});

test('commits only what the sink has taken, and goes on there', { timeout: LIMIT_MS }, async t => {
  const name = await topic('commits');
  await send(name, numbered(0, 100));
  const state = new MemoryDocs();
  const rows = new Rows();
  rows.away = true;
  const first = source('commits', name, state);
  t.after(() => first.stop());
  await first.start(rows.sink);
  await until('the source waits for the store', () => first.status().streams[0]?.paused === true);
  await delay(1500);
  assert.equal(await committed('commits.logs', name), 0, 'nothing is committed while nothing is stored');
  await until('what is left is counted', () => first.status().streams[0]?.lag === 100);

  rows.away = false;
  await until('a hundred lines', () => rows.values.size === 100);
  await until('the commit', async () => (await committed('commits.logs', name)) === 100);
  await first.stop();

  await send(name, numbered(100, 10));
  const second = source('commits', name, state);
  t.after(() => second.stop());
  await second.start(rows.sink);
  await until('ten more', () => rows.values.size === 110);
  assert.equal(rows.deliveries.length, 110, 'after a clean stop nothing is handed over twice');
});

test('what is fetched ahead is stored in order, and neither counted nor committed before', {
  timeout: LIMIT_MS,
}, async t => {
  const name = await topic('ahead');
  const transactions = kafka.producer({ transactionalId: 'ahead', idempotent: true, maxInFlightRequests: 1 });
  await transactions.connect();
  t.after(() => transactions.disconnect());
  // each a fetch of its own by size, with a control record behind it; the second fetch holds nothing to deliver
  const texts = numbered(0, 6);
  const write = async (text: string, end: 'commit' | 'abort'): Promise<void> => {
    const transaction = await transactions.transaction();
    await transaction.send({ topic: name, messages: [{ value: text + ' '.repeat(800_000) }] });
    await transaction[end]();
  };
  await write('line 00000', 'commit');
  await write('aborted', 'abort');
  for (const text of texts.slice(1)) await write(text, 'commit');

  const taken: string[] = [];
  const release = Promise.withResolvers<void>();
  const reader = source('ahead', name, new MemoryDocs());
  t.after(() => reader.stop());
  await reader.start(async batch => {
    await release.promise;
    for (const { value } of batch.records) taken.push(Buffer.from(value).toString().trimEnd());
    return { accepted: batch.records.length, rejected: [] };
  });
  await until('the first batch arrives', () => reader.status().streams[0]?.lag === 14);
  await delay(2500);
  assert.equal(await committed('ahead.logs', name), 0, 'what waits behind the first batch is not committed');
  assert.equal(reader.status().streams[0]?.lag, 14, 'and not counted as stored');

  release.resolve();
  await until('level', () => reader.status().streams[0]?.lag === 0);
  assert.deepEqual(taken, texts);
  await until('the commit of everything', async () => (await committed('ahead.logs', name)) === 14);
});

test('two members share the partitions; when one leaves the other goes on where it was', {
  timeout: LIMIT_MS,
}, async t => {
  const name = await topic('shared', 4);
  const rows = new Rows();
  const state = new MemoryDocs();
  const one = source('shared', name, state);
  const two = source('shared', name, state, createKafka({ brokers: [...server.brokers], clientId: 'two' }, log));
  t.after(() => Promise.all([one.stop(), two.stop()]));
  await one.start(rows.sink);
  await until('running', () => one.status().ready);
  await two.start(rows.sink);
  for (let i = 0; i < 10; i++) {
    await send(name, numbered(i * 50, 50));
    await delay(50);
  }
  await two.stop();
  await send(name, numbered(500, 50));

  await until('all of them', () => rows.values.size === 550);
  assert.deepEqual(rows.sorted(), numbered(0, 550));
});

test('after kill -9 of a reader the next one takes over: nothing lost, rows of the same position only', {
  timeout: LIMIT_MS,
}, async t => {
  const name = await topic('killed');
  await send(name, numbered(0, 500));
  const member = spawn(
    process.execPath,
    [join(import.meta.dirname, 'kafka-member.ts'), server.brokers[0] ?? '', 'killed', name],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  t.after(() => member.kill('SIGKILL'));
  const seen: string[] = [];
  createInterface({ input: member.stdout }).on('line', line => {
    seen.push(line);
    if (seen.length === 100) member.kill('SIGKILL');
  });
  await once(member, 'close');
  const rows = new Rows();
  const next = source('killed', name, new MemoryDocs());
  t.after(() => next.stop());

  await next.start(rows.sink);
  await until(
    'the rest',
    () => new Set([...seen, ...[...rows.values].map(([position, value]) => `${position} ${value}`)]).size >= 500,
  );

  await until('level', () => next.status().streams[0]?.lag === 0);
  const all = new Set([...seen, ...[...rows.values].map(([position, value]) => `${position} ${value}`)]);
  assert.equal(all.size, 500, 'a line handed over twice has the same position both times');
});

test('waits for a topic that does not exist yet', { timeout: LIMIT_MS }, async t => {
  const rows = new Rows();
  const reader = source('later', 'made-later', new MemoryDocs());
  t.after(() => reader.stop());
  await reader.start(rows.sink);
  await until('it says so', () => reader.status().detail.includes('waiting for topic made-later'));

  await topic('made-later');
  await send('made-later', ['first']);

  await until('the line', () => rows.values.size === 1);
});

test('a topic made anew begins a new epoch, so that its rows are not taken for repeats', {
  timeout: LIMIT_MS * 2,
}, async t => {
  const name = await topic('anew');
  const rows = new Rows();
  const state = new MemoryDocs();
  const reader = source('anew', name, state);
  t.after(() => reader.stop());
  await reader.start(rows.sink);
  await send(name, numbered(0, 20));
  await until('twenty lines', () => rows.values.size === 20);
  await until('the commit', async () => (await committed('anew.logs', name)) === 20);
  await delay(300);

  await admin.deleteTopics({ topics: [name] });
  await until('the topic is gone', async () => !(await admin.listTopics()).includes(name));
  await topic(name);
  await send(name, numbered(100, 5));

  await until('the new lines beside the old ones', () => rows.values.size === 25);
  assert.deepEqual(rows.sorted(), [...numbered(0, 20), ...numbered(100, 5)]);
});

test('catches up after the broker was killed and started again', { timeout: LIMIT_MS * 2 }, async t => {
  const name = await topic('restart');
  const rows = new Rows();
  const reader = source('restart', name, new MemoryDocs());
  t.after(() => reader.stop());
  await reader.start(rows.sink);
  await send(name, numbered(0, 50));
  await until('fifty lines', () => rows.values.size === 50);

  await server.kill();
  await until('it says that Kafka is away', () => !reader.status().ready);
  await server.start();
  await until('it takes records', () =>
    send(name, ['after']).then(
      () => true,
      () => false,
    ),
  );

  await until('the line after', () => rows.sorted().includes('after'));
  assert.deepEqual(rows.sorted().slice(1, 51), numbered(0, 50));
});

test('absent at start: says so, and begins once the broker is there; stops at once while it hangs', {
  timeout: LIMIT_MS * 2,
}, async t => {
  const later = await startKafka({ absent: true });
  t.after(() => later.kill());
  const client = createKafka({ brokers: [...later.brokers], clientId: 'absent' }, log);
  const rows = new Rows();
  const reader = source('absent', 'here', new MemoryDocs(), client);
  t.after(() => reader.stop());
  await reader.start(rows.sink);
  await until('it says so', () => reader.status().detail.includes('does not answer'));
  assert.equal(reader.status().ready, false);

  await later.start();
  const making = client.admin();
  await making.connect();
  await createTopics(making, { here: 1 });
  await making.disconnect();
  const sending = client.producer();
  await sending.connect();
  await sending.send({ topic: 'here', messages: [{ value: 'hello' }] });
  await sending.disconnect();
  await until('the line', () => rows.values.size === 1);

  later.freeze();
  t.after(() => later.thaw());
  // Waiting for the answer to a request would take 30 s or longer.
  let hasStopped = false;
  const stopped = reader.stop().finally(() => {
    hasStopped = true;
  });
  await until('it stops though the broker hangs', () => hasStopped, 25_000);
  await stopped;
});

test('reads how topics stamp their records', { timeout: LIMIT_MS }, async () => {
  const configEntries = [{ name: 'message.timestamp.type', value: 'LogAppendTime' }];
  await admin.createTopics({ topics: [{ topic: 'stamped', numPartitions: 1, configEntries }], waitForLeaders: false });
  await createTopics(admin, { stamped: 1, unstamped: 1 });

  const types = await readTimestampTypes(kafka, ['stamped', 'unstamped', 'missing']);

  assert.deepEqual(
    [...types],
    [
      ['stamped', 'LogAppendTime'],
      ['unstamped', 'CreateTime'],
      ['missing', null],
    ],
  );
});
