/** One tick of a rule, explained: what was read, what the formulas made of it, and why it was told or not. */
import { UserError } from '../../model/errors.ts';
import { type Labels, labelsKey } from '../../model/labels.ts';
import type { Point } from '../../model/sample.ts';
import type { MetricStore } from '../../store/metric-store.ts';
import type { RuleReaders } from '../evaluate/frame.ts';
import { toValue } from '../evaluate/intents.ts';
import type { RuleMetric } from '../evaluate/metric-row.ts';
import { type Observed, observe, universeOf } from '../evaluate/observe.ts';
import { type ResolveNames, readColumns } from '../evaluate/read-columns.ts';
import type { GroupRecord, NotificationRecord, RuleHistory } from '../evaluate/record.ts';
import type { Rule } from '../evaluate/rule.ts';
import type { NumberValue } from '../evaluate/value.ts';
import { type FormulaNode, formulaTree } from './formula-tree.ts';
import { type WhyTold, whyTold } from './why.ts';

/** A row's window at the tick; `series` are the newest points behind it, at most a bound of both. */
export interface ExplainedInput {
  readonly index: number;
  readonly name: string | null;
  readonly metric?: string;
  readonly log?: string;
  readonly op: string;
  readonly across?: string;
  /** Samples with from < ts <= to. */
  readonly window: { readonly from: number; readonly to: number };
  readonly names?: readonly string[];
  readonly series?: readonly { readonly name: string; readonly labels: Labels; readonly points: readonly Point[] }[];
  readonly series_truncated?: boolean;
}

export interface ExplainedGroup {
  readonly labels: Labels;
  readonly values: readonly (number | null)[];
  /** Why a value is missing, by row. */
  readonly reasons: readonly (string | null)[];
  readonly result: boolean | null;
  readonly reason?: string;
  readonly state: string;
  readonly previous_state: string | null;
  readonly levels: readonly { readonly level: string; readonly tree: FormulaNode }[];
  readonly recovery?: FormulaNode;
  readonly annotations: readonly { readonly name: string; readonly tree: FormulaNode }[];
  readonly why: WhyTold;
  readonly notifications: readonly NotificationRecord[];
  /** The values as the stores have them now, where late data made them others than the tick saw. */
  readonly values_now?: readonly (number | null)[];
}

export interface TickExplanation {
  readonly t: number;
  /** When the tick could run: its instant and the delay. */
  readonly due_at: number;
  readonly error?: { readonly code: string };
  readonly inputs: readonly ExplainedInput[];
  readonly groups: readonly ExplainedGroup[];
  readonly groups_total: number;
  /** What was told about the rule as a whole. */
  readonly notifications: readonly NotificationRecord[];
}

export interface ExplainOptions {
  readonly rule: Rule;
  /** Ends with the tick to explain. */
  readonly history: RuleHistory;
  readonly delayMs: number;
  readonly readers: RuleReaders;
  readonly store: Pick<MetricStore, 'points'> | null;
  readonly resolve: ResolveNames;
  /** Only groups with these labels; null explains all, those that fire first. */
  readonly labels: Labels | null;
}

const MAX_GROUPS = 50;
const MAX_SERIES = 50;
const MAX_POINTS = 200;

/** Throws `UserError` not-found when the history holds no tick. */
export async function explainTick(options: ExplainOptions, signal?: AbortSignal): Promise<TickExplanation> {
  const { rule, history, delayMs, labels } = options;
  const tick = history.ticks.at(-1);
  if (tick === undefined)
    throw new UserError('not-found', 'the rule has no tick at or before that time in its history', { status: 404 });
  const { t } = tick;
  const seen = await seenNow(options, t, signal);
  const before = new Map(history.ticks.at(-2)?.groups.map(group => [labelsKey(group.labels), group.state]));
  const wanted = tick.groups.filter(group => labels === null || includes(group.labels, labels));
  const shown = wanted
    .toSorted((a, b) => Number(b.state !== 'inactive') - Number(a.state !== 'inactive'))
    .slice(0, MAX_GROUPS);
  const told = history.notifications.filter(record => record.t === t);
  return {
    t,
    due_at: t + (rule.delayMs ?? delayMs),
    ...(tick.error === undefined ? {} : { error: tick.error }),
    inputs: await Promise.all(rule.metrics.map((metric, i) => explainInput(options, metric, i, t, signal))),
    groups: shown.map(group => ({
      ...explainGroup(rule, group, seen.get(labelsKey(group.labels))),
      previous_state: before.get(labelsKey(group.labels)) ?? null,
      why: whyTold(rule, history, group.labels),
      notifications: told.filter(
        record => !isAboutRule(record) && labelsKey(record.labels) === labelsKey(group.labels),
      ),
    })),
    groups_total: wanted.length,
    notifications: told.filter(isAboutRule),
  };
}

