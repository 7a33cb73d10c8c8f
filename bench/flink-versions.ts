/**
 * Every release of Flink that the jars are promised for, run for real: a session cluster of two TaskManagers, two SQL jobs between
 * three topics, reporter, appender and listener installed with what `tidewatch flink-config` writes. Prints a table of what works
 * where, below each row what was found. Two minutes a release on a quiet machine; the jars of each are fetched once.
 * `node bench/flink-versions.ts [RELEASE …] [--keep DIR]`; `--keep` writes what the daemon was sent, for fixtures.
 */
import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import kafkajs from 'kafkajs';
import { QUIET } from '../test/flink/baseline-tests.ts';
import { CLUSTER, FILTER, FlinkEstate, WINDOW } from '../test/flink/estate.ts';
import { FLINK_RELEASES, type FlinkRelease } from '../test/servers/flink.ts';
import { tidewatch } from '../test/support/flink-install.ts';
import { CHECKS, type RunningEstate } from './support/flink-version-checks.ts';

const PLAN = { topics: { dw_sdk_log: 2, dw_sdk_log_cdo: 2, dw_sdk_agg: 1 }, elasticsearch: false } as const;
const RELEASE_LIMIT_MS = 900_000;
const KEPT_TOPICS = ['tidewatch.metrics', 'tidewatch.logs', 'tidewatch.jobs'];

/** What came of a check. */
interface Outcome {
  readonly check: string;
  readonly ok: boolean;
  readonly detail: string;
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { keep: { type: 'string' }, alone: { type: 'boolean', default: false } },
});
if (values.alone) await runAlone(releaseOf(positionals[0] ?? ''));
else await runMatrix(positionals.length === 0 ? FLINK_RELEASES : positionals.map(releaseOf));

/** Each release in a process of its own: one that hangs costs its row. */
async function runMatrix(releases: readonly FlinkRelease[]): Promise<void> {
  const width = Math.max(...CHECKS.map(({ name }) => name.length)) + 2;
  let failures = 0;
  console.log(['release'.padEnd(10), ...CHECKS.map(({ name }) => name.padEnd(width))].join(''));
  for (const release of releases) {
    const keep = values.keep === undefined ? [] : ['--keep', values.keep];
    const outcomes = await promisify(execFile)(process.execPath, [import.meta.filename, '--alone', release, ...keep], {
      timeout: RELEASE_LIMIT_MS,
      maxBuffer: 16 * 1024 * 1024,
    }).then(
      ({ stdout }) => JSON.parse(stdout.trim().split('\n').at(-1) ?? '[]') as Outcome[],
      (error: { stderr?: string; message: string }): Outcome[] => [
        { check: 'start', ok: false, detail: error.stderr || error.message },
      ],
    );
    const mark = (name: string): string => {
      const outcome = outcomes.find(({ check }) => check === name);
      return outcome === undefined ? '-' : outcome.ok ? 'yes' : 'NO';
    };
    console.log([release.padEnd(10), ...CHECKS.map(({ name }) => mark(name).padEnd(width))].join(''));
    for (const { check, ok, detail } of outcomes) console.log(`    ${check}${ok ? '' : ' FAILS'}: ${detail}`);
    failures += outcomes.filter(({ ok }) => !ok).length;
  }
  process.exitCode = failures === 0 ? 0 : 1;
}

async function runAlone(release: FlinkRelease): Promise<void> {
  const running = await startEstate(release);
  const outcomes: Outcome[] = [];
  try {
    for (const { name, run } of CHECKS) {
      const outcome = await run(running).then(
        detail => ({ check: name, ok: true, detail }),
        (error: Error) => ({ check: name, ok: false, detail: error.message }),
      );
      outcomes.push(outcome);
    }
    if (values.keep !== undefined) await keepRecords(running.estate, join(values.keep, release));
  } finally {
    await running.estate.close();
  }
  console.log(JSON.stringify(outcomes));
}

/** Both jobs run, and where Flink does not tell what they read and write, those who submitted them have. */
async function startEstate(release: FlinkRelease): Promise<RunningEstate> {
  const estate = await FlinkEstate.start(release, PLAN);
  try {
    await estate.producer.start(QUIET.perSecond, QUIET.oneIn);
    const jobs = new Map<string, string>();
    for (const job of [FILTER, WINDOW]) {
      const [id = ''] = await estate.submit(job);
      jobs.set(job, id);
      if (!release.startsWith('1.')) continue;
      const what = ['--sql', estate.sqlFile(job), '--name', job, '--job-id', id, '--app-id', CLUSTER];
      if (job === FILTER) await tidewatch('jobs', 'submit', ...what, '--url', estate.daemon.url);
      else
        await estate.flink.runClient(
          'io.tidewatch.flink.jobs.JobsClient',
          [...what, '--brokers', estate.brokerList],
          [],
        );
    }
    await estate.running(...jobs.values());
    return { estate, jobs };
  } catch (error) {
    await estate.close();
    throw error;
  }
}

/** One file a topic, a record a line, as they were sent. */
async function keepRecords({ broker }: FlinkEstate, dir: string): Promise<void> {
  mkdirSync(dir, { recursive: true });
  const kafka = new kafkajs.Kafka({ brokers: [...broker.server.brokers], logLevel: kafkajs.logLevel.ERROR });
  for (const topic of KEPT_TOPICS)
    writeFileSync(join(dir, `${topic}.ndjson`), (await allRecords(kafka, topic)).join('\n'));
}

async function allRecords(kafka: kafkajs.Kafka, topic: string): Promise<readonly string[]> {
  const admin = kafka.admin();
  const consumer = kafka.consumer({ groupId: `keep-${topic}` });
  await Promise.all([admin.connect(), consumer.connect()]);
  try {
    const open = new Map<number, number>();
    for (const { partition, high, low } of await admin.fetchTopicOffsets(topic))
      if (Number(high) > Number(low)) open.set(partition, Number(high));
    const records: string[] = [];
    await consumer.subscribe({ topic, fromBeginning: true });
    await new Promise<void>((resolve, reject) => {
      if (open.size === 0) resolve();
      consumer
        .run({
          eachMessage: async ({ partition, message }) => {
            const end = open.get(partition);
            if (end === undefined) return;
            records.push(message.value?.toString() ?? '');
            if (Number(message.offset) >= end - 1) open.delete(partition);
            if (open.size === 0) resolve();
          },
        })
        .catch(reject);
    });
    return records;
  } finally {
    await Promise.all([admin.disconnect(), consumer.disconnect()]);
  }
}

function releaseOf(text: string): FlinkRelease {
  const release = FLINK_RELEASES.find(known => known === text);
  if (release === undefined) throw new Error(`no POM for Flink ${text}; there is one for ${FLINK_RELEASES.join(', ')}`);
  return release;
}
