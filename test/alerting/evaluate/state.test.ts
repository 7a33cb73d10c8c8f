/** The short ways through the state machine lead where the long way leads. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { RuleDocumentInput } from '../../../alerting/evaluate/document.ts';
import type { GroupState } from '../../../alerting/evaluate/group-state.ts';
import { compileRule } from '../../../alerting/evaluate/rule.ts';
import { step } from '../../../alerting/evaluate/state.ts';
import type { TruthValue } from '../../../alerting/evaluate/value.ts';
import type { Severity } from '../../../alerting/intent.ts';
import { MINUTE, rule } from './scenario.ts';

interface Seen {
  readonly truth: TruthValue;
  readonly severity: Severity;
  readonly othersReport: boolean;
  readonly edited: boolean;
  readonly jobEnded: boolean;
}

const seen: fc.Arbitrary<Seen> = fc.record({
  truth: fc.oneof(
    { weight: 6, arbitrary: fc.constant(true as const) },
    { weight: 3, arbitrary: fc.constantFrom(false, 'missing-current' as const, 'zero-baseline' as const) },
  ),
  severity: fc.oneof(
    { weight: 5, arbitrary: fc.constant('warning' as const) },
    { weight: 1, arbitrary: fc.constant('critical' as const) },
  ),
  othersReport: fc.boolean(),
  edited: fc.oneof({ weight: 9, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
  jobEnded: fc.oneof({ weight: 12, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
});

const document = fc.record({
  for: fc.constantFrom('0s', '2m'),
  keep_firing_for: fc.constantFrom('0s', '3m'),
  no_data: fc.record({
    policy: fc.constantFrom('keep' as const, 'ok' as const, 'alert' as const),
    after: fc.integer({ min: 1, max: 3 }),
  }),
});

/** States and notices tick by tick. */
function walk(changes: Partial<RuleDocumentInput>, ticks: readonly Seen[]): readonly unknown[] {
  const compiled = compileRule('r', rule({ group_by: ['topic'], ...changes }));
  let state: GroupState | null = null;
  return ticks.map(({ truth, severity, ...circumstances }, i) => {
    const group = {
      key: 'a',
      labels: { topic: 'a' },
      inputs: [20],
      scope: [20],
      truth,
      severity: truth === true ? severity : null,
      recovery: null,
      present: truth !== 'missing-current',
      result: typeof truth === 'boolean' ? truth : null,
      reason: null,
      status: 'inactive' as const,
    };
    const moved = step(compiled, state, { t: i * MINUTE, group, ...circumstances });
    state = moved.state;
    return moved;
  });
}

test('a group that goes on firing takes the same way as one that might have to be told again', () => {
  // A repeat that never falls due keeps the second rule from the short way.
  const long: Partial<RuleDocumentInput> = { repeat_interval: '300d' };
  fc.assert(
    fc.property(document, fc.array(seen, { minLength: 1, maxLength: 40 }), (changes, ticks) => {
      assert.deepEqual(walk(changes, ticks), walk({ ...changes, ...long }, ticks));
    }),
    { numRuns: 300 },
  );
});

test('a group that goes on firing keeps the very same state', () => {
  const fires: Seen = { truth: true, severity: 'warning', othersReport: true, edited: false, jobEnded: false };
  const states = walk({}, [fires, fires, fires]).map(moved => (moved as { state: GroupState }).state);
  assert.equal(states[0]?.status, 'firing');
  assert.equal(states[2], states[0]);
});
