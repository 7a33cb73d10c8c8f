/** Which events of a job's life are told, and that none is told twice. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { JobRegistry } from '../../../lineage/graph/job-registry.ts';
import { newsOf, type Step, type Told } from '../../../lineage/openlineage/emission.ts';

type Event = readonly [ts: number, what: string, run?: string];

const NOW = 9_000;

/** `submit` with a run or without, or a Flink status of a run. */
function jobAfter(events: readonly Event[]) {
  const registry = new JobRegistry();
  for (const [ts, what, run] of events) {
    const [kind, sql = 'INSERT INTO b SELECT * FROM a'] = what.split(':');
    if (kind === 'submit')
      registry.submit({ type: 'job', ts, jobName: 'j', sql, ...(run === undefined ? {} : { jobId: run }) });
    else
      registry.status({
        type: 'job_status',
        ts,
        jobName: 'j',
        jobId: run ?? 'r1',
        status: what,
        exception: `${what}!`,
      });
  }
  return registry.stored('j')!;
}

const shown = ({ run, ts, isFull }: Step): string =>
  `${run === null ? 'job' : `${run.jobId} ${run.state}`} ${ts}${isFull ? ' full' : ''}`;

describe('newsOf', () => {
  const CASES: readonly (readonly [
    sentence: string,
    before: readonly Event[] | null,
    after: readonly Event[],
    steps: readonly string[],
  ])[] = [
    ['a submission is a START with its datasets', [], [[1, 'submit', 'r1']], ['r1 START 1 full']],
    ['a submission without a run is told as a job', [], [[1, 'submit']], [`job ${NOW} full`]],
    [
      'which its first run follows',
      [[1, 'submit']],
      [
        [1, 'submit'],
        [2, 'RUNNING', 'r1'],
      ],
      ['r1 START 2 full', 'r1 RUNNING 2'],
    ],
    [
      'what a run passes through before it runs is part of its START',
      [[1, 'submit', 'r1']],
      [
        [1, 'submit', 'r1'],
        [2, 'CREATED', 'r1'],
        [3, 'INITIALIZING', 'r1'],
        [4, 'RUNNING', 'r1'],
      ],
      ['r1 RUNNING 4'],
    ],
    [
      'an end is told with the datasets',
      [
        [1, 'submit', 'r1'],
        [2, 'RUNNING', 'r1'],
      ],
      [
        [1, 'submit', 'r1'],
        [2, 'RUNNING', 'r1'],
        [3, 'FINISHED', 'r1'],
      ],
      ['r1 COMPLETE 3 full'],
    ],
    [
      'a cancelled job aborts',
      [[1, 'submit', 'r1']],
      [
        [1, 'submit', 'r1'],
        [3, 'CANCELED', 'r1'],
      ],
      ['r1 ABORT 3 full'],
    ],
    [
      'a failed job fails',
      [[1, 'submit', 'r1']],
      [
        [1, 'submit', 'r1'],
        [3, 'FAILED', 'r1'],
      ],
      ['r1 FAIL 3 full'],
    ],
    [
      'a restart is another event of the run',
      [
        [1, 'submit', 'r1'],
        [2, 'RUNNING', 'r1'],
      ],
      [
        [1, 'submit', 'r1'],
        [2, 'RUNNING', 'r1'],
        [50_000, 'RESTARTING', 'r1'],
        [60_000, 'RUNNING', 'r1'],
      ],
      ['r1 OTHER 50000', 'r1 RUNNING 60000'],
    ],
    [
      'a new version of a running job belongs to its run',
      [
        [1, 'submit', 'r1'],
        [2, 'RUNNING', 'r1'],
      ],
      [
        [1, 'submit', 'r1'],
        [2, 'RUNNING', 'r1'],
        [3, 'submit:INSERT INTO c SELECT * FROM a', 'r1'],
      ],
      [`r1 RUNNING ${NOW} full`],
    ],
    [
      'a new version of one that has ended is told as a job',
      [
        [1, 'submit', 'r1'],
        [2, 'CANCELED', 'r1'],
      ],
      [
        [1, 'submit', 'r1'],
        [2, 'CANCELED', 'r1'],
        [3, 'submit:INSERT INTO c SELECT * FROM a'],
      ],
      [`job ${NOW} full`],
    ],
    [
      'a new version with a new run is told once, by its START',
      [
        [1, 'submit', 'r1'],
        [2, 'CANCELED', 'r1'],
      ],
      [
        [1, 'submit', 'r1'],
        [2, 'CANCELED', 'r1'],
        [3, 'submit:INSERT INTO c SELECT * FROM a', 'r2'],
      ],
      ['r2 START 3 full'],
    ],
    [
      'nothing new is nothing told',
      [
        [1, 'submit', 'r1'],
        [2, 'RUNNING', 'r1'],
      ],
      [
        [1, 'submit', 'r1'],
        [2, 'RUNNING', 'r1'],
      ],
      [],
    ],
    [
      'a receiver that knows nothing is told how things stand, not the history',
      null,
      [
        [1, 'submit', 'r1'],
        [2, 'RUNNING', 'r1'],
        [3, 'CANCELED', 'r1'],
        [4, 'submit', 'r2'],
        [5, 'RUNNING', 'r2'],
        [50_000, 'FAILED', 'r2'],
      ],
      ['r2 START 4 full', 'r2 FAIL 50000 full'],
    ],
    [
      'a late event is not told behind a later one',
      [
        [1, 'submit', 'r1'],
        [5, 'FINISHED', 'r1'],
      ],
      [
        [1, 'submit', 'r1'],
        [2, 'RUNNING', 'r1'],
        [5, 'FINISHED', 'r1'],
      ],
      [],
    ],
  ];
  for (const [sentence, before, after, steps] of CASES) {
    test(sentence, () => {
      const told = before === null ? null : before.length === 0 ? null : newsOf(jobAfter(before), null, NOW).told;

      assert.deepEqual(newsOf(jobAfter(after), told, NOW).steps.map(shown), steps);
    });
  }

  test('an exception goes with the failure', () => {
    const { steps } = newsOf(
      jobAfter([
        [1, 'submit', 'r1'],
        [2, 'FAILED', 'r1'],
      ]),
      null,
      NOW,
    );

    assert.deepEqual([steps.at(-1)!.status, steps.at(-1)!.exception], ['FAILED', 'FAILED!']);
  });

  test('changes that a job forgot before they were told are said to be missed', () => {
    const life: Event[] = [[1, 'submit', 'r1']];
    const { told } = newsOf(jobAfter(life), null, NOW);
    for (let i = 0; i < 150; i++) life.push([100_000 * (i + 1), i % 2 === 0 ? 'FAILING' : 'RUNNING', 'r1']);

    assert.equal(newsOf(jobAfter(life), told, NOW).missed, true);
    assert.equal(newsOf(jobAfter(life.slice(0, 50)), told, NOW).missed, false);
  });

  test('however a life is cut into looks, each event is told once and in order', () => {
    const status = fc.constantFrom('CREATED', 'RUNNING', 'FAILING', 'FAILED', 'CANCELED', 'FINISHED');
    const life = fc.array(fc.tuple(fc.constantFrom('r1', 'r2'), status), { maxLength: 20 });
    fc.assert(
      fc.property(life, fc.array(fc.integer({ min: 1, max: 20 })), (changes, cuts) => {
        const events: Event[] = [[1, 'submit', 'r1']];
        for (const [i, [run, what]] of changes.entries()) events.push([100_000 * (i + 1), what, run]);
        const looks = [1, ...cuts.filter(cut => cut < events.length).sort((a, b) => a - b), events.length];
        let told: Told | null = null;
        const steps: Step[] = [];
        for (const look of looks) {
          const news = newsOf(jobAfter(events.slice(0, look)), told, NOW);
          steps.push(...news.steps);
          told = news.told;
        }

        const keys = steps.map(({ run, ts }) => `${run?.jobId} ${run?.state} ${ts}`);
        assert.equal(new Set(keys).size, keys.length);
        for (const run of ['r1', 'r2']) {
          const times = steps.filter(step => step.run?.jobId === run).map(({ ts }) => ts);
          assert.deepEqual(
            times,
            times.toSorted((a, b) => a - b),
          );
        }
        assert.deepEqual(newsOf(jobAfter(events), told, NOW).steps, []);
      }),
    );
  });
});
