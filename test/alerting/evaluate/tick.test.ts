import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { RuleDocumentInput } from '../../../alerting/evaluate/document.ts';
import { MINUTE, replay, rule, START, series, states, told } from './scenario.ts';

interface Scenario {
  readonly sentence: string;
  readonly rule?: Partial<RuleDocumentInput>;
  /** One value a minute; `_` = no point. */
  readonly lag: string;
  readonly states: string;
  readonly told: readonly string[];
}

const SCENARIOS: readonly Scenario[] = [
  {
    sentence: 'without for, the first true tick fires and the first false one resolves',
    lag: '1 20 20 1 1',
    states: 'iffii',
    told: ['1 firing', '3 resolved'],
  },
  {
    sentence: 'for counts from the first true tick',
    rule: { for: '2m' },
    lag: '1 20 20 20 1',
    states: 'ippfi',
    told: ['3 firing', '4 resolved'],
  },
  {
    sentence: 'a false tick in pending resets',
    rule: { for: '2m' },
    lag: '20 20 1 20 20 20',
    states: 'ppippf',
    told: ['5 firing'],
  },
  {
    sentence: 'an unknown tick in pending neither advances nor resets',
    rule: { for: '2m' },
    lag: '20 _ _ 20 1',
    states: 'pppfi',
    told: ['3 firing', '4 resolved'],
  },
  {
    sentence: 'keep_firing_for counts from the first false tick',
    rule: { keep_firing_for: '2m' },
    lag: '20 1 1 1 1',
    states: 'frrii',
    told: ['0 firing', '3 resolved'],
  },
  {
    sentence: 'true again in recovering goes on without a new notice',
    rule: { keep_firing_for: '2m' },
    lag: '20 1 20 1 1 1',
    states: 'frfrri',
    told: ['0 firing', '5 resolved'],
  },
  {
    sentence: 'an unknown tick holds firing',
    lag: '20 _ _ _ _ 20 1',
    states: 'ffffffi',
    told: ['0 firing', '6 resolved'],
  },
  {
    sentence: 'a recovery expression ends firing, a false condition alone does not',
    rule: { recovery: '{0} < 5' },
    lag: '20 8 8 20 8 4',
    states: 'frrfri',
    told: ['0 firing', '5 resolved'],
  },
  {
    sentence: 'repeats are due on tick times and not while recovering',
    rule: { repeat_interval: '2m', keep_firing_for: '2m' },
    lag: '20 20 20 20 1 20 20',
    states: 'ffffrff',
    told: ['0 firing', '2 repeat', '5 repeat'],
  },
  {
    sentence: 'repeat_interval 0 never repeats',
    rule: { repeat_interval: 0 },
    lag: '20 20 20 20',
    states: 'ffff',
    told: ['0 firing'],
  },
  {
    sentence: 'max_repeats ends the repeating',
    rule: { repeat_interval: '1m', max_repeats: 2 },
    lag: '20 20 20 20 20',
    states: 'fffff',
    told: ['0 firing', '1 repeat', '2 repeat'],
  },
  {
    sentence: 'policy ok makes the third unknown tick false',
    rule: { no_data: { policy: 'ok', after: 3 } },
    lag: '20 _ _ _ _',
    states: 'fffii',
    told: ['0 firing', '3 resolved'],
  },
  {
    sentence: 'policy alert makes the second unknown tick true, known ticks start the count again',
    rule: { no_data: { policy: 'alert', after: 2 } },
    lag: '1 _ 1 _ _ _ 1',
    states: 'iiiiffi',
    told: ['4 firing missing-current', '6 resolved'],
  },
  {
    sentence: 'one notice when no group is known, and one when data is back',
    rule: { no_data: { policy: 'keep', after: 2, notify: true } },
    lag: '1 _ _ _ 1',
    states: 'iiiii',
    told: ['2 nodata', '4 nodata_resolved'],
  },
  {
    sentence: 'a severity rise is told at once, a fall is not',
    rule: {
      condition: undefined,
      levels: [
        { level: 'warning', condition: '{0} > 10' },
        { level: 'critical', condition: '{0} > 100' },
      ],
    },
    lag: '20 200 20 200 1',
    states: 'ffffi',
    told: ['0 firing', '1 firing', '4 resolved'],
  },
  {
    sentence:
      'flapping is told once, then quiet until four ticks without a change, then the true state; a change soon after is flapping again',
    rule: { flapping: { window: 20, changes: 4 } },
    lag: '1 20 1 20 1 20 1 1 1 1 1 20',
    states: 'ifififiiiiif',
    told: ['1 firing', '2 resolved', '3 firing', '4 flapping', '10 resolved', '11 flapping'],
  },
  {
    sentence: 'toggling that never fired is not flapping: it must not delay a first firing',
    rule: { for: '1m', flapping: { window: 20, changes: 4 } },
    lag: '1 20 1 20 1 20 1 20 20',
    states: 'ipipipipf',
    told: ['8 firing'],
  },
  {
    sentence: 'growth from zero does not fire',
    rule: { metrics: [{ metric: 'lag' }, { metric: 'lag', offset: '1m' }], condition: 'pct({0},{1}) > 0.5' },
    lag: '0 50 60 100',
    states: 'iiif',
    told: ['3 firing'],
  },
  {
    sentence: 'COUNT of an empty window is 0',
    rule: { metrics: [{ metric: 'lag', op: 'COUNT' }], condition: '{0} == 0' },
    lag: '1 1 _ _ 1',
    states: 'iiffi',
    told: ['2 firing', '4 resolved'],
  },
];

