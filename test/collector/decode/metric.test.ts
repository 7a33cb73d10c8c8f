import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { createDottedParser } from '../../../collector/decode/dotted.ts';
import { decodeMetrics, type MetricDecoding } from '../../../collector/decode/metric.ts';
import { jobIdOf, positionsOf } from '../../../collector/derived-metrics.ts';
import { createMetricFilter } from '../../../collector/metric-filter.ts';
import { records } from '../fakes.ts';

const AT = 1_795_255_984_000;
const DAY = 86_400_000;
const decoding: MetricDecoding = {
  arrivedAt: AT,
  retentionMs: 15 * DAY,
  keeps: createMetricFilter({}),
  dotted: createDottedParser({ resolveJob: name => (name === 'dw.sdk_log' ? name : undefined) }),
};
const decode = (...values: (object | string)[]) => decodeMetrics(records(values, AT), decoding);
const fixture = (name: string): string[] =>
  readFileSync(join(import.meta.dirname, '../../fixtures/flink', name), 'utf8')
    .trim()
    .split('\n');

const OPERATOR = 'taskmanager.job.task.operator';
const VARS = {
  host: 'h1',
  tm_id: 'tm-1',
  job_id: 'aa',
  job_name: 'agg',
  task_name: 'Source',
  operator_name: 'Source',
  subtask_index: '0',
};

test('a batched record becomes series with labels, attributes and positions', () => {
  const { groups, rejected } = decode({
    v: 1,
    ts: AT,
    env: { app_id: 'app_1', container_id: 'c_2', job_name: 'agg', host: 'h1' },
    vars: VARS,
    groups: [
      {
        scope: `${OPERATOR}.KafkaSourceReader.topic.partition`,
        vars: { topic: 'dw_sdk_log', partition: '2' },
        gauges: { currentOffset: 2328, committedOffset: 2100 },
      },
      { scope: OPERATOR, meters: { numRecordsOutPerSecond: 133.2 }, counters: { numRecordsOut: 7 } },
      {
        scope: 'taskmanager.job.task',
        gauges: { isBackPressured: true },
        histograms: { latency: { count: 3, p99: 17, mean: null } },
      },
    ],
  });

  assert.deepEqual(rejected, []);
  const labels = { host: 'h1', job: 'agg', task: 'Source', operator: 'Source', subtask: '0' };
  assert.deepEqual(groups[0]?.labels, { ...labels, topic: 'dw_sdk_log', partition: '2' });
  assert.deepEqual(groups[0]?.attrs, { app_id: 'app_1', container_id: 'c_2', tm_id: 'tm-1', job_id: 'aa' });
  assert.deepEqual(groups[0]?.values, [
    ['flink.operator.KafkaSourceReader.currentOffset', 2328],
    ['flink.operator.KafkaSourceReader.committedOffset', 2100],
  ]);
  assert.deepEqual(
    groups.slice(1).flatMap(group => group.values),
    [
      ['flink.operator.numRecordsOut', 7],
      ['flink.operator.numRecordsOutPerSecond', 133.2],
      ['flink.task.isBackPressured', 1],
      ['flink.task.latency.count', 3],
      ['flink.task.latency.p99', 17],
    ],
  );
  assert.deepEqual(positionsOf(groups[0]!), {
    type: 'offsets',
    ts: AT,
    hop: 'agg',
    topic: 'dw_sdk_log',
    partition: 2,
    position: 2329,
  });
  assert.deepEqual(jobIdOf(groups[1]!), { type: 'job_id', ts: AT, jobId: 'aa', jobName: 'agg', appId: 'app_1' });
});

const PARTITION = { vars: { job_name: 'agg', topic: 't', partition: '0' } };

const flat = (logical: string, name: string, value: unknown, more: object = {}) => ({
  ts: AT,
  name,
  logical,
  vars: VARS,
  value,
  ...more,
});

