import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type AlertPaths, createAlertPaths } from '../../app/alert-paths.ts';
import type { LineageService } from '../../lineage/service.ts';
import type { JobEvent } from '../../model/job-event.ts';
import { kafka, service } from '../lineage/lineage-fixture.ts';

const copy = (job: string, from: string, to: string): JobEvent => ({
  type: 'job',
  ts: 1,
  jobName: job,
  jobId: job,
  owner: 'ann',
  sql: `CREATE TABLE src (a STRING) WITH ${kafka(from)}; CREATE TABLE dst (a STRING) WITH ${kafka(to)}; INSERT INTO dst SELECT a FROM src`,
});

const publishing = (name: string, topic: string) => ({
  name,
  processors: [
    {
      name: 'PublishKafkaRecord',
      type: 'org.apache.nifi.processors.kafka.pubsub.PublishKafkaRecord_2_6',
      properties: { 'bootstrap.servers': 'k1:9092', topic },
    },
  ],
});

let lineage: LineageService;
let paths: AlertPaths;
before(async () => {
  lineage = (await service()).lineage;
  await lineage.accept([copy('first', 'raw', 'clean'), copy('second', 'clean', 'wide')], 1);
  await lineage.accept([{ type: 'report', ts: 1, name: 'daily', owner: 'cleo', reads: ['kafka://k1:9092/wide'] }], 1);
  await lineage.accept([{ type: 'nifi_flow', ts: 1, flow: publishing('access_raw', 'raw') }], 1);
  paths = createAlertPaths(lineage);
});
after(async () => {
  paths.stop();
  await lineage.stop();
});

const LABELS: readonly [string, Record<string, string>, boolean][] = [
  ['a job', { job: 'first' }, true],
  ['a job and the topic it lags on is the job', { job: 'first', topic: 'raw' }, true],
  ['a topic', { topic: 'clean' }, true],
  ['a report', { report: 'daily' }, true],
  ['a NiFi process group', { process_group: 'access_raw' }, true],
  ['a job nobody knows', { job: 'nobody' }, false],
  ['nothing of the graph', { host: 'h1' }, false],
];
for (const [sentence, labels, isThere] of LABELS)
  test(`a place in the graph: ${sentence}`, () => assert.equal(paths.nodeOf(labels) !== null, isThere));

test('upstream is everything whose data reaches it, and never itself', () => {
  const node = (labels: Record<string, string>): string => paths.nodeOf(labels) ?? 'none';
  const [first, second, daily, topic] = [
    node({ job: 'first' }),
    node({ job: 'second' }),
    node({ report: 'daily' }),
    node({ topic: 'clean' }),
  ];
  const above = (below: string): boolean[] => [first, second, daily, topic].map(id => paths.upstreamOf(below).has(id));

  assert.deepEqual(above(first), [false, false, false, false]);
  assert.deepEqual(above(second), [true, false, false, true]);
  assert.deepEqual(above(daily), [true, true, false, true]);
});

test('a change of the graph is seen', async () => {
  const second = paths.nodeOf({ job: 'second' }) ?? 'none';
  assert.equal(paths.nodeOf({ job: 'third' }), null);
  await lineage.accept([copy('third', 'extra', 'raw')], 2);

  const third = paths.nodeOf({ job: 'third' });
  assert.notEqual(third, null);
  assert.ok(paths.upstreamOf(second).has(third ?? ''));
});
