import type { MetricGroup } from '../../model/sample.ts';
import type { Standing } from './standing.ts';

/**
 * A report's budget as series at `at`: `slo_budget_left_ratio{report}` and `slo_burn_rate{report,window}`; a window in which no minute counts
 * has no point.
 */
export function objectiveSeries(report: string, standing: Standing, at: number): readonly MetricGroup[] {
  const group = (labels: Readonly<Record<string, string>>, name: string, value: number): MetricGroup => ({
    ts: at,
    labels: { report, ...labels },
    attrs: {},
    values: [[name, value]],
    arrivedAt: at,
  });
  const groups = [group({}, 'slo_budget_left_ratio', standing.budget.left_ratio)];
  for (const [window, rate] of Object.entries(standing.burn_rate)) {
    if (rate !== null) groups.push(group({ window }, 'slo_burn_rate', rate));
  }
  return groups;
}
