/** What an alert that is over said at one of its ticks. Pure. */
import type { Labels } from '../model/labels.ts';
import type { AlertTick } from './episode-ticks.ts';
import { alertText } from './evaluate/intents.ts';
import type { Rule } from './evaluate/rule.ts';
import type { Annotation, Severity } from './intent.ts';
import type { EpisodeRecord } from './notify/episode-records.ts';

/** The alert at a tick, epoch ms; `formula` is the condition with that tick's numbers, '' where nothing keeps it. */
export interface AlertMoment {
  readonly t: number;
  readonly values: readonly (number | null)[];
  readonly formula: string;
  readonly summary: string;
  readonly annotations: readonly Annotation[];
}

/**
 * The words of the message where its numbers are the tick's; else the rule's as it was (`rule`, null when that is not known), filled in with
 * the tick's numbers. Null when neither message nor tick is kept.
 */
export function momentOf(
  t: number,
  kept: { readonly record: EpisodeRecord | undefined; readonly tick: AlertTick | undefined },
  rule: Rule | null,
  group: { readonly labels: Labels; readonly severity: Severity },
): AlertMoment | null {
  const { record, tick } = kept;
  if (tick === undefined) return record ? wordsOf(t, record, record.values) : null;
  const { values } = tick;
  if (record && values.length === record.values.length && values.every((value, i) => value === record.values[i]))
    return wordsOf(t, record, values);
  // Baselines of earlier weeks are not kept with a tick: without them the formula would be filled in wrongly.
  if (rule !== null && rule.columns.length === rule.groupColumns) {
    const inputs = values.map(value => value ?? ('missing-current' as const));
    const recovered = tick.state === 'inactive' && rule.recovery?.evaluate(inputs) === true;
    return { t, values, ...alertText(rule, group.labels, group.severity, inputs, recovered) };
  }
  return record ? wordsOf(t, record, values) : { t, values, formula: '', summary: '', annotations: [] };
}

function wordsOf(t: number, record: EpisodeRecord, values: readonly (number | null)[]): AlertMoment {
  const { formula, summary, annotations } = record;
  return { t, values, formula, summary, annotations };
}
