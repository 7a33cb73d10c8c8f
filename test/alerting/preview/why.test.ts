import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RuleDocumentInput } from '../../../alerting/evaluate/document.ts';
import { compileRule } from '../../../alerting/evaluate/rule.ts';
import { whyTold } from '../../../alerting/preview/why.ts';
import { MINUTE, replay, rule, START, series } from '../evaluate/scenario.ts';

const cases: readonly [
  sentence: string,
  changes: Partial<RuleDocumentInput>,
  values: string,
  code: string,
  details?: { readonly since?: number; readonly until?: number; readonly reason?: string },
][] = [
  ['what began to fire was told', {}, '1 20', 'told'],
  ['false starts nothing', {}, '1 1', 'condition-false'],
  ['unknown starts nothing', { condition: '{0} / 0 > 1' }, '1 1', 'unknown', { reason: 'zero-baseline' }],
  ['a group without data or state', {}, '1 _', 'no-group'],
  ['pending waits for `for`', { for: '5m' }, '1 20 20', 'pending', { since: 1, until: 6 }],
  ['a rule that never repeats', {}, '20 20 20', 'never-repeats', { since: 0 }],
  ['a repeat that is not due', { repeat_interval: '10m' }, '1 20 20', 'interval', { since: 1, until: 11 }],
  ['a repeat falls on a tick', { repeat_interval: '90s' }, '20 20', 'interval', { since: 0, until: 2 }],
  ['all repeats are used up', { repeat_interval: '1m', max_repeats: 1 }, '20 20 20', 'max-repeats', { since: 1 }],
  ['recovering tells nothing', { keep_firing_for: '5m' }, '20 1 1', 'recovering', { since: 1, until: 6 }],
  ['unknown holds what fires', {}, '20 _ _', 'held', { since: 0, reason: 'missing-current' }],
  ['flapping is quiet', { flapping: { window: 20, changes: 4 } }, '20 1 20 1 20 1', 'flapping', { since: 4 }],
];

for (const [sentence, changes, values, code, details = {}] of cases) {
  test(sentence, async () => {
    const document = rule({ group_by: ['topic'], ...changes });
    const others = series({ topic: 'b' }, values.replaceAll(/\S+/g, '1'));
    const history = await replay(document, [...series({ topic: 'a' }, values), ...others], values.split(' ').length);

    const why = whyTold(compileRule('id', document), history, { topic: 'a' });

    assert.equal(why.code, code, why.text);
    assert.equal(why.told, code === 'told');
    const minute = (t: number | undefined) => (t === undefined ? undefined : (t - START) / MINUTE);
    if (details.since !== undefined) assert.equal(minute(why.since), details.since);
    if (details.until !== undefined) assert.equal(minute(why.until), details.until);
    if (details.reason !== undefined) assert.equal(why.reason, details.reason);
  });
}

test('a failed tick holds everything', async () => {
  const document = rule({ group_by: ['topic'], max_groups: 1 });
  const history = await replay(document, [...series({ topic: 'a' }, '20'), ...series({ topic: 'b' }, '20')], 1);
  assert.deepEqual(whyTold(compileRule('id', document), history, { topic: 'a' }).code, 'error');
});