for (const [sentence, record, expected] of [
  ['a flat record of an operator', flat(OPERATOR, 'pendingRecords', 5), [['flink.operator.pendingRecords', 5]]],
  [
    'a meter has a rate and a count',
    flat(OPERATOR, 'x', 1.5, { type: 'meter', count: 9 }),
    [
      ['flink.operator.x', 1.5],
      ['flink.operator.x.count', 9],
    ],
  ],
  [
    'a histogram has its quantiles',
    flat(OPERATOR, 'x', undefined, { type: 'histogram', count: 2, min: 0, p95: 3 }),
    [
      ['flink.operator.x.count', 2],
      ['flink.operator.x.min', 0],
      ['flink.operator.x.p95', 3],
    ],
  ],
  [
    'a BigInteger arrives as text',
    flat(OPERATOR, 'x', '12345678901234567890', { type: 'gauge' }),
    [['flink.operator.x', 12345678901234567000]],
  ],
  [
    'group names with blanks stay',
    { ...flat('jobmanager.Status.JVM.GarbageCollector.G1 Old Generation', 'Time', 1), vars: {} },
    [['flink.jobmanager.Status.JVM.GarbageCollector.G1 Old Generation.Time', 1]],
  ],
  [
    'without a logical scope the name stays as it is',
    { ts: AT, name: 'lag', vars: { topic: 't' }, value: 3 },
    [['lag', 3]],
  ],
  ['an empty logical scope is none', { ...flat('', 'lag', 3), vars: { topic: 't' } }, [['lag', 3]]],
  ['nor is null one', { ts: AT, name: 'lag', logical: null, vars: { topic: 't' }, value: 3 }, [['lag', 3]]],
  ['a name that only looks dotted stays', { ts: AT, name: 'my.own.metric', value: 3 }, [['my.own.metric', 3]]],
  [
    'old consumer: offsets in key groups',
    {
      ...flat(`${OPERATOR}.KafkaConsumer.topic.partition`, 'currentOffsets', 8),
      vars: { ...VARS, topic: 't', partition: '0' },
    },
    [['flink.operator.KafkaSourceReader.currentOffset', 8]],
  ],
  [
    'old consumer: offsets with the partition in the name',
    flat(`${OPERATOR}.KafkaConsumer.committed-offsets`, 'my-topic-12', 8),
    [['flink.operator.KafkaSourceReader.committedOffset', 8]],
  ],
  [
    'old consumer: client metrics',
    flat(`${OPERATOR}.KafkaConsumer`, 'records-lag-max', 8),
    [['flink.operator.KafkaSourceReader.KafkaConsumer.records-lag-max', 8]],
  ],
  ['Kafka client internals are left out', flat(`${OPERATOR}.KafkaSourceReader.KafkaConsumer`, 'io-wait-ratio', 8), []],
  ['NaN is null on the wire and no point', flat(OPERATOR, 'x', null, { type: 'gauge' }), []],
  [
    'a text gauge of a reporter is no point',
    flat('jobmanager.job', 'lastCheckpointExternalPath', 'file:/x', { type: 'gauge' }),
    [],
  ],
] as const) {
  test(`naming: ${sentence}`, () => {
    const { groups, rejected } = decode(record);

    assert.deepEqual(rejected, []);
    assert.deepEqual(
      groups.flatMap(group => group.values),
      expected,
    );
  });
}

test('legacy offset names carry their topic and partition as labels', () => {
  const { groups } = decode(flat(`${OPERATOR}.KafkaConsumer.current-offsets`, 'my-topic-12', 41));

  const row = positionsOf(groups[0]!);
  assert.deepEqual([row?.topic, row?.partition, row?.position], ['my-topic', 12, 42]);
});

for (const [sentence, value, code] of [
  ['broken JSON', '{"ts":1', 'not-json'],
  ['no object', '[1]', 'not-object'],
  ['an empty record', '', 'empty'],
  ['no time', { name: 'x', value: 1 }, 'bad-field'],
  ['a time of the wrong type', { ts: {}, name: 'x', value: 1 }, 'bad-field'],
  ['no name and no groups', { ts: AT, value: 1 }, 'unknown-shape'],
  ['no value', { ts: AT, name: 'lag' }, 'bad-field'],
  ['a value of words', { ts: AT, name: 'lag', value: 'many' }, 'bad-field'],
  ['NaN as text', { ts: AT, name: 'lag', value: 'NaN' }, 'not-finite'],
  ['a scope that is none', { ts: AT, name: 'x', logical: 'master.x', value: 1 }, 'unknown-scope'],
  ['groups that are no list', { ts: AT, groups: {} }, 'bad-field'],
  ['a time eleven minutes ahead', { ts: AT + 660_000, name: 'lag', value: 1 }, 'ts-future'],
  ['a time older than the retention', { ts: AT - 16 * DAY, name: 'lag', value: 1 }, 'ts-expired'],
] as const) {
  test(`refused, and the record after it is not: ${sentence}`, () => {
    const { groups, rejected } = decode(value, { ts: AT + 599_000, name: 'lag', value: 1 });

    assert.deepEqual(
      rejected.map(r => [r.index, r.rejected.code]),
      [[0, code]],
    );
    assert.equal(groups.length, 1);
  });
}

test('negative offsets mean that there is none yet', () => {
  const vars = { ...VARS, topic: 't', partition: '0' };
  const { groups } = decode({ ...flat(`${OPERATOR}.KafkaSourceReader.topic.partition`, 'currentOffset', -1), vars });

  assert.equal(positionsOf(groups[0]!), null);
});

