import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Readiness } from '../../../lineage/readiness/readiness.ts';
import { type Api, MINUTE, NOW, point, problemOf, SECOND } from './fixture.ts';
import { DATASET, openPipeline, pass, REPORT } from './freshness-fixture.ts';

let api: Api;
before(async () => {
  api = await openPipeline();
  await pass(api, 10 * MINUTE);
});
after(() => api.close());

const ask = (query: string): Promise<Readiness> => api.get<Readiness>(`readiness?${query}`);
const of = `dataset=${encodeURIComponent(DATASET)}`;

describe('GET /readiness', () => {
  test('data that goes past the period’s end is ready, for the dataset and for its report', async () => {
    const answer = await ask(`${of}&complete_to=${NOW + 9 * MINUTE}`);

    assert.ok((answer.complete_up_to ?? 0) >= NOW + 9 * MINUTE);
    assert.deepEqual({ ...answer, complete_up_to: 0 }, { ready: true, complete_up_to: 0, blocking: [], rows: null });
    const report = await ask(`report=${encodeURIComponent(REPORT)}&complete_to=2026-11-20T16:09:00%2B08:00`);
    assert.equal(report.ready, true);
  });

  test('a period that has not ended says when', async () => {
    const { ready, blocking } = await ask(`${of}&complete_to=${api.clock.now() + 5 * MINUTE}`);

    assert.equal(ready, false);
    assert.deepEqual(
      blocking.map(({ hop, reason }) => [hop, reason]),
      [[null, 'period-open']],
    );
    assert.ok((blocking[0]?.eta_ms ?? 0) >= 5 * MINUTE);
  });

  test('rows are compared with what was counted, and duplicates told from shortfalls', async () => {
    const end = NOW + 5 * MINUTE;
    await api.take('metrics', point('dataset_rows', 700, end, { dataset: DATASET }));
    const rows = async (expected: number) => (await ask(`${of}&complete_to=${end}&expected_rows=${expected}`)).rows;

    assert.deepEqual(await rows(700), { expected: 700, actual: 700, verdict: 'ok' });
    assert.deepEqual(await rows(701), { expected: 701, actual: 700, verdict: 'short' });
    assert.deepEqual(await rows(699), { expected: 699, actual: 700, verdict: 'duplicate' });
    const other = await ask(`${of}&complete_to=${end - MINUTE}&expected_rows=700`);
    assert.deepEqual([other.ready, other.rows, other.blocking[0]?.reason], [false, null, 'rows-unknown']);
    assert.equal((await ask(`${of}&complete_to=${end + MINUTE}&expected_rows=700&period=2m`)).ready, true);
  });

  test('waits until the data is there', async () => {
    const end = api.clock.now() + 20 * SECOND;
    const waiting = ask(`${of}&complete_to=${end}&wait=60s`);
    await new Promise(resolve => setImmediate(resolve));
    await pass(api, 40 * SECOND);

    const answer = await waiting;
    assert.equal(answer.ready, true);
    assert.ok((answer.complete_up_to ?? 0) >= end);
  });

  const REFUSED: readonly (readonly [sentence: string, query: string, status: number, code: string])[] = [
    ['neither a dataset nor a report', 'complete_to=1', 422, 'bad-request'],
    ['both', 'dataset=a&report=b&complete_to=1', 422, 'bad-request'],
    ['no end of the period', of, 422, 'bad-request'],
    ['an end that is none', `${of}&complete_to=soon`, 422, 'bad-request'],
    ['half a row', `${of}&complete_to=1&expected_rows=1.5`, 422, 'bad-request'],
    ['a wait that is none', `${of}&complete_to=1&wait=long`, 422, 'bad-request'],
    ['a field nobody knows', `${of}&complete_to=1&x=1`, 422, 'bad-request'],
    ['a dataset nobody knows', 'dataset=nope&complete_to=1', 404, 'not-found'],
  ];
  for (const [sentence, query, status, code] of REFUSED) {
    test(`refuses ${sentence}`, async () => void problemOf(await api.ask('GET', `readiness?${query}`), status, code));
  }
});

describe('what is committed with checkpoints', () => {
  test('is ready only after a checkpoint past the end', async () => {
    const own = await openPipeline();
    const topic = (name: string): string =>
      `CREATE TABLE ${name} (id STRING) WITH ('connector' = 'kafka', 'topic' = '${name}', 'properties.bootstrap.servers' = 'k:9092', 'properties.group.id' = 'g', 'sink.delivery-guarantee' = 'exactly-once', 'sink.transactional-id-prefix' = 'x', 'format' = 'json');`;
    await own.take('jobs', {
      type: 'job',
      ts: NOW + 1,
      job_name: 'etl',
      sql: `${topic('ods')}\n${topic('dwd')}\nINSERT INTO dwd SELECT id FROM ods;`,
    });
    await pass(own, 10 * MINUTE);
    const end = NOW + 8 * MINUTE;
    const question = `readiness?dataset=${encodeURIComponent('kafka://k:9092/dwd')}&complete_to=${end}`;
    const before = await own.get<Readiness>(question);
    await own.take('offsets', { type: 'checkpoint', ts: end + 70 * SECOND, hop: 'etl', barrier_ts: end + MINUTE });
    const then = await own.get<Readiness>(question);

    assert.equal(before.ready, false);
    assert.equal(then.ready, true, JSON.stringify(then));
    await own.close();
  });
});
