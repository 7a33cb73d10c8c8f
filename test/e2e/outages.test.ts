/** Servers that are absent or go away, and daemons that are killed: the daemon says so, waits, and nothing is lost or doubled. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { startElasticsearch, type TestElasticsearch } from '../servers/elasticsearch.ts';
import { startKafka, type TestKafka } from '../servers/kafka.ts';
import { type Daemon, scratchDir, startDaemon, writeConfig } from '../support/daemon.ts';
import { until } from '../support/until.ts';
import { type Broker, connectBroker, createTopics } from './broker.ts';
import { faultsIn, foundNumbers, NO_FAULTS, numberedLines } from './numbered-lines.ts';

const LIMIT = { timeout: 500_000 };
const PARTITIONS = 3;
const CHUNK = 500;
const GONE_MS = 15_000;
/** Where a stop would wait for a server that hangs it takes 30 s for each request; its own budget is 7 s. */
const STOP_MS = 25_000;

let kafka: TestKafka;
let elasticsearch: TestElasticsearch;
let broker: Broker;

before(async () => {
  [kafka, elasticsearch] = await Promise.all([startKafka({ absent: true }), startElasticsearch({ absent: true })]);
}, LIMIT);
after(async () => {
  await broker?.close();
  await Promise.all([kafka?.kill(), elasticsearch?.kill()]);
});

/** One log topic, one consumer group and one store of its own, so that tests share the servers. */
class Run {
  readonly #name: string;
  readonly #config: string;
  sent = 0;
  daemon!: Daemon;

  constructor(name: string, store: 'elasticsearch' | 'sqlite') {
    this.#name = name;
    const es = { node: elasticsearch.node, index_prefix: name, refresh_interval: '1s' };
    this.#config = writeConfig(scratchDir(), name, {
      http: { port: 0 },
      data_dir: 'data',
      kafka: { brokers: kafka.brokers, group: name, topics: { logs: this.topic } },
      ...(store === 'elasticsearch' ? { elasticsearch: es } : {}),
    });
  }

  get topic(): string {
    return `${this.#name}.log-topic`;
  }

  get group(): string {
    return `${this.#name}.logs`;
  }

  async start(): Promise<void> {
    this.daemon = await startDaemon(this.#config);
  }

  createTopic(): Promise<void> {
    return createTopics(broker.admin, { [this.topic]: PARTITIONS });
  }

  /** Sends the next lines in chunks. */
  async send(chunks: number): Promise<void> {
    for (let i = 0; i < chunks; i++) {
      await broker.send(this.topic, numberedLines(this.sent, CHUNK, Date.now(), PARTITIONS));
      this.sent += CHUNK;
    }
  }

  /** Names of the checks of /readyz that fail. */
  async failing(): Promise<string[]> {
    const { checks } = await this.daemon.readiness();
    return checks.filter(check => !check.ok).map(check => check.name);
  }

  async detailOf(check: string): Promise<string> {
    const { checks } = await this.daemon.readiness();
    return checks.find(({ name }) => name === check)?.detail ?? '';
  }

  /** Lines this process has read from Kafka, also those it did not get to store. */
  async linesRead(): Promise<number> {
    return (await this.daemon.metric('tidewatch_records_in_total{stream="logs"}')) ?? 0;
  }

  async unread(): Promise<number | null> {
    const { streams } = await this.daemon.get<{ streams: { stream: string; lag: number | null }[] }>('/api/v1/status');
    return streams.find(({ stream }) => stream === 'logs')?.lag ?? null;
  }

  /** Offsets the group has committed, summed. */
  async committed(): Promise<number> {
    const [topic] = await broker.admin.fetchOffsets({ groupId: this.group, topics: [this.topic] });
    return (topic?.partitions ?? []).reduce((sum, { offset }) => sum + Math.max(0, Number(offset)), 0);
  }

  /** Waits until the daemon is ready and searches see every line sent; then each number must be there once. */
  async expectEveryLineOnce(): Promise<void> {
    let stand: unknown;
    const isReady = async (): Promise<boolean> => {
      const failing = await this.failing();
      stand = failing;
      return failing.length === 0;
    };
    await until('ready', isReady, 120_000, () => stand);
    const isStored = async (): Promise<boolean> => {
      const path = '/api/v1/logs/facets?field=job&job=counting_job';
      const { status, body } = await this.daemon.ask<{ values?: { count: number }[] }>('GET', path);
      stand = body;
      return status === 200 && (body.values?.[0]?.count ?? 0) >= this.sent && (await this.unread()) === 0;
    };
    await until(`${this.sent} lines are stored`, isStored, 180_000, () => stand);
    assert.deepEqual(faultsIn(await foundNumbers(this.daemon), this.sent), NO_FAULTS);
  }

  /** Stops the daemon cleanly, moves its group back to the first offset and starts it again. */
  async readAllAgain(): Promise<void> {
    assert.equal((await this.daemon.stop()).code, 0);
    assert.equal(await this.committed(), this.sent, 'a clean stop leaves nothing uncommitted');
    // Refused until the broker has seen off the last member.
    const isReset = (): Promise<boolean> =>
      broker.admin.resetOffsets({ groupId: this.group, topic: this.topic, earliest: true }).then(
        () => true,
        () => false,
      );
    await until('the group stands at the beginning', isReset);
    await this.start();
    await until('all lines were read again', async () => (await this.linesRead()) >= this.sent, 180_000);
  }
}