test('a whole Flink 2.3.0 sample is taken: one group a scope, derived values beside it', () => {
  const { groups, rejected, dropped } = decode(...fixture('metrics-flat-2.3.0.ndjson'));

  assert.deepEqual(rejected, []);
  const values = groups.flatMap(group => group.values);
  const ratios = values.filter(([name]) => name === 'heap_used_ratio').map(([, value]) => value);
  assert.equal(ratios.length, 2, 'job manager and task manager');
  assert.ok(ratios.every(ratio => ratio > 0 && ratio < 1));
  const ages = values.filter(([name]) => name === 'checkpoint_age_ms').map(([, age]) => age);
  assert.deepEqual(ages, [2138, 4272]);
  const positions = groups.map(positionsOf).filter(row => row !== null);
  assert.equal(positions.length, new Set(positions.map(row => `${row.hop} ${row.topic} ${row.partition}`)).size);
  assert.ok(positions.every(row => row.position !== undefined && row.committed === undefined));
  assert.ok((dropped.get('excluded') ?? 0) > 0);
  const processes = groups.filter(group => group.values[0]?.[0].startsWith('flink.taskmanager.'));
  assert.ok(processes.length > 0 && processes.every(group => group.labels['tm_id'] && !group.attrs['tm_id']));
});

test('a committed offset stands in only while there is no position', () => {
  const { groups } = decode(flat(`${OPERATOR}.KafkaSourceReader.topic.partition`, 'committedOffset', 41, PARTITION));

  assert.equal(positionsOf(groups[0]!)?.committed, 41);
});

test('Flink 1.20.3 is read the same way', () => {
  const { rejected, groups } = decodeMetrics(records(fixture('metrics-flat-1.20.3.ndjson'), AT), {
    ...decoding,
    arrivedAt: AT + DAY,
  });

  assert.deepEqual(rejected, []);
  assert.ok(
    groups.some(
      group =>
        group.values.some(([name]) => name === 'flink.job.fullRestarts') || group.labels['job']?.endsWith('_120'),
    ),
  );
});

test('dotted identifiers name the same series as the logical scope beside them', () => {
  for (const line of fixture('metrics-flat-2.3.0.ndjson')) {
    const { logical, name, vars, scope } = JSON.parse(line) as {
      logical: string;
      name: string;
      vars: object;
      scope: string;
    };
    // Flink's filter has turned the dots of this one metric name into underscores
    if (name.startsWith('rocksdb.')) continue;
    const byScope = decodeMetrics(records([{ ts: AT, name, logical, vars, value: 1 }], AT), {
      ...decoding,
      keeps: () => true,
    });
    const byName = decodeMetrics(records([{ ts: AT, name: scope, value: 1 }], AT), { ...decoding, keeps: () => true });
    assert.deepEqual(byName.groups[0]?.values, byScope.groups[0]?.values, scope);
  }
});

for (const [identifier, job, operator, series] of [
  ['h.taskmanager.tm.agg.Calc[8].1.numRecordsIn', 'agg', 'Calc[8]', 'flink.operator.numRecordsIn'],
  [
    'h.taskmanager.tm.dw.sdk_log.Source: x.0.pendingRecords',
    'dw.sdk_log',
    'Source: x',
    'flink.operator.pendingRecords',
  ],
  [
    '10.0.0.1.taskmanager.10.0.0.1:28200-ab.agg.Source: a.b.0.pendingRecords',
    'agg',
    'Source: a.b',
    'flink.operator.pendingRecords',
  ],
  ['h.jobmanager.agg.numRestarts', 'agg', undefined, 'flink.job.numRestarts'],
] as const) {
  test(`dots inside values: ${identifier}`, () => {
    const { groups } = decode({ ts: AT, name: identifier, value: 1 });

    assert.deepEqual(
      [groups[0]?.labels['job'], groups[0]?.labels['operator'], groups[0]?.values[0]?.[0]],
      [job, operator, series],
    );
  });
}

test('include brings back what exclude or the default list leaves out', () => {
  const keeps = createMetricFilter({ include: ['*.io-wait-ratio'], exclude: ['flink.task.*'] });

  assert.equal(keeps('flink.operator.KafkaSourceReader.KafkaConsumer.io-wait-ratio'), true);
  assert.equal(keeps('flink.operator.KafkaSourceReader.KafkaConsumer.io-ratio'), false);
  assert.equal(keeps('flink.task.numRecordsIn'), false);
  assert.equal(keeps('flink.operator.numRecordsIn'), true);
});
