import assert from 'node:assert/strict';
import { test } from 'node:test';
import { groupKeyOf } from '../../alerting/evaluate/frame.ts';
import { compileRule } from '../../alerting/evaluate/rule.ts';
import type { Intent } from '../../alerting/intent.ts';
import { createChartSource } from '../../app/chart-source.ts';
import type { WindowQuery } from '../../store/metric-store.ts';

const T = Date.parse('2026-11-21T10:00:00Z');
const HOUR = 3_600_000;

const RULE = {
  name: 'ostream_lag',
  schedule: '*/5 * * * *',
  window: '30m',
  group_by: ['topic'],
  metrics: [
    { name: 'lag', metric: 'lag_ms', op: 'MAX' },
    { name: 'rate', metric: 'rows', op: 'RATE' },
  ],
  condition: '{0} > 600000 or 5 >= {1}',
};

function intent(over: Partial<Intent> = {}): Intent {
  return {
    id: 'i1',
    ruleId: 'r1',
    ruleName: 'ostream_lag',
    groupKey: groupKeyOf({ topic: 'b' }, ['topic']),
    t: T,
    kind: 'firing',
    episode: 'e1',
    labels: { alertname: 'ostream_lag', severity: 'warning', topic: 'b' },
    severity: 'warning',
    activeAt: T,
    startsAt: T,
    endsAt: null,
    values: [700_000, 9],
    formula: '',
    summary: '',
    annotations: [],
    late: false,
    receivers: [],
    zone: 'UTC',
    ...over,
  };
}

/** A source over a store in which topic b has its hour as value, and no point in the last half hour. */
function source(document: object | null = RULE, knownFrom = 0) {
  const asked: WindowQuery[] = [];
  const charts = createChartSource({
    rules: { compiled: () => (document === null ? null : compileRule('r1', document)) },
    metrics: {
      names: async () => [],
      async window(query) {
        asked.push(query);
        const at = query.at.filter(instant => instant < T - HOUR / 2 && instant >= knownFrom);
        return ['a', 'b'].map(topic => ({
          labels: { topic },
          points: at.map(instant => [instant, topic === 'a' ? -1 : instant / HOUR] as const),
        }));
      },
    },
    logs: { counts: async () => [] },
  });
  return { asked, charts };
}

test('the row whose comparison holds is drawn, of this group, as the rule computes it', async () => {
  const { asked, charts } = source();

  const chart = await charts.chart(intent());

  const { op, windowMs, groupBy, names, at } = asked[0] ?? assert.fail('nothing was asked');
  assert.deepEqual([asked.length, op, windowMs, groupBy], [1, 'MAX', 1_800_000, ['topic']]);
  assert.ok(names.some(({ name }) => name === 'lag_ms'));
  assert.deepEqual([at[0], at.at(-1), at.length], [T - HOUR, T, 121]);
  assert.equal(chart?.title, 'MAX lag_ms 30m {topic=b}');
  assert.deepEqual([chart?.about?.en, chart?.about?.of], ['Time a hop is behind on a topic', 'topic=b']);
  assert.deepEqual([chart?.threshold, chart?.unit, chart?.firingFrom, chart?.firingTo], [600_000, 'ms', T, undefined]);
  assert.deepEqual(chart?.points[0], [T - HOUR, (T - HOUR) / HOUR]);
  assert.deepEqual(chart?.points.at(-1), [T, null], 'a window without points is a gap');
});

const CHOICES: readonly [string, object, Partial<Intent>, string, number | undefined][] = [
  ['the second, where only its comparison holds', {}, { values: [1, 3] }, 'RATE rows', 5],
  ['the first with a comparison, where none holds', {}, { values: [1, 9] }, 'MAX lag_ms', 600_000],
  ['the one with a value, where the other is not known', {}, { values: [null, 9] }, 'RATE rows', 5],
  ['the first value, where nothing is compared with a number', { condition: '{0} > {1}' }, {}, 'MAX lag_ms', undefined],
  ['a negative number', { condition: '{0} > -5' }, {}, 'MAX lag_ms', -5],
  [
    'of several levels the one that fires',
    {
      condition: undefined,
      levels: [
        { level: 'critical', condition: '{0} > 9' },
        { level: 'warning', condition: '{0} > 7' },
      ],
    },
    {},
    'MAX lag_ms',
    7,
  ],
];
for (const [sentence, over, of, title, threshold] of CHOICES) {
  test(`drawn is ${sentence}`, async () => {
    const chart = await source({ ...RULE, ...over }).charts.chart(intent(of));

    assert.ok(chart?.title.startsWith(title), chart?.title);
    assert.equal(chart?.about === undefined, title === 'RATE rows', 'nobody has described rows');
    assert.equal(chart?.threshold, threshold);
  });
}

test('the longer it fires, the longer the time before it that is shown, up to two days', async () => {
  const { asked, charts } = source();

  await charts.chart(intent({ startsAt: T - 4 * HOUR }));
  await charts.chart(intent({ startsAt: T - 1_000 * HOUR }));

  assert.deepEqual(
    asked.map(({ at }) => T - (at[0] ?? 0)),
    [12 * HOUR, 48 * HOUR],
  );
});

test('a series that has just begun fills the picture', async () => {
  const { charts } = source(RULE, T - 40 * 60_000);

  const chart = await charts.chart(intent());

  assert.equal(chart?.points[0]?.[0], T - 40 * 60_000 - 30_000);
});

test('of an alert that ended, the picture ends with it', async () => {
  const { asked, charts } = source();

  const chart = await charts.chart(intent({ kind: 'resolved', startsAt: T - 2 * HOUR, endsAt: T - HOUR }));

  assert.equal(asked[0]?.at.at(-1), T - HOUR);
  assert.equal(chart?.firingTo, T - HOUR);
});

test('lines that are counted have a curve too, and an instant without any is 0', async () => {
  const charts = createChartSource({
    rules: {
      compiled: () =>
        compileRule('r1', {
          ...RULE,
          group_by: ['job'],
          metrics: [{ log: 'level:ERROR', op: 'COUNT' }],
          condition: '{0} > 3',
        }),
    },
    metrics: { names: async () => [], window: async () => assert.fail('no metric is read') },
    logs: { counts: async () => [] },
  });

  const chart = await charts.chart(intent({ values: [5], groupKey: groupKeyOf({ job: 'x' }, ['job']) }));

  assert.equal(chart?.title, 'COUNT level:ERROR 30m {job=}');
  assert.deepEqual(chart?.points.at(-1), [T, 0]);
});

test('there is nothing to draw of a rule that is gone', async () => {
  assert.equal(await source(null).charts.chart(intent()), null);
});
