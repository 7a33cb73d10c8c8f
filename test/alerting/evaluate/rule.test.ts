import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { compileRule } from '../../../alerting/evaluate/rule.ts';
import { compileSummary } from '../../../alerting/evaluate/summary.ts';
import { UserError } from '../../../model/errors.ts';

const LEAST = { name: 'r', schedule: '*/5 * * * *', metrics: [{ metric: 'lag' }], condition: '{0} > 1' };

function refusal(changes: object): UserError {
  try {
    compileRule('id', { ...LEAST, ...changes });
  } catch (error) {
    assert.ok(error instanceof UserError);
    return error;
  }
  return assert.fail('the rule was accepted');
}

test('the least a rule needs, with every default', () => {
  const { document } = compileRule('id', LEAST);
  assert.deepEqual(document, {
    ...LEAST,
    enabled: true,
    level: 'warning',
    zone: 'UTC',
    window: '5m',
    repeat_interval: '0s',
    for: '0s',
    keep_firing_for: '0s',
    group_by: [],
    matchers: {},
    metrics: [{ metric: 'lag', op: 'LAST', offset: '0m', matchers: {} }],
    recovery: null,
    re_evaluate: false,
    no_data: { policy: 'keep', after: 3, notify: false },
    zero_baseline: 'unknown',
    annotations: [],
    summary: null,
    receivers: [],
    labels: {},
    max_groups: 10000,
    flapping: null,
  });
});

test('a document with its defaults filled in reads back as itself', () => {
  const { document } = compileRule('id', LEAST);
  assert.deepEqual(compileRule('id', JSON.parse(JSON.stringify(document))).document, document);
});

test('all forms of matchers reach the store; an empty value means any', () => {
  const matchers = { a: 'x', b: { op: '=~', value: 'dw_.*' }, c: { op: '!=', value: 'y' }, d: '' };
  const rule = compileRule('id', { ...LEAST, matchers: { cluster: 'one' }, metrics: [{ metric: 'lag', matchers }] });
  const source = rule.metrics[0]?.source;
  assert.deepEqual(source?.kind === 'metric' && source.matchers, [
    { label: 'cluster', op: '=', value: 'one' },
    { label: 'a', op: '=', value: 'x' },
    { label: 'b', op: '=~', value: 'dw_.*' },
    { label: 'c', op: '!=', value: 'y' },
    { label: 'd', op: '=', value: '' },
  ]);
});

