import type { Intent } from '../intent.ts';
import type { GroupState } from './group-state.ts';
import { groupIntent, ruleIntent } from './intents.ts';
import { compileRule, type Rule } from './rule.ts';
import type { RuleState } from './tick.ts';

/** Why all alerts of a rule end at once, whatever its condition. */
export type CloseReason = 'group-by-changed' | 'disabled' | 'deleted';

/** Resolves for everything a rule has told and not ended (alerting.md rule 15). The caller forgets the groups. */
export function closeRule(
  rule: Rule,
  state: RuleState,
  groups: ReadonlyMap<string, GroupState>,
  t: number,
  reason: CloseReason,
): readonly Intent[] {
  const intents: Intent[] = [];
  const inputs = rule.metrics.map(() => 'missing-current' as const);
  for (const [key, group] of groups) {
    if (group.told === null) continue;
    const severity = group.severity ?? group.notifiedSeverity ?? rule.document.level;
    const notice = {
      kind: 'resolved' as const,
      startsAt: group.told,
      activeAt: group.activeAt ?? group.told,
      severity,
      reason,
    };
    intents.push(groupIntent(rule, { key, labels: group.labels, inputs, scope: inputs }, t, notice));
  }
  if (state.noDataSince !== null && rule.document.no_data.notify) {
    const about = {
      kind: 'nodata_resolved' as const,
      startsAt: state.noDataSince,
      ended: true,
      summary: `${rule.name}: ${reason}`,
    };
    intents.push({ ...ruleIntent(rule, t, about), reason });
  }
  if (state.failing !== null) {
    const about = {
      kind: 'meta' as const,
      startsAt: state.failing.since,
      ended: true,
      summary: `${rule.name}: ${reason}`,
      code: state.failing.code,
    };
    intents.push({ ...ruleIntent(rule, t, about), reason });
  }
  return intents;
}

/** The same for a rule whose document is gone: all that is known of it is what its groups and its id say. */
export function closeOrphan(
  ruleId: string,
  state: RuleState,
  groups: ReadonlyMap<string, GroupState>,
  t: number,
): readonly Intent[] {
  const rule = compileRule(ruleId, {
    name: ruleId,
    schedule: '* * * * *',
    metrics: [{ metric: 'gone' }],
    condition: '{0} > 0',
    no_data: { notify: true },
  });
  return closeRule(rule, state, groups, t, 'deleted');
}
