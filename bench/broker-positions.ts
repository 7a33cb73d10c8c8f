/**
 * Polling of broker positions: time and CPU of one cycle over 10,000 partitions and 200 groups on a real broker, with the derivation of lag
 * from its rows; the same questions through kafkajs's admin client, for comparison. `node --expose-gc bench/broker-positions.ts [TOPICS]`
 */
import { pino } from 'pino';
import { runCycle } from '../collector/broker-positions/cycle.ts';
import type { Estate } from '../collector/broker-positions.ts';
import { limited } from '../collector/kafka/limited.ts';
import { OffsetClient } from '../collector/kafka/offset-client.ts';
import { createKafka } from '../collector/kafka-source.ts';
import { createLagDeriver } from '../lineage/lag/lag-deriver.ts';
import { OffsetTables } from '../lineage/lag/offsets.ts';
import { systemClock } from '../model/clock.ts';
import { startKafka } from '../test/servers/kafka.ts';
import { until } from '../test/support/until.ts';

const TOPICS = Number(process.argv[2] ?? 1000);
const PARTITIONS = 10;
const GROUPS = 200;
const CYCLES = 10;
const TOPICS_PER_REQUEST = 100;
const SETUP_MS = 600_000;
const log = pino({ level: 'silent' });
const names = Array.from({ length: TOPICS }, (_, i) => `topic-${i}`);
const groups = Array.from({ length: GROUPS }, (_, i) => `group-${i}`);

interface Cost {
  readonly ms: number;
  readonly cpuMs: number;
}

async function timed(work: () => Promise<unknown>): Promise<Cost> {
  const [start, before] = [performance.now(), process.cpuUsage()];
  await work();
  const { user, system } = process.cpuUsage(before);
  return { ms: performance.now() - start, cpuMs: (user + system) / 1000 };
}

function megabytes(): number {
  for (let pass = 0; pass < 2; pass++) globalThis.gc?.();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return (heapUsed + arrayBuffers) / 1e6;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

function row(name: string, costs: readonly Cost[]): void {
  const [ms, cpuMs] = [median(costs.map(c => c.ms)), median(costs.map(c => c.cpuMs))];
  console.log(`${name.padEnd(64)} ${ms.toFixed(0).padStart(8)} ms ${cpuMs.toFixed(0).padStart(8)} ms CPU`);
}

/** Each group reads its share of the topics. False while the broker is still making them. */
async function commit(topic: string): Promise<boolean> {
  const groupId = groups[names.indexOf(topic) % GROUPS] ?? '';
  const partitions = Array.from({ length: PARTITIONS }, (_, partition) => ({ partition, offset: '0' }));
  return admin.setOffsets({ groupId, topic, partitions }).then(
    () => true,
    () => false,
  );
}

async function repeated(count: number, work: () => Promise<unknown>): Promise<readonly Cost[]> {
  const costs: Cost[] = [];
  for (let i = 0; i < count; i++) costs.push(await timed(work));
  return costs;
}

const server = await startKafka({
  properties: {
    'log.index.size.max.bytes': '4096',
    'log.cleaner.enable': 'false',
    'log.initial.task.delay.ms': '3600000',
  },
});
const brokers = [...server.brokers];
const admin = createKafka({ brokers, clientId: 'bench' }, log).admin();
const client = new OffsetClient({ brokers, clientId: 'bench' }, { clock: systemClock, log });
try {
  await admin.connect();
  for (let from = 0; from < TOPICS; from += TOPICS_PER_REQUEST) {
    const topics = names.slice(from, from + TOPICS_PER_REQUEST);
    await admin.createTopics({
      topics: topics.map(topic => ({ topic, numPartitions: PARTITIONS })),
      waitForLeaders: false,
      timeout: 60_000,
    });
  }
  await limited(names, 8, topic => until(`${topic} is committed`, () => commit(topic), SETUP_MS));
  console.log(`${TOPICS} topics, ${TOPICS * PARTITIONS} partitions, ${GROUPS} groups, one broker`);

  const estate: Estate = { topics: new Set(names), groups: new Set(groups), hopOf: group => group };
  const cluster = { name: 'data-1', title: 'data-1', pollMs: 10_000, topics: [], groups: [] };
  const limits = { maxPartitions: 100_000, maxGroups: 2000 };
  const cycle = () => runCycle(cluster, client, estate, { clock: systemClock, limits });
  row('first cycle: connects, asks for topics and leaders', [await timed(cycle)]);
  row('cycle', await repeated(CYCLES, cycle));
  row('  of it: end offsets', await repeated(CYCLES, () => client.offsets(names, 'end')));
  row('  of it: commits', await repeated(CYCLES, () => client.commits(groups)));

  const before = megabytes();
  const deriver = createLagDeriver(new OffsetTables());
  let points = 0;
  const derived: Cost[] = [];
  for (let i = 0; i < CYCLES; i++) {
    const { rows } = await cycle();
    derived.push(await timed(async () => void (points = deriver.derive(rows, 0).length)));
  }
  row(`lag derived from the rows (${points} points)`, derived);
  console.log(`tables after ${CYCLES} cycles: ${(megabytes() - before).toFixed(0)} MB`);

  const byAdmin = async (): Promise<void> => {
    for (let from = 0; from < TOPICS; from += 8) {
      await Promise.all(names.slice(from, from + 8).map(topic => admin.fetchTopicOffsets(topic)));
    }
    for (let from = 0; from < GROUPS; from += 8) {
      await Promise.all(groups.slice(from, from + 8).map(groupId => admin.fetchOffsets({ groupId })));
    }
  };
  row('the same through kafkajs admin, topic by topic: first time', [await timed(byAdmin)]);
  row('the same through kafkajs admin, topic by topic: later', await repeated(3, byAdmin));
} finally {
  await client.close();
  await admin.disconnect();
  await server.kill();
}
