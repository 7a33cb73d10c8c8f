/** The lineage service: what is one and the same, be it spelled in several ways or told by two that saw it. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { JobEvent } from '../../model/job-event.ts';
import { ETL, nodes, service } from './lineage-fixture.ts';

describe('names without physical identity', () => {
  const NAMED: JobEvent = {
    type: 'job',
    ts: 1,
    jobName: 'a',
    sql: 'INSERT INTO `dw.sdk_log_cdo` SELECT imei FROM dw.sdk_log',
  };
  const READER: JobEvent = {
    type: 'job',
    ts: 1,
    jobName: 'b',
    sql: 'INSERT INTO dw.agg SELECT imei FROM dw.sdk_log_cdo',
  };

  test('all spellings are one dataset, and the evidence says so', async () => {
    const { lineage } = service();
    await lineage.accept([NAMED, READER], 0);

    const { edges } = lineage.graph({ root: 'dw.sdk_log_cdo' });

    const id = 'by-name://unresolved/dw.sdk_log_cdo';
    assert.deepEqual(
      edges.filter(edge => edge.to === id || edge.from === id),
      [
        { from: id, to: 'job:b', role: 'reads', evidence: ['by-name'] },
        { from: 'job:a', to: id, role: 'writes', evidence: ['by-name'] },
      ],
    );
  });

  test('a table record gives them their topic and columns', async () => {
    const { lineage } = service();
    const sql = 'INSERT INTO dw.x SELECT * FROM dw.sdk_log_cdo';
    await lineage.accept([NAMED, { ...READER, sql } as JobEvent], 0);

    await lineage.accept(
      [
        {
          type: 'table',
          ts: 2,
          name: 'dw.sdk_log_cdo',
          connector: 'kafka',
          schema: [{ name: 'imei', type: 'STRING' }],
          options: { topic: 'cdo', 'properties.bootstrap.servers': 'k1:9092' },
        },
      ],
      0,
    );

    const { edges } = lineage.graph({ root: 'kafka://k1:9092/cdo', columns: true });
    assert.deepEqual(
      edges.map(edge => `${edge.from} ${edge.to}`),
      [
        'by-name://unresolved/dw.sdk_log job:a',
        'job:a kafka://k1:9092/cdo',
        'job:b by-name://unresolved/dw.x',
        'kafka://k1:9092/cdo job:b',
        'by-name://unresolved/dw.sdk_log#imei kafka://k1:9092/cdo#imei',
        'kafka://k1:9092/cdo#imei by-name://unresolved/dw.x#imei',
      ],
    );
  });

  test('a topic of that name joins them, and when it goes they part again', async () => {
    const { lineage } = service();
    const other: JobEvent = { type: 'job', ts: 1, jobName: 'c', reads: ['kafka://k1:9092/dw.sdk_log_cdo'], writes: [] };
    await lineage.accept([NAMED, other], 0);
    assert.ok(nodes(lineage.graph({ root: 'job:a' })).includes('kafka://k1:9092/dw.sdk_log_cdo'));

    await lineage.accept([{ ...other, ts: 2, reads: ['kafka://k1:9092/elsewhere'] }], 0);

    assert.deepEqual(nodes(lineage.graph({ root: 'job:a' })), [
      'by-name://unresolved/dw.sdk_log',
      'by-name://unresolved/dw.sdk_log_cdo',
      'job:a',
    ]);
  });

  test('topics of two clusters are not guessed between', async () => {
    const { lineage } = service();
    const of = (jobName: string, topic: string): JobEvent => ({ type: 'job', ts: 1, jobName, reads: [topic] });
    await lineage.accept([NAMED, of('c', 'kafka://k1:9092/dw.sdk_log'), of('d', 'kafka://other:9092/dw.sdk_log')], 0);

    assert.ok(nodes(lineage.graph({ root: 'job:a', direction: 'up' })).includes('by-name://unresolved/dw.sdk_log'));
  });
});

describe('two accounts of one submission', () => {
  const client: JobEvent = { type: 'job', ts: 1000, jobName: 'etl', owner: 'ann', sql: ETL };
  const listener: JobEvent = {
    type: 'job',
    ts: 4000,
    jobName: 'etl',
    jobId: 'a1',
    appId: 'application_1_1',
    reads: ['kafka://k1:9092/dw_sdk_log'],
    writes: ['kafka://k1:9092/dw_sdk_log_cdo'],
  };

  for (const [order, events] of [
    ['who submits first', [client, listener]],
    ['the listener first', [listener, client]],
    ['told again', [client, listener, client, listener]],
  ] as const) {
    test(`the SQL of who submits and the run that the listener names are one job: ${order}`, async () => {
      const { lineage } = service();
      for (const event of events) await lineage.accept([event], 0);

      const job = lineage.job('etl')!;
      const { edges } = lineage.graph({ columns: true });

      assert.deepEqual([job.owner, job.sql, job.runs.map(run => run.jobId)], ['ann', ETL, ['a1']]);
      const writes = edges.find(edge => edge.role === 'writes');
      assert.deepEqual(writes?.evidence, ['sql']);
      const derived = edges.find(edge => edge.role === 'derives');
      assert.deepEqual(
        [derived?.from, derived?.to, derived?.type, derived?.job],
        ['kafka://k1:9092/dw_sdk_log#imei', 'kafka://k1:9092/dw_sdk_log_cdo#imei', 'value', 'job:etl'],
      );
    });
  }

  test('another run is another submission: its SQL is not that of the last', async () => {
    const { lineage } = service();
    await lineage.accept([{ ...client, jobId: 'a0' }, listener], 0);

    const { edges } = lineage.graph({});

    assert.ok(edges.every(edge => !edge.evidence.includes('sql')));
  });

  test('nor is one of much later, whose id the first account did not know', async () => {
    const { lineage } = service();
    await lineage.accept([client, { ...listener, ts: 3_600_000 }], 0);

    assert.ok(lineage.graph({}).edges.every(edge => !edge.evidence.includes('sql')));
  });
});
