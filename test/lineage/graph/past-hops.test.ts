/** Hops as of a time: what a job read and wrote then, not what it reads and writes now. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { JobEvent } from '../../../model/job-event.ts';
import { having, jarJob, sqlJob, topicId, topicTable } from '../lineage-fixture.ts';

const TABLES = ['raw', 'raw2', 'ods', 'dwd'].map(topic => topicTable(topic, 'k')).join('\n');
const copy = (from: string, to: string): string => `${TABLES}\nINSERT INTO ${to} SELECT k FROM ${from};`;
const EXACTLY_ONCE = "SET 'execution.checkpointing.interval' = '1 min';";

/** `job: inputs -> output` of the hops upstream of `target` at a time. */
async function hopsAt(events: readonly JobEvent[], at: number, target = 'dwd'): Promise<readonly string[]> {
  const lineage = await having(...events);
  const { hops } = lineage.hopGraphAt(at, [topicId(target)]);
  const name = (id: string): string => id.slice(id.lastIndexOf('/') + 1);
  return hops
    .map(({ hop, inputs, output }) => `${hop}: ${inputs.map(name).join(' ')} -> ${output === null ? '' : name(output)}`)
    .toSorted();
}

/** `ingest` read `raw` until 200, then `raw2`; `etl` came at 50. */
const CHANGED = [
  sqlJob('ingest', copy('raw', 'ods'), { ts: 100 }),
  sqlJob('etl', copy('ods', 'dwd'), { ts: 50 }),
  sqlJob('ingest', copy('raw2', 'ods'), { ts: 200 }),
];

describe('hops of the past', () => {
  const cases: readonly (readonly [string, readonly JobEvent[], number, readonly string[]])[] = [
    ['are those of the version in force then', CHANGED, 150, ['etl: ods -> dwd', 'ingest: raw -> ods']],
    ['are those of today when it was in force', CHANGED, 200, ['etl: ods -> dwd', 'ingest: raw2 -> ods']],
    ['of a job nobody had told of are as it was first told', CHANGED, 20, ['etl: ods -> dwd', 'ingest: raw -> ods']],
    [
      'leave out a job nobody had told of where another one wrote the same',
      [sqlJob('old', copy('raw', 'dwd'), { ts: 10 }), sqlJob('new', copy('raw2', 'dwd'), { ts: 300 })],
      100,
      ['old: raw -> dwd'],
    ],
    [
      'hold a job that has ended since and leave out the one that took its place',
      [
        sqlJob('old', copy('raw', 'dwd'), { ts: 10, jobId: 'a1' }),
        { type: 'job_status', ts: 20, jobId: 'a1', jobName: 'old', status: 'RUNNING' },
        { type: 'job_status', ts: 250, jobId: 'a1', jobName: 'old', status: 'CANCELED' },
        sqlJob('new', copy('raw2', 'dwd'), { ts: 300 }),
      ],
      100,
      ['old: raw -> dwd'],
    ],
    [
      'of declared jobs are what they declared then',
      [jarJob('jar', ['raw'], ['dwd'], { ts: 10 }), jarJob('jar', ['raw2'], ['dwd'], { ts: 400_000 })],
      200_000,
      ['jar: raw -> dwd'],
    ],
  ];
  for (const [sentence, events, at, expected] of cases)
    test(sentence, async () => assert.deepEqual(await hopsAt(events, at), expected));

  test('know what the SQL of then says of checkpoints and windows, not only its tables', async () => {
    const upsert = copy('raw', 'dwd').replace(
      "'topic' = 'dwd',",
      "'topic' = 'dwd', 'sink.delivery-guarantee' = 'exactly-once',",
    );
    const lineage = await having(
      sqlJob('etl', `${EXACTLY_ONCE}\n${upsert}`, { ts: 10 }),
      sqlJob('etl', copy('raw', 'dwd'), { ts: 90 }),
    );
    const deliveries = (at: number) => lineage.hopGraphAt(at, [topicId('dwd')]).hops.map(({ delivery }) => delivery);
    assert.deepEqual([deliveries(50), deliveries(95)], [['exactly_once'], ['at_least_once']]);
  });

  test('say since when each job is known', async () => {
    const { firstKnown } = (await having(...CHANGED)).hopGraphAt(150, []);
    assert.deepEqual([...firstKnown].toSorted(), [
      ['etl', 50],
      ['ingest', 100],
    ]);
  });

  test('off the way to what was asked about are not read anew', async () => {
    assert.deepEqual(await hopsAt(CHANGED, 150, 'raw'), ['etl: ods -> dwd']);
  });
});
