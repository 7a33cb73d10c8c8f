import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { DiagnosisView } from '../../../web/api/diagnosis-answer.ts';
import { type Api, MINUTE, NOW, openApi, type Problem, SECOND } from './fixture.ts';

let api: Api;

/** A job that has crashed five times, with its exception in the log, and one that was cancelled. */
before(async () => {
  api = await openApi();
  await api.take('jobs', { type: 'job', ts: NOW - 60 * MINUTE, job_name: 'etl', job_id: 'e1' });
  await api.take('jobs', { type: 'job', ts: NOW - 60 * MINUTE, job_name: 'over', job_id: 'o1' });
  await api.take('jobs', { type: 'job_status', ts: NOW - MINUTE, job_name: 'over', job_id: 'o1', status: 'CANCELED' });
  await api.take('logs', {
    ts: NOW - 30 * SECOND,
    level: 'ERROR',
    job_name: 'etl',
    message: 'NumberFormatException for input N/A',
  });
  for (let ago = 590; ago >= 0; ago -= 10) {
    await api.take('metrics', {
      v: 1,
      ts: NOW - ago * SECOND,
      env: { job_name: 'etl' },
      vars: {},
      groups: [
        {
          scope: 'jobmanager.job',
          vars: { job_id: 'e1', job_name: 'etl' },
          gauges: { numRestarts: Math.max(0, 5 - Math.floor(ago / 60)) },
        },
      ],
    });
  }
});
after(() => api.close());

test('says why, with figures, the sentence, what to do and the line of the log', async () => {
  const view = await api.get<DiagnosisView>('jobs/etl/diagnosis');
  const [first] = view.diagnoses;
  assert.deepEqual([view.job, view.at, view.ended], ['etl', NOW, false]);
  assert.deepEqual([first?.cause, first?.confidence], ['restart-loop', 0.64]);
  assert.deepEqual(
    first?.evidence.map(e => [e.text, e.values]),
    [['restarts in the last 10 min: 5', { restarts: 5 }]],
  );
  assert.deepEqual(
    first?.missing.map(m => m.symptom),
    ['standing-offsets'],
  );
  assert.match(first?.suggestion ?? '', /exception/);
  assert.match(view.log_line?.text ?? '', /NumberFormatException/);
  assert.match(view.parallelism.withheld ?? '', /no subtask reports/);
});

test('in Chinese, and about the past', async () => {
  const chinese = await api.get<DiagnosisView>('jobs/etl/diagnosis?lang=zh');
  assert.equal(chinese.diagnoses[0]?.name, '反复重启');
  const before = await api.get<DiagnosisView>(`jobs/etl/diagnosis?at=${NOW - 8 * MINUTE}`);
  assert.deepEqual([before.at, before.diagnoses, before.log_line], [NOW - 8 * MINUTE, [], null]);
});

test('a job that was cancelled has nothing wrong with it', async () => {
  const view = await api.get<DiagnosisView>('jobs/over/diagnosis');
  assert.deepEqual([view.ended, view.diagnoses], [true, []]);
});

test('a job nobody knows, a language nobody speaks', async () => {
  const unknown = await api.ask<Problem>('GET', 'jobs/nope/diagnosis');
  assert.deepEqual([unknown.status, unknown.body.code], [404, 'not-found']);
  const spoken = await api.ask<Problem>('GET', 'jobs/etl/diagnosis?lang=fr');
  assert.deepEqual([spoken.status, spoken.body.errors?.[0]?.path], [422, 'lang']);
});
