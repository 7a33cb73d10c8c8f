import assert from 'node:assert/strict';
import { test } from 'node:test';
import { catalogEntries, describeMetric, type Resolution, resolveMetric } from '../../store/metric-catalog.ts';

const ok = (...names: string[]): Resolution => ({ kind: 'ok', names: names.map(name => ({ name })) });

const CASES: readonly (readonly [string, string, readonly string[], Resolution])[] = [
  ['a derived alias is its own series', 'lag', [], ok('lag')],
  [
    'the exact ratio; Flink’s average, scaled, stands in for it',
    'busy_ratio',
    [],
    {
      kind: 'ok',
      names: [{ name: 'flink.task.busyTimeMsPerSecond', scale: 0.001, unless: 'busy_ratio' }, { name: 'busy_ratio' }],
    },
  ],
  [
    'Flink 1.x reports restarts twice; they count once',
    'restarts',
    [],
    {
      kind: 'ok',
      names: [
        { name: 'flink.job.numRestarts' },
        { name: 'flink.job.fullRestarts', unless: 'flink.job.numRestarts' },
        { name: 'restarts' },
      ],
    },
  ],
  [
    'a full stored name is itself',
    'nifi.connection.queuedCount',
    ['nifi.connection.queuedCount'],
    ok('nifi.connection.queuedCount'),
  ],
  ['a known full name needs no series', 'flink.job.numRestarts', [], ok('flink.job.numRestarts')],
  ['a bare Flink name is known on an empty store', 'pendingRecords', [], ok('flink.operator.pendingRecords')],
  [
    'a bare name may leave out its group path',
    'currentOffset',
    [],
    ok('flink.operator.KafkaSourceReader.currentOffset'),
  ],
  ['or give it', 'KafkaSourceReader.currentOffset', [], ok('flink.operator.KafkaSourceReader.currentOffset')],
  [
    'an unlisted metric resolves once it is stored',
    'myGauge',
    ['flink.operator.my.myGauge'],
    ok('flink.operator.my.myGauge'),
  ],
  [
    'task and operator would mix',
    'numRecordsOut',
    [],
    { kind: 'ambiguous', candidates: ['flink.operator.numRecordsOut', 'flink.task.numRecordsOut'] },
  ],
  [
    'group paths of one scope would mix',
    'Used',
    ['flink.taskmanager.Status.JVM.Memory.Heap.Used', 'flink.taskmanager.Status.JVM.Memory.NonHeap.Used'],
    {
      kind: 'ambiguous',
      candidates: [
        'flink.taskmanager.Status.Flink.Memory.Managed.Used',
        ...['Heap', 'Metaspace', 'NonHeap'].flatMap(area =>
          ['jobmanager', 'taskmanager'].map(scope => `flink.${scope}.Status.JVM.Memory.${area}.Used`),
        ),
      ].sort(),
    },
  ],
  [
    'the second name that Flink 1.x has for a buffer metric is not what a bare name means',
    'outPoolUsage',
    [],
    ok('flink.task.Shuffle.Netty.Output.Buffers.outPoolUsage'),
  ],
  [
    'the metric of the scope itself wins over one deeper down',
    'idleTimeMsPerSecond',
    ['flink.task.idleTimeMsPerSecond', 'flink.operator.split.watermark.idleTimeMsPerSecond'],
    ok('flink.task.idleTimeMsPerSecond'),
  ],
  [
    'a flat record of the bare name is read too',
    'pendingRecords',
    ['pendingRecords'],
    ok('flink.operator.pendingRecords', 'pendingRecords'),
  ],
  ['a flat record alone settles an ambiguous name', 'numRecordsOut', ['numRecordsOut'], ok('numRecordsOut')],
  [
    'but not beside scoped series',
    'numRecordsOut',
    ['numRecordsOut', 'flink.task.numRecordsOut'],
    { kind: 'ambiguous', candidates: ['flink.operator.numRecordsOut', 'flink.task.numRecordsOut'] },
  ],
  ['a wholly unknown name stands for itself', 'my_lag', [], { kind: 'unknown', names: [{ name: 'my_lag' }] }],
  ['an unknown full name too', 'flink.task.nope', [], { kind: 'unknown', names: [{ name: 'flink.task.nope' }] }],
  [
    'a suffix inside a word is no match',
    'Records',
    ['flink.operator.pendingRecords'],
    { kind: 'unknown', names: [{ name: 'Records' }] },
  ],
];

