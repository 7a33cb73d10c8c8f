/** What the alerting screens compute without a browser. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { firedTick } from '../../web/ui/src/screens/alerts/fired-tick.ts';
import { channelsOf } from '../../web/ui/src/screens/rules/channels-of.ts';
import { documentOf, finished, isDocument } from '../../web/ui/src/screens/rules/document.ts';
import { diffLines } from '../../web/ui/src/screens/rules/line-diff.ts';
import { thresholdOf } from '../../web/ui/src/screens/rules/threshold.ts';
import { wrongPart } from '../../web/ui/src/screens/rules/wrong-part.ts';

const THRESHOLDS: readonly (readonly [
  says: string,
  condition: string,
  index: number,
  threshold: number | undefined,
])[] = [
  ['a metric by number', '{0}>10000000000 or {1}>100000', 1, 100_000],
  ['a metric in brackets', '[0] >= 3e5', 0, 300_000],
  ['a metric by name', 'lag < -1.5 and {1} > 2', 0, -1.5],
  ['a name that only ends alike is another metric', 'max_lag > 5', 0, undefined],
  ['a difference is no threshold of one metric', '{1} - {0} > 5', 0, undefined],
  ['a calculated number is none either', '{0} > 5 * {1}', 0, undefined],
  ['nor one with an exponent that is calculated on', '{0} > 1e5*2', 0, undefined],
  ['a function of it is something else', 'abs({0}) > 3', 0, undefined],
];

for (const [says, condition, index, threshold] of THRESHOLDS) {
  test(`threshold: ${says}`, () => {
    assert.equal(thresholdOf(condition, index, index === 0 ? 'lag' : undefined), threshold);
  });
}

test('a diff keeps what stays, and both texts can be read from it', () => {
  const before = 'a\nb\nc\nd';
  const after = 'a\nc\nx\nd';

  const lines = diffLines(before, after);

  const without = (kind: string): string =>
    lines
      .filter(line => line.kind !== kind)
      .map(line => line.text)
      .join('\n');
  assert.equal(without('added'), before);
  assert.equal(without('removed'), after);
  assert.equal(lines.filter(line => line.kind === 'same').length, 3);
});

const WRONG: readonly (readonly [string, number, string])[] = [
  ['lag > 1 andd x', 8, 'andd'],
  ['{3} > 1', 0, '{3}'],
  ['a &&& b', 2, '&'],
  ['{0} >', 5, '  '],
];

for (const [text, position, part] of WRONG) {
  test(`what is underlined in "${text}" at ${position} is "${part}"`, () => {
    assert.equal(wrongPart(text, position), part);
  });
}

test('a document has neither what the view adds nor what is only the default', () => {
  const rule = {
    id: 'r',
    version: '3',
    origin: 'api',
    name: 'n',
    schedule: '* * * * *',
    enabled: true,
    window: '30m',
    recovery: null,
    metrics: [{ metric: 'lag', op: 'MAX', offset: '0m', matchers: {} }],
    health: { state: 'ok' },
  } as const;

  assert.deepEqual(documentOf(rule), {
    name: 'n',
    schedule: '* * * * *',
    window: '30m',
    metrics: [{ metric: 'lag', op: 'MAX' }],
  });
});

test('rows that are only begun are not sent', () => {
  const sent = finished({
    name: 'n',
    group_by: ['job', ''],
    receivers: ['ops', ''],
    matchers: { '': 'x', cluster: 'data-1' },
    labels: { '': '' },
    metrics: [{ metric: 'lag', matchers: { '': '' } }],
  });

  assert.deepEqual(sent, {
    name: 'n',
    group_by: ['job'],
    receivers: ['ops'],
    matchers: { cluster: 'data-1' },
    metrics: [{ metric: 'lag' }],
  });
});

test('only an object whose lists are lists of objects can be shown in the form', () => {
  const good = [{}, { metrics: [{}] }, { name: 1 }];
  const bad = [null, [], 'x', { metrics: {} }, { metrics: ['lag'] }, { annotations: [null] }];

  assert.deepEqual([...good, ...bad].map(isDocument), [...good.map(() => true), ...bad.map(() => false)]);
});

test('receivers that name each other are followed once', () => {
  const channel = { id: 'c', version: '1', name: 'mail', type: 'email', managed: false };
  const receivers = [
    { id: '1', name: 'a', channels: ['b', 'mail'] },
    { id: '2', name: 'b', channels: ['a', 'gone'] },
  ];

  assert.deepEqual(channelsOf(['a', 'mail'], [channel], receivers), [
    ['gone', null],
    ['mail', channel],
  ]);
});

test('a receiver named as its channel is that channel', () => {
  const channel = { id: 'c', version: '1', name: 'mail', type: 'email', managed: false };

  assert.deepEqual(channelsOf(['mail'], [channel], [{ name: 'mail', channels: ['mail', 'gone'] }]), [
    ['mail', channel],
    ['gone', null],
  ]);
});

test('an alert began to fire in its own episode, not in an earlier one of the same group', () => {
  const history = [
    { t: 1, values: [9], state: 'firing' },
    { t: 2, values: [0], state: 'inactive' },
    { t: 3, values: [8], state: 'firing' },
  ];

  assert.equal(firedTick({ history, starts_at: 3 })?.t, 3);
  assert.equal(firedTick({ history, starts_at: null }), undefined);
});
