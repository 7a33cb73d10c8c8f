import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type JobSubmission, submissionKey, submissionRecord } from '../../../app/flink/job-submission.ts';
import { decodeJob } from '../../../collector/decode/job.ts';
import { createRedactor } from '../../../collector/redact.ts';

const redactor = createRedactor();
const ALL: JobSubmission = {
  name: 'orders',
  sql: "CREATE TABLE t (x INT) WITH ('properties.password' = 'hunter2'); INSERT INTO t SELECT 1",
  owner: 'dw',
  session: 'hive.ods',
  jobId: 'a'.repeat(32),
  appId: 'application_1_1',
  properties: { 'pipeline.name': 'orders', 'my.secret': 'hunter2' },
};

function bytes(job: JobSubmission, ts: number): Buffer {
  return Buffer.from(JSON.stringify(submissionRecord(job, ts, redactor)));
}

describe('the record of a submission', () => {
  test('is the event the daemon decodes, secrets masked before it leaves', () => {
    const record = bytes(ALL, 1000);

    assert.doesNotMatch(record.toString(), /hunter2/);
    assert.deepEqual(decodeJob(record, 5, redactor), {
      type: 'job',
      ts: 1000,
      jobName: 'orders',
      jobId: 'a'.repeat(32),
      appId: 'application_1_1',
      owner: 'dw',
      sql: "CREATE TABLE t (x INT) WITH ('properties.password' = '<redacted>'); INSERT INTO t SELECT 1",
      session: 'hive.ods',
      properties: { 'pipeline.name': 'orders', 'my.secret': '<redacted>' },
    });
  });

  test('leaves out what was not said', () => {
    assert.deepEqual(submissionRecord({ name: 'j', sql: 'SELECT 1', properties: {} }, 1000, redactor), {
      type: 'job',
      ts: 1000,
      job_name: 'j',
      sql: 'SELECT 1',
    });
  });

  test('has a key that repeats with it and with nothing else', () => {
    assert.equal(submissionKey(bytes(ALL, 1000)), submissionKey(bytes(ALL, 1000)));
    assert.notEqual(submissionKey(bytes(ALL, 1000)), submissionKey(bytes(ALL, 1001)));
  });
});
