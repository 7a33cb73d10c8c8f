/** What evaluation knows of an alert by now, for what is said of it without news: escalation, repeats, words that were owed. */
import type { RuleRuntime } from './engine-runtime.ts';
import { alertText, toValue } from './evaluate/intents.ts';
import type { GroupResult } from './evaluate/tick.ts';
import type { Intent } from './intent.ts';

/** Results by group, made once a tick: many alerts of one rule may escalate together. */
const byKey = new WeakMap<readonly GroupResult[], ReadonlyMap<string, GroupResult>>();

/**
 * The intent with tick, values and words of the rule's last tick. As it is where that tick says nothing newer of the alert: after a restart,
 * while the rule cannot be evaluated, and for what is no comparison (no data, stale, meta).
 */
export function latestWord({ rule, state, groups, results }: RuleRuntime, intent: Intent): Intent {
  const { groupKey, kind, severity, startsAt } = intent;
  if ((kind !== 'firing' && kind !== 'repeat') || state.failures > 0 || state.t <= intent.t) return intent;
  const found = resultOf(results, groupKey);
  if (found === undefined || !found.present || groups.get(groupKey)?.startsAt !== startsAt) return intent;
  const values = found.inputs.map(toValue);
  return { ...intent, t: state.t, late: false, values, ...alertText(rule, found.labels, severity, found.scope) };
}

function resultOf(results: readonly GroupResult[], key: string): GroupResult | undefined {
  const known = byKey.get(results) ?? new Map(results.map(result => [result.key, result]));
  byKey.set(results, known);
  return known.get(key);
}
