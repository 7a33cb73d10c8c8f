/** Flink, Kafka, Elasticsearch and the daemon on one machine, as a platform team sets them up; two SQL jobs between three topics. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Broker, createTopics, startBroker } from '../e2e/broker.ts';
import { startElasticsearch, type TestElasticsearch } from '../servers/elasticsearch.ts';
import { type FlinkRelease, installFlink, type TestFlink } from '../servers/flink.ts';
import type { TestServer } from '../servers/server-process.ts';
import { type Daemon, scratchDir, startDaemon, writeConfig } from '../support/daemon.ts';
import { installTelemetry } from '../support/flink-install.ts';
import { flinkJars } from '../support/flink-jars.ts';
import { FlinkRest } from '../support/flink-rest.ts';
import { until } from '../support/until.ts';
import { EventProducer } from './producer.ts';

export const FILTER = 'cdo_filter_job';
export const WINDOW = 'cdo_window_agg';
export const CLUSTER = 'e2e-session';
/** How often Flink reports its metrics and the daemon asks the brokers. */
export const INTERVAL_MS = 2000;

const TASK_MANAGERS = 2;
const SQL_DIR = join(import.meta.dirname, '../fixtures/flink/sql');
const SUBMIT = 'io.tidewatch.flink.testing.SubmitSql';

/** Checkpoints and restarts come quickly; a checkpoint that back-pressure holds up must not fail the job. */
const JOB_SETTINGS = `parallelism.default: 2
execution.checkpointing.interval: 2s
execution.checkpointing.timeout: 60s
execution.checkpointing.tolerable-failed-checkpoints: 1000
restart-strategy.fixed-delay.attempts: 1000
restart-strategy.fixed-delay.delay: 1s
`;

/** What an estate is made of. */
export interface EstatePlan {
  /** Topics of the jobs, each with its partitions. */
  readonly topics: Readonly<Record<string, number>>;
  /** Whether the daemon keeps its data in Elasticsearch; else in its own folder. */
  readonly elasticsearch: boolean;
}

/** The jobs of the fixtures that most suites run. */
const PRODUCTION: EstatePlan = { topics: { dw_sdk_log: 2, dw_sdk_log_cdo: 2, dw_sdk_agg: 1 }, elasticsearch: true };

/** All of it, running. */
export class FlinkEstate {
  readonly broker: Broker;
  readonly flink: TestFlink;
  readonly rest: FlinkRest;
  readonly daemon: Daemon;
  readonly producer: EventProducer;
  readonly #elasticsearch: TestElasticsearch | null;
  readonly #jobManager: TestServer;
  readonly #taskManagers: TestServer[];

  private constructor(parts: {
    readonly broker: Broker;
    readonly elasticsearch: TestElasticsearch | null;
    readonly flink: TestFlink;
    readonly jobManager: TestServer;
    readonly taskManagers: readonly TestServer[];
    readonly daemon: Daemon;
  }) {
    this.broker = parts.broker;
    this.flink = parts.flink;
    this.rest = new FlinkRest(parts.flink.rest);
    this.daemon = parts.daemon;
    this.producer = new EventProducer(parts.broker.server.brokers);
    this.#elasticsearch = parts.elasticsearch;
    this.#jobManager = parts.jobManager;
    this.#taskManagers = [...parts.taskManagers];
  }

  /** Starts the servers, the daemon, and a session cluster with two TaskManagers. */
  static async start(version: FlinkRelease, plan: EstatePlan = PRODUCTION): Promise<FlinkEstate> {
    const [broker, elasticsearch, flink] = await Promise.all([
      startBroker(),
      plan.elasticsearch ? startElasticsearch() : null,
      installFlink(version),
    ]);
    await createTopics(broker.admin, plan.topics);
    const { brokers } = broker.server;
    const file = writeConfig(scratchDir(), 'daemon', {
      http: { port: 0 },
      data_dir: 'data',
      kafka: { brokers, group: 'flink-e2e' },
      clusters: { data: { brokers, poll: `${INTERVAL_MS / 1000}s` } },
      ...(elasticsearch ? { elasticsearch: { node: elasticsearch.node, refresh_interval: '1s' } } : {}),
    });
    await installTelemetry(flink, { config: file, cluster: CLUSTER, interval: `${INTERVAL_MS / 1000} s` });
    // renamed in 1.17
    const strategy = flink.configFile === 'config.yaml' ? 'restart-strategy.type' : 'restart-strategy';
    await flink.configure(`${JOB_SETTINGS}${strategy}: fixed-delay\n`);
    const [daemon, jobManager, ...taskManagers] = await Promise.all([
      startDaemon(file),
      flink.startJobManager(),
      ...Array.from({ length: TASK_MANAGERS }, () => startTaskManager(flink)),
    ]);
    const estate = new FlinkEstate({ broker, elasticsearch, flink, jobManager, taskManagers, daemon });
    await estate.taskManagersRegistered();
    await until('the daemon is ready', async () => (await daemon.readiness()).ready);
    return estate;
  }

