/**
 * What the log appender costs the Flink process it runs in: 1,000 lines/s, one in a hundred with a stack trace, to nowhere and to a
 * real broker, which is then frozen for a minute. The packaged jar is measured. Takes five minutes.
 * `node bench/flink-appender.ts [measured seconds] [frozen seconds] [maxMemory]`
 */
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import kafkajs from 'kafkajs';
import { jdk, runTool } from '../test/servers/install.ts';
import { startKafka } from '../test/servers/kafka.ts';
import { flinkJars } from '../test/support/flink-jars.ts';

const MODULE = join(import.meta.dirname, '../flink');
const TOPIC = 'tidewatch.logs';
const MAIN = 'io.tidewatch.flink.log.AppenderBench';
const [SECONDS = '120', FROZEN_SECONDS = '60', MAX_MEMORY = '8 MB'] = process.argv.slice(2);
const MB = 1024 * 1024;

type Phase = { readonly phase: string } & Readonly<Record<string, number>>;

const kafka = await startKafka();
const admin = new kafkajs.Kafka({ brokers: [...kafka.brokers], logLevel: kafkajs.logLevel.ERROR }).admin();
await admin.connect();
await admin.createTopics({ topics: [{ topic: TOPIC, numPartitions: 4 }], waitForLeaders: true });

const settings = [kafka.brokers.join(','), TOPIC, MAX_MEMORY, SECONDS, FROZEN_SECONDS];
const java = spawn(jdk('java'), ['-Xmx256m', '-XX:+UseSerialGC', '-cp', await classPath(), MAIN, ...settings], {
  stdio: ['pipe', 'pipe', 'inherit'],
});
process.once('exit', () => java.kill('SIGKILL'));
const phases: Phase[] = [];
for await (const line of createInterface({ input: java.stdout })) {
  const phase = JSON.parse(line) as Phase;
  if (phase.phase === 'freeze') kafka.freeze();
  else if (phase.phase === 'thaw') kafka.thaw();
  else phases.push(phase);
  if (phase.phase === 'freeze' || phase.phase === 'thaw') java.stdin.write('on\n');
}

console.table(phases.filter(({ lines }) => lines !== undefined));
console.table(phases.filter(({ lines }) => lines === undefined).map(rounded));
console.log(`CPU of the appender: ${(cpuOf('to Kafka') - cpuOf('to nowhere')).toFixed(2)} % of a core`);
const offsets = await admin.fetchTopicOffsets(TOPIC);
console.log(`records in the topic: ${offsets.reduce((sum, { offset }) => sum + Number(offset), 0)}`);
await admin.disconnect();
await kafka.stop();

/** The packaged jar before the module's tests and what they need. */
async function classPath(): Promise<string> {
  const { lib } = await flinkJars();
  const dir = await mkdtemp(join(tmpdir(), 'tidewatch-bench-'));
  const file = join(dir, 'class-path');
  const goals = ['test-compile', 'dependency:build-classpath', '-Dmdep.includeScope=test', `-Dmdep.outputFile=${file}`];
  await runTool('mvn', ['-q', '-B', '-ntp', '-f', join(MODULE, 'pom.xml'), '-pl', 'common,lib', ...goals]);
  const dependencies = await readFile(file, 'utf8');
  await rm(dir, { recursive: true });
  return [lib, join(MODULE, 'lib/target/test-classes'), dependencies.trim()].join(':');
}

function cpuOf(name: string): number {
  return phases.find(({ phase }) => phase === name)?.['cpuPercent'] ?? Number.NaN;
}

/** Bytes as MB with two decimals. */
function rounded({ phase, ...figures }: Phase): Record<string, string | number> {
  const row: Record<string, string | number> = { phase };
  for (const [name, value] of Object.entries(figures as Record<string, number>)) {
    const isBytes = name.endsWith('Bytes');
    row[isBytes ? name.replace('Bytes', 'MB') : name] = isBytes ? Math.round((value / MB) * 100) / 100 : value;
  }
  return row;
}