describe('one group goes through its states', () => {
  for (const scenario of SCENARIOS) {
    test(scenario.sentence, async () => {
      const minutes = scenario.lag.split(' ').length;

      const history = await replay(rule(scenario.rule), series({}, scenario.lag), minutes);

      assert.equal(states(history), scenario.states);
      assert.deepEqual(told(history), scenario.told);
    });
  }
});

describe('windows', () => {
  test('a window is open at its beginning and closed at the tick', async () => {
    const history = await replay(
      rule({ window: '2m', metrics: [{ metric: 'lag', op: 'SUM' }] }),
      series({}, '1 2 4 8'),
      4,
    );
    assert.deepEqual(
      history.ticks.map(tick => tick.groups[0]?.values),
      [[1], [3], [6], [12]],
    );
  });

  test('an offset reads the value of then, and says so when there is none', async () => {
    const document = rule({ metrics: [{ metric: 'lag' }, { metric: 'lag', offset: '2m' }], condition: '{0} > {1}' });
    const history = await replay(document, series({}, '1 2 4 8'), 4);
    assert.deepEqual(
      history.ticks.map(tick => tick.groups[0]?.values),
      [
        [1, null],
        [2, null],
        [4, 1],
        [8, 2],
      ],
    );
    assert.equal(history.ticks[0]?.groups[0]?.reason, 'missing-baseline');
    assert.equal(states(history), 'iiff');
  });

  test('as of arrival, a sample that came after T + delay is not seen', async () => {
    const [first, second] = series({}, '1 20');
    assert.ok(first && second);
    const samples = [first, { ...second, arrivedAt: second.ts + 31_000 }];
    assert.equal(states(await replay(rule(), samples, 2)), 'if');
    assert.equal(states(await replay(rule(), samples, 2, 'arrival')), 'ii');
  });
});