  get brokerList(): string {
    return this.broker.server.brokers.join(',');
  }

  /** Container ids of the TaskManagers that run, in the order in which they were started. */
  get containers(): readonly string[] {
    return this.#taskManagers.map(containerOf);
  }

  get jobManagerContainer(): string {
    return containerOf(this.#jobManager);
  }

  /** Submits jobs of the fixtures with one client, as `SubmitSql` does; gives their ids in order. */
  async submit(...jobs: readonly string[]): Promise<readonly string[]> {
    const { testing } = await flinkJars();
    const each = jobs.map(job => `${job}=${this.sqlFile(job)}`);
    const output = await this.flink.runClient(SUBMIT, each, [testing]);
    const ids = output.split('\n').filter(line => /^[0-9a-f]{32}$/.test(line));
    if (ids.length !== jobs.length)
      throw new Error(`not ${jobs.length} job ids in the output of ${SUBMIT}:\n${output}`);
    return ids;
  }

  /** Path of a job's SQL with this estate's brokers in it. */
  sqlFile(job: string): string {
    const file = join(this.flink.home, `${job}.sql`);
    const sql = readFileSync(join(SQL_DIR, `${job}.sql`), 'utf8');
    writeFileSync(file, sql.replaceAll('@BROKERS@', this.brokerList));
    return file;
  }

  /** Resolves once every task of these jobs runs. */
  async running(...jobIds: readonly string[]): Promise<void> {
    const run = async (): Promise<boolean> =>
      (await Promise.all(jobIds.map(id => this.rest.runsWholly(id)))).every(Boolean);
    await until('all tasks run', run, 180_000);
  }

  /** The functions that can be slow wait so long at each record; 0 ends it, a negative number holds them until another comes. */
  slowDown(microseconds: number): void {
    writeFileSync(slownessFile(this.flink), String(microseconds));
  }

  /** Starts one more TaskManager; gives its container id. */
  async addTaskManager(): Promise<string> {
    const taskManager = await startTaskManager(this.flink);
    this.#taskManagers.push(taskManager);
    return containerOf(taskManager);
  }

  /** SIGKILL to the TaskManager of a container. */
  async killTaskManager(container: string): Promise<void> {
    const at = this.#taskManagers.findIndex(server => containerOf(server) === container);
    const [killed] = this.#taskManagers.splice(at, 1);
    await killed?.kill();
  }

  taskManagersRegistered(): Promise<boolean> {
    const isRegistered = async (): Promise<boolean> =>
      (await this.rest.taskManagers().catch(() => 0)) === this.#taskManagers.length;
    return until('the TaskManagers are registered', isRegistered);
  }

  /** Sum of a topic's end offsets, as the broker says. */
  readonly endOf = async (topic: string): Promise<number> => {
    const partitions = await this.broker.admin.fetchTopicOffsets(topic);
    return partitions.reduce((sum, { high }) => sum + Number(high), 0);
  };

  async close(): Promise<void> {
    await this.producer.stop();
    await this.daemon.stop();
    await this.flink.close();
    await Promise.all([this.broker.close(), this.#elasticsearch?.kill()]);
  }
}

/** Its content is how long the aggregate waits at each record. */
function slownessFile(flink: TestFlink): string {
  return join(flink.home, 'slowness');
}

function startTaskManager(flink: TestFlink): Promise<TestServer> {
  return flink.startTaskManager({ TIDEWATCH_TEST_SLOW: slownessFile(flink) });
}

/** `CONTAINER_ID` as the script that started the process made it. */
function containerOf({ pid }: TestServer): string {
  const environment = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
  return environment.find(entry => entry.startsWith('CONTAINER_ID='))?.slice('CONTAINER_ID='.length) ?? '';
}

/** Resident memory of all processes that this one has started, bytes. */
export function residentBytes(): number {
  const children = readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, 'utf8').trim().split(' ');
  return children.reduce((sum, pid) => {
    const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return sum + Number(kilobytes ?? 0) * 1024;
  }, 0);
}
