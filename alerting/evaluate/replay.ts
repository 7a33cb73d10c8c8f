import { UserError } from '../../model/errors.ts';
import { nextTurn } from '../../model/next-turn.ts';
import type { RuleReaders } from './frame.ts';
import type { GroupState } from './group-state.ts';
import { type ColumnAnswer, type ResolveNames, readColumns } from './read-columns.ts';
import {
  type NotificationRecord,
  notificationRecords,
  type RuleHistory,
  type TickRecord,
  tickRecord,
} from './record.ts';
import type { Rule } from './rule.ts';
import { evaluateTick, freshRuleState, type TickOutcome } from './tick.ts';

export interface ReplayOptions {
  readonly rule: Rule;
  /** Ticks with from <= T <= to, epoch ms. */
  readonly from: number;
  readonly to: number;
  /** `ideal`: every stored sample; `arrival`: only samples that had arrived by T + delay, as live evaluation would have seen. */
  readonly asOf: 'ideal' | 'arrival';
  /** Delay of rules that name none, ms. */
  readonly delayMs: number;
  readonly readers: RuleReaders;
  readonly resolve: ResolveNames;
}

/** Ticks a replay may have; more are refused. */
const MAX_REPLAY_TICKS = 100_000;
/** Longest range of a replay, ms. */
const MAX_REPLAY_MS = 366 * 86_400_000;
/** Ticks read in one query: few enough that the answer of ten thousand groups stays small. */
const TICKS_PER_QUERY = 1000;
/** Groups evaluated before other work on the thread goes on: some 20 ms. */
const GROUPS_PER_TURN = 20_000;

/**
 * What the rule would have done (`POST /rules/replay`): the live evaluation's own step over stored samples, from no state.
 * Throws `UserError` for too long a range and for what the store refuses. `through` may change what an outcome tells.
 */
export async function replayRule(
  options: ReplayOptions,
  signal?: AbortSignal,
  through: (outcome: TickOutcome) => TickOutcome = outcome => outcome,
): Promise<RuleHistory> {
  const ticks: TickRecord[] = [];
  const notifications: NotificationRecord[] = [];
  for await (const outcome of replayTicks(options, signal)) {
    ticks.push(tickRecord(outcome));
    notifications.push(...notificationRecords(through(outcome)));
  }
  return { ticks, notifications };
}

/** The same, tick by tick, with everything a tick found out. */
export async function* replayTicks(options: ReplayOptions, signal?: AbortSignal): AsyncGenerator<TickOutcome> {
  const { rule, from, to } = options;
  if (to - from > MAX_REPLAY_MS) throw tooLong('a replay covers at most 366 days');
  const { ticks, dropped } = rule.schedule.between(from - 1, to, MAX_REPLAY_TICKS);
  if (dropped > 0) throw tooLong(`the range has more than ${MAX_REPLAY_TICKS} ticks; choose a shorter one`);
  let state = freshRuleState(rule, from - 1);
  const groups = new Map<string, GroupState>();
  let work = 0;
  for (let start = 0; start < ticks.length; start += TICKS_PER_QUERY) {
    const part = ticks.slice(start, start + TICKS_PER_QUERY);
    const { columns: columnsAt } = await readPart(options, part, signal);
    for (const t of part) {
      const outcome = evaluateTick(rule, { t, columns: columnsAt(t), states: groups, rule: state });
      state = outcome.rule;
      for (const [key, group] of outcome.changes) {
        if (group === null) groups.delete(key);
        else groups.set(key, group);
      }
      yield outcome;
      work += outcome.groups.length + 1;
      if (work < GROUPS_PER_TURN) continue;
      work = 0;
      signal?.throwIfAborted();
      await nextTurn();
    }
  }
}

/** Throws what the store refuses. */
async function readPart(
  { rule, asOf, delayMs, readers, resolve }: ReplayOptions,
  ticks: readonly number[],
  signal?: AbortSignal,
): Promise<Exclude<ColumnAnswer, { readonly error: unknown }>> {
  const arrived = asOf === 'arrival' ? { arrivedWithinMs: rule.delayMs ?? delayMs } : {};
  const [answer] = await readColumns([{ rule, ticks }], { readers, resolve, ...arrived }, signal);
  if (answer === undefined || 'error' in answer) throw answer?.error;
  return answer;
}

function tooLong(message: string): UserError {
  return new UserError('bad-request', message, { issues: [{ path: 'from', message }] });
}