test('Kafka and Elasticsearch absent at start: it runs, names both, and begins once they are there', LIMIT, async t => {
  const run = new Run('absent', 'elasticsearch');
  await run.start();
  t.after(() => run.daemon.kill());

  await until('it names the store', async () => (await run.failing()).includes('store:state'));
  assert.equal((await run.daemon.ask('GET', '/readyz')).status, 503);
  assert.equal((await run.daemon.ask('GET', '/healthz')).status, 200);
  assert.equal((await run.daemon.ask('GET', '/api/v1/logs/search')).status, 503);
  assert.match(run.daemon.output, /not possible yet, trying on/);
  await elasticsearch.start();
  await until('only Kafka is missing', async () => (await run.failing()).join() === 'kafka');
  await until('it names Kafka', async () => /Kafka does not answer/.test(await run.detailOf('kafka')));
  await kafka.start();
  broker = await connectBroker(kafka);
  await run.createTopic();
  await run.send(1);

  await run.expectEveryLineOnce();
});

test(
  'both hang, with connections open: SIGTERM still ends it in time, and what was sent is there after',
  LIMIT,
  async t => {
    const run = new Run('hanging', 'elasticsearch');
    await run.createTopic();
    await run.start();
    t.after(() => run.daemon.kill());
    await run.send(1);
    await run.expectEveryLineOnce();

    elasticsearch.freeze();
    t.after(() => elasticsearch.thaw());
    await run.send(4);
    await until('it says that the stores hang', async () => (await run.failing()).includes('store:logs'));
    kafka.freeze();
    t.after(() => kafka.thaw());
    const { code, ms } = await run.daemon.stop();

    assert.equal(code, 0);
    assert.ok(ms < STOP_MS, `${ms} ms`);
    elasticsearch.thaw();
    kafka.thaw();
    await run.start();
    await run.expectEveryLineOnce();
  },
);

describe('a daemon that dies in the middle', { concurrency: true }, () => {
  test('on Elasticsearch, which goes away too: none lost, none twice; so when all is read again', LIMIT, async t => {
    const run = new Run('outage', 'elasticsearch');
    await run.createTopic();
    await run.start();
    t.after(() => run.daemon.kill());
    await run.send(6);
    await until('it stores', async () => (await run.committed()) > 0);

    await elasticsearch.kill();
    const gone = performance.now();
    await run.send(6);
    await until('it says that the stores are away', async () => (await run.failing()).includes('store:logs'));
    await run.send(6);
    await delay(Math.max(0, GONE_MS - (performance.now() - gone)));
    const behind = await run.committed();
    assert.ok(behind < run.sent, 'nothing is committed that is not stored');
    await elasticsearch.start();
    await until('it stores again', async () => (await run.committed()) > behind);
    await run.send(1);
    await run.daemon.kill();
    await run.send(5);
    await run.start();
    await run.expectEveryLineOnce();

    await run.readAllAgain();
    await run.expectEveryLineOnce();
  });

  test('on SQLite: none lost, none twice; so when all is read again', LIMIT, async t => {
    const run = new Run('embedded', 'sqlite');
    await run.createTopic();
    await run.send(80);
    t.after(() => run.daemon.kill());
    // A look that comes late finds it done: then there is more to read, and it is killed again.
    for (let kills = 1; ; kills++) {
      await run.start();
      await until('it is in the middle of reading', async () => (await run.linesRead()) > 0);
      await run.daemon.kill();
      if ((await run.committed()) < run.sent) break;
      assert.ok(kills < 5, `killed ${kills} times, never in the middle`);
      await run.send(80);
    }
    await run.start();
    await run.expectEveryLineOnce();

    await run.readAllAgain();
    await run.expectEveryLineOnce();
  });
});
