/** Turns notices of the state machine into intents: everything a message will say about the group is filled in here. */
import { hash } from 'node:crypto';
import type { Labels } from '../../model/labels.ts';
import type { Annotation, Intent, Severity } from '../intent.ts';
import type { Inputs } from './formula.ts';
import type { Notice } from './group-state.ts';
import { fillIn, hint } from './render.ts';
import type { Rule } from './rule.ts';
import { defaultSummary } from './summary.ts';

/** One firing from beginning to end: a function of rule, group and the tick it began. Safe in a URL. */
export function episodeId(ruleId: string, groupKey: string, startsAt: number): string {
  const identity = hash('sha256', `${ruleId}\n${groupKey}`, 'base64url').slice(0, 16);
  return `${identity}-${startsAt.toString(36)}`;
}

/** Labels of an alert: alertname, severity, the rule's labels, the group's labels (later ones win). */
export function alertLabels(rule: Rule, groupLabels: Labels, severity: Severity): Labels {
  return { alertname: rule.name, severity, ...rule.document.labels, ...groupLabels };
}

/** Hint columns (提示列) of a group, in the rule's order. */
function annotationsOf(rule: Rule, inputs: Inputs): readonly Annotation[] {
  return rule.annotations.map(({ name, formula }) => ({ name, value: hint(formula, inputs) }));
}

/** What people read about a group: the condition with its numbers, the summary, the hint columns. `inputs` are what formulas see. */
export function alertText(rule: Rule, groupLabels: Labels, severity: Severity, inputs: Inputs, recovered = false) {
  const level = rule.levels.find(candidate => candidate.severity === severity) ?? rule.levels[0];
  const condition = recovered && rule.recovery !== null ? rule.recovery : level?.condition;
  return {
    formula: condition === undefined ? '' : fillIn(condition, rule.metricNames, inputs),
    summary:
      rule.summary === null
        ? defaultSummary(rule.name)(groupLabels)
        : rule.summary(alertLabels(rule, groupLabels, severity), inputs),
    annotations: annotationsOf(rule, inputs),
  };
}

/** Builds the intent of a notice. `inputs` are the group's values at the tick. */
export function groupIntent(
  rule: Rule,
  group: { key: string; labels: Labels; inputs: Inputs; scope: Inputs },
  t: number,
  notice: Notice,
): Intent {
  const { key, labels: groupLabels, inputs, scope } = group;
  const recovered = notice.kind === 'resolved' && rule.recovery !== null && rule.recovery.evaluate(scope) === true;
  return {
    ...base(rule, t, notice.kind, key, notice.startsAt),
    labels: alertLabels(rule, groupLabels, notice.severity),
    severity: notice.severity,
    activeAt: notice.activeAt,
    endsAt: notice.kind === 'resolved' ? t : null,
    values: inputs.map(toValue),
    ...alertText(rule, groupLabels, notice.severity, scope, recovered),
    ...(notice.reason === undefined ? {} : { reason: notice.reason }),
  };
}

/** An intent about the rule as a whole: no data, or the daemon's own trouble with it (`code`). */
export function ruleIntent(
  rule: Rule,
  t: number,
  about: {
    kind: 'nodata' | 'nodata_resolved' | 'meta';
    startsAt: number;
    ended: boolean;
    summary: string;
    code?: string;
  },
): Intent {
  const severity = rule.document.level;
  return {
    ...base(rule, t, about.kind, about.code ?? 'nodata', about.startsAt),
    labels: alertLabels(rule, {}, severity),
    severity,
    activeAt: about.startsAt,
    endsAt: about.ended ? t : null,
    values: [],
    formula: '',
    summary: about.summary,
    annotations: [],
    ...(about.code === undefined ? {} : { code: about.code }),
  };
}

/** A value as the API shows it: null where it is unknown, and for the endless growth JSON cannot carry. */
export function toValue(value: Inputs[number]): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

function base(rule: Rule, t: number, kind: Intent['kind'], groupKey: string, startsAt: number) {
  const episode = episodeId(rule.id, groupKey, startsAt);
  return {
    // The tick first: a store files the intents of a minute side by side and not all over its index.
    id: `${t.toString(36)}-${episode}-${kind}`,
    ruleId: rule.id,
    ruleName: rule.name,
    groupKey,
    t,
    kind,
    episode,
    startsAt,
    late: false,
    receivers: rule.document.receivers,
    ...(rule.repeatMs > 0 ? { repeatMs: rule.repeatMs } : {}),
    ...(rule.document.max_repeats === undefined ? {} : { maxRepeats: rule.document.max_repeats }),
    zone: rule.document.zone,
  };
}
