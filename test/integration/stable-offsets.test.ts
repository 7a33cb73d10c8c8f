/** Open transactions on a real broker: where the stable part ends, and the lag of who reads committed records only. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { pino } from 'pino';
import { createBrokerPositions } from '../../collector/broker-positions.ts';
import { OffsetClient } from '../../collector/kafka/offset-client.ts';
import { createKafka } from '../../collector/kafka-source.ts';
import { answerFreshness, type FreshnessAnswer } from '../../lineage/lag/answer.ts';
import { indexGraph } from '../../lineage/lag/freshness.ts';
import { createLagDeriver } from '../../lineage/lag/lag-deriver.ts';
import { OffsetTables } from '../../lineage/lag/offsets.ts';
import { systemClock } from '../../model/clock.ts';
import { createTelemetry } from '../../model/telemetry.ts';
import { type Broker, connectBroker, createTopics } from '../e2e/broker.ts';
import { startKafka } from '../servers/kafka.ts';
import { until } from '../support/until.ts';

/** Seconds on a machine that does nothing else. */
const LIMIT_MS = 180_000;
/** No transaction is undone because the test is slow. */
const TRANSACTION_MS = 600_000;
const log = pino({ level: 'silent' });
let broker: Broker;

before(async () => {
  broker = await connectBroker(await startKafka());
});

after(() => broker?.close());

/** A writer of transactions to partition 0. */
async function writer(transactionalId: string) {
  const kafka = createKafka({ brokers: [...broker.server.brokers], clientId: transactionalId }, log);
  const producer = kafka.producer({
    transactionalId,
    transactionTimeout: TRANSACTION_MS,
    idempotent: true,
    maxInFlightRequests: 1,
  });
  await producer.connect();
  return {
    async begin(topic: string, count: number) {
      const transaction = await producer.transaction();
      const messages = Array.from({ length: count }, () => ({ partition: 0, value: 'x' }));
      await transaction.send({ topic, messages });
      return transaction;
    },
    close: () => producer.disconnect(),
  };
}

function client(): OffsetClient {
  return new OffsetClient({ brokers: [...broker.server.brokers], clientId: 'test' }, { clock: systemClock, log });
}

test('the stable part ends where the oldest open transaction begins', { timeout: LIMIT_MS * 2 }, async t => {
  await createTopics(broker.admin, { stable: 1, plain: 1 });
  await broker.send('stable', [{ ts: Date.now(), partition: 0, value: 'x' }]);
  await broker.send('plain', [{ ts: Date.now(), partition: 0, value: 'x' }]);
  const writes = await writer('stable-writer');
  t.after(() => writes.close());
  const offsets = client();
  t.after(() => offsets.close());
  await offsets.topics(new Set(['stable', 'plain']));
  const asked = async (which: 'end' | 'stable') => {
    const answer = await offsets.offsets(['stable', 'plain'], which);
    return [answer.get('stable')?.get(0), answer.get('plain')?.get(0)];
  };

  const first = await writes.begin('stable', 5);
  assert.deepEqual(await asked('end'), [6, 1]);
  assert.deepEqual(await asked('stable'), [1, 1]);

  // a marker takes an offset; the broker writes it a moment after it has answered
  await first.commit();
  await until('the commit is there', async () => (await asked('stable'))[0] === 7);
  const second = await writes.begin('stable', 3);
  assert.deepEqual(await asked('stable'), [7, 1]);
  await second.abort();
  await until('the undone part is passed', async () => (await asked('stable'))[0] === 11);
  assert.deepEqual(await asked('end'), [11, 1]);
});

test('a reader of committed records lags by the stable part alone, one of all records by everything; answers say so', {
  timeout: LIMIT_MS * 2,
}, async t => {
  await createTopics(broker.admin, { dwd: 1 });
  await broker.send(
    'dwd',
    Array.from({ length: 10 }, () => ({ ts: Date.now(), partition: 0, value: 'x' })),
  );
  const commit = (groupId: string, offset: number) =>
    broker.admin.setOffsets({ groupId, topic: 'dwd', partitions: [{ partition: 0, offset: String(offset) }] });
  await commit('mart', 4);
  const writes = await writer('dwd-writer');
  t.after(() => writes.close());
  const tables = new OffsetTables();
  const deriver = createLagDeriver(tables);
  const lags: Record<string, number> = {};
  const positions = createBrokerPositions({
    estateOn: () => ({ topics: new Set(['dwd']), groups: new Set(['mart', 'copy']), hopOf: group => group }),
    sink: async rows => {
      for (const { values, labels } of deriver.derive(rows, 0))
        for (const [name, value] of values) if (name === 'lag') lags[labels['job'] ?? ''] = value;
    },
    clock: systemClock,
    telemetry: createTelemetry(),
    log,
  });
  t.after(() => positions.stop());
  const transaction = await writes.begin('dwd', 50);
  // It has read into the open transaction.
  await commit('copy', 30);
  await positions.poll([
    { cluster: { name: '', title: 'k', pollMs: 1000, topics: [], groups: [] }, key: 'k', open: client },
  ]);
  const hop = { hop: 'mart', inputs: ['dwd'], output: null, windowMs: null, allowedOooMs: 0 } as const;
  const graph = indexGraph({ hops: [{ ...hop, delivery: 'at_least_once' }] });
  const answer = (): FreshnessAnswer =>
    answerFreshness(graph, tables, { hop: graph.hops[0]! }, 'mart', tables.newestTs);

  await until(
    'six of ten stable records are left, and of sixty written thirty are read',
    () => lags['mart'] === 6 && lags['copy'] === 30,
    LIMIT_MS,
    () => lags,
  );
  assert.ok(answer().rules.includes('open-transaction'));

  await commit('mart', 10);
  await until(
    'it has read all it can',
    () => lags['mart'] === 0,
    LIMIT_MS,
    () => lags,
  );
  assert.ok(answer().rules.includes('open-transaction'));

  await transaction.commit();
  // fifty records and the marker behind them
  await until(
    'what was committed is to be read',
    () => lags['mart'] === 51,
    LIMIT_MS,
    () => lags,
  );
  assert.ok(!answer().rules.includes('open-transaction'));
});
