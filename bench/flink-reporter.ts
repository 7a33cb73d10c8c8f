/**
 * What the metric reporter costs the Flink process it runs in: 10,000 reported metrics each 10 s to a real broker, which is then
 * frozen for a minute. Prints record volume, CPU, memory, and what a frozen broker costs. Takes six minutes.
 * `node bench/flink-reporter.ts [measured seconds] [frozen seconds]`
 */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import kafkajs from 'kafkajs';
import { jdk, runTool } from '../test/servers/install.ts';
import { startKafka, type TestKafka } from '../test/servers/kafka.ts';

const MODULE = join(import.meta.dirname, '../flink');
const TOPIC = 'tidewatch.metrics';
const MAIN = 'io.tidewatch.flink.metrics.ReporterBench';
const SECONDS = process.argv[2] ?? '120';
const FROZEN_SECONDS = process.argv[3] ?? '60';
const MB = 1024 * 1024;

type Phase = { readonly phase: string; readonly what?: string } & Readonly<Record<string, number>>;

const kafka = await startKafka();
const admin = new kafkajs.Kafka({ brokers: [...kafka.brokers], logLevel: kafkajs.logLevel.ERROR }).admin();
await admin.connect();
await admin.createTopics({ topics: [{ topic: TOPIC, numPartitions: 4 }], waitForLeaders: true });

const classPath = await compiledClassPath();
const java = spawn(
  jdk('java'),
  ['-Xmx256m', '-XX:+UseSerialGC', '-cp', classPath, MAIN, kafka.brokers.join(','), SECONDS, FROZEN_SECONDS],
  { stdio: ['pipe', 'pipe', 'inherit'] },
);
process.once('exit', () => java.kill('SIGKILL'));
for await (const line of createInterface({ input: java.stdout })) {
  if (line.startsWith('{')) await show(JSON.parse(line) as Phase, java, kafka);
}
const offsets = await admin.fetchTopicOffsets(TOPIC);
console.log(`records in the topic: ${offsets.reduce((sum, { offset }) => sum + Number(offset), 0)}`);
await admin.disconnect();
await kafka.stop();

/** The class path of the module's tests, compiled. */
async function compiledClassPath(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'tidewatch-bench-'));
  const file = join(dir, 'class-path');
  const goals = ['test-compile', 'dependency:build-classpath', '-Dmdep.includeScope=test', `-Dmdep.outputFile=${file}`];
  await runTool('mvn', ['-q', '-B', '-ntp', '-f', join(MODULE, 'pom.xml'), '-pl', 'common,metrics', ...goals]);
  const dependencies = await readFile(file, 'utf8');
  await rm(dir, { recursive: true });
  const own = ['metrics/target/test-classes', 'metrics/target/classes', 'common/target/classes'];
  return [...own.map(path => join(MODULE, path)), dependencies.trim()].join(':');
}

async function show(
  phase: Phase,
  bench: ChildProcessByStdio<Writable, Readable, null>,
  broker: TestKafka,
): Promise<void> {
  if (phase.phase === 'freeze') broker.freeze();
  if (phase.phase === 'thaw') broker.thaw();
  if (phase.phase === 'freeze' || phase.phase === 'thaw') bench.stdin.write('on\n');
  else console.table([rounded(phase)]);
}

/** Bytes as MB, the rest with two decimals; the share where there is something to compare with. */
function rounded({ phase, what, ...figures }: Phase): Record<string, string | number> {
  const row: Record<string, string | number> = { phase: what ? `${phase}, ${what}` : phase };
  for (const [name, value] of Object.entries(figures as Record<string, number>)) {
    const isLarge = name.endsWith('Bytes') && value > MB;
    row[isLarge ? name.replace('Bytes', 'MB') : name] = Math.round((isLarge ? value / MB : value) * 100) / 100;
  }
  const { bytes, flatBytes } = figures as Record<string, number>;
  if (bytes && flatBytes) row['percent'] = Math.round((bytes / flatBytes) * 1000) / 10;
  return row;
}
