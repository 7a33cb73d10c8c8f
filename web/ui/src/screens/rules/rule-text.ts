/** Says rules in a line of text, in the notation of the rule document. */
import type { RuleMetric } from '../../api/rules.ts';

/** `MAX(lag{topic="sdk_log"}) offset 1d`. */
export function describeMetric(metric: RuleMetric): string {
  const source = metric.metric ?? (metric.log === undefined ? '' : `log "${metric.log}"`);
  const matchers = describeMatchers(metric.matchers);
  const offset = metric.offset && !/^0\w*$/.test(metric.offset) ? ` offset ${metric.offset}` : '';
  return `${metric.op ?? 'LAST'}(${source}${matchers ? `{${matchers}}` : ''})${offset}`;
}

/** `topic="sdk_log", cluster=~"data-.*"`; values that mean any are left out. */
export function describeMatchers(matchers: Readonly<Record<string, unknown>> | undefined): string {
  return Object.entries(matchers ?? {})
    .flatMap(([label, value]) => {
      if (typeof value === 'object' && value !== null && 'op' in value && 'value' in value)
        return [`${label}${String(value.op)}"${String(value.value)}"`];
      return value === '' || value === null ? [] : [`${label}="${String(value)}"`];
    })
    .join(', ');
}

/** Whether a duration of the document means nothing: `0`, `0s`, absent. */
export function isZero(text: string | undefined): boolean {
  return text === undefined || /^0+\s*\w*$/.test(text);
}
