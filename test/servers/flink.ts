import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { appendFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { copyJars, installOnce, jdk, runTool, SERVERS_DIR } from './install.ts';
import { freePorts, serverProcess, type TestServer } from './server-process.ts';

const run = promisify(execFile);
const CLIENT_LIMIT_MS = 240_000;
const JOB_MANAGER = 'org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint';
const TASK_MANAGER = 'org.apache.flink.runtime.taskexecutor.TaskManagerRunner';

/** Heaps of the processes; the JVM's own memory comes on top. */
const JVM = {
  jobmanager: ['-Xms128m', '-Xmx320m'],
  taskmanager: ['-Xms128m', '-Xmx384m', '-XX:MaxDirectMemorySize=192m'],
  client: ['-Xmx320m'],
} as const;

/**
 * Modules that Flink opens to itself on Java 17 (`env.java.opts.all` of its distribution, 1.17 and later); `sun.net.util` is what
 * 1.14, made for Java 8 and 11, needs besides.
 */
const OPENED = [
  ...['rmi/sun.rmi.registry', 'security.jgss/sun.security.krb5', 'base/sun.net.util'].map(
    name => `--add-exports=java.${name}=ALL-UNNAMED`,
  ),
  '--add-exports=jdk.compiler/com.sun.tools.javac.api=ALL-UNNAMED',
  ...['lang', 'net', 'io', 'nio', 'lang.reflect', 'text', 'time', 'util', 'util.concurrent']
    .concat(['util.concurrent.atomic', 'util.concurrent.locks'])
    .map(name => `--add-opens=java.base/java.${name}=ALL-UNNAMED`),
  '--add-opens=java.base/sun.nio.ch=ALL-UNNAMED',
];

const LOG_TO_STDOUT = `rootLogger.level = INFO
rootLogger.appenderRef.console.ref = Console
appender.console.name = Console
appender.console.type = CONSOLE
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = %d{yyyy-MM-dd HH:mm:ss,SSS} %-5p %-60c %x - %m%n
`;

/** Releases with a POM beside this file; the tests run on the newest of 1.x and 2.x, `bench/flink-versions.ts` on all of them. */
export const FLINK_RELEASES = [
  ...(['1.14.6', '1.15.4', '1.16.3', '1.17.2', '1.18.1', '1.19.1', '1.20.3'] as const),
  ...(['2.0.0', '2.1.1', '2.2.0', '2.3.0'] as const),
] as const;
export type FlinkRelease = (typeof FLINK_RELEASES)[number];

type Environment = Readonly<Record<string, string>>;
type Role = 'jobmanager' | 'taskmanager' | 'client';

/**
 * A Flink installation of its own on 127.0.0.1: `conf/`, `lib/`, `plugins/` and `log/` as in Flink's distribution, nothing running.
 * What is put there before a process starts, that process has; a script `conf/env-<role>.sh` is sourced before it, as a shell
 * that starts Flink would. When the test process fails its folder is kept, and named.
 */
export interface TestFlink {
  readonly version: FlinkRelease;
  /** Flink's home folder. */
  readonly home: string;
  /** The file in `conf/` that this release reads its configuration from. */
  readonly configFile: 'config.yaml' | 'flink-conf.yaml';
  /** Base URL of the JobManager's REST API. */
  readonly rest: string;
  /** Adds lines to `conf/<configFile>`. */
  configure(lines: string): Promise<void>;
  /** Starts the JobManager of a session cluster; resolves once its REST API takes connections. */
  startJobManager(env?: Environment): Promise<TestServer>;
  /** Starts a TaskManager with two slots; resolves once it takes connections, which is before it is registered. */
  startTaskManager(env?: Environment): Promise<TestServer>;
  /** Runs a main class to its end with Flink's class path and these jars; gives its standard output. */
  runClient(main: string, args: readonly string[], jars: readonly string[], env?: Environment): Promise<string>;
  /** Kills what still runs. */
  close(): Promise<void>;
}

/** Lays out a Flink installation; its jars are fetched once. */
export async function installFlink(version: FlinkRelease): Promise<TestFlink> {
  const jars = await installOnce(`flink-${version}`, async dir => {
    await copyJars(join(SERVERS_DIR, `flink/${version}.xml`), join(dir, 'lib'));
    await runTool(jdk('javac'), ['-d', join(dir, 'classes'), join(SERVERS_DIR, 'WithParent.java')]);
  });
  const home = mkdtempSync(join(tmpdir(), 'tidewatch-flink-'));
  // before the handlers of the processes, which remove their folders
  process.once('exit', code => leave(home, code));
  for (const folder of ['conf', 'lib', 'plugins', 'log', 'run', 'tmp']) mkdirSync(join(home, folder));
  for (const jar of readdirSync(join(jars, 'lib'))) symlinkSync(join(jars, 'lib', jar), join(home, 'lib', jar));
  const [restPort = 0, rpcPort = 0, blobPort = 0] = await freePorts(3);
  const configFile = /^1\.1[4-8]\./.test(version) ? 'flink-conf.yaml' : 'config.yaml';
  const config = join(home, 'conf', configFile);
  await writeFile(config, yaml(baseSettings(home, restPort, rpcPort, blobPort)));
  for (const name of ['log4j', 'log4j-cli']) await writeFile(join(home, `conf/${name}.properties`), LOG_TO_STDOUT);

  const paths = { FLINK_CONF_DIR: join(home, 'conf'), FLINK_PLUGINS_DIR: join(home, 'plugins'), FLINK_HOME: home };
  const servers: TestServer[] = [];
  let clients = 0;
  const classPath = `${home}/lib/*`;
  const java = (log: string, properties: string): string[] => [
    ...OPENED,
    '-XX:+UseSerialGC',
    `-Dlog.file=${home}/log/${log}.log`,
    `-Dlog4j.configurationFile=file:${home}/conf/${properties}.properties`,
  ];

  /** Arguments of a shell that becomes the JVM once it has the role's variables. */
  const sourced = (role: Role, args: readonly string[]): string[] => [
    ...['-c', 'if [ -f "$0" ]; then . "$0"; fi; exec "$@"', join(home, `conf/env-${role}.sh`), jdk('java'), ...args],
  ];

  async function start(
    role: 'jobmanager' | 'taskmanager',
    main: string,
    port: number,
    ports: Environment,
    env: Environment,
  ): Promise<TestServer> {
    const name = `${role}-${servers.length}`;
    const dir = join(home, 'run', name);
    mkdirSync(dir);
    const dynamic = Object.entries(ports).flatMap(([key, value]) => ['-D', `${key}=${value}`]);
    const args = [
      ...java(name, 'log4j'),
      ...JVM[role],
      ...['-cp', `${jars}/classes:${classPath}`, 'WithParent', main],
      ...['--configDir', join(home, 'conf'), ...dynamic],
    ];
    const server = serverProcess('sh', sourced(role, args), port, dir, { ...paths, ...env });
    servers.push(server);
    await server.start();
    return server;
  }

  return {
    version,
    home,
    configFile,
    rest: `http://127.0.0.1:${restPort}`,
    configure: lines => appendFile(config, lines.endsWith('\n') ? lines : `${lines}\n`),
    startJobManager: (env = {}) => start('jobmanager', JOB_MANAGER, restPort, { 'rest.bind-port': `${restPort}` }, env),
    async startTaskManager(env = {}) {
      const [port = 0] = await freePorts(1);
      return start('taskmanager', TASK_MANAGER, port, { 'taskmanager.rpc.port': `${port}` }, env);
    },
    async runClient(main, args, more, env = {}) {
      const log = `client-${++clients}`;
      const all = [...java(log, 'log4j-cli'), ...JVM.client, '-cp', [classPath, ...more].join(':'), main, ...args];
      try {
        const options = { env: { ...process.env, ...paths, ...env }, timeout: CLIENT_LIMIT_MS };
        return (await run('sh', sourced('client', all), options)).stdout;
      } catch (error) {
        const { stdout, stderr } = error as { stdout?: string; stderr?: string };
        throw new Error(`${main} ${args.join(' ')} failed:\n${stdout ?? ''}${stderr ?? ''}`);
      }
    },
    async close() {
      await Promise.all(servers.map(server => server.kill()));
    },
  };
}

/** Started without Flink's scripts, a TaskManager must be told every part of its memory. */
function baseSettings(home: string, restPort: number, rpcPort: number, blobPort: number): Environment {
  return {
    'jobmanager.rpc.address': '127.0.0.1',
    'jobmanager.rpc.port': `${rpcPort}`,
    'jobmanager.bind-host': '127.0.0.1',
    'jobmanager.memory.heap.size': '320m',
    'blob.server.port': `${blobPort}`,
    'rest.address': '127.0.0.1',
    'rest.bind-address': '127.0.0.1',
    'rest.port': `${restPort}`,
    'taskmanager.host': '127.0.0.1',
    'taskmanager.bind-host': '127.0.0.1',
    'taskmanager.numberOfTaskSlots': '2',
    'taskmanager.cpu.cores': '1.0',
    'taskmanager.memory.task.heap.size': '256m',
    'taskmanager.memory.task.off-heap.size': '0m',
    'taskmanager.memory.framework.heap.size': '128m',
    'taskmanager.memory.framework.off-heap.size': '64m',
    'taskmanager.memory.network.min': '32m',
    'taskmanager.memory.network.max': '32m',
    'taskmanager.memory.managed.size': '32m',
    'taskmanager.memory.jvm-metaspace.size': '192m',
    'taskmanager.memory.jvm-overhead.min': '128m',
    'taskmanager.memory.jvm-overhead.max': '128m',
    'io.tmp.dirs': join(home, 'tmp'),
    // a lost TaskManager is missed, and its answer to REST is fresh, sooner than production wants it
    'heartbeat.interval': '1000',
    'heartbeat.timeout': '6000',
    'metrics.fetcher.update-interval': '200',
  };
}

function yaml(settings: Environment): string {
  return Object.entries(settings)
    .map(([key, value]) => `${key}: ${value}\n`)
    .join('');
}

/** Removes the folder after success; after a failure its logs are what explains it. */
function leave(home: string, code: number): void {
  if (code === 0) {
    rmSync(home, { recursive: true, force: true });
    return;
  }
  const kept = join(tmpdir(), basename(home).replace('tidewatch-flink', 'tidewatch-flink-failed'));
  renameSync(home, kept);
  for (const folder of ['lib', 'plugins', 'tmp']) rmSync(join(kept, folder), { recursive: true, force: true });
  process.stderr.write(`logs of Flink are kept in ${kept}/log and ${kept}/run\n`);
}
