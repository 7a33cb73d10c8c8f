import type { RuleMetric } from '../../api/rules.ts';
import { duration } from '../../format/duration.ts';
import { percent } from '../../format/number.ts';

/** How people say a value of a rule's metric, by the unit in its name; undefined where the unit is not known or the operator changes it. */
export function formatOf({ metric, op }: RuleMetric): ((value: number | null) => string) | undefined {
  if (!metric || op === 'COUNT' || op === 'RATE') return undefined;
  if (/(_ms|Duration)$/.test(metric)) return duration;
  return metric.endsWith('_ratio') ? ratio => percent(ratio) : undefined;
}
