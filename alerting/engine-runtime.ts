import { HistoryWriter } from './engine-history.ts';
import type { GroupState } from './evaluate/group-state.ts';
import type { Rule } from './evaluate/rule.ts';
import type { GroupResult, RuleState } from './evaluate/tick.ts';

/** Missed ticks are replayed this far back, ms, and this many of a rule (alerting.md rule 7). */
const CATCH_UP_MS = 86_400_000;
const CATCH_UP_TICKS = 10_000;

/** What a rule has to do now. */
export interface DueTicks {
  /** Ascending, all past their delay. */
  readonly ticks: readonly number[];
  /** The first tick given up because it is too old; null when none is. */
  readonly skippedFrom: number | null;
}

/** One rule in memory: its last committed state, and what the last tick saw. */
export class RuleRuntime {
  readonly rule: Rule;
  readonly delayMs: number;
  /** Version of the committed state; null before the first commit. */
  version: string | null;
  state: RuleState;
  groups: ReadonlyMap<string, GroupState>;
  /** Active groups at the last tick, for live lists; the quiet ones would be most of the daemon's memory. */
  results: readonly GroupResult[] = [];
  readonly history = new HistoryWriter();
  /** Stored metric names it read last: late points are counted against these. */
  names: ReadonlySet<string> = new Set();
  lateAfterEval = 0;
  /** Longest time a late point took to arrive, ms: a delay of this would have waited for it. */
  latestBy = 0;
  /** Ticks that late points have touched and that are to be looked at again (`re_evaluate`). */
  late: { from: number; to: number } | null = null;
  #next: number | null;

  constructor(
    rule: Rule,
    defaultDelayMs: number,
    stored: { version: string | null; state: RuleState; groups: ReadonlyMap<string, GroupState> },
  ) {
    this.rule = rule;
    this.delayMs = rule.delayMs ?? defaultDelayMs;
    this.version = stored.version;
    this.state = stored.state;
    this.groups = stored.groups;
    this.#next = rule.schedule.next(stored.state.t);
  }

  /** Wall-clock time from which its next tick may run; Infinity when it has none. */
  get dueAt(): number {
    return this.#next === null ? Number.POSITIVE_INFINITY : this.#next + this.delayMs;
  }

  /** The next tick to evaluate; null when there is none. */
  get nextTick(): number | null {
    return this.#next;
  }

  /** All ticks due at `now`, within the catch-up limits. */
  due(now: number): DueTicks {
    const { schedule } = this.rule;
    const oldest = now - CATCH_UP_MS;
    const next = this.#next;
    // The common case, one tick: schedules of equal pattern remember their last answer.
    if (next !== null && next > oldest && (schedule.next(next) ?? now) > now - this.delayMs)
      return { ticks: [next], skippedFrom: null };
    const { ticks, dropped } = schedule.between(Math.max(this.state.t, oldest), now - this.delayMs, CATCH_UP_TICKS);
    const tooOld = next !== null && next <= oldest;
    return { ticks, skippedFrom: tooOld || dropped > 0 ? next : null };
  }

  /** Notes late points: ticks evaluated before they came. `ts` is the oldest of them, `arrivedAt` when they came. */
  noteLate(ts: number, count: number, arrivedAt: number): void {
    this.lateAfterEval += count;
    this.latestBy = Math.max(this.latestBy, arrivedAt - ts);
    if (!this.rule.document.re_evaluate) return;
    const to = ts + this.rule.reachMs;
    this.late = { from: Math.min(this.late?.from ?? ts, ts), to: Math.max(this.late?.to ?? to, to) };
  }

  /** Takes over what a commit made durable; `results` are the active groups of the newest tick in it, if that could be evaluated. */
  committed(
    version: string,
    state: RuleState,
    groups: ReadonlyMap<string, GroupState>,
    results?: readonly GroupResult[],
  ): void {
    this.version = version;
    this.state = state;
    this.groups = groups;
    if (results !== undefined) this.results = results;
    this.#next = this.rule.schedule.next(state.t);
  }
}

/** States after changes; the given map is left as it is. */
export function applied(
  groups: ReadonlyMap<string, GroupState>,
  changes: ReadonlyMap<string, GroupState | null>,
): ReadonlyMap<string, GroupState> {
  const next = new Map(groups);
  for (const [key, state] of changes) {
    if (state === null) next.delete(key);
    else next.set(key, state);
  }
  return next;
}
