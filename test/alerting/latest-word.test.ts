import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RuleRuntime } from '../../alerting/engine-runtime.ts';
import { groupKeyOf } from '../../alerting/evaluate/frame.ts';
import { blankState, type GroupState } from '../../alerting/evaluate/group-state.ts';
import { compileRule } from '../../alerting/evaluate/rule.ts';
import { freshRuleState, type GroupResult, type RuleState } from '../../alerting/evaluate/tick.ts';
import type { Intent } from '../../alerting/intent.ts';
import { latestWord } from '../../alerting/latest-word.ts';
import { intent } from './notify/harness.ts';

const T = Date.parse('2026-11-21T10:00:00Z');
const LATER = T + 300_000;
const LABELS = { topic: 'a' };
const KEY = groupKeyOf(LABELS, ['topic']);

const RULE = compileRule('r1', {
  name: 'lag',
  schedule: '* * * * *',
  window: '5m',
  group_by: ['topic'],
  metrics: [{ name: 'lag', metric: 'lag_ms', op: 'MAX' }],
  condition: 'lag > 10000',
  annotations: [{ name: 'seconds', formula: 'round([0]/1000)' }],
  summary: '{{topic}} is {{value.0}} behind',
});
const TOLD = intent('a', { groupKey: KEY, t: T, startsAt: T, late: true });
const STATE: GroupState = {
  ...blankState(LABELS),
  status: 'firing',
  activeAt: T,
  startsAt: T,
};

/** A rule whose last tick saw the group at 77,000. */
function runtime(
  over: { state?: Partial<RuleState>; group?: Partial<GroupState>; result?: Partial<GroupResult> } = {},
) {
  const state: RuleState = { ...freshRuleState(RULE, T), t: LATER, ...over.state };
  const result: GroupResult = {
    key: KEY,
    labels: LABELS,
    inputs: [77_000],
    scope: [77_000],
    truth: true,
    severity: 'warning',
    recovery: null,
    present: true,
    result: true,
    reason: null,
    status: 'firing',
    ...over.result,
  };
  const made = new RuleRuntime(RULE, 0, { version: null, state, groups: new Map() });
  made.committed('v1', state, new Map([[KEY, { ...STATE, ...over.group }]]), [result]);
  return made;
}

test('an alert that goes on is told with tick, values and words of the last tick', () => {
  const { t, values, summary, formula, annotations, late, id, episode } = latestWord(runtime(), TOLD);

  assert.deepEqual([t, values, late], [LATER, [77_000], false]);
  assert.match(summary, /^a is 77,?000 behind$/);
  assert.match(formula, /77,?000 > 10,?000/);
  assert.deepEqual(annotations, [{ name: 'seconds', value: '77' }]);
  assert.deepEqual([id, episode], [TOLD.id, TOLD.episode]);
});

const AS_TOLD: readonly [sentence: string, over: Parameters<typeof runtime>[0], told?: Partial<Intent>][] = [
  ['the rule cannot be evaluated', { state: { failures: 1 } }],
  ['nothing was evaluated since', { state: { t: T } }],
  ['the last tick does not have the group', { result: { key: 'topic=b' } }],
  ['the group did not report', { result: { present: false } }],
  ['the group fires anew', { group: { startsAt: LATER } }],
  ['it stopped reporting', {}, { kind: 'stale' }],
  ['it is about the rule itself', {}, { kind: 'nodata' }],
];
for (const [sentence, over, told] of AS_TOLD) {
  test(`an alert is told as it was when ${sentence}`, () => {
    const one = { ...TOLD, ...told };

    assert.equal(latestWord(runtime(over), one), one);
  });
}
