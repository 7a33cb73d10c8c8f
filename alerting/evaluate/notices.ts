import { type IntentKind, SEVERITIES, type Severity } from '../intent.ts';
import { ringChanges, ringRun } from './flapping.ts';
import { type GroupState, isActive, type Notice, type Observation } from './group-state.ts';
import type { Rule } from './rule.ts';

/** Ticks in a row without a change after which a flapping group is told about again. */
const CALM_TICKS = 4;

/** Circumstances of a move that its two states do not show. */
export interface Occasion {
  readonly seen: Observation;
  /** The no-data policy acts. */
  readonly acts: boolean;
  /** Ended whatever its condition. */
  readonly ended: boolean;
  /** Why it ends, if it ends at this tick and not by its condition. */
  readonly reason: string | undefined;
}

/** The state with what was told noted in it. */
export interface Told {
  readonly state: GroupState;
  readonly notices: readonly Notice[];
}

/**
 * Decides what is told of a move from `before` to `now` (alerting.md rules 6, 11, 12) and notes it in the state: firings and severity
 * rises at once, repeats when due, one stale notice, and one flapping notice instead of everything else.
 */
export function notify(rule: Rule, before: GroupState, now: GroupState, occasion: Occasion): Told {
  const { seen, acts, ended, reason } = occasion;
  if (now.flapping && !ended) {
    const calm =
      typeof seen.group.truth === 'boolean' && (ringRun(now.ring) > CALM_TICKS || ringChanges(now.ring) === 0);
    return calm ? tellTrueState(now, before, seen.t) : { state: now, notices: [] };
  }
  const changed = isActive(before.status) !== isActive(now.status);
  if (changed && !ended && startsToFlap(rule, now)) {
    const startsAt = now.startsAt ?? before.startsAt ?? seen.t;
    const state = { ...now, flapping: true, told: startsAt, notifiedAt: seen.t };
    return { state, notices: [notice('flapping', state, before, startsAt)] };
  }
  if (!isActive(now.status) && (isActive(before.status) || now.flapping)) {
    const { told } = before;
    const state = { ...now, flapping: false, told: null, notifiedAt: null, notifiedSeverity: null, repeats: 0 };
    return { state, notices: told === null ? [] : [notice('resolved', state, before, told, reason)] };
  }
  if (now.status === 'firing') return tellFiring(rule, now, before, seen, acts);
  return withStale(now, before, seen, acts, []);
}

function tellFiring(rule: Rule, now: GroupState, before: GroupState, seen: Observation, acts: boolean): Told {
  const startsAt = now.startsAt ?? seen.t;
  const rose = now.notifiedSeverity === null || rank(now.severity) > rank(now.notifiedSeverity);
  if (now.told === null || rose) {
    const state = {
      ...now,
      told: startsAt,
      notifiedAt: seen.t,
      notifiedSeverity: now.severity,
      repeats: 0,
      firedInRing: true,
    };
    return withStale(state, before, seen, acts, [notice('firing', state, before, startsAt, unknownReason(seen))]);
  }
  const limit = rule.document.max_repeats;
  const due =
    rule.repeatMs > 0 &&
    seen.t - (now.notifiedAt ?? seen.t) >= rule.repeatMs &&
    (limit === undefined || now.repeats < limit);
  if (!due) return withStale(now, before, seen, acts, []);
  const state = { ...now, notifiedAt: seen.t, notifiedSeverity: now.severity, repeats: now.repeats + 1 };
  return withStale(state, before, seen, acts, [notice('repeat', state, before, startsAt, unknownReason(seen))]);
}

/** One notice that a firing group stopped reporting while others go on; a group that fires for want of data is not stale. */
function withStale(
  now: GroupState,
  before: GroupState,
  seen: Observation,
  acts: boolean,
  notices: readonly Notice[],
): Told {
  const firedBefore = now.startsAt !== null && now.missingSince !== null && now.startsAt < now.missingSince;
  if (!acts || !seen.othersReport || now.staleTold || !firedBefore || !isActive(now.status))
    return { state: now, notices };
  const state = { ...now, staleTold: true };
  return { state, notices: [...notices, notice('stale', state, before, now.startsAt ?? seen.t, 'missing-current')] };
}

function tellTrueState(now: GroupState, before: GroupState, t: number): Told {
  const startsAt = now.told ?? now.startsAt ?? t;
  if (isActive(now.status)) {
    const state = {
      ...now,
      flapping: false,
      told: startsAt,
      notifiedAt: t,
      notifiedSeverity: now.severity,
      repeats: 0,
    };
    return { state, notices: [notice('firing', state, before, startsAt)] };
  }
  const state = { ...now, flapping: false, told: null, notifiedAt: null, notifiedSeverity: null, repeats: 0 };
  return { state, notices: [notice('resolved', state, before, startsAt)] };
}

function startsToFlap(rule: Rule, now: GroupState): boolean {
  const { flapping } = rule.document;
  return flapping !== null && now.firedInRing && ringChanges(now.ring) >= flapping.changes;
}

function notice(kind: IntentKind, now: GroupState, before: GroupState, startsAt: number, reason?: string): Notice {
  const severity = now.severity ?? before.severity ?? before.notifiedSeverity ?? 'warning';
  const activeAt = now.activeAt ?? before.activeAt ?? startsAt;
  return { kind, startsAt, activeAt, severity, ...(reason === undefined ? {} : { reason }) };
}

function unknownReason(seen: Observation): string | undefined {
  return typeof seen.group.truth === 'string' ? seen.group.truth : undefined;
}

function rank(severity: Severity | null): number {
  return severity === null ? -1 : SEVERITIES.indexOf(severity);
}
