import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createDottedParser } from '../../collector/decode/dotted.ts';
import { createLagSink } from '../../collector/lag-sink.ts';
import { createPipeline } from '../../collector/pipeline.ts';
import { createRedactor } from '../../collector/redact.ts';
import { ManualClock } from '../../model/clock.ts';
import { StoreAwayError } from '../../model/errors.ts';
import { createTelemetry } from '../../model/telemetry.ts';
import type { LogStore } from '../../store/log-store.ts';
import type { MetricStore } from '../../store/metric-store.ts';
import { batch, MemoryDeadLetter, MemoryDerived, MemoryLogs, MemoryMetrics } from './fakes.ts';

const AT = Date.parse('2026-11-21T10:00:00Z');
const VISIBLE = { visible: true };
const VARS = { job_id: 'aa', job_name: 'agg', operator_name: 'Source', topic: 't', partition: '0' };
const position = (offset: number) => ({
  ts: AT,
  name: 'currentOffset',
  logical: 'taskmanager.job.task.operator.KafkaSourceReader.topic.partition',
  vars: VARS,
  value: offset,
});

function setup() {
  const logs = new MemoryLogs();
  const metrics = new MemoryMetrics();
  const derived = new MemoryDerived();
  const deadLetter = new MemoryDeadLetter();
  const telemetry = createTelemetry();
  const sink = createPipeline({
    logStore: logs as Pick<LogStore, 'append'> as LogStore,
    metricStore: metrics as Pick<MetricStore, 'append'> as MetricStore,
    offsets: createLagSink(derived, metrics),
    jobEvents: derived,
    deadLetter,
    telemetry,
    clock: new ManualClock(AT),
    config: {
      logRetentionMs: 7 * 86_400_000,
      metricRetentionMs: 15 * 86_400_000,
      keepsMetric: () => true,
      dotted: createDottedParser({}),
      redactor: createRedactor(),
      rawLogs: true,
    },
  });
  return { logs, metrics, derived, deadLetter, telemetry, sink };
}

test('log lines are stored under their position, bad ones dead-lettered with their bytes and place', async () => {
  const { sink, logs, deadLetter, telemetry } = setup();

  const result = await sink(
    batch('logs', [{ ts: AT, level: 'INFO', message: 'one' }, '{"broken', 'two password=abc', '{"password":"abc"'], AT),
    VISIBLE,
  );

  assert.deepEqual(result, { accepted: 2, rejected: result.rejected });
  assert.deepEqual(
    result.rejected.map(r => [r.index, r.code]),
    [
      [1, 'not-json'],
      [3, 'not-json'],
    ],
  );
  assert.deepEqual(logs.messages(), ['one', 'two password=<redacted>']);
  assert.deepEqual([...logs.rows.keys()], ['0-tidewatch.logs-0-0', '0-tidewatch.logs-0-2']);
  assert.deepEqual(
    deadLetter.entries.map(e => [e.offset, e.code, Buffer.from(e.value).toString()]),
    [
      [1, 'not-json', '{"broken'],
      [3, 'not-json', '{"password":"<redacted>"'],
    ],
  );
  assert.match(await telemetry.registry.metrics(), /tidewatch_redactions_total 1/);
});

test('rows the store refuses for good are rejected beside the others', async () => {
  const { sink, logs, deadLetter } = setup();
  logs.refuse = row => (row.record.message === 'bad' ? 'mapping' : null);

  const result = await sink(batch('logs', ['{"x":1}', 'good', 'bad'], AT), VISIBLE);

  assert.deepEqual(
    result.rejected.map(r => [r.index, r.code]),
    [
      [0, 'unknown-shape'],
      [2, 'store-refused'],
    ],
  );
  assert.deepEqual(
    deadLetter.entries.map(e => e.offset),
    [0, 2],
  );
});

test('native bytes are passed on only when nothing was changed', async () => {
  const { sink, logs } = setup();
  const line = {
    ts: AT,
    level: 'INFO',
    logger: '',
    thread: '',
    message: 'm',
    job_name: '',
    app_id: '',
    container_id: '',
    host: '',
    role: '',
    pid: '',
  };

  await sink(batch('logs', [line, { ...line, message: 'token=abc' }], AT), VISIBLE);

  assert.deepEqual(
    [...logs.rows.values()].map(row => row.raw !== undefined),
    [true, false],
  );
});