describe('groups', () => {
  test("the users' own rule: one topic per metric, fires and resolves per topic", async () => {
    const document: RuleDocumentInput = {
      name: 'ostream_lag',
      schedule: '*/5 * * * *',
      zone: 'Asia/Shanghai',
      window: '30m',
      delay: '30s',
      repeat_interval: '29m',
      for: '0s',
      group_by: ['topic'],
      matchers: { cluster: 'data-1' },
      metrics: [
        { name: 'sdk_log', metric: 'lag', op: 'MAX', offset: '0m', matchers: { topic: 'sdk_log' } },
        { name: 'os_uninstall', metric: 'lag', op: 'MAX', offset: '0m', matchers: { topic: 'os_uninstall' } },
      ],
      condition: '{0}>10000000000 or {1}>100000',
      recovery: null,
      no_data: { policy: 'keep', after: 3, notify: true },
      annotations: [{ name: 'sdk_log', formula: '[0]' }],
      summary: '{{topic}} lag {{value.0|number}}',
      receivers: ['dw-oncall'],
      labels: { team: 'dw' },
      flapping: { window: 20, changes: 4 },
    };
    const steady = (value: number): string => Array.from({ length: 200 }, () => value).join(' ');
    const burst = Array.from({ length: 200 }, (_, i) => (i >= 32 && i < 75 ? 250_000 : 10)).join(' ');
    const samples = [
      ...series({ cluster: 'data-1', topic: 'sdk_log', job: 'a' }, steady(5)),
      ...series({ cluster: 'data-1', topic: 'os_uninstall', job: 'b' }, burst),
      ...series({ cluster: 'other', topic: 'os_uninstall', job: 'c' }, steady(1e6)),
    ];

    const history = await replay(document, samples, 180);

    assert.deepEqual(told(history), [
      '35 firing os_uninstall',
      '65 repeat os_uninstall',
      '95 repeat os_uninstall',
      '105 resolved os_uninstall',
    ]);
    assert.equal(states(history, { topic: 'sdk_log' }), 'i'.repeat(36));
    const [tick] = history.ticks;
    assert.deepEqual(tick?.groups, [
      {
        labels: { topic: 'os_uninstall' },
        values: [null, 10],
        result: false,
        reason: 'not-applicable',
        state: 'inactive',
      },
      { labels: { topic: 'sdk_log' }, values: [5, null], result: false, reason: 'not-applicable', state: 'inactive' },
    ]);
    const firing = history.notifications[0];
    assert.equal(firing?.starts_at, START + 35 * MINUTE);
    assert.deepEqual(firing?.annotations, [{ name: 'sdk_log', value: 'n/a' }]);
  });

  test('a gone group holds its firing with one stale notice while others report, and is closed after a day', async () => {
    const others = Array.from({ length: 1500 }, () => '1').join(' ');
    const samples = [...series({ topic: 'a' }, '20 20'), ...series({ topic: 'b' }, others)];

    const history = await replay(rule({ group_by: ['topic'] }), samples, 1500);

    assert.deepEqual(told(history), ['0 firing a', '4 stale a missing-current', '1442 resolved a vanished']);
    assert.equal(states(history, { topic: 'a' }).slice(-3), '...');
  });

  test('a gone group that is quiet is forgotten at once', async () => {
    const history = await replay(
      rule({ group_by: ['topic'] }),
      [...series({ topic: 'a' }, '1 1'), ...series({ topic: 'b' }, '1 1 1')],
      3,
    );
    assert.equal(states(history, { topic: 'a' }), 'ii.');
  });

  test('policy ok closes a gone group as vanished', async () => {
    const samples = [...series({ topic: 'a' }, '20'), ...series({ topic: 'b' }, '1 1 1 1')];
    const history = await replay(rule({ group_by: ['topic'], no_data: { policy: 'ok', after: 2 } }), samples, 4);
    assert.deepEqual(told(history), ['0 firing a', '2 resolved a vanished']);
  });

  test('policy alert fires for a group that goes away', async () => {
    const samples = [...series({ topic: 'a' }, '1 1'), ...series({ topic: 'b' }, '1 1 1 1 1')];
    const history = await replay(rule({ group_by: ['topic'], no_data: { policy: 'alert', after: 2 } }), samples, 5);
    assert.deepEqual(told(history), ['3 firing a missing-current']);
  });

  test('group_by * keeps every label apart', async () => {
    const samples = [...series({ topic: 'a', job: 'x' }, '20'), ...series({ topic: 'a', job: 'y' }, '1')];
    const history = await replay(rule({ group_by: '*' }), samples, 1);
    assert.deepEqual(told(history), ['0 firing x a']);
  });

  test('more groups than max_groups fail the tick loudly and hold the states', async () => {
    const samples = ['a', 'b', 'c'].flatMap(topic => series({ topic }, topic === 'a' ? '20 20' : '_ 20'));
    const history = await replay(rule({ group_by: ['topic'], max_groups: 2 }), samples, 2);
    assert.deepEqual(history.ticks[1], { t: START + MINUTE, error: { code: 'too-many-groups' }, groups: [] });
    assert.deepEqual(told(history), ['0 firing a']);
  });

  test('a rule on nothing still has its one group', async () => {
    const history = await replay(rule(), [], 1);
    assert.deepEqual(history.ticks[0]?.groups, [
      { labels: {}, values: [null], result: null, reason: 'missing-current', state: 'inactive' },
    ]);
  });
});
