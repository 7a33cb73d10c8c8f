import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { convertAlert, type PromAlert } from '../../../alerting/import/convert-alert.ts';
import { convertExpression } from '../../../alerting/import/convert-expression.ts';
import { parsePromql } from '../../../alerting/import/promql-parser.ts';
import { PromqlError } from '../../../alerting/import/promql-tree.ts';

const alert = (changes: Partial<PromAlert> = {}): PromAlert => ({
  alert: 'A',
  expr: 'up == 0',
  for: null,
  keepFiringFor: null,
  labels: {},
  annotations: {},
  intervalMs: 60_000,
  ...changes,
});

/** Rows as `OP metric{matchers}[window] offset`, for tables. */
function rows(expr: string): string[] {
  return convertExpression(expr).metrics.map(({ metric, op, across, window, offset, matchers = {} }) => {
    const filters = Object.entries(matchers).map(([label, m]) =>
      typeof m === 'string' ? `${label}=${m}` : `${label}${m.op}${m.value}`,
    );
    return [op, across, metric, ...filters, window, offset === undefined ? undefined : `-${offset}`]
      .filter(part => part !== undefined)
      .join(' ');
  });
}

describe('expressions with a counterpart', () => {
  const cases: readonly [
    expr: string,
    groupBy: string | readonly string[],
    rows: readonly string[],
    condition: string,
  ][] = [
    ['up == 0', '*', ['LAST up 5m'], '{0} == 0'],
    ['0 == up', '*', ['LAST up 5m'], '0 == {0}'],
    ['up{job="a",env!="t",x=~"y.*",z!~"q"} < 1', '*', ['LAST up job=a env!=t x=~y.* z!~q 5m'], '{0} < 1'],
    ['{__name__="up", job=""} == 0', '*', ['LAST up job=~ 5m'], '{0} == 0'],
    ['rate(a[2m]) > 5', '*', ['RATE a 2m'], '{0} > 5'],
    ['increase(a[1h30m]) > 5', '*', ['RATE a 1h30m'], '({0} * 5400) > 5'],
    ['avg_over_time(a[10m] offset 1d) > 5', '*', ['AVG a 10m -1d'], '{0} > 5'],
    ['quantile_over_time(0.95, a[10m]) > 5', '*', ['P95 a 10m'], '{0} > 5'],
    ['sum by (job) (rate(a[5m])) > 1', ['job'], ['RATE a 5m'], '{0} > 1'],
    ['sum(rate(a[5m])) by (job, host) > 1', ['host', 'job'], ['RATE a 5m'], '{0} > 1'],
    ['max by (job) (a) > 1', ['job'], ['LAST max a 5m'], '{0} > 1'],
    ['max by (job) (max_over_time(a[1h])) > 1', ['job'], ['MAX a 1h'], '{0} > 1'],
    ['sum(a) > 1', [], ['LAST sum a 5m'], '{0} > 1'],
    ['a / b > 0.5', '*', ['LAST a 5m', 'LAST b 5m'], '({0} / {1}) > 0.5'],
    ['a + 2 * 3 - -a > 1', '*', ['LAST a 5m'], '(({0} + (2 * 3)) - -{0}) > 1'],
    ['abs(a - a offset 1h) > 1e3', '*', ['LAST a 5m', 'LAST a 5m -1h'], 'abs(({0} - {1})) > 1000'],
    ['ln(a) > 1 and clamp_min(b, 2) < 9', '*', ['LAST a 5m', 'LAST b 5m'], '(log({0}) > 1) and (max({1}, 2) < 9)'],
    [
      'a > 1 or b > 2 and c',
      '*',
      ['LAST a 5m', 'LAST b 5m', 'LAST c 5m'],
      '({0} > 1) or (({1} > 2) and (exists({2})))',
    ],
    ['a > 1 unless b > 2', '*', ['LAST a 5m', 'LAST b 5m'], '({0} > 1) and not (exists({1}) and ({1} > 2))'],
    ['sum by (x) (a) / on (x) sum by (x) (b) > 1', ['x'], ['LAST sum a 5m', 'LAST sum b 5m'], '({0} / {1}) > 1'],
    ['absent(up{job="a"})', [], ['COUNT up job=a 5m'], '{0} < 1'],
    ['absent_over_time(up[1h]) == 1', [], ['COUNT up 1h'], '{0} < 1'],
    ['vector_without_comparison', '*', ['LAST vector_without_comparison 5m'], 'exists({0})'],
    ['a > 1 # why\n and b', '*', ['LAST a 5m', 'LAST b 5m'], '({0} > 1) and (exists({1}))'],
  ];
  for (const [expr, groupBy, expectedRows, condition] of cases) {
    test(expr, () => {
      const converted = convertExpression(expr);
      assert.deepEqual(converted.groupBy, groupBy);
      assert.deepEqual(rows(expr), expectedRows);
      assert.equal(converted.condition, condition);
      assert.ok('document' in convertAlert(alert({ expr })), 'the document is one that can be evaluated');
    });
  }
});

