/**
 * The state machine of one group of one rule (alerting.md rules 4-6, 11, 12): a pure step from tick to tick. Identity is
 * (rule id, group key). Everything a restart must not lose is in `GroupState`, which is JSON.
 */
import type { Labels } from '../../model/labels.ts';
import { type IntentKind, SEVERITIES, type Severity } from '../intent.ts';
import { EMPTY_RING, pushResult, ringChanges, ringRun } from './flapping.ts';
import type { Rule } from './rule.ts';
import type { TruthValue } from './value.ts';

/** inactive -> pending (true, `for` not over) -> firing -> recovering (false, not yet ended) -> inactive. */
export type Status = 'inactive' | 'pending' | 'firing' | 'recovering';

/** A group's state between ticks; JSON (an alias, so that it counts as `Json`). */
export type GroupState = {
  readonly labels: Labels;
  readonly status: Status;
  /** First tick of the condition being true; null while inactive. */
  readonly activeAt: number | null;
  /** Tick at which it began to fire; names the episode. */
  readonly startsAt: number | null;
  /** First false tick of a recovery under way. */
  readonly falseSince: number | null;
  readonly severity: Severity | null;
  readonly notifiedAt: number | null;
  readonly notifiedSeverity: Severity | null;
  readonly repeats: number;
  /** `startsAt` of the episode receivers believe to be firing. */
  readonly told: number | null;
  /** No-data ticks in a row, counted up to the rule's `no_data.after`. */
  readonly unknownTicks: number;
  /** First tick of the no-data run. */
  readonly missingSince: number | null;
  readonly staleTold: boolean;
  /** Last results, newest last; leading repetitions are left out. */
  readonly ring: string;
  readonly flapping: boolean;
  /** Whether an episode within the ring was told: flapping never comes before a first firing. */
  readonly firedInRing: boolean;
};

/** What a tick found out about a group. */
export interface Observation {
  readonly t: number;
  readonly result: TruthValue;
  /** The highest level that is true; null when none is. */
  readonly severity: Severity | null;
  /** Only read when the condition is not true. */
  readonly recovery: TruthValue | null;
  /** Some window holds data of the group. */
  readonly present: boolean;
  /** Another group of the rule is known at this tick. */
  readonly othersReport: boolean;
  /** The rule was edited since the last tick. */
  readonly edited: boolean;
  /** The group's job has ended for good. */
  readonly jobEnded: boolean;
}

/** Something to tell, before it becomes an intent. */
export interface Notice {
  readonly kind: IntentKind;
  readonly startsAt: number;
  readonly activeAt: number;
  readonly severity: Severity;
  readonly reason?: string;
}

export interface Step {
  /** Next state; null when nothing needs remembering; the very same object when nothing changed. */
  readonly state: GroupState | null;
  readonly notices: readonly Notice[];
}

/** A gone group that fires is closed after this long, ms. */
const VANISHED_AFTER = 86_400_000;

/** Ticks in a row without a change after which a flapping group is told about again. */
const CALM_TICKS = 4;

const NOTHING: Step = { state: null, notices: [] };

/** Moves one group over one tick. */
export function step(rule: Rule, previous: GroupState | null, labels: Labels, seen: Observation): Step {
  const quiet = seen.result === false || seen.result === 'not-applicable';
  if (previous === null && quiet && !remembers(rule)) return NOTHING;
  if (previous !== null && quiet && isSettled(previous, seen)) return { state: previous, notices: [] };
  const before = previous ?? blank(labels);
  const missing = seen.result === 'missing-current';
  const { policy, after } = rule.document.no_data;
  const unknownTicks = missing ? Math.min(before.unknownTicks + 1, after) : 0;
  const missingSince = missing ? (before.missingSince ?? seen.t) : null;
  const counted = { ...before, unknownTicks, missingSince, staleTold: missing && before.staleTold };
  const acts = missing && unknownTicks >= after;
  const end = forcedEnd(counted, seen, acts && policy === 'ok');
  const moved = end === null ? move(rule, counted, seen, effective(seen.result, acts, policy)) : inactive(counted);
  const reason = end ?? (seen.edited ? 'edited' : undefined);
  const told = notify(rule, before, withRing(rule, moved, seen.result), { seen, acts, ended: end !== null, reason });
  return { state: keep(rule, previous, told.state, seen), notices: told.notices };
}

/** A quiet group that stays quiet: nothing can change, so nothing is computed. */
function isSettled(state: GroupState, seen: Observation): boolean {
  if (state.status !== 'inactive' || state.told !== null || state.flapping || !seen.present) return false;
  return (
    state.unknownTicks === 0 &&
    (seen.result !== false || state.ring === EMPTY_RING || state.ring === '0') &&
    !state.firedInRing
  );
}

/** A state in which nothing has happened. */
function blank(labels: Labels): GroupState {
  return {
    labels,
    status: 'inactive',
    activeAt: null,
    startsAt: null,
    falseSince: null,
    severity: null,
    notifiedAt: null,
    notifiedSeverity: null,
    repeats: 0,
    told: null,
    unknownTicks: 0,
    missingSince: null,
    staleTold: false,
    ring: EMPTY_RING,
    flapping: false,
    firedInRing: false,
  };
}

