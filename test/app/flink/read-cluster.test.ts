import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { JOB_MANAGER } from '../../../app/flink/facts.ts';
import { readCluster, readThreads } from '../../../app/flink/read-cluster.ts';
import { fakeFlink, JOB_ID, TASK_MANAGER } from './fake-flink.ts';

describe('a cluster, from its REST API', () => {
  test('its version, configuration, class path, TaskManagers and running jobs', async () => {
    const facts = await readCluster(fakeFlink());

    assert.deepEqual(facts, {
      version: '2.3.0',
      config: new Map([
        ['rest.port', '8081'],
        ['metrics.reporters', 'tidewatch'],
      ]),
      classPath: ['flink-runtime-2.3.0.jar', 'tidewatch-flink-lib-0.1.0.jar'],
      taskManagers: [TASK_MANAGER],
      jobs: [{ id: JOB_ID, name: 'orders', state: 'RUNNING', checkpointIntervalMs: 2000 }],
    });
  });

  const NO_CHECKPOINTS: readonly (readonly [sentence: string, answer: unknown])[] = [
    ['not enabled', null],
    ['only on demand', { mode: 'exactly_once', interval: 2 ** 63 }],
  ];
  for (const [sentence, answer] of NO_CHECKPOINTS) {
    test(`checkpoints ${sentence} are none`, async () => {
      const facts = await readCluster(fakeFlink({ [`/jobs/${JOB_ID}/checkpoints/config`]: answer }));

      assert.equal(facts.jobs[0]?.checkpointIntervalMs, null);
    });
  }

  test('ended jobs are of no interest', async () => {
    const jobs = [{ jid: JOB_ID, name: 'orders', state: 'CANCELED' }];

    assert.deepEqual((await readCluster(fakeFlink({ '/jobs/overview': { jobs } }))).jobs, []);
  });

  test('something else that speaks HTTP is not taken for Flink', async () => {
    await assert.rejects(readCluster(fakeFlink({ '/config': null })), /not a Flink JobManager/);
    await assert.rejects(readCluster(fakeFlink({ '/config': { hello: 1 } })), /not a Flink JobManager/);
  });

  test('threads of those that answer, of a limited number', async () => {
    const asked: string[] = [];
    const many = Array.from({ length: 30 }, (_, i) => `tm-${i}`);
    const get = fakeFlink({}, path => asked.push(path));

    const threads = await readThreads(get, [JOB_MANAGER, TASK_MANAGER, ...many]);

    assert.deepEqual(threads.get(JOB_MANAGER), ['main', 'tidewatch-metrics']);
    assert.deepEqual(threads.get(TASK_MANAGER), ['main']);
    assert.equal(threads.get('tm-0'), null);
    assert.equal(asked.length, 10);
  });
});