describe('expressions without a counterpart are refused with their place', () => {
  const cases: readonly [expr: string, position: number, reason: RegExp][] = [
    ['histogram_quantile(0.9, a) > 1', 0, /histogram_quantile/],
    ['1 + topk(3, a) > 1', 4, /topk with a parameter/],
    ['a > bool 1', 4, /bool/],
    ['a / on (x) group_left b > 1', 11, /group_left/],
    ['a / ignoring (x) b > 1', 4, /ignoring/],
    ['a and on (job) b > 1', 2, /on\(…\)/],
    ['sum without (x) (a) > 1', 4, /without/],
    ['a[5m:1m] > 1', 4, /subquery/],
    ['a @ 5 > 1', 2, /fixed time/],
    ['a offset -5m > 1', 9, /future/],
    ['avg by (x) (rate(a[5m])) > 1', 0, /after their windows/],
    ['sum by (x) (avg_over_time(a[5m])) > 1', 0, /after their windows/],
    ['sum by (x) (a / b) > 1', 0, /something computed/],
    ['count by (x) (a) > 1', 0, /counterpart/],
    ['a + sum by (x) (b) > 1', 4, /one group_by/],
    ['absent(a) or b > 1', 13, /one group_by/],
    ['irate(a[5m]) > 1', 0, /irate/],
    ['a ^ 2 > 1', 2, /as a number/],
    ['a[5m] > 1', 0, /without a function/],
    ['{job="x"} > 1', 0, /without a metric name/],
    ['{__name__=~"x.*"} > 1', 0, /pattern of metric names/],
    ['a{x=~"(?i)a"} > 1', 0, /RE2/],
    ['a{x!="1",x!="2"} > 1', 0, /two matchers/],
    ['1 > 2', 2, /two numbers/],
    ['a > 1 unless (b > 1 or c > 1)', 6, /unless with an "or"/],
    ['a >', 3, /unexpected the end/],
    ['a > 1)', 5, /unexpected/],
    ['time() - a > 1', 0, /time\(\)/],
  ];
  for (const [expr, position, reason] of cases) {
    test(expr, () => {
      const converted = convertAlert(alert({ expr }));
      assert.ok('refused' in converted, JSON.stringify(converted));
      assert.match(converted.refused.message, reason);
      assert.equal(converted.refused.position, position);
    });
  }
});

test('the rest of an alert: times, level, labels, templates, and what is left out', () => {
  const converted = convertAlert(
    alert({
      for: '1h30m',
      keepFiringFor: '5m',
      labels: { severity: 'critical', team: 'dw', dynamic: '{{ $labels.x }}' },
      annotations: {
        summary:
          '{{ $labels.job }} at {{ $value | humanizePercentage }} {{ printf "%.2f" $value }} {{ $externalLabels.x }}',
        runbook_url: 'http://x',
      },
      intervalMs: 15_000,
    }),
  );
  assert.ok('document' in converted);
  const { name, level, schedule, keep_firing_for, labels, summary, no_data, annotations } = converted.document;
  assert.deepEqual(
    [name, level, schedule, converted.document.for, keep_firing_for],
    ['A', 'critical', '*/15 * * * * *', '1h30m', '5m'],
  );
  assert.deepEqual(labels, { team: 'dw' });
  assert.equal(summary, '{{labels.job}} at {{value.0|percent}} {{value.0|number}}');
  assert.deepEqual(no_data, { policy: 'ok', after: 1, notify: false });
  assert.deepEqual(annotations, [{ name: 'value', formula: '{0}' }]);
  assert.deepEqual(
    converted.remarks.map(({ kind, field }) => `${kind} ${field.join('.')}`),
    ['lost labels.dynamic', 'lost annotations.runbook_url', 'lost annotations.summary'],
  );
});

const schedules: readonly [intervalMs: number, schedule: string][] = [
  [30_000, '*/30 * * * * *'],
  [60_000, '* * * * *'],
  [300_000, '*/5 * * * *'],
  [3_600_000, '0 * * * *'],
  [6 * 3_600_000, '0 */6 * * *'],
  [86_400_000, '0 0 * * *'],
  [7 * 60_000, '* * * * *'],
];
for (const [intervalMs, schedule] of schedules) {
  test(`an interval of ${intervalMs / 1000} s is ${schedule}`, () => {
    const converted = convertAlert(alert({ intervalMs }));
    assert.equal('document' in converted && converted.document.schedule, schedule);
  });
}

test('no text makes the reader do anything but read or refuse, quickly', () => {
  const word = fc.constantFrom(
    'a',
    '(',
    ')',
    '{',
    '}',
    '[5m]',
    'sum',
    'by',
    '>',
    '1',
    'and',
    'unless',
    'rate',
    ',',
    '"x"',
    '=~',
    'offset',
    '-',
    '^',
    '@',
    '5m',
    '__proto__',
    'constructor',
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(word, { maxLength: 60 }).map(words => words.join(' ')),
      ),
      text => {
        try {
          parsePromql(text);
          convertExpression(text);
        } catch (error) {
          assert.ok(error instanceof PromqlError, String(error));
          assert.ok(error.position >= 0 && error.position <= text.length);
        }
      },
    ),
    { numRuns: 500 },
  );
});
