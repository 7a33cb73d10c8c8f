import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeJob } from '../../collector/decode/job.ts';
import { decodeOffsets } from '../../collector/decode/offsets.ts';
import { encodeJob, encodeOffsets } from '../../collector/encode.ts';
import { createRedactor } from '../../collector/redact.ts';
import type { JobEvent } from '../../model/job-event.ts';
import type { OffsetRow } from '../../model/offset-row.ts';

const ROWS: readonly OffsetRow[] = [
  { type: 'offsets', ts: 5, hop: 'j', topic: 't', partition: 1, position: 7 },
  {
    type: 'offsets',
    ts: 5,
    hop: '',
    topic: 't',
    partition: 0,
    endOffset: 9,
    lastStableOffset: 8,
    committed: 3,
    startOffset: 1,
    cluster: 'c',
    group: 'g',
  },
  { type: 'checkpoint', ts: 5, hop: 'j', barrierTs: 3 },
  { type: 'queue_lag', ts: 5, hop: 'n', ms: 4 },
  { type: 'queue_lag', ts: 5, hop: 'n', ms: 4, estimated: true },
  { type: 'watermark', ts: 5, hop: 'j', watermark: 3, lateDropped: 2 },
  { type: 'watermark', ts: 5, hop: 'j', watermark: null },
  { type: 'event_lag', ts: 5, hop: 'j', topic: 't', ms: 4 },
  { type: 'lag', ts: 5, hop: 'd', topic: 't', partition: 2, lagRecords: 6, cluster: 'c', group: 'g' },
];

for (const row of ROWS) {
  test(`an offset row of another daemon is read as it was: ${JSON.stringify(row)}`, () => {
    assert.deepEqual(decodeOffsets(Buffer.from(encodeOffsets(row))), row);
  });
}

const EVENTS: readonly JobEvent[] = [
  {
    type: 'job',
    ts: 5,
    jobName: 'j',
    jobId: 'a',
    appId: 'b',
    owner: 'o',
    sql: 'SELECT 1',
    session: 'c.d',
    properties: { someKey: 'aB' },
    reads: ['kafka://h:1/t'],
    writes: ['t'],
  },
  { type: 'job_status', ts: 5, jobId: 'a', jobName: 'j', status: 'FAILED', previous: 'RUNNING', exception: 'x' },
  { type: 'job_id', ts: 5, jobId: 'a', jobName: 'j', appId: 'b' },
  { type: 'topic_read', ts: 5, jobName: 'j', topic: 't' },
  {
    type: 'openlineage',
    ts: 1000,
    event: { eventTime: '1970-01-01T00:00:01Z', producer: 'p', job: { name: 'jobName' } },
  },
  {
    type: 'table',
    ts: 5,
    name: 'd.t',
    connector: 'kafka',
    options: { topicName: 't' },
    schema: [{ name: 'camelCase', type: 'INT' }],
    dimension: { cache: 'LRU', ttlMs: 9 },
  },
  { type: 'report', ts: 5, name: 'r', owner: 'o', reads: ['t'], slo: { ageMs: 9, target: 0.5 } },
  {
    type: 'report',
    ts: 5,
    name: 'r',
    owner: 'o',
    reads: ['t'],
    slo: {
      ageMs: 9,
      target: 0.5,
      period: 'month',
      calendar: { zone: 'Asia/Shanghai', days: [1], from: '08:00', to: '24:00' },
      alerts: false,
    },
  },
  { type: 'druid_supervisor', ts: 5, spec: { dataSchema: { dataSource: 'd' } } },
  { type: 'nifi_flow', ts: 5, flow: { processGroups: [] } },
];

for (const event of EVENTS) {
  test(`a ${event.type} event of another daemon is read as it was`, () => {
    assert.deepEqual(decodeJob(Buffer.from(encodeJob(event)), 0, createRedactor()), event);
  });
}
