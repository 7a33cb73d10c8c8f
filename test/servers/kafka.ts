import { randomBytes } from 'node:crypto';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { copyJars, installOnce, jdk, runTool, SERVERS_DIR } from './install.ts';
import { freePorts, serverProcess, type TestServer } from './server-process.ts';

const VERSION = '4.4.0';
const JVM = ['-Xms256m', '-Xmx512m', '-XX:+UseSerialGC', '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn'];

export interface TestKafka extends TestServer {
  /** `host:port` of the only broker. */
  readonly brokers: readonly string[];
}

export interface TestKafkaOptions {
  /** It is prepared and not started, so that clients can be tried before it is there: call `start()`. */
  readonly absent?: boolean;
  readonly properties?: Readonly<Record<string, string>>;
  /** Further listeners beside the plain one, by name: their addresses, and their protocols in Kafka's words. */
  readonly listeners?: Readonly<Record<string, { readonly address: string; readonly protocol: string }>>;
  /** SCRAM users, as arguments of `--add-scram`. */
  readonly scram?: readonly string[];
}

/** A real Kafka broker (KRaft, one node, no topics) in a fresh folder. */
export async function startKafka(options: TestKafkaOptions = {}): Promise<TestKafka> {
  const home = await installOnce(`kafka-${VERSION}`, async dir => {
    await copyJars(join(SERVERS_DIR, 'kafka/pom.xml'), join(dir, 'lib'));
    await runTool(jdk('javac'), ['-d', join(dir, 'classes'), join(SERVERS_DIR, 'WithParent.java')]);
  });
  const dir = await mkdtemp(join(tmpdir(), 'tidewatch-kafka-'));
  const [port = 0, controllerPort = 0] = await freePorts(2);
  const config = join(dir, 'server.properties');
  const settings = { ...brokerSettings(dir, port, controllerPort), ...options.properties };
  for (const [name, { address, protocol }] of Object.entries(options.listeners ?? {})) {
    settings['listeners'] += `,${name}://${address}`;
    settings['advertised.listeners'] += `,${name}://${address}`;
    settings['listener.security.protocol.map'] += `,${name}:${protocol}`;
  }
  const lines = Object.entries(settings).map(([key, value]) => `${key}=${value}\n`);
  await writeFile(config, lines.join(''));
  const java = [...JVM, '-cp', `${home}/classes:${home}/lib/*`];
  const users = (options.scram ?? []).flatMap(user => ['--add-scram', user]);
  await runTool(jdk('java'), [...java, 'kafka.tools.StorageTool', 'format', '-t', clusterId(), '-c', config, ...users]);

  const server = serverProcess(jdk('java'), [...java, 'WithParent', 'kafka.Kafka', config], port, dir);
  if (!options.absent) await server.start();
  return Object.assign(server, { brokers: [`127.0.0.1:${port}`] });
}

function brokerSettings(dir: string, port: number, controllerPort: number): Record<string, string> {
  return {
    'process.roles': 'broker,controller',
    'node.id': '1',
    'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
    listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${port}`,
    'controller.listener.names': 'CONTROLLER',
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'log.dirs': join(dir, 'log'),
    'auto.create.topics.enable': 'false',
    // one node holds every internal topic
    'offsets.topic.replication.factor': '1',
    'offsets.topic.num.partitions': '1',
    'transaction.state.log.replication.factor': '1',
    'transaction.state.log.min.isr': '1',
    // a group forms, and a killed broker is fenced, without the waits that suit production
    'group.initial.rebalance.delay.ms': '0',
    'broker.session.timeout.ms': '2000',
    'broker.heartbeat.interval.ms': '500',
  };
}

/** A KRaft cluster id: 16 random bytes as URL-safe base64; the tool takes one that begins with `-` for an option. */
function clusterId(): string {
  return randomBytes(16).toString('base64url').replace(/^-/, 'A');
}