/** Whether quiet groups leave a trace: to notice that they are gone, or that they flap. */
function remembers(rule: Rule): boolean {
  return (
    rule.document.no_data.policy === 'alert' ||
    rule.document.flapping !== null ||
    rule.metrics.some(metric => metric.op === 'COUNT')
  );
}

/** The result after the no-data policy; null = unknown, which holds the state. */
function effective(result: TruthValue, acts: boolean, policy: 'keep' | 'ok' | 'alert'): boolean | null {
  if (typeof result === 'boolean') return result;
  if (result === 'not-applicable') return false;
  return acts && policy !== 'keep' ? policy === 'alert' : null;
}

/** Why an active group ends whatever its condition; null when it does not. */
function forcedEnd(state: GroupState, seen: Observation, emptyIsOk: boolean): string | null {
  if (state.status === 'inactive') return seen.jobEnded ? 'job-ended' : null;
  if (seen.jobEnded) return 'job-ended';
  if (state.missingSince === null || !seen.othersReport) return null;
  return emptyIsOk || seen.t - state.missingSince >= VANISHED_AFTER ? 'vanished' : null;
}

function inactive(state: GroupState): GroupState {
  return { ...state, status: 'inactive', activeAt: null, startsAt: null, falseSince: null, severity: null };
}

function move(rule: Rule, state: GroupState, seen: Observation, result: boolean | null): GroupState {
  if (result === true) return moveTrue(rule, state, seen);
  const active = state.status === 'firing' || state.status === 'recovering';
  if (active && seen.recovery === true) return inactive(state);
  if (result === null) return state;
  if (!active) return state.status === 'inactive' ? state : inactive(state);
  if (seen.edited) return inactive(state);
  const falseSince = state.falseSince ?? seen.t;
  // With a recovery expression and no keep_firing_for, only the expression ends it: that is what hysteresis is for.
  const waitsForRecovery = rule.recovery !== null && rule.keepFiringMs === 0;
  if (!waitsForRecovery && seen.t - falseSince >= rule.keepFiringMs) return inactive(state);
  return { ...state, status: 'recovering', falseSince };
}

function moveTrue(rule: Rule, state: GroupState, seen: Observation): GroupState {
  const severity = seen.severity ?? rule.document.level;
  if (state.status === 'firing' || state.status === 'recovering')
    return { ...state, status: 'firing', falseSince: null, severity };
  const activeAt = state.activeAt ?? seen.t;
  if (seen.t - activeAt < rule.forMs) return { ...state, status: 'pending', activeAt, severity };
  // While it flaps, receivers know one episode: further firings belong to it.
  const startsAt = state.flapping && state.told !== null ? state.told : seen.t;
  return { ...state, status: 'firing', activeAt, startsAt, severity };
}

function withRing(rule: Rule, state: GroupState, result: TruthValue): GroupState {
  const { flapping } = rule.document;
  if (flapping === null || typeof result !== 'boolean') return state;
  return { ...state, ring: pushResult(state.ring, result, flapping.window) };
}

interface Occasion {
  readonly seen: Observation;
  /** The no-data policy acts. */
  readonly acts: boolean;
  /** Ended whatever its condition. */
  readonly ended: boolean;
  /** Why it ends, if it ends at this tick and not by its condition. */
  readonly reason: string | undefined;
}

interface Told {
  readonly state: GroupState;
  readonly notices: readonly Notice[];
}

function notify(rule: Rule, before: GroupState, now: GroupState, occasion: Occasion): Told {
  const { seen, acts, ended, reason } = occasion;
  if (now.flapping && !ended) {
    const calm = typeof seen.result === 'boolean' && (ringRun(now.ring) > CALM_TICKS || ringChanges(now.ring) === 0);
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
  return typeof seen.result === 'string' ? seen.result : undefined;
}

function keep(rule: Rule, previous: GroupState | null, next: GroupState, seen: Observation): GroupState | null {
  const idle = next.status === 'inactive' && next.told === null && !next.flapping;
  const waiting =
    rule.document.no_data.policy === 'alert' &&
    next.unknownTicks > 0 &&
    next.unknownTicks < rule.document.no_data.after;
  if (idle && !(remembers(rule) && (seen.present || waiting))) return null;
  const trimmed = next.firedInRing && idle && ringChanges(next.ring) === 0 ? { ...next, firedInRing: false } : next;
  return previous !== null && same(previous, trimmed) ? previous : trimmed;
}

function same(a: GroupState, b: GroupState): boolean {
  for (const key of COMPARED) if (a[key] !== b[key]) return false;
  return true;
}
const COMPARED = Object.keys(blank({})).filter(key => key !== 'labels') as readonly (keyof GroupState)[];

function isActive(status: Status): boolean {
  return status === 'firing' || status === 'recovering';
}

function rank(severity: Severity | null): number {
  return severity === null ? -1 : SEVERITIES.indexOf(severity);
}
