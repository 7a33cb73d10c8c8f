/** The ticks of one alert in its rule's stored history, and where they say that it ended. */
import type { Labels } from '../model/labels.ts';
import type { Engine } from './engine.ts';
import type { GroupRecord, NotificationRecord } from './evaluate/record.ts';

/** The alert's group at a tick, epoch ms. */
export interface AlertTick extends Pick<GroupRecord, 'values' | 'state'> {
  readonly t: number;
}

/** When and why an alert ended: `recovered`, or the reason of its intent (edited, disabled, vanished, job-ended …). */
export interface AlertEnd {
  readonly t: number;
  readonly reason: string;
}

/** What history says of an alert; `own` are the group's labels, null when no tick has the group. */
export interface EpisodeTicks {
  readonly own: Labels | null;
  /** Ascending; what lies between is left out where there are too many. */
  readonly ticks: readonly AlertTick[];
  readonly activeAt: number;
  readonly end: AlertEnd | null;
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** Ticks of an answer. */
const MAX_TICKS = 1500;

/** Whether a group's own labels are those of the alert, which carries more. */
export function isGroupOf(alert: Labels, group: Labels): boolean {
  return Object.entries(group).every(([name, value]) => (alert[name] ?? '') === value);
}

/**
 * The alert of `labels` that began at `since`: its ticks from an hour before to an hour after its end, read by the day. `told` is the end that
 * was told, which ticks do not have when the rule was edited or disabled.
 */
export async function episodeTicks(
  history: Engine['history'],
  alert: { readonly ruleId: string; readonly labels: Labels; readonly since: number },
  told: AlertEnd | null,
  now: number,
): Promise<EpisodeTicks> {
  const { ruleId, labels, since } = alert;
  const ticks: AlertTick[] = [];
  let own: Labels | null = null;
  let activeAt = since;
  let began: string | undefined;
  let end = told;
  const last = (): number => Math.min(now, end === null ? now : end.t + HOUR);
  for (let from = since - HOUR; from <= last(); from += DAY) {
    const read = await history(ruleId, from, Math.min(from + DAY - 1, last()));
    const ours = read.notifications.filter(one => one.starts_at === since && isGroupOf(labels, one.labels));
    activeAt = ours[0]?.active_at ?? activeAt;
    for (const { t, error, groups } of read.ticks) {
      const group = groups.find(each => isGroupOf(labels, each.labels));
      own ??= group?.labels ?? null;
      if (group) ticks.push({ t, values: group.values, state: group.state });
      if (t === since) began = group?.state;
      if (end === null && t > since && error === undefined && isOver(group, began))
        end = { t, reason: reasonOf(ours, t) };
    }
  }
  const until = last();
  return {
    own,
    ticks: thinned(
      ticks.filter(({ t }) => t <= until),
      [since, end?.t],
    ),
    activeAt,
    end,
  };
}

/** An alert that only waited to fire is over when it no longer waits; a group that has no state left is not listed. */
function isOver(group: GroupRecord | undefined, began: string | undefined): boolean {
  if (group === undefined || group.state === 'inactive') return true;
  return began === 'pending' && group.state !== 'pending';
}

function reasonOf(notifications: readonly NotificationRecord[], t: number): string {
  return notifications.find(one => one.kind === 'resolved' && one.t === t)?.reason ?? 'recovered';
}

/** Every n-th tick, and those at `keep`. */
function thinned(ticks: readonly AlertTick[], keep: readonly (number | undefined)[]): readonly AlertTick[] {
  const step = Math.ceil(ticks.length / MAX_TICKS);
  return step <= 1 ? ticks : ticks.filter(({ t }, i) => i % step === 0 || keep.includes(t));
}
