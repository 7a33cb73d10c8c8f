import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { compileRule } from '../../../alerting/evaluate/rule.ts';
import { parseRuleTests, runRuleTests } from '../../../alerting/testing/rule-test.ts';
import { parseLabelSet, parseSeries, parseValues } from '../../../alerting/testing/series-notation.ts';
import { UserError } from '../../../model/errors.ts';

describe('series notation', () => {
  const values: readonly [text: string, expected: readonly (number | null)[]][] = [
    ['1 2.5 -3 1e3', [1, 2.5, -3, 1000]],
    ['1+2x3', [1, 3, 5, 7]],
    ['9-2x2', [9, 7, 5]],
    ['4x2', [4, 4, 4]],
    ['-2+1x2', [-2, -1, 0]],
    ['1 _ 2 _x3 5', [1, null, 2, null, null, null, 5]],
    ['1 stale', [1, null]],
    ['0+0.5x2', [0, 0.5, 1]],
    ['7x0', [7]],
  ];
  for (const [text, expected] of values) test(text, () => assert.deepEqual(parseValues(text), expected));

  for (const text of ['x', '1+2', '1+2x', '_2', '1,2', '1x1000000'])
    test(`${text} is refused`, () => assert.throws(() => parseValues(text), UserError));

  test('names and labels', () => {
    assert.deepEqual(parseSeries('lag'), { name: 'lag', labels: {} });
    assert.deepEqual(parseSeries(' flink.job.x { topic = "a b", j="q\\"\\n" } '), {
      name: 'flink.job.x',
      labels: { topic: 'a b', j: 'q"\n' },
    });
    assert.deepEqual(parseLabelSet('{job="a",}'), { job: 'a' });
    for (const text of ['', '{a="b"}', 'lag{a=b}', 'lag{a="b" c="d"}', 'lag{a="b"'])
      assert.throws(() => parseSeries(text), UserError, text);
  });
});

const RULES = [
  compileRule('1', {
    name: 'lag',
    schedule: '*/5 * * * *',
    window: '10m',
    for: '5m',
    group_by: ['topic'],
    metrics: [{ metric: 'lag', op: 'MAX' }],
    condition: '{0} > 10',
    annotations: [{ name: 'max', formula: '[0]' }],
    labels: { team: 'dw' },
  }),
  compileRule('2', {
    name: 'errors',
    schedule: '* * * * *',
    window: '1m',
    group_by: ['job'],
    metrics: [{ log: 'level:ERROR "out of memory"' }],
    condition: '{0} >= 2',
  }),
];

async function run(cases: readonly object[]): Promise<string[]> {
  const file = parseRuleTests({
    rules: ['x.yaml'],
    tests: [
      {
        series: [
          { series: 'lag{topic="a"}', values: '0+1x30' },
          { series: 'lag{topic="b"}', values: '1x30' },
        ],
        logs: [
          { line: '{job="a", level="ERROR"}', message: 'java: Out of Memory!', values: '0x4 2 0x9' },
          { line: '{job="b"}', message: 'out of memory', values: '5x20' },
        ],
        cases,
      },
    ],
  });
  const results = await runRuleTests(file, RULES);
  const line = (sign: string) => (alert: { labels: object; state: string; annotations: object }) =>
    `${sign}${Object.values(alert.labels).join()} ${alert.state}${Object.values(alert.annotations)
      .map(value => ` ${value}`)
      .join('')}`;
  return results.flatMap(({ ok, missing, unexpected, error }) =>
    ok ? ['ok'] : [...(error === undefined ? [] : [error]), ...missing.map(line('-')), ...unexpected.map(line('+'))],
  );
}

const cases: readonly [sentence: string, item: object, expected: readonly string[]][] = [
  ['no alerts where none are expected', { at: '10m', rule: 'lag' }, ['ok']],
  ['a pending alert', { at: '15m', rule: 'lag', alerts: [{ labels: { topic: 'a' }, state: 'pending' }] }, ['ok']],
  [
    'between ticks the newest counts',
    { at: '19m', rule: 'lag', alerts: [{ labels: { topic: 'a' }, state: 'pending' }] },
    ['ok'],
  ],
  [
    'firing, with the labels of the rule and its hint columns',
    {
      at: '20m',
      rule: 'lag',
      alerts: [{ labels: { topic: 'a', team: 'dw', severity: 'warning' }, annotations: { max: 20 } }],
    },
    ['ok'],
  ],
  [
    'hint columns as a list',
    { at: '20m', rule: 'lag', alerts: [{ labels: { topic: 'a' }, annotations: [{ name: 'max', value: '20' }] }] },
    ['ok'],
  ],
  ['an alert nobody expected', { at: '20m', rule: 'lag' }, ['+a firing']],
  [
    'another state',
    { at: '20m', rule: 'lag', alerts: [{ labels: { topic: 'a' }, state: 'pending' }] },
    ['-a pending', '+a firing'],
  ],
  [
    'another value of a hint column',
    { at: '20m', rule: 'lag', alerts: [{ labels: { topic: 'a' }, annotations: { max: 21 } }] },
    ['-a firing 21', '+a firing 20'],
  ],
  ['a group that is not named whole', { at: '20m', rule: 'lag', alerts: [{ labels: {} }] }, ['- firing', '+a firing']],
  ['lines of logs', { at: '5m', rule: 'errors', alerts: [{ labels: { job: 'a' } }] }, ['ok']],
  ['a rule nobody knows', { at: '5m', rule: 'nope' }, ['no rule of the files is named "nope"']],
];
describe('a case', () => {
  for (const [sentence, item, expected] of cases)
    test(sentence, async () => assert.deepEqual(await run([item]), expected));
});

test('a file that cannot be read is refused with every place', () => {
  assert.throws(
    () => parseRuleTests({ rules: [], tests: [{ cases: [{ at: 'soon', rule: 'x' }], interval: '0s' }] }),
    (error: unknown) => {
      assert.ok(error instanceof UserError);
      assert.deepEqual(
        error.issues.map(({ path }) => path),
        ['rules', 'tests.0.interval', 'tests.0.cases.0.at'],
      );
      return true;
    },
  );
});
