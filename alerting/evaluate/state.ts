/**
 * The state machine of one group of one rule (alerting.md rules 4-6, 11, 12): a pure step from tick to tick. Identity is
 * (rule id, group key). Everything a restart must not lose is in `GroupState`, which is JSON.
 */
import { pushResult, ringChanges } from './flapping.ts';
import { blankState, type GroupState, isActive, type Notice, type Observation } from './group-state.ts';
import { notify } from './notices.ts';
import type { Rule } from './rule.ts';
import type { TruthValue } from './value.ts';

export interface Step {
  /** Next state; null when nothing needs remembering; the very same object when nothing changed. */
  readonly state: GroupState | null;
  readonly notices: readonly Notice[];
}

/** A gone group that fires is closed after this long, ms. */
const VANISHED_AFTER = 86_400_000;

/** Moves one group over one tick. */
export function step(rule: Rule, previous: GroupState | null, seen: Observation): Step {
  const { truth, labels } = seen.group;
  const quiet = truth === false || truth === 'not-applicable';
  const settled = quiet ? isSettled : goesOnFiring;
  if (previous !== null && settled(rule, previous, seen)) return { state: previous, notices: [] };
  const before = previous ?? blankState(labels);
  const missing = seen.group.truth === 'missing-current';
  const { policy, after } = rule.document.no_data;
  const unknownTicks = missing ? Math.min(before.unknownTicks + 1, after) : 0;
  const missingSince = missing ? (before.missingSince ?? seen.t) : null;
  const counted = { ...before, unknownTicks, missingSince, staleTold: missing && before.staleTold };
  const acts = missing && unknownTicks >= after;
  const end = forcedEnd(counted, seen, acts && policy === 'ok');
  const moved = end === null ? move(rule, counted, seen, effective(seen.group.truth, acts, policy)) : inactive(counted);
  const reason = end ?? (seen.edited ? 'edited' : undefined);
  const told = notify(rule, before, withRing(rule, moved, seen.group.truth), {
    seen,
    acts,
    ended: end !== null,
    reason,
  });
  return { state: keep(rule, previous, told.state, seen), notices: told.notices };
}

/** A quiet group that stays quiet: nothing can change, so nothing is computed. */
function isSettled(rule: Rule, state: GroupState, seen: Observation): boolean {
  if (state.status !== 'inactive' || state.told !== null || state.flapping || !seen.group.present) return false;
  return (
    state.unknownTicks === 0 &&
    (rule.document.flapping === null || seen.group.truth !== false || state.ring === '0') &&
    !state.firedInRing
  );
}

/** A group that fires, is told as it is and goes on: nothing can change either. */
function goesOnFiring(rule: Rule, state: GroupState, { group, jobEnded }: Observation): boolean {
  const severity = group.severity ?? rule.document.level;
  if (group.truth !== true || jobEnded || state.status !== 'firing' || state.falseSince !== null) return false;
  return (
    rule.repeatMs === 0 &&
    rule.document.flapping === null &&
    state.told !== null &&
    state.severity === severity &&
    state.notifiedSeverity === severity &&
    state.missingSince === null &&
    state.unknownTicks === 0 &&
    !state.staleTold &&
    !state.flapping
  );
}

/** True for a group without a state whose `step` would say nothing and remember nothing: most groups of most rules. */
export function leavesNoTrace(rule: Rule, truth: TruthValue): boolean {
  return !rule.remembersQuiet && (truth === false || truth === 'not-applicable');
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
  const active = isActive(state.status);
  if (active && seen.group.recovery === true) return inactive(state);
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
  const severity = seen.group.severity ?? rule.document.level;
  if (isActive(state.status)) return { ...state, status: 'firing', falseSince: null, severity };
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

function keep(rule: Rule, previous: GroupState | null, next: GroupState, seen: Observation): GroupState | null {
  const idle = next.status === 'inactive' && next.told === null && !next.flapping;
  const waiting =
    rule.document.no_data.policy === 'alert' &&
    next.unknownTicks > 0 &&
    next.unknownTicks < rule.document.no_data.after;
  if (idle && !(rule.remembersQuiet && (seen.group.present || waiting))) return null;
  const trimmed = next.firedInRing && idle && ringChanges(next.ring) === 0 ? { ...next, firedInRing: false } : next;
  return previous !== null && same(previous, trimmed) ? previous : trimmed;
}

function same(a: GroupState, b: GroupState): boolean {
  for (const key of COMPARED) if (a[key] !== b[key]) return false;
  return true;
}
const COMPARED = Object.keys(blankState({})).filter(key => key !== 'labels') as readonly (keyof GroupState)[];
