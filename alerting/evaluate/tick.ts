/**
 * One evaluation of one rule at one tick, as a pure function of the tick, the data and the state before it. Live evaluation,
 * replay and tests all run this function, so they agree. T, never the time it runs, stamps states and intents.
 */
import type { ErrorCode } from '../../model/errors.ts';
import type { Labels } from '../../model/labels.ts';
import type { Intent } from '../intent.ts';
import type { Column } from './frame.ts';
import type { GroupState } from './group-state.ts';
import { groupIntent, ruleIntent } from './intents.ts';
import { type Observed, observe, universeOf } from './observe.ts';
import type { Rule } from './rule.ts';
import { leavesNoTrace, step } from './state.ts';

/** A rule's own state, beside its groups'; JSON (an alias, so that it counts as `Json`). */
export type RuleState = {
  /** The last evaluated tick; no tick at or before it is evaluated again. */
  readonly t: number;
  /** `Rule.meaning` and group_by at that tick: tells an edit. */
  readonly meaning: string;
  readonly groupBy: string;
  /** Pattern and zone the cursor belongs to: ticks of another schedule are not made up for the time before the edit. */
  readonly schedule: string;
  readonly enabled: boolean;
  /** Ticks in a row at which no group was known, counted up to `no_data.after`. */
  readonly noDataTicks: number;
  /** Tick of the no-data notice; null while there is none. */
  readonly noDataSince: number | null;
  /** Failed ticks in a row, counted up to the number that makes a meta alert. */
  readonly failures: number;
  /** The failure told by a meta alert. */
  readonly failing: { readonly since: number; readonly code: string } | null;
};

/** A group at a tick: what was found out about it and, by `status` and `reason`, what became of it. */
export type GroupResult = Observed;

/** What a tick did. On `error` states are held and `groups` is empty or all unknown. */
export interface TickOutcome {
  readonly t: number;
  readonly error?: ErrorCode;
  readonly groups: readonly GroupResult[];
  /** Only states that changed; null forgets a group. */
  readonly changes: ReadonlyMap<string, GroupState | null>;
  readonly rule: RuleState;
  readonly intents: readonly Intent[];
}

export type GroupStates = ReadonlyMap<string, GroupState>;

export interface TickInput {
  readonly t: number;
  /** One column for each of the rule's, in their order. */
  readonly columns: readonly Column[];
  readonly states: GroupStates;
  readonly rule: RuleState;
  /** When the job of a group ended for good, null while it runs or is not known. */
  readonly jobEndedAt?: (job: string) => number | null;
}

/** Failed ticks in a row that make a meta alert. */
const FAILURES_TOLD = 3;

/** State of a rule that has not been evaluated; ticks begin after `t`. */
export function freshRuleState(rule: Rule, t: number): RuleState {
  return { t, ...identityOf(rule), noDataTicks: 0, noDataSince: null, failures: 0, failing: null };
}

/** The parts of a rule's state that tell an edit. */
export function identityOf(rule: Rule): Pick<RuleState, 'meaning' | 'groupBy' | 'schedule' | 'enabled'> {
  const { schedule, zone, enabled } = rule.document;
  return { meaning: rule.meaning, groupBy: JSON.stringify(rule.groupBy), schedule: `${zone} ${schedule}`, enabled };
}

/** Evaluates `rule` at `input.t`. */
export function evaluateTick(rule: Rule, input: TickInput): TickOutcome {
  const { t, columns, states, jobEndedAt } = input;
  const members = universeOf(rule, columns, states);
  if (members.length > rule.document.max_groups) return failedTick(rule, input, 'too-many-groups');
  const edited = input.rule.meaning !== rule.meaning;
  const observed = members.map(member => observe(rule, columns, member));
  let known = 0;
  for (const { truth } of observed) if (truth !== 'missing-current') known++;
  const changes = new Map<string, GroupState | null>();
  const intents: Intent[] = [];
  const groups = observed.map(group => {
    const previous = states.get(group.key) ?? null;
    const jobEnded = jobEndedAt !== undefined && hasEnded(group.labels, t, jobEndedAt);
    if (previous === null && leavesNoTrace(rule, group.truth)) return toResult(group, null, jobEnded);
    const othersReport = known > (group.truth === 'missing-current' ? 0 : 1);
    const moved = step(rule, previous, { t, group, othersReport, edited, jobEnded });
    if (moved.state !== previous) changes.set(group.key, moved.state);
    for (const notice of moved.notices) intents.push(groupIntent(rule, group, t, notice));
    return toResult(group, moved.state, jobEnded);
  });
  const after = withNoData(rule, input, known > 0, intents);
  const recovered = endFailure(rule, t, after, intents);
  return { t, groups, changes, rule: { ...recovered, t, meaning: rule.meaning }, intents };
}

