/**
 * One evaluation of one rule at one tick, as a pure function of the tick, the data and the state before it. Live evaluation,
 * replay and tests all run this function, so they agree. T, never the time it runs, stamps states and intents.
 */
import type { ErrorCode } from '../../model/errors.ts';
import type { Labels } from '../../model/labels.ts';
import type { Intent, Severity } from '../intent.ts';
import type { Inputs } from './formula.ts';
import { type Column, groupKeyOf } from './frame.ts';
import type { GroupState, Status } from './group-state.ts';
import { groupIntent, ruleIntent } from './intents.ts';
import type { Rule } from './rule.ts';
import { step } from './state.ts';
import { type NumberValue, or, type TruthValue } from './value.ts';

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

/** A group at a tick. `inputs` keeps the reasons that `values` of the API cannot show. */
export interface GroupResult {
  readonly key: string;
  readonly labels: Labels;
  readonly inputs: Inputs;
  readonly result: boolean | null;
  readonly reason?: string;
  readonly status: Status;
  readonly state: GroupState | null;
}

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
  /** One column per metric of the rule, at T minus its offset. */
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
  const { t, columns, states } = input;
  const universe = universeOf(rule, columns, states);
  if (universe.size > rule.document.max_groups) return failedTick(rule, input, 'too-many-groups');
  const edited = input.rule.meaning !== rule.meaning;
  const keys = [...universe.keys()].sort();
  const observed = keys.map(key => observe(rule, columns, key, universe.get(key) as Labels));
  const known = observed.reduce((count, group) => count + (group.result === 'missing-current' ? 0 : 1), 0);
  const changes = new Map<string, GroupState | null>();
  const intents: Intent[] = [];
  const groups = observed.map(group => {
    const previous = states.get(group.key) ?? null;
    const othersReport = known > (group.result === 'missing-current' ? 0 : 1);
    const jobEnded = hasEnded(group.labels, t, input.jobEndedAt);
    const moved = step(rule, previous, group.labels, { t, ...group, othersReport, edited, jobEnded });
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

interface Observed {
  readonly key: string;
  readonly labels: Labels;
  readonly inputs: Inputs;
  readonly result: TruthValue;
  readonly severity: Severity | null;
  readonly recovery: TruthValue | null;
  readonly present: boolean;
}

/** Groups in any window, current or baseline, and groups with a state; a rule without group_by has exactly one. */
function universeOf(rule: Rule, columns: readonly Column[], states: GroupStates): Map<string, Labels> {
  const universe = new Map<string, Labels>();
  for (const column of columns)
    for (const [key, cell] of column) if (!universe.has(key)) universe.set(key, cell.labels);
  for (const [key, state] of states) if (!universe.has(key)) universe.set(key, state.labels);
  if (rule.groupBy.length === 0) universe.set(groupKeyOf({}, []), {});
  return universe;
}

function observe(rule: Rule, columns: readonly Column[], key: string, labels: Labels): Observed {
  const inputs: NumberValue[] = [];
  let present = false;
  for (let i = 0; i < rule.metrics.length; i++) {
    const metric = rule.metrics[i] as Rule['metrics'][number];
    const cell = columns[i]?.get(key);
    if (cell !== undefined) present = true;
    if (!metric.applies(labels)) inputs.push('not-applicable');
    else if (cell !== undefined) inputs.push(cell.value);
    // Nothing counted is a count: COUNT is never unknown for a group of the universe.
    else inputs.push(metric.op === 'COUNT' ? 0 : metric.offsetMs > 0 ? 'missing-baseline' : 'missing-current');
  }
  let result: TruthValue = 'not-applicable';
  let severity: Severity | null = null;
  for (const level of rule.levels) {
    const truth = level.condition.evaluate(inputs);
    result = or(result, truth);
    if (truth === true) {
      severity = level.severity;
      break;
    }
  }
  const recovery = rule.recovery === null || result === true ? null : rule.recovery.evaluate(inputs);
  return { key, labels, inputs, result, severity, recovery, present };
}

function toResult(group: Observed, state: GroupState | null, jobEnded: boolean): GroupResult {
  const { key, labels, inputs } = group;
  const result = group.result === 'not-applicable' ? false : typeof group.result === 'boolean' ? group.result : null;
  const reason = jobEnded
    ? 'job-ended'
    : result === null
      ? String(group.result)
      : inputs.includes('not-applicable')
        ? 'not-applicable'
        : undefined;
  return {
    key,
    labels,
    inputs,
    result,
    status: state?.status ?? 'inactive',
    state,
    ...(reason === undefined ? {} : { reason }),
  };
}

function heldGroups(rule: Rule, states: GroupStates): readonly GroupResult[] {
  const held = new Map([...states].map(([key, state]) => [key, state.labels]));
  if (rule.groupBy.length === 0) held.set(groupKeyOf({}, []), {});
  const inputs = rule.metrics.map(() => 'missing-current' as const);
  return [...held.keys()].sort().map(key => {
    const state = states.get(key) ?? null;
    return {
      key,
      labels: held.get(key) ?? {},
      inputs,
      result: null,
      reason: 'store-behind',
      status: state?.status ?? 'inactive',
      state,
    };
  });
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

function hasEnded(labels: Labels, t: number, jobEndedAt: TickInput['jobEndedAt']): boolean {
  const { job } = labels;
  if (jobEndedAt === undefined || job === undefined || job === '') return false;
  const endedAt = jobEndedAt(job);
  return endedAt !== null && endedAt <= t;
}
