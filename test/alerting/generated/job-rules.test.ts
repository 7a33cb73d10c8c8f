import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { compileRule } from '../../../alerting/evaluate/rule.ts';
import { jobRules } from '../../../alerting/generated/job-rules.ts';
import { type GeneratedSettings, mergeSettings, parseGeneratedSettings } from '../../../alerting/generated/settings.ts';
import { UserError } from '../../../model/errors.ts';
import { replay, series, told } from '../evaluate/scenario.ts';

const ESTATE = {
  jobs: ['dw_a', 'dw_b', 'ods_a', 'test_1', 'toy'].map(name => ({ name, owner: name === 'toy' ? 'sandbox' : 'dw' })),
  reports: [{ name: 'daily', limitMs: 600_000 }],
};

/** Which jobs each lag rule is for, by its threshold. */
function lagOf(settings: GeneratedSettings): Record<string, readonly string[]> {
  const rules = jobRules(ESTATE, settings).filter(({ name }) => name.startsWith('job lag'));
  return Object.fromEntries(
    rules.map(document => {
      const job = document.matchers?.['job'];
      const fits = new RegExp(`^(?:${typeof job === 'object' ? job.value : ''})$`, 'u');
      return [document.condition ?? '', ESTATE.jobs.map(({ name }) => name).filter(name => fits.test(name))];
    }),
  );
}

const ALL = ESTATE.jobs.map(({ name }) => name);

describe('generated rules of jobs', () => {
  test('there are none before a job is known, or where they are switched off', () => {
    assert.deepEqual(jobRules({ ...ESTATE, jobs: [] }, {}), []);
    assert.deepEqual(jobRules(ESTATE, { enabled: false }), []);
  });

  test('one rule of each kind serves all jobs, and one each report; every one is a rule that can be evaluated', () => {
    const rules = jobRules(ESTATE, {});
    assert.deepEqual(
      rules.map(({ name }) => name),
      ['job lag', 'job restarts', 'job checkpoint age', 'job reports nothing', 'report daily is late'],
    );
    for (const document of rules) assert.equal(compileRule('id', document).name, document.name);
  });

  const cases: readonly [sentence: string, settings: GeneratedSettings, expected: Record<string, readonly string[]>][] =
    [
      ['all jobs by default', {}, { 'lag > 100000': ALL }],
      ['a threshold for all', { lag: { above: 5 } }, { 'lag > 5': ALL }],
      ['a kind switched off', { lag: false }, {}],
      [
        'jobs left out by pattern and by owner',
        { exclude: { jobs: ['test_*'], owners: ['sandbox'] } },
        { 'lag > 100000': ['dw_a', 'dw_b', 'ods_a'] },
      ],
      [
        'jobs that differ have a rule of their own, and the first entry that fits counts',
        {
          jobs: [
            { match: ['dw_a'], lag: { above: 1 } },
            { match: ['dw_*', 'ods_*'], lag: { above: 2 } },
          ],
        },
        { 'lag > 1': ['dw_a'], 'lag > 2': ['dw_b', 'ods_a'], 'lag > 100000': ['test_1', 'toy'] },
      ],
      [
        'a job that wants no rule of a kind',
        {
          jobs: [
            { match: ['dw_a'], lag: false },
            { match: ['dw_b'], restarts: false },
          ],
        },
        { 'lag > 100000': ['dw_b', 'ods_a', 'test_1', 'toy'] },
      ],
      [
        'a kind for some jobs only',
        { lag: false, jobs: [{ match: ['dw_*'], lag: { above: 9 } }] },
        { 'lag > 9': ['dw_a', 'dw_b'] },
      ],
      [
        'names are taken literally',
        { exclude: { jobs: ['dw.a', 'toy'], owners: [] } },
        { 'lag > 100000': ['dw_a', 'dw_b', 'ods_a', 'test_1'] },
      ],
    ];
  for (const [sentence, settings, expected] of cases) {
    test(sentence, () => assert.deepEqual(lagOf(settings), expected));
  }

  test('an entry changes what it names and keeps the rest of what is said for all', () => {
    const rules = jobRules(ESTATE, {
      lag: { above: 7, for: '3m', level: 'critical', receivers: ['ops'] },
      jobs: [{ match: ['dw_a'], lag: { above: 8 } }],
    });
    const own = rules.find(({ name }) => name === 'job lag (dw_a)');
    assert.deepEqual([own?.condition, own?.for, own?.level, own?.receivers], ['lag > 8', '3m', 'critical', ['ops']]);
  });

  test('a job that falls silent fires, one that goes on does not, and its return resolves it', async () => {
    const silent = jobRules(ESTATE, { no_data: { for: '2m' } }).find(({ name }) => name === 'job reports nothing');
    assert.ok(silent);
    const runs = (job: string, values: string) => series({ job, tm_id: 'tm' }, values, 'runs_on');
    const history = await replay(silent, [...runs('dw_a', '1 1 _ _ _ _ 1 1'), ...runs('dw_b', '1 1 1 1 1 1 1 1')], 8);
    assert.deepEqual(told(history), ['4 firing dw_a missing-current', '6 resolved dw_a']);
  });

  test('restarts count within their time', async () => {
    const restarts = jobRules(ESTATE, {}).find(({ name }) => name === 'job restarts');
    assert.ok(restarts);
    const of = (job: string, values: string) => series({ job }, values, 'flink.job.numRestarts');
    const history = await replay(restarts, [...of('dw_a', '5 5 6 7 8 8'), ...of('dw_b', '0 0 1 1 2 2')], 6);
    assert.deepEqual(told(history), ['4 firing dw_a']);
  });
});

describe('settings', () => {
  test('what cannot be read is refused with its place', () => {
    for (const [input, path] of [
      [{ lag: { above: -1 } }, 'lag'],
      [{ lags: {} }, ''],
      [{ jobs: [{ match: [] }] }, 'jobs.0.match'],
      [{ restarts: { within: 'soon' } }, 'restarts'],
    ] as const) {
      assert.throws(
        () => parseGeneratedSettings(input),
        (error: unknown) => error instanceof UserError && (error.issues[0]?.path ?? '').startsWith(path),
      );
    }
  });

  test('the API goes before the file, and exclusions of both count', () => {
    const merged = mergeSettings(
      { lag: { above: 1 }, restarts: false, exclude: { jobs: ['a'], owners: [] }, jobs: [{ match: ['f'] }] },
      { lag: { above: 2 }, exclude: { jobs: ['b'], owners: ['o'] }, jobs: [{ match: ['x'] }] },
    );
    assert.deepEqual(merged, {
      lag: { above: 2 },
      restarts: false,
      exclude: { jobs: ['a', 'b'], owners: ['o'] },
      jobs: [{ match: ['x'] }, { match: ['f'] }],
    });
  });
});