for (const [sentence, name, stored, expected] of CASES) {
  test(`${name}: ${sentence}`, () => {
    assert.deepEqual(resolveMetric(name, stored), expected);
  });
}

test('the contract’s aliases are all in the catalog, with unit and both texts', () => {
  const aliases = new Map(
    catalogEntries([])
      .filter(e => e.kind === 'alias')
      .map(e => [e.name, e]),
  );
  const promised =
    'lag lag_records lag_ms age_ms lag_sum_ms records_in_per_second records_out_per_second busy_ratio back_pressured_ratio idle_ratio gc_ms_per_second heap_used_ratio restarts checkpoint_age_ms checkpoint_duration_ms checkpoint_failures state_bytes records_out_total';

  for (const name of promised.split(' ')) {
    const entry = aliases.get(name);
    assert.ok(entry?.unit && entry.en && entry.zh, name);
  }
});

test('the catalog marks what is stored and lists series nobody has described', () => {
  const entries = catalogEntries(['flink.task.busyTimeMsPerSecond', 'my.own', 'lag']);
  const byName = new Map(entries.map(e => [e.name, e]));

  assert.equal(byName.get('busy_ratio')?.stored, true);
  assert.equal(byName.get('lag')?.stored, true);
  assert.equal(byName.get('lag_ms')?.stored, false);
  assert.equal(byName.get('flink.task.idleTimeMsPerSecond')?.stored, false);
  assert.deepEqual(byName.get('my.own'), {
    name: 'my.own',
    kind: 'metric',
    type: null,
    unit: '',
    en: '',
    zh: '',
    reads: [{ name: 'my.own' }],
    stored: true,
  });
  assert.equal(entries.length, new Set(entries.map(e => e.name)).size);
});

/** Full names as flink.md's table and the reporter of `flink/metrics` have them; each must be explained. */
const EXPLAINED: readonly (readonly [name: string, type: string, unit: string])[] = [
  ['flink.job.fullRestarts', 'gauge', 'count'],
  ['flink.job.numRescales', 'gauge', 'count'],
  ['flink.task.buffers.outPoolUsage', 'gauge', 'ratio'],
  ['flink.task.numRecordsIn', 'counter', 'records'],
  ['flink.task.numRecordsInPerSecond', 'meter', 'records/s'],
  ['flink.task.numRecordsInPerSecond.count', 'counter', 'count'],
  ['flink.task.mailboxLatencyMs.p99', 'histogram', 'ms'],
  ['flink.operator.watermark.currentWatermark', 'gauge', 'epoch ms'],
  ['flink.operator.window-aggs.rocksdb.estimate-live-data-size', 'gauge', 'bytes'],
  ['flink.operator._timer_state/event_window-timers.rocksdb.total-sst-files-size', 'gauge', 'bytes'],
  ['flink.operator.window-aggs.rocksdb.background-errors', 'gauge', 'count'],
  ['flink.taskmanager.Status.JVM.GarbageCollector.G1 Young Generation.Time', 'gauge', 'ms'],
  ['flink.taskmanager.Status.Shuffle.Netty.AvailableMemorySegments', 'gauge', 'count'],
  ['flink.taskmanager.Status.Network.TotalMemorySegments', 'gauge', 'count'],
  ['flink.jobmanager.tidewatch.recordsDropped', 'counter', 'records'],
  ['flink.taskmanager.tidewatch.queuedBytes', 'gauge', 'bytes'],
];

test('the queues of NiFi have units, before and after a series of theirs is stored', () => {
  const name = 'nifi.connection.queuedDuration';

  assert.equal(describeMetric(name)?.unit, 'ms');
  assert.equal(catalogEntries([name]).find(entry => entry.name === name)?.unit, 'ms');
  assert.equal(describeMetric('nifi.connection.other'), undefined);
});

test('metrics are explained by name, also those whose path holds a state, a collector or a part', () => {
  const entries = new Map(catalogEntries(EXPLAINED.map(([name]) => name)).map(entry => [entry.name, entry]));

  assert.deepEqual(
    EXPLAINED.map(([name]) => [name, entries.get(name)?.type, entries.get(name)?.unit]),
    EXPLAINED,
  );
  for (const [name] of EXPLAINED) assert.ok(entries.get(name)?.en && entries.get(name)?.zh, name);
});
