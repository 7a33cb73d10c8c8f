/** What a tick finds out about each group before any state is looked at: its values and what the conditions say of them. */
import type { Labels } from '../../model/labels.ts';
import type { Severity } from '../intent.ts';
import type { Column, Member } from './frame.ts';
import type { GroupState, Status } from './group-state.ts';
import type { RuleMetric } from './metric-row.ts';
import type { Rule } from './rule.ts';
import { arithmetic, type NumberValue, or, type TruthValue } from './value.ts';

/** A group's values and truth at a tick. */
export interface Observed extends Member {
  /** Values {0}, {1}, … or why there are none. */
  readonly inputs: readonly NumberValue[];
  /** What formulas see: the inputs, and behind them the median and MAD of each baseline. */
  readonly scope: readonly NumberValue[];
  readonly truth: TruthValue;
  /** The highest level that is true; null when none is. */
  readonly severity: Severity | null;
  /** What the recovery expression says; null without one and while the condition is true. */
  readonly recovery: TruthValue | null;
  /** Some window holds data of the group. */
  readonly present: boolean;
  /** The truth as people see it: n/a counts as false, null is unknown. */
  readonly result: boolean | null;
  /** Why the result is unknown or values are missing; null when there is nothing to say. */
  readonly reason: string | null;
  /** What a group without a state is. Here already, so that most groups of a tick need no second object. */
  readonly status: Status;
}

const NOBODY: Member = { key: '', labels: {} };

/**
 * Groups in any window, current or baseline, and groups with a state, sorted by key; a rule without group_by has exactly one. The
 * order makes live evaluation and replay agree to the letter.
 */
export function universeOf(
  rule: Rule,
  columns: readonly Column[],
  states: ReadonlyMap<string, GroupState>,
): readonly Member[] {
  if (rule.groupBy.length === 0) return [NOBODY];
  // What was usual weeks ago makes no group of today.
  const current = columns.slice(0, rule.groupColumns);
  const lists = current.map(column => column.members);
  const [first] = current.toSorted((a, b) => b.members.length - a.members.length);
  const complete = first !== undefined && lists.every(list => within(list, first)) && hasAll(first, states);
  if (complete) return first.members;
  const labels = new Map<string, Labels>();
  for (const list of lists) for (const member of list) labels.set(member.key, member.labels);
  for (const [key, state] of states) if (!labels.has(key)) labels.set(key, state.labels);
  return sorted(labels);
}

/** Evaluates the rule's conditions for one group. */
export function observe(rule: Rule, columns: readonly Column[], { key, labels }: Member): Observed {
  // Of its exact length: what a list that grows keeps in reserve would be half of all that a tick allocates.
  const inputs = new Array<NumberValue>(rule.metrics.length);
  let present = false;
  for (let i = 0; i < rule.metrics.length; i++) {
    const metric = rule.metrics[i] as RuleMetric;
    const value = columns[i]?.value(key);
    if (value !== undefined) present = true;
    if (!metric.applies(labels)) inputs[i] = 'not-applicable';
    else if (metric.before !== null) inputs[i] = spike(rule, metric, columns, key, value);
    else inputs[i] = value ?? absent(metric);
  }
  const scope =
    rule.columns.length === rule.groupColumns ? inputs : [...inputs, ...baselines(rule, columns, key, inputs)];
  let truth: TruthValue = 'not-applicable';
  let severity: Severity | null = null;
  for (const level of rule.levels) {
    const says = level.condition.evaluate(scope);
    truth = or(truth, says);
    if (says === true) {
      severity = level.severity;
      break;
    }
  }
  const recovery = rule.recovery === null || truth === true ? null : rule.recovery.evaluate(scope);
  const result = resultOf(truth);
  const reason = reasonOf(truth, inputs);
  return { key, labels, inputs, scope, truth, severity, recovery, present, result, reason, status: 'inactive' };
}

function resultOf(truth: TruthValue): boolean | null {
  if (truth === 'not-applicable') return false;
  return typeof truth === 'boolean' ? truth : null;
}

function reasonOf(truth: TruthValue, inputs: readonly NumberValue[]): string | null {
  if (typeof truth === 'string' && truth !== 'not-applicable') return truth;
  return inputs.includes('not-applicable') ? 'not-applicable' : null;
}

/** Nothing counted is a count: it is never unknown for a group of the universe. */
function absent(metric: RuleMetric): NumberValue {
  if (metric.counts) return 0;
  return metric.offsetMs > 0 ? 'missing-baseline' : 'missing-current';
}

/** How many times the window before; from nothing it is unknown, or endless growth where the rule asks for that. */
function spike(
  rule: Rule,
  metric: RuleMetric,
  columns: readonly Column[],
  key: string,
  value: number | undefined,
): NumberValue {
  const now = value ?? absent(metric);
  const before = columns[metric.before ?? -1]?.value(key) ?? (metric.counts ? 0 : 'missing-baseline');
  if (before !== 0 || typeof now === 'string') return arithmetic(now, before, (a, b) => a / b);
  if (rule.document.zero_baseline === 'unknown' || now < 0) return 'zero-baseline';
  return now === 0 ? 0 : Number.POSITIVE_INFINITY;
}

function baselines(
  rule: Rule,
  columns: readonly Column[],
  key: string,
  inputs: readonly NumberValue[],
): readonly NumberValue[] {
  return rule.metrics.flatMap(({ baseline }, i): NumberValue[] => {
    if (baseline === null) return [];
    if (inputs[i] === 'not-applicable') return ['not-applicable', 'not-applicable'];
    const of = (column: number): NumberValue => columns[column]?.value(key) ?? 'missing-baseline';
    return [of(baseline.median), of(baseline.mad)];
  });
}

function within(list: readonly Member[], all: Column): boolean {
  return list === all.members || list.every(({ key }) => all.value(key) !== undefined);
}

function hasAll(column: Column, states: ReadonlyMap<string, unknown>): boolean {
  for (const key of states.keys()) if (column.value(key) === undefined) return false;
  return true;
}

function sorted(labels: ReadonlyMap<string, Labels>): readonly Member[] {
  return [...labels.keys()].sort().map(key => ({ key, labels: labels.get(key) ?? {} }));
}
