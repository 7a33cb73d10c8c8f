/**
 * The same jars on Flink 1.20, which has no job listener: what the jobs read and write is told by those who submit them, one by the
 * command of `tidewatch`, one by the Java client.
 */
import { after, before, describe } from 'node:test';
import { tidewatch } from '../support/flink-install.ts';
import { baselineTests, QUIET } from './baseline-tests.ts';
import { CLUSTER, FILTER, FlinkEstate, WINDOW } from './estate.ts';

let running: FlinkEstate | undefined;
const jobs = new Map<string, string>();

function estate(): FlinkEstate {
  if (!running) throw new Error('the estate did not start');
  return running;
}

before(
  async () => {
    running = await FlinkEstate.start('1.20.3');
    await running.producer.start(QUIET.perSecond, QUIET.oneIn);
    const names = [FILTER, WINDOW];
    const ids = await running.submit(...names);
    for (const [i, name] of names.entries()) jobs.set(name, ids[i] ?? '');
    await Promise.all(names.map(tell));
    await running.running(...ids);
  },
  { timeout: 240_000 },
);
after(() => running?.close());

/** Flink 1.20 tells nothing of what a job reads and writes: who submits it does. */
async function tell(job: string): Promise<void> {
  const { daemon, brokerList } = estate();
  const what = ['--sql', estate().sqlFile(job), '--name', job, '--job-id', jobs.get(job) ?? '', '--app-id', CLUSTER];
  if (job === FILTER) await tidewatch('jobs', 'submit', ...what, '--url', daemon.url);
  else await estate().flink.runClient('io.tidewatch.flink.jobs.JobsClient', [...what, '--brokers', brokerList], []);
}

describe('Flink 1.20', { concurrency: true }, () => {
  baselineTests(estate, () => jobs);
});