test('metrics: rates and checkpoints of a batch that has to be repeated are those of the first try', async () => {
  const { sink, metrics, derived, telemetry } = setup();
  const vars = { host: 'h', tm_id: 'tm-1', job_id: 'a1', job_name: 'agg' };
  const report = (ts: number, records: number, checkpoint: number) => [
    {
      v: 1,
      ts,
      vars: { ...vars, task_id: 't', task_name: 'Source', subtask_index: '0', task_attempt_num: '0' },
      groups: [
        {
          scope: 'taskmanager.job.task',
          counters: { numRecordsIn: records },
          gauges: {
            busyTimeMsPerSecond: ts === AT ? 1000 : 200,
            idleTimeMsPerSecond: 0,
            backPressuredTimeMsPerSecond: 0,
          },
        },
      ],
    },
    {
      v: 1,
      ts,
      vars: { host: 'h0', job_id: 'a1', job_name: 'agg' },
      groups: [
        {
          scope: 'jobmanager.job',
          gauges: {
            lastCompletedCheckpointId: checkpoint,
            lastCheckpointDuration: 400,
            lastCheckpointCompletedTimestamp: ts - 1000,
          },
        },
      ],
    },
  ];
  await sink(batch('metrics', report(AT, 100, 1), AT), VISIBLE);
  metrics.away = true;
  await assert.rejects(sink(batch('metrics', report(AT + 10_000, 150, 2), AT), VISIBLE), StoreAwayError);
  metrics.away = false;

  await sink(batch('metrics', report(AT + 10_000, 150, 2), AT), VISIBLE);

  const rates = metrics.groups.flatMap(({ ts, values }) =>
    values.filter(([name]) => name === 'records_in_per_second').map(v => [ts, v[1]]),
  );
  assert.deepEqual(rates, [[AT + 10_000, 5]]);
  assert.deepEqual(
    derived.rows,
    [AT, AT + 10_000].map(ts => ({ type: 'checkpoint', hop: 'agg', ts: ts - 1000, barrierTs: ts - 1400 })),
  );
  assert.match(await telemetry.registry.metrics(), /tidewatch_points_dropped_total\{code="young-attempt"\} 3/);
});

test('metrics: points first, then lag; news about jobs once, and again only when it was not taken', async () => {
  const { sink, metrics, derived } = setup();
  derived.away = true;
  await assert.rejects(sink(batch('metrics', [position(9)], AT), VISIBLE), StoreAwayError);
  derived.away = false;

  await sink(batch('metrics', [position(9)], AT), VISIBLE);
  await sink(batch('metrics', [position(10)], AT), VISIBLE);

  assert.deepEqual(metrics.names().slice(0, 2), ['flink.operator.KafkaSourceReader.currentOffset', 'lag']);
  assert.deepEqual(
    derived.events.map(event => event.type),
    ['job_id', 'topic_read'],
  );
  assert.deepEqual(derived.rows.at(-1), {
    type: 'offsets',
    ts: AT,
    hop: 'agg',
    topic: 't',
    partition: 0,
    position: 11,
  });
});

test('a store that is away rejects the whole batch, leaves no dead letter and counts nothing', async () => {
  const { sink, logs, deadLetter, telemetry } = setup();
  logs.away = true;

  await assert.rejects(sink(batch('logs', ['fine', '{"broken'], AT), VISIBLE), StoreAwayError);

  assert.deepEqual(deadLetter.entries, []);
  assert.doesNotMatch(await telemetry.registry.metrics(), /tidewatch_records_in_total\{/);
});

test('offsets, NiFi and Druid reach lag; their metrics the store', async () => {
  const { sink, metrics, derived } = setup();

  await sink(
    batch(
      'offsets',
      [
        { type: 'offsets', ts: AT, hop: 'j', topic: 't', partition: 0, end_offset: 5 },
        { type: 'offsets', ts: AT + 3_600_000, topic: 't', partition: 0, end_offset: 5 },
      ],
      AT,
    ),
    VISIBLE,
  );
  await sink(
    batch(
      'nifi',
      [
        { componentType: 'Connection', parentName: 'g', timestampMillis: AT, queuedDuration: 5 },
        [{ componentType: 'Connection', parentName: 'g', timestampMillis: AT, queuedDuration: 7 }],
      ],
      AT,
    ),
    VISIBLE,
  );
  await sink(
    batch(
      'druid',
      [
        {
          feed: 'metrics',
          timestamp: '2026-11-21T10:00:00Z',
          metric: 'ingest/kafka/lag',
          value: 3,
          dataSource: 'd',
          stream: 't',
        },
      ],
      AT,
    ),
    VISIBLE,
  );

  assert.deepEqual(
    derived.rows.map(row => [row.type, row.type === 'queue_lag' ? row.ms : row.hop]),
    [
      ['offsets', 'j'],
      ['queue_lag', 7],
      ['lag', 'd'],
    ],
  );
  assert.ok(
    metrics.names().includes('druid.ingest.kafka.lag') && metrics.names().includes('nifi.connection.queuedDuration'),
  );
});

test('jobs reach the sink of job events', async () => {
  const { sink, derived } = setup();

  const result = await sink(batch('jobs', [{ type: 'job', ts: AT, job_name: 'j' }, { type: 'x' }], AT), VISIBLE);

  assert.equal(result.accepted, 1);
  assert.deepEqual(derived.events, [{ type: 'job', ts: AT, jobName: 'j' }]);
});
