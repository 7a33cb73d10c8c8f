/** A daemon that finds in Kafka what happened while it was away: ages of that time are what they were, and nothing looked late meanwhile. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { readingsOf } from '../flink/figures.ts';
import { type Daemon, scratchDir, startDaemon, writeConfig } from '../support/daemon.ts';
import { until } from '../support/until.ts';
import { type Broker, startBroker, TOPICS, type TopicRecord } from './broker.ts';

const MINUTE_MS = 60_000;
const AWAY_MS = 10 * MINUTE_MS;
const STEP_MS = 10_000;
/** The job reads what was appended so long ago; a record a second goes in. */
const BEHIND_MS = 20_000;
const OUTPUT = 'kafka://broker:9092/missed_out';
const SQL = `
CREATE TABLE src (id BIGINT) WITH ('connector'='kafka','topic'='missed_in','properties.bootstrap.servers'='broker:9092','format'='json');
CREATE TABLE snk (id BIGINT) WITH ('connector'='kafka','topic'='missed_out','properties.bootstrap.servers'='broker:9092','format'='json');
INSERT INTO snk SELECT id FROM src;`;

let broker: Broker | undefined;
let daemon: Daemon | undefined;

before(
  async () => {
    broker = await startBroker();
  },
  { timeout: 200_000 },
);
after(async () => {
  await daemon?.stop();
  await broker?.close();
});

/** Rows of the job from `from` until `to`, one every ten seconds. */
function positions(begun: number, from: number, to: number): TopicRecord[] {
  const rows: TopicRecord[] = [];
  for (let ts = from; ts <= to; ts += STEP_MS) {
    const end = Math.floor((ts - begun) / 1000);
    const position = Math.max(0, end - BEHIND_MS / 1000);
    const value = {
      type: 'offsets',
      ts,
      hop: 'missed_job',
      topic: 'missed_in',
      partition: 0,
      end_offset: end,
      position,
    };
    rows.push({ ts, value });
  }
  return rows;
}

test('ages of a time in which nobody was there', { timeout: 300_000 }, async () => {
  const begun = Date.now() - AWAY_MS;
  const job = { type: 'job', ts: begun, job_name: 'missed_job', job_id: '1'.padStart(32, '0'), owner: 'dw', sql: SQL };
  await broker!.send(TOPICS.jobs, [{ ts: begun, value: job }]);
  await broker!.send(TOPICS.offsets, positions(begun, begun, Date.now()));
  const { brokers } = broker!.server;
  const config = { http: { port: 0 }, data_dir: 'data', kafka: { brokers, group: 'missed' } };

  daemon = await startDaemon(writeConfig(scratchDir(), 'missed', config));
  const ages = (): ReturnType<typeof readingsOf> => readingsOf(daemon!, 'age_ms', { dataset: OUTPUT }, begun);
  let told = begun + AWAY_MS;
  const last = await until(
    'the present is looked at, too',
    async () => {
      // Every step that is due, however long the last look took.
      const now = Date.now();
      await broker!.send(TOPICS.offsets, positions(begun, told, now));
      told += Math.floor((now - told) / STEP_MS) * STEP_MS;
      const found = await ages();
      return (found.at(-1)?.ts ?? 0) > begun + AWAY_MS && found;
    },
    180_000,
  );

  const missed = last.filter(({ ts }) => ts <= begun + AWAY_MS);
  // Not the minute of the first rows, which say nothing of what was before them.
  assert.ok(missed.length >= AWAY_MS / MINUTE_MS - 2, `only ${missed.length} minutes: ${JSON.stringify(missed)}`);
  assert.deepEqual(
    missed.filter(({ value }) => Math.abs(value - BEHIND_MS) > STEP_MS),
    [],
  );
});
