/** The captured run sent through a real broker into two daemons, one on Elasticsearch and one on SQLite, until both have it all. */
import { startElasticsearch } from '../../servers/elasticsearch.ts';
import { type Capture, readCapture } from '../../support/capture.ts';
import { type Daemon, scratchDir, startDaemon, writeConfig } from '../../support/daemon.ts';
import { type EndOffsets, endOffsetsOf } from '../../support/end-offsets.ts';
import { until } from '../../support/until.ts';
import { type Broker, startBroker, TOPICS, uncommitted } from '../broker.ts';
import { facet, search } from './answers.ts';
import { type PlacedLog, placeLogs } from './log-expectations.ts';
import { submissions } from './study.ts';

/** The kinds of store a daemon can run on. */
export const STORES = ['elasticsearch', 'sqlite'] as const;
export type StoreName = (typeof STORES)[number];

const CONTAINERS = 4;
const LIMIT_MS = 240_000;

export interface CapturedEstate {
  readonly daemons: Readonly<Record<StoreName, Daemon>>;
  readonly capture: Capture;
  readonly lines: readonly PlacedLog[];
  readonly ends: EndOffsets;
  /** Facet `job` of the time when only the log had arrived: nobody knew the names of the runs. */
  readonly jobsBefore: Readonly<Record<StoreName, Readonly<Record<string, number>>>>;
  close(): Promise<void>;
}

/** Starts the servers and daemons, sends everything, the log first, and waits until both daemons have it. */
export async function startCapturedEstate(): Promise<CapturedEstate> {
  const [broker, elasticsearch] = await Promise.all([
    startBroker({ logs: CONTAINERS, metrics: CONTAINERS - 1 }),
    startElasticsearch(),
  ]);
  const dir = scratchDir();
  const start = (name: StoreName, more: object): Promise<Daemon> => {
    const kafka = { brokers: broker.server.brokers, group: `on-${name}` };
    return startDaemon(writeConfig(dir, name, { http: { port: 0 }, data_dir: name, kafka, ...more }));
  };
  const [onElasticsearch, onSqlite] = await Promise.all([
    start('elasticsearch', { elasticsearch: { node: elasticsearch.node, refresh_interval: '1s' } }),
    start('sqlite', {}),
  ]);
  const daemons = { elasticsearch: onElasticsearch, sqlite: onSqlite };

  const capture = readCapture(Date.now());
  const lines = placeLogs(capture);
  const ends = endOffsetsOf(capture);
  await sendLogs(broker, lines);
  const jobsBefore = { elasticsearch: await jobsOnceAllAreThere(), sqlite: await jobsOnceAllAreThere(onSqlite) };
  await sendTheRest(broker, capture, ends);
  for (const store of STORES) await settled(`everything on ${store}`, () => unstored(broker, `on-${store}`), 0);
  // Records from Kafka are searchable after the refresh interval; this ends the wait for it.
  await fetch(`${elasticsearch.node}/_refresh`, { method: 'POST' });

  async function jobsOnceAllAreThere(daemon = onElasticsearch): Promise<Record<string, number>> {
    await settled('every line', async () => (await search(daemon, { limit: 1 })).total.value, lines.length);
    return facet(daemon, 'job');
  }

  return {
    daemons,
    capture,
    lines,
    ends,
    jobsBefore,
    async close() {
      await Promise.all([onElasticsearch.stop(), onSqlite.stop()]);
      await Promise.all([broker.close(), elasticsearch.kill()]);
    },
  };
}

async function sendLogs(broker: Broker, lines: readonly PlacedLog[]): Promise<void> {
  const records = lines.map(({ partition, offset: _offset, ...value }) => ({ ts: value.ts, partition, value }));
  await broker.send(TOPICS.logs, records);
}

async function sendTheRest(broker: Broker, capture: Capture, ends: EndOffsets): Promise<void> {
  const containers = [...new Set(capture.metrics.map(metric => metric.container_id))];
  const metrics = capture.metrics.map(value => ({
    ts: value.ts,
    partition: containers.indexOf(value.container_id),
    value,
  }));
  await broker.send(TOPICS.metrics, metrics);
  await broker.send(
    TOPICS.offsets,
    ends.rows.map(row => ({ ts: row.ts, value: { type: 'offsets', ...row } })),
  );
  const statuses = capture.statuses.map(({ ts, job_id, job_name, old: previous, new: status, exception }) => ({
    ts,
    value: { type: 'job_status', ts, job_id, job_name, status, previous, exception },
  }));
  await broker.send(TOPICS.jobs, [...submissions(capture.at(-45)), ...statuses]);
}

/** Records the daemon of a group has not stored yet; offsets are committed after that. */
async function unstored(broker: Broker, group: string): Promise<number> {
  const left = await Promise.all([
    uncommitted(broker, `${group}.metrics`, TOPICS.metrics),
    uncommitted(broker, `${group}.logs`, TOPICS.logs),
    uncommitted(broker, `${group}.events`, TOPICS.jobs),
    uncommitted(broker, `${group}.events`, TOPICS.offsets),
  ]);
  return left.reduce((sum, records) => sum + records, 0);
}

/** Waits until `read` gives `expected`; an index made a moment ago answers 503 until its first shard is up. */
async function settled(what: string, read: () => Promise<number>, expected: number): Promise<void> {
  let seen: unknown;
  const attempt = (): Promise<unknown> => read().catch((error: unknown) => (error as Error).message);
  const detail = (): string => `${seen}, expected ${expected}`;
  await until(what, async () => (seen = await attempt()) === expected, LIMIT_MS, detail);
}
