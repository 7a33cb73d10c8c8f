/** Live alerts as `GET /alerts` lists them. */
import type { Labels } from '../model/labels.ts';
import type { RuleRuntime } from './engine-runtime.ts';
import { isActive, type Status } from './evaluate/group-state.ts';
import { alertLabels, alertText, episodeId, toValue } from './evaluate/intents.ts';
import type { Annotation } from './intent.ts';
import type { FiringAlert } from './notify/inhibit.ts';

export interface LiveAlert {
  /** The episode's id, as in the intents of the same alert; a pending alert gets its own when it fires. */
  readonly id: string;
  readonly kind: 'rule' | 'meta';
  readonly rule_id: string;
  readonly labels: Labels;
  readonly state: Status;
  /** Tick stamps, epoch ms; `starts_at` is null while pending. */
  readonly starts_at: number | null;
  readonly active_at: number;
  /** Values {0}, {1}, … of the last tick; empty right after a restart. */
  readonly values: readonly (number | null)[];
  /** The condition with the last tick's numbers, one line for people, the hint columns (提示列). */
  readonly formula: string;
  readonly summary: string;
  readonly annotations: readonly Annotation[];
  readonly flapping?: true;
  readonly code?: string;
}

/** Pending, firing and recovering groups of a rule, and what the daemon says about the rule itself. */
export function liveAlerts(runtime: RuleRuntime): readonly LiveAlert[] {
  const { rule, groups, state, results } = runtime;
  const alerts: LiveAlert[] = [];
  const seen = new Map(groups.size === 0 ? [] : results.map(result => [result.key, result]));
  for (const [key, group] of groups) {
    if (group.status === 'inactive' || group.activeAt === null) continue;
    const since = group.startsAt ?? group.activeAt;
    alerts.push({
      id: episodeId(rule.id, key, since),
      kind: 'rule',
      rule_id: rule.id,
      labels: alertLabels(rule, group.labels, group.severity ?? rule.document.level),
      state: group.status,
      starts_at: group.startsAt,
      active_at: group.activeAt,
      values: (seen.get(key)?.inputs ?? []).map(toValue),
      ...alertText(rule, group.labels, group.severity ?? rule.document.level, seen.get(key)?.scope ?? []),
      ...(group.flapping ? { flapping: true } : {}),
    });
  }
  // Without `notify` nobody wants to hear that there is no data; the rule's history shows it.
  if (state.noDataSince !== null && rule.document.no_data.notify)
    alerts.push(ruleAlert(runtime, state.noDataSince, 'nodata'));
  if (state.failing !== null) alerts.push(ruleAlert(runtime, state.failing.since, state.failing.code));
  return alerts;
}

/** Groups of a rule that fire or recover, without their texts: inhibition asks for all of them each round. */
export function firingAlerts({ rule, groups }: RuleRuntime): readonly FiringAlert[] {
  const alerts: FiringAlert[] = [];
  for (const [key, group] of groups) {
    if (!isActive(group.status) || group.startsAt === null) continue;
    const labels = alertLabels(rule, group.labels, group.severity ?? rule.document.level);
    alerts.push({ id: episodeId(rule.id, key, group.startsAt), labels, startsAt: group.startsAt });
  }
  return alerts;
}

/** The wall clock was set back at `since`; the same episode as in the intent that tells it. */
export function clockAlert(ownerId: string, since: number): LiveAlert {
  const code = 'clock-set-back';
  return {
    id: episodeId(ownerId, code, since),
    kind: 'meta',
    rule_id: ownerId,
    labels: { alertname: 'tidewatch', severity: 'error' },
    state: 'firing',
    starts_at: since,
    active_at: since,
    values: [],
    formula: '',
    summary: 'the clock was set back; rules wait until it has caught up',
    annotations: [],
    code,
  };
}

function ruleAlert({ rule }: RuleRuntime, since: number, code: string): LiveAlert {
  return {
    id: episodeId(rule.id, code, since),
    kind: 'meta',
    rule_id: rule.id,
    labels: alertLabels(rule, {}, rule.document.level),
    state: 'firing',
    starts_at: since,
    active_at: since,
    values: [],
    formula: '',
    summary: `${rule.name}: ${code}`,
    annotations: [],
    code,
  };
}
