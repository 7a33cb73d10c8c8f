/** A tick as people and the API see it (contracts.md section 6, `/rules/replay` and `/rules/{id}/history`). */
import type { Labels } from '../../model/labels.ts';
import type { Annotation, Intent, IntentKind } from '../intent.ts';
import type { Status } from './group-state.ts';
import { toValue } from './intents.ts';
import type { GroupResult, TickOutcome } from './tick.ts';

export interface GroupRecord {
  readonly labels: Labels;
  readonly values: readonly (number | null)[];
  readonly result: boolean | null;
  readonly reason?: string;
  readonly state: Status;
}

/** What a tick would have seen of a group, had its late data been there (`re_evaluate`). */
export type CorrectedGroup = {
  readonly labels: Labels;
  readonly values: readonly (number | null)[];
  readonly result: boolean | null;
};

export interface TickRecord {
  readonly t: number;
  readonly error?: { readonly code: string };
  readonly groups: readonly GroupRecord[];
  /** Groups whose answer late data changed, and when that was found. */
  readonly corrected?: { readonly at: number; readonly groups: readonly CorrectedGroup[] };
}

/** Labels are the group's own, as in the ticks beside it. */
export type NotificationRecord = {
  readonly t: number;
  readonly kind: IntentKind;
  readonly labels: Labels;
  readonly reason?: string;
  readonly active_at?: number;
  readonly starts_at?: number;
  readonly annotations?: readonly Annotation[];
  readonly code?: string;
};

/** The answer of a replay and of a rule's history. */
export interface RuleHistory {
  readonly ticks: readonly TickRecord[];
  readonly notifications: readonly NotificationRecord[];
}

/** One tick of the answer. */
export function tickRecord(outcome: TickOutcome): TickRecord {
  const error = outcome.error === undefined ? {} : { error: { code: outcome.error } };
  return { t: outcome.t, ...error, groups: outcome.groups.map(groupRecord) };
}

/** The notifications a tick gave rise to. */
export function notificationRecords(outcome: TickOutcome): readonly NotificationRecord[] {
  return outcome.intents.map(intent => notificationRecord(intent, outcome.groups));
}

function groupRecord(group: GroupResult): GroupRecord {
  const { labels, inputs, result, reason, status } = group;
  const values = inputs.map(toValue);
  // Without a spread: a backtest writes a million of these.
  return reason === null
    ? { labels, values, result, state: status }
    : { labels, values, result, reason, state: status };
}

function notificationRecord(intent: Intent, groups: readonly GroupResult[]): NotificationRecord {
  const { t, kind, reason, code, activeAt, startsAt, annotations } = intent;
  const aboutRule = kind === 'nodata' || kind === 'nodata_resolved' || kind === 'meta';
  const labels = aboutRule ? {} : (groups.find(group => group.key === intent.groupKey)?.labels ?? {});
  return {
    t,
    kind,
    labels,
    ...(reason === undefined ? {} : { reason }),
    active_at: activeAt,
    starts_at: startsAt,
    annotations,
    ...(code === undefined ? {} : { code }),
  };
}
