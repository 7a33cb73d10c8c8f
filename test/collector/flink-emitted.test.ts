/**
 * What Flink sends is taken whole: the records of our own reporter, appender, listener and client, and those captured of Flink 2.3.0,
 * 1.20.3, 1.18.1 and 1.16.3. The reporter's are the golden files of its own tests.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { createDottedParser } from '../../collector/decode/dotted.ts';
import { decodeJob } from '../../collector/decode/job.ts';
import { decodeLog } from '../../collector/decode/log.ts';
import { decodeMetrics } from '../../collector/decode/metric.ts';
import { Rejected } from '../../collector/decode/rejected.ts';
import { Derivation } from '../../collector/derived/derivation.ts';
import { createMetricFilter } from '../../collector/metric-filter.ts';
import { createRedactor } from '../../collector/redact.ts';
import { catalogEntries } from '../../store/metric-catalog.ts';
import { readCapture } from '../support/capture.ts';
import { records } from './fakes.ts';

const ROOT = new URL('../../', import.meta.url);
const AT = 1_795_255_880_238;
const DAY = 86_400_000;

function lines(path: string): string[] {
  return readFileSync(new URL(path, ROOT), 'utf8').trim().split('\n');
}

function decoded(values: readonly (string | object)[], at = AT) {
  return decodeMetrics(records(values, at), {
    arrivedAt: at,
    retentionMs: DAY,
    keeps: createMetricFilter({}),
    dotted: createDottedParser({}),
  });
}

const GOLDEN = ['task-manager', 'job-manager'].map(
  name => [`reporter: ${name}`, `flink/metrics/src/test/resources/golden/${name}.ndjson`] as const,
);
/**
 * Of two jobs: the records of both processes, of one job three times, another checkpoint in each, of the first subtask of each task. Beside
 * each file the time of the last report but one of that job.
 */
const OLD = [
  ['1.16.3', 'test/fixtures/flink/metrics-1.16.3.ndjson', 1_795_255_878_237],
  ['1.18.1', 'test/fixtures/flink/metrics-1.18.1.ndjson', 1_795_255_878_211],
] as const;
const METRICS: readonly (readonly [sentence: string, read: () => readonly (string | object)[]])[] = [
  ...GOLDEN.map(([sentence, path]) => [sentence, () => lines(path)] as const),
  ['captured: Flink 1.20.3', () => lines('test/fixtures/flink/metrics-flat-1.20.3.ndjson')],
  ...OLD.map(([release, path]) => [`our reporter on Flink ${release}`, () => lines(path)] as const),
  ['captured: the whole run on Flink 2.3.0', () => readCapture(AT).metrics],
];

describe('metrics', () => {
  for (const [sentence, read] of METRICS) {
    test(`${sentence}: nothing is rejected, and every metric has a type or is an alias, a unit and both texts`, () => {
      const { groups, rejected, dropped } = decoded(read());
      const derived = new Derivation().take(groups);
      const names = new Set(derived.groups.flatMap(group => group.values.map(([name]) => name)));
      const entries = new Map(catalogEntries(names).map(entry => [entry.name, entry]));

      assert.deepEqual(rejected, []);
      assert.ok(names.size > 10);
      assert.deepEqual(
        [...dropped.keys()].filter(code => !['excluded', 'not-finite', 'not-a-number'].includes(code)),
        [],
      );
      const unexplained = [...names].filter(name => {
        const { type, kind, unit, en, zh } = entries.get(name)!;
        return (type === null && kind !== 'alias') || unit === '' || en === '' || zh === '';
      });
      assert.deepEqual(unexplained, []);
    });
  }

  for (const [release, path, before] of OLD)
    test(`the age of a checkpoint follows from reports of Flink ${release}, which does not tell when it completed`, () => {
      const derivation = new Derivation();
      const values = new Map<string, number>();
      for (const line of lines(path)) {
        const derived = derivation.take(decoded([line]).groups);
        derived.commit();
        for (const group of derived.groups)
          for (const [name, value] of group.values) values.set(`${group.labels['job'] ?? ''} ${name}`, value);
      }

      const names = [...values.keys()];
      assert.ok(!names.some(name => /lastCheckpointCompletedTimestamp/.test(name)));
      // it completed after the last report that named the one before
      assert.equal(values.get('cdo_filter_job checkpoint_age_ms'), AT - before);
      for (const name of ['currentOffset', 'committedOffset'])
        assert.ok((values.get(`cdo_filter_job flink.operator.KafkaSourceReader.${name}`) ?? -1) > 0, name);
      for (const name of ['busyTimeMsPerSecond', 'backPressuredTimeMsPerSecond', 'idleTimeMsPerSecond'])
        assert.ok(names.includes(`cdo_window_agg flink.task.${name}`), name);
    });

  test('the reporter’s counters are known as such, its attempt and its own health are taken', () => {
    const { groups } = decoded(GOLDEN.flatMap(([, path]) => lines(path)));
    const task = groups.find(group => group.scope === 'task');

    assert.deepEqual(
      ['flink.task.numRecordsIn', 'flink.task.numBytesOut'].filter(name => !task?.counters.includes(name)),
      [],
    );
    assert.ok(task?.attrs['task_attempt_id'] && task.attrs['task_attempt_num']);
    for (const scope of ['taskmanager', 'jobmanager'])
      assert.ok(
        groups.some(group => group.values.some(([name]) => name === `flink.${scope}.tidewatch.recordsDropped`)),
      );
  });
});

test('the appender’s lines are taken with exception, job, container and role', () => {
  const decoding = { retentionMs: 7 * DAY, redactor: createRedactor(), wantRaw: true, onCut: () => assert.fail() };
  const taken = lines('test/fixtures/flink/emitted-logs.ndjson').map(line =>
    decodeLog(Buffer.from(line), AT, decoding),
  );

  const found = taken.map(line => {
    assert.ok(!(line instanceof Rejected));
    return line.record;
  });
  const { jobName, jobId, owner, cluster, appId, containerId, host, role, pid, exception } = found[0]!;
  assert.deepEqual(
    [jobName, jobId, owner, cluster, appId, containerId, host, role, pid],
    [
      'cdo "agg"',
      '98701d',
      'zhang',
      'yarn-1',
      'application_1_0042',
      'container_e01_0042_01_000002',
      'h1',
      'taskmanager',
      '4711',
    ],
  );
  assert.equal(exception?.class, 'java.io.IOException');
  assert.match(exception?.stack ?? '', /Caused by: java.lang.IllegalStateException/);
  assert.equal(found.length, 3);
});

test('the listener’s and the client’s records are taken with lineage, SQL, status and exception', () => {
  const taken = lines('test/fixtures/flink/emitted-jobs.ndjson').map(line =>
    decodeJob(Buffer.from(line), AT, createRedactor()),
  );

  const found = taken.map(event => {
    assert.ok(!(event instanceof Rejected));
    return event;
  });
  assert.deepEqual(
    found.map(event => event.type),
    ['job', 'job', 'job', 'job_status', 'job_status'],
  );
  const [submitted, , withSql, failing] = found;
  assert.ok(submitted?.type === 'job' && withSql?.type === 'job' && failing?.type === 'job_status');
  assert.deepEqual([submitted.reads, submitted.writes], [['kafka://k1:9092/dw_sdk_log'], ['local://cdo/out']]);
  assert.match(withSql.sql ?? '', /CREATE TABLE t/);
  assert.deepEqual([failing.status, failing.previous], ['FAILING', 'RUNNING']);
  assert.match(failing.exception ?? '', /Failed to deserialize/);
});
