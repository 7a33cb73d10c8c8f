/** Wires the picture of an alert: the rule says which metric and number were compared, the stores give its values. */
import type { LogReader, MetricReader } from '../alerting/evaluate/frame.ts';
import type { Expression } from '../alerting/evaluate/parser.ts';
import { readColumns } from '../alerting/evaluate/read-columns.ts';
import { createResolver } from '../alerting/evaluate/resolve.ts';
import type { Rule } from '../alerting/evaluate/rule.ts';
import type { Intent } from '../alerting/intent.ts';
import type { ChartSource } from '../alerting/notify/context.ts';
import type { MessageChart } from '../alerting/notify/message.ts';
import type { RuleService } from '../alerting/rule-service.ts';
import { describeMetric, unitOf } from '../store/metric-catalog.ts';

const POINTS = 121;
const LEAST_SPAN_MS = 3_600_000;
const MOST_SPAN_MS = 48 * 3_600_000;
/** The firing takes up the last third of the picture: what went before says whether it is new. */
const SPAN_FACTOR = 3;

export interface ChartSourceParts {
  readonly rules: Pick<RuleService, 'compiled'>;
  readonly metrics: MetricReader;
  readonly logs: LogReader;
}

/** Draws the row of the rule whose comparison held, exactly as the rule computed it: same windows, same operation, same group. */
export function createChartSource({ rules, metrics, logs }: ChartSourceParts): ChartSource {
  return {
    async chart(intent, signal) {
      const rule = rules.compiled(intent.ruleId);
      const drawn = rule && drawnRow(rule, intent);
      const column = drawn && rule.columns[drawn.index];
      if (!column) return null;
      const until = intent.endsAt ?? intent.t;
      const span = Math.min(MOST_SPAN_MS, Math.max(LEAST_SPAN_MS, SPAN_FACTOR * (until - intent.startsAt)));
      const ticks = Array.from({ length: POINTS }, (_, i) =>
        Math.round(until - (span * (POINTS - 1 - i)) / (POINTS - 1)),
      );
      const only: Rule = { ...rule, columns: [column], groupColumns: 1 };
      const resolve = createResolver((await metrics.names(signal)).map(({ name }) => name));
      const sources = { readers: { metrics, logs }, resolve };
      const [answer] = await readColumns([{ rule: only, ticks }], sources, signal);
      if (!answer || 'error' in answer) throw answer?.error ?? new Error('the rule could not be read');
      const empty = drawn.counts ? 0 : null;
      const points = ticks.map(t => [t, answer.columns(t)[0]?.value(intent.groupKey) ?? empty] as const);
      // A young series fills the picture.
      const begin = Math.max(0, points.findIndex(([, value]) => value !== null) - 1);
      return {
        title: titleOf(rule, drawn.index, intent),
        about: aboutOf(rule, drawn.index, intent),
        points: points.slice(begin),
        ...(drawn.threshold === null ? {} : { threshold: drawn.threshold }),
        firingFrom: intent.startsAt,
        ...(intent.endsAt === null ? {} : { firingTo: intent.endsAt }),
        unit: unitOfRow(rule, drawn.index),
      };
    },
  };
}

interface Drawn {
  readonly index: number;
  readonly threshold: number | null;
  /** An empty window is 0. */
  readonly counts: boolean;
}

/** The first row whose plain comparison with a number holds now; else the first with such a comparison, else the first with a value. */
function drawnRow(rule: Rule, intent: Intent): Drawn | null {
  const level = rule.levels.find(({ severity }) => severity === intent.severity) ?? rule.levels[0];
  const compared = level ? [...comparisons(level.condition.root)] : [];
  const known = (index: number): boolean => typeof intent.values[index] === 'number';
  const usable = compared.filter(({ index }) => known(index));
  const holding = usable.find(({ index, threshold, above }) => {
    const value = intent.values[index] ?? 0;
    return above ? value >= threshold : value <= threshold;
  });
  const chosen = holding ?? usable[0] ?? compared[0];
  const index =
    chosen?.index ??
    Math.max(
      0,
      rule.metrics.findIndex((_, i) => known(i)),
    );
  const row = rule.metrics[index];
  // A class of exceptions is new or not: there is no curve of it.
  if (!row || row.op === 'NEW' || row.op === 'SPIKE') return null;
  return { index, threshold: chosen?.threshold ?? null, counts: row.counts };
}

/** Comparisons of one row with one number, in the order of the condition. */
function* comparisons(node: Expression): Generator<{ index: number; threshold: number; above: boolean }> {
  if (node.kind === 'logic') for (const part of node.of) yield* comparisons(part);
  if (node.kind !== 'compare' || node.op === '==' || node.op === '!=') return;
  const greater = node.op === '>' || node.op === '>=';
  const [left, right] = [constant(node.left), constant(node.right)];
  if (node.left.kind === 'input' && right !== null) yield { index: node.left.index, threshold: right, above: greater };
  if (node.right.kind === 'input' && left !== null) yield { index: node.right.index, threshold: left, above: !greater };
}

function constant(node: Expression): number | null {
  if (node.kind === 'number') return node.value;
  const inner = node.kind === 'negate' ? constant(node.of) : null;
  return inner === null ? null : -inner;
}

/** `MAX lag 30m {topic=sdk_log}`. */
function titleOf(rule: Rule, index: number, intent: Intent): string {
  const row = rule.document.metrics[index];
  const labels = groupText(rule, intent);
  const what = `${row?.op} ${row?.metric ?? row?.log ?? ''} ${row?.window ?? rule.document.window}`;
  return labels === '' ? what : `${what} {${labels}}`;
}

/** What the row reads, as the catalog tells people; undefined for logs and for metrics nobody has described. */
function aboutOf(rule: Rule, index: number, intent: Intent): MessageChart['about'] {
  const name = rule.document.metrics[index]?.metric;
  const text = name === undefined ? undefined : describeMetric(name);
  return text && { zh: text.zh, en: text.en, of: groupText(rule, intent) };
}

/** `topic=sdk_log`: the group's labels. */
function groupText(rule: Rule, { labels }: Intent): string {
  const names = rule.groupBy === '*' ? Object.keys(labels).filter(isGroupLabel) : rule.groupBy;
  return names.map(name => `${name}=${labels[name] ?? ''}`).join(', ');
}

function isGroupLabel(name: string): boolean {
  return name !== 'alertname' && name !== 'severity';
}

/** Operations that keep the unit of what they read. */
const SAME_UNIT = /^(?:MAX|MIN|AVG|SUM|LAST|FIRST|DELTA|STDDEV|P\d\d)$/;

function unitOfRow(rule: Rule, index: number): string {
  const row = rule.document.metrics[index];
  return row?.metric !== undefined && SAME_UNIT.test(row.op) ? unitOf(row.metric) : '';
}