describe('a rule that cannot be evaluated is refused, and says where', () => {
  const cases: readonly [sentence: string, changes: object, code: string, path: string, position?: number][] = [
    ['a formula, with its position', { condition: '{0} > 1 or {3} > 1' }, 'bad-formula', 'condition', 11],
    ['a number as condition', { condition: '{0} + 1' }, 'bad-formula', 'condition', 0],
    ['a hint column', { annotations: [{ name: 'x', formula: '[0' }] }, 'bad-formula', 'annotations.0.formula', 0],
    ['a recovery expression', { recovery: '{0} >' }, 'bad-formula', 'recovery', 5],
    [
      'a level',
      { condition: undefined, levels: [{ level: 'error', condition: 'x' }] },
      'bad-formula',
      'levels.0.condition',
      0,
    ],
    ['a summary with an unknown filter', { summary: 'lag {{value.0|nope}}' }, 'bad-formula', 'summary', 4],
    ['a schedule that never comes', { schedule: '0 0 31 2 *' }, 'bad-schedule', 'schedule'],
    ['a zone nobody knows', { zone: 'Mars/Base' }, 'bad-schedule', 'zone'],
    ['an unknown field', { threshold: 5 }, 'bad-request', ''],
    ['neither condition nor levels', { condition: undefined }, 'bad-request', 'condition'],
    ['a duration', { for: 'soon' }, 'bad-request', 'for'],
    ['an op', { metrics: [{ metric: 'lag', op: 'MEDIAN' }] }, 'bad-request', 'metrics.0.op'],
    ['a regular expression', { matchers: { a: { op: '=~', value: '(' } } }, 'bad-request', 'matchers.a'],
    [
      'two metrics of one name',
      {
        metrics: [
          { name: 'x', metric: 'lag' },
          { name: 'x', metric: 'lag' },
        ],
      },
      'bad-request',
      'metrics.1.name',
    ],
    ['a window of nothing', { window: '0s' }, 'bad-request', 'window'],
    ['a row of nothing', { metrics: [{ op: 'MAX' }] }, 'bad-request', 'metrics.0.metric'],
    ['a row of two things', { metrics: [{ metric: 'lag', log: 'a' }] }, 'bad-request', 'metrics.0.log'],
    ['a search text', { metrics: [{ log: 'nofield:x' }] }, 'bad-request', 'metrics.0.log'],
    ['an operation lines do not have', { metrics: [{ log: 'a', op: 'P95' }] }, 'bad-request', 'metrics.0.op'],
    ['an operation only lines have', { metrics: [{ metric: 'lag', op: 'NEW' }] }, 'bad-request', 'metrics.0.op'],
    ['series of lines', { metrics: [{ log: 'a', across: 'sum' }] }, 'bad-request', 'metrics.0.across'],
    ['a label lines do not have', { metrics: [{ log: 'a' }], group_by: ['topic'] }, 'bad-request', 'group_by'],
    ['every label of lines', { metrics: [{ log: 'a' }], group_by: '*' }, 'bad-request', 'group_by'],
    [
      'a matcher lines cannot answer',
      { metrics: [{ log: 'a' }], matchers: { topic: 'x' } },
      'bad-request',
      'matchers.topic',
    ],
    [
      'a pattern as a matcher of lines',
      { metrics: [{ log: 'a', matchers: { job: { op: '=~', value: 'dw_.*' } } }] },
      'bad-request',
      'metrics.0.matchers.job',
    ],
    ['since without NEW', { metrics: [{ metric: 'lag', since: '7d' }] }, 'bad-request', 'metrics.0.since'],
    [
      'a baseline of an operation that rollups do not have',
      { metrics: [{ metric: 'lag', op: 'P95', baseline: { weeks: 4 } }] },
      'bad-request',
      'metrics.0.op',
    ],
    [
      'a baseline across series',
      { metrics: [{ metric: 'lag', across: 'sum', baseline: { weeks: 4 } }] },
      'bad-request',
      'metrics.0.baseline',
    ],
    ['a score without a baseline', { condition: '{0} > 1 or score({0}) > 3' }, 'bad-formula', 'condition', 11],
    [
      'a score of a sum',
      { metrics: [{ metric: 'lag', baseline: { weeks: 4 } }], condition: 'score({0} + 1) > 3' },
      'bad-formula',
      'condition',
      0,
    ],
  ];
  for (const [sentence, changes, code, path, position] of cases) {
    test(sentence, () => {
      const error = refusal(changes);
      assert.equal(error.status, 422);
      assert.equal(error.code, code);
      assert.ok((error.issues[0]?.path ?? '').startsWith(path), error.issues[0]?.path);
      assert.equal(error.issues[0]?.position, position);
    });
  }

  test('every mistake at once, formulas first', () => {
    const error = refusal({ schedule: '* * *', condition: '{0} =', annotations: [{ name: 'x', formula: 'y' }] });
    assert.deepEqual(
      error.issues.map(issue => issue.path),
      ['condition', 'annotations.0.formula', 'schedule'],
    );
  });
});

test('a summary shows labels and values; what is missing is empty, what is unknown a question mark', () => {
  const summary = compileSummary(
    '{{job}}{{nope}} {{labels.topic}}: {{value.0|number}} {{ value.b | percent }} {{value.0|bytes}} {{value.0|duration}}',
    ['a', 'b'],
  );
  assert.equal(summary({ job: 'x', topic: 't' }, [90_000, 'missing-current']), 'x t: 90,000 ? 87.89 KiB 1m 30s');
});
