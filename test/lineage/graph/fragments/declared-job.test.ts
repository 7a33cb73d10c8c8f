import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Clusters } from '../../../../lineage/graph/clusters.ts';
import { jobFragment } from '../../../../lineage/graph/fragments/job.ts';
import type { JobSubmitted } from '../../../../model/job-event.ts';

const READS = ['kafka://h:9092/in'];

function hopsOf(job: Partial<JobSubmitted>) {
  const surroundings = { clusters: new Clusters({}), known: () => undefined };
  const { fragment } = jobFragment({ type: 'job', ts: 1, jobName: 'copy', reads: READS, ...job }, surroundings);
  return fragment.hops.map(({ delivery, visibleOnCheckpoint }) => ({ delivery, visibleOnCheckpoint }));
}

describe('a job of which only the datasets are told', () => {
  const cases: readonly [string, Partial<JobSubmitted>, ReturnType<typeof hopsOf>[number]][] = [
    [
      'is visible at once when nothing says otherwise',
      { writes: ['kafka://h:9092/out'] },
      { delivery: 'at_least_once', visibleOnCheckpoint: false },
    ],
    [
      'waits for checkpoints where its submission says exactly-once',
      { writes: ['kafka://h:9092/out'], properties: { 'sink.delivery-guarantee': 'exactly-once' } },
      { delivery: 'exactly_once', visibleOnCheckpoint: true },
    ],
    [
      'waits for checkpoints where it writes a table of a lake',
      { writes: ['iceberg://lake/dw.orders'] },
      { delivery: 'exactly_once', visibleOnCheckpoint: true },
    ],
  ];
  for (const [name, job, expected] of cases) {
    test(name, () => {
      assert.deepEqual(hopsOf(job), [expected]);
    });
  }
});
