import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { decodeDruid } from '../../../collector/decode/druid.ts';
import { decodeJob } from '../../../collector/decode/job.ts';
import { recordFields } from '../../../collector/decode/json-record.ts';
import { decodeNifi } from '../../../collector/decode/nifi.ts';
import { decodeOffsets } from '../../../collector/decode/offsets.ts';
import { Rejected } from '../../../collector/decode/rejected.ts';
import { createRedactor, MASK } from '../../../collector/redact.ts';

const AT = Date.parse('2026-11-21T10:00:00Z');
const bytes = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
const job = (value: unknown) => decodeJob(bytes(value), AT, createRedactor());

for (const [sentence, sent, expected] of [
  [
    'a submission, its SQL without secrets',
    {
      type: 'job',
      ts: 5,
      job_name: 'j',
      owner: null,
      sql: "WITH ('password'='x')",
      properties: { 'sasl.password': 'x', p: 1 },
    },
    {
      type: 'job',
      ts: 5,
      jobName: 'j',
      sql: `WITH ('password'='${MASK}')`,
      properties: { 'sasl.password': MASK, p: '1' },
    },
  ],
  [
    'a status without a time of its own',
    { type: 'job_status', job_id: 'a', job_name: 'j', status: 'FAILED', previous: 'RUNNING' },
    { type: 'job_status', ts: AT, jobId: 'a', jobName: 'j', status: 'FAILED', previous: 'RUNNING' },
  ],
  [
    'a table',
    {
      type: 'table',
      ts: 5,
      name: 'd.t',
      connector: 'kafka',
      options: { topic: 't' },
      schema: [{ name: 'a', type: 'INT' }],
      dimension: { cache: 'LRU', ttl_ms: 9 },
      unknown: 1,
    },
    {
      type: 'table',
      ts: 5,
      name: 'd.t',
      connector: 'kafka',
      options: { topic: 't' },
      schema: [{ name: 'a', type: 'INT' }],
      dimension: { cache: 'LRU', ttlMs: 9 },
    },
  ],
  [
    'a report',
    { type: 'report', ts: 5, name: 'r', owner: 'o', reads: ['druid://c/d'], slo: { age_ms: 9, target: 0.99 } },
    { type: 'report', ts: 5, name: 'r', owner: 'o', reads: ['druid://c/d'], slo: { ageMs: 9, target: 0.99 } },
  ],
  [
    'a Druid supervisor',
    { type: 'druid_supervisor', ts: 5, spec: { a: { password: 'x' } } },
    { type: 'druid_supervisor', ts: 5, spec: { a: { password: MASK } } },
  ],
  ['a NiFi flow', { type: 'nifi_flow', ts: 5, flow: { a: [1] } }, { type: 'nifi_flow', ts: 5, flow: { a: [1] } }],
] as const) {
  test(`jobs: ${sentence}`, () => {
    assert.deepEqual(job(sent), expected);
  });
}

test('jobs: OpenLineage events are kept whole, unknown facets included', () => {
  const line = readFileSync(join(import.meta.dirname, '../../fixtures/flink/openlineage-1.53.0.ndjson'), 'utf8').trim();
  const event = decodeJob(Buffer.from(line), AT, createRedactor());

  assert.ok(!(event instanceof Rejected) && event.type === 'openlineage');
  assert.equal(event.ts, Date.parse('2026-11-21T10:20:51.583Z'));
  assert.deepEqual(event.event, JSON.parse(line));
});

for (const [sentence, sent, code] of [
  ['no type', { a: 1 }, 'unknown-shape'],
  ['a type there is not', { type: 'nonsense' }, 'unknown-shape'],
  ['a missing name', { type: 'job', ts: 1 }, 'bad-field'],
  ['an objective that is none', { type: 'report', name: 'r', reads: ['x'], objective: { target: 2 } }, 'bad-field'],
  ['a field of the wrong type', { type: 'report', name: 'r', reads: 'x' }, 'bad-field'],
] as const) {
  test(`jobs refused by name: ${sentence}`, () => {
    const rejected = job(sent);

    assert.ok(rejected instanceof Rejected);
    assert.equal(rejected.code, code);
  });
}

for (const [sentence, sent, expected] of [
  [
    'positions',
    {
      type: 'offsets',
      ts: 1,
      hop: 'j',
      topic: 't',
      partition: 0,
      end_offset: 9,
      position: 4,
      committed: -1,
      cluster: 'c',
      group: 'g',
    },
    { type: 'offsets', ts: 1, hop: 'j', topic: 't', partition: 0, endOffset: 9, position: 4, cluster: 'c', group: 'g' },
  ],
  [
    'an end offset alone',
    { type: 'offsets', ts: 1, topic: 't', partition: '3', end_offset: '9' },
    { type: 'offsets', ts: 1, hop: '', topic: 't', partition: 3, endOffset: 9 },
  ],
  [
    'a checkpoint',
    { type: 'checkpoint', ts: 9, hop: 'j', barrier_ts: 5 },
    { type: 'checkpoint', ts: 9, hop: 'j', barrierTs: 5 },
  ],
  ['a queue', { type: 'queue_lag', ts: 9, hop: 'n', ms: 1.5 }, { type: 'queue_lag', ts: 9, hop: 'n', ms: 1.5 }],
  [
    'a lag alone',
    { type: 'lag', ts: 9, hop: 'd', topic: 't', lag_records: 7 },
    { type: 'lag', ts: 9, hop: 'd', topic: 't', lagRecords: 7 },
  ],
] as const) {
  test(`offsets: ${sentence}`, () => {
    assert.deepEqual(decodeOffsets(bytes(sent)), expected);
  });
}