/**
 * A tick that could not be evaluated: states are held, the failure is counted and told after three in a row. `store-behind`
 * is no failure of the rule: its groups are listed as unknown and nothing is counted.
 */
export function failedTick(rule: Rule, input: Pick<TickInput, 't' | 'states' | 'rule'>, error: ErrorCode): TickOutcome {
  const { t, states } = input;
  if (error === 'store-behind')
    return { t, groups: heldGroups(rule, states), changes: new Map(), rule: { ...input.rule, t }, intents: [] };
  const failures = Math.min(input.rule.failures + 1, FAILURES_TOLD);
  const tell = failures === FAILURES_TOLD && input.rule.failing === null;
  const summary = `${rule.name}: the rule could not be evaluated ${FAILURES_TOLD} times in a row (${error})`;
  const intents = tell ? [ruleIntent(rule, t, { kind: 'meta', startsAt: t, ended: false, summary, code: error })] : [];
  const failing = tell ? { since: t, code: error } : input.rule.failing;
  return { t, error, groups: [], changes: new Map(), rule: { ...input.rule, t, failures, failing }, intents };
}

function toResult(group: Observed, state: GroupState | null, jobEnded: boolean): GroupResult {
  const status = state === null ? 'inactive' : state.status;
  if (status === group.status && !jobEnded) return group;
  return { ...group, status, reason: jobEnded ? 'job-ended' : group.reason };
}

function heldGroups(rule: Rule, states: GroupStates): readonly GroupResult[] {
  const inputs = rule.metrics.map(() => 'missing-current' as const);
  const unknown = {
    inputs,
    scope: inputs,
    truth: 'missing-current',
    severity: null,
    recovery: null,
    present: false,
    result: null,
    reason: 'store-behind',
  } as const;
  return universeOf(rule, [], states).map(({ key, labels }) => ({
    ...unknown,
    key,
    labels,
    status: states.get(key)?.status ?? 'inactive',
  }));
}

/** One NoData alert per rule when none of its groups has been known for `no_data.after` ticks, until one is. */
function withNoData(rule: Rule, input: TickInput, anyKnown: boolean, intents: Intent[]): RuleState {
  const { after, notify } = rule.document.no_data;
  const { noDataTicks, noDataSince } = input.rule;
  const { t } = input;
  if (anyKnown) {
    if (noDataSince !== null && notify) {
      intents.push(
        ruleIntent(rule, t, {
          kind: 'nodata_resolved',
          startsAt: noDataSince,
          ended: true,
          summary: `${rule.name}: data is back`,
        }),
      );
    }
    return noDataTicks === 0 && noDataSince === null
      ? input.rule
      : { ...input.rule, noDataTicks: 0, noDataSince: null };
  }
  const ticks = Math.min(noDataTicks + 1, after);
  const begins = ticks === after && noDataSince === null;
  if (begins && notify) {
    const summary = `${rule.name}: no data for ${after} ${after === 1 ? 'tick' : 'ticks'} in a row`;
    intents.push(ruleIntent(rule, t, { kind: 'nodata', startsAt: t, ended: false, summary }));
  }
  return { ...input.rule, noDataTicks: ticks, noDataSince: begins ? t : noDataSince };
}

function endFailure(rule: Rule, t: number, state: RuleState, intents: Intent[]): RuleState {
  const { failing, failures } = state;
  if (failing !== null) {
    const summary = `${rule.name}: the rule is evaluated again`;
    intents.push(
      ruleIntent(rule, t, { kind: 'meta', startsAt: failing.since, ended: true, summary, code: failing.code }),
    );
  }
  return failing === null && failures === 0 ? state : { ...state, failing: null, failures: 0 };
}

function hasEnded(labels: Labels, t: number, jobEndedAt: (job: string) => number | null): boolean {
  const { job } = labels;
  if (job === undefined || job === '') return false;
  const endedAt = jobEndedAt(job);
  return endedAt !== null && endedAt <= t;
}