function isAboutRule({ kind }: NotificationRecord): boolean {
  return kind === 'nodata' || kind === 'nodata_resolved' || kind === 'meta';
}

/** What the stores say of the tick now, by group; nothing where they do not answer: the history still does. */
async function seenNow(
  { rule, readers, resolve }: ExplainOptions,
  t: number,
  signal?: AbortSignal,
): Promise<ReadonlyMap<string, Observed>> {
  const [answer] = await readColumns([{ rule, ticks: [t] }], { readers, resolve }, signal);
  if (answer === undefined || 'error' in answer) return new Map();
  const columns = answer.columns(t);
  return new Map(
    universeOf(rule, columns, new Map()).map(member => [labelsKey(member.labels), observe(rule, columns, member)]),
  );
}

function explainGroup(rule: Rule, group: GroupRecord, now: Observed | undefined) {
  const { labels, values, result, reason, state } = group;
  // What the tick saw counts; why a value was missing is only known from looking again.
  const inputs = rule.metrics.map((_, i): NumberValue => {
    const missing = now?.inputs[i];
    return (
      values[i] ?? (typeof missing === 'string' || missing === Number.POSITIVE_INFINITY ? missing : 'missing-current')
    );
  });
  const scope = now === undefined ? inputs : [...inputs, ...now.scope.slice(inputs.length)];
  const options = { zeroBaseline: rule.document.zero_baseline };
  const tree = (formula: Rule['annotations'][number]['formula']) =>
    formulaTree(formula, rule.metricNames, scope, options);
  const valuesNow = now?.inputs.map(toValue);
  return {
    labels,
    values,
    reasons: inputs.map(input => (typeof input === 'string' ? input : null)),
    result,
    ...(reason === undefined ? {} : { reason }),
    state,
    levels: rule.levels.map(({ severity, condition }) => ({ level: severity, tree: tree(condition) })),
    ...(rule.recovery === null ? {} : { recovery: tree(rule.recovery) }),
    annotations: rule.annotations.map(({ name, formula }) => ({ name, tree: tree(formula) })),
    ...(valuesNow === undefined || same(valuesNow, values) ? {} : { values_now: valuesNow }),
  };
}

async function explainInput(
  { store, resolve }: ExplainOptions,
  metric: RuleMetric,
  index: number,
  t: number,
  signal?: AbortSignal,
): Promise<ExplainedInput> {
  const { source, op, offsetMs, windowMs, name } = metric;
  const window = { from: t - offsetMs - windowMs, to: t - offsetMs };
  const common = { index, name, op, window };
  if (source.kind === 'log') return { ...common, log: source.text };
  const names = resolve(source.metric);
  const found = await store?.points(
    { names, matchers: source.matchers, from: window.from + 1, to: window.to, limit: MAX_SERIES },
    signal,
  );
  return {
    ...common,
    metric: source.metric,
    ...(source.across === null ? {} : { across: source.across }),
    names: names.map(stored => stored.name),
    series: (found?.series ?? []).map(series => ({ ...series, points: series.points.slice(-MAX_POINTS) })),
    series_truncated: found?.next != null,
  };
}

function includes(labels: Labels, wanted: Labels): boolean {
  return Object.entries(wanted).every(([name, value]) => (labels[name] ?? '') === value);
}

function same(a: readonly (number | null)[], b: readonly (number | null)[]): boolean {
  return a.length === b.length && a.every((value, i) => value === b[i]);
}