for (const [sentence, sent, code] of [
  ['no partition', { type: 'offsets', ts: 1, topic: 't', end_offset: 1 }, 'bad-field'],
  ['a fraction', { type: 'offsets', ts: 1, topic: 't', partition: 0, end_offset: 1.5 }, 'bad-field'],
  ['nothing said', { type: 'offsets', ts: 1, topic: 't', partition: 0 }, 'bad-field'],
  ['another type', { type: 'x', ts: 1 }, 'unknown-shape'],
  ['a negative lag', { type: 'lag', ts: 1, hop: 'h', topic: 't', lag_records: -1 }, 'bad-field'],
] as const) {
  test(`offsets refused by name: ${sentence}`, () => {
    const rejected = decodeOffsets(bytes(sent));

    assert.ok(rejected instanceof Rejected);
    assert.equal(rejected.code, code);
  });
}

const connection = {
  componentType: 'Connection',
  componentName: 'success',
  parentName: 'sdk_in',
  timestampMillis: AT,
  backPressureObjectThreshold: 10_000,
  isBackPressureEnabled: 'true',
};

for (const [sentence, queues, rows] of [
  ['the reported duration of the worst queue', [{ queuedDuration: 5 }, { queuedDuration: 900 }], [{ ms: 900 }]],
  ['else queue length by output rate', [{ queuedCount: 600, outputCount: 300_000 }], [{ ms: 600, estimated: true }]],
  ['an empty queue is no lag', [{ queuedCount: 0, outputCount: 0 }], [{ ms: 0, estimated: true }]],
  ['a queue that stands still has no estimate', [{ queuedCount: 5, outputCount: 0 }], []],
] as const) {
  test(`NiFi queue lag: ${sentence}`, () => {
    const decoded = decodeNifi(bytes(queues.map(queue => ({ ...connection, ...queue }))), AT, AT);

    assert.ok(!(decoded instanceof Rejected));
    assert.deepEqual(
      decoded.rows,
      rows.map(row => ({ type: 'queue_lag', ts: AT, hop: 'sdk_in', ...row })),
    );
  });
}

test('NiFi numbers become series, other components nothing', () => {
  const decoded = decodeNifi(
    bytes([
      { ...connection, queuedCount: 7 },
      { componentType: 'Processor', componentName: 'p' },
    ]),
    AT,
    AT,
  );

  assert.ok(!(decoded instanceof Rejected));
  assert.deepEqual(decoded.groups, [
    {
      ts: AT,
      labels: { component: 'success', process_group: 'sdk_in' },
      attrs: {},
      arrivedAt: AT,
      values: [
        ['nifi.connection.backPressureObjectThreshold', 10_000],
        ['nifi.connection.isBackPressureEnabled', 1],
        ['nifi.connection.queuedCount', 7],
      ],
    },
  ]);
});

const druid = {
  feed: 'metrics',
  timestamp: '2026-11-21T10:00:00.000Z',
  service: 'druid/overlord',
  host: 'h:8090',
  dataSource: 'd',
  stream: 't',
  tags: { a: 1 },
};

for (const [metric, more, row] of [
  ['ingest/kafka/lag', {}, { type: 'lag', ts: AT, hop: 'd', topic: 't', lagRecords: 12 }],
  [
    'ingest/kafka/partitionLag',
    { partition: 3 },
    { type: 'lag', ts: AT, hop: 'd', topic: 't', lagRecords: 12, partition: 3 },
  ],
  ['ingest/events/messageGap', { taskId: 'x' }, null],
] as const) {
  test(`Druid: ${metric}`, () => {
    const decoded = decodeDruid(bytes({ ...druid, metric, value: 12, ...more }), AT, AT);

    assert.ok(!(decoded instanceof Rejected));
    assert.deepEqual(decoded.row, row);
    assert.deepEqual(decoded.group.values, [[`druid.${metric.replaceAll('/', '.')}`, 12]]);
    assert.equal(decoded.group.labels['dataSource'], 'd');
    assert.equal(decoded.group.labels['taskId'], undefined);
  });
}

test('Druid: other feeds and values that are no number are refused', () => {
  const alert = decodeDruid(bytes({ ...druid, feed: 'alerts' }), AT, AT);
  const text = decodeDruid(bytes({ ...druid, metric: 'm', value: 'x' }), AT, AT);

  assert.deepEqual(
    [alert, text].map(r => (r instanceof Rejected ? r.code : r)),
    ['unknown-shape', 'bad-field'],
  );
});

test('half a surrogate pair in a name or a text becomes the sign for what is not a character', () => {
  const bytes = Buffer.from(
    String.raw`{"type":"checkpoint","ts":1,"hop":"a\ud800b","barrier_ts":1,"\udc00":"\ud83d\ude00"}`,
  );
  assert.deepEqual(recordFields(bytes), {
    type: 'checkpoint',
    ts: 1,
    hop: 'a\ufffdb',
    barrier_ts: 1,
    '\ufffd': '\u{1f600}',
  });
});
