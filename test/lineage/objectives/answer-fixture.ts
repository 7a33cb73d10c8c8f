import type { FreshnessAnswer } from '../../../lineage/lag/answer.ts';
import type { ReportFreshness } from '../../../lineage/lag/report-answer.ts';

/** An answer of a level report, but for what a test says. */
export function answer(fields: Partial<FreshnessAnswer> = {}): FreshnessAnswer {
  const ts = fields.ts ?? 0;
  const age = fields.age_ms === undefined ? 1000 : fields.age_ms;
  const high = fields.age_high_ms === undefined ? age : fields.age_high_ms;
  return {
    ts,
    sink: 'GMV',
    age_ms: age,
    age_low_ms: age,
    age_high_ms: high,
    complete_up_to: high === null ? null : ts - high,
    lag_sum_ms: age,
    blame: null,
    residence_ms: {},
    per_source: {},
    stale: [],
    status: {},
    rules: [],
    eta_ms: null,
    ...fields,
  };
}

/** The same of a report. */
export function reportAnswer(report: string, fields: Partial<ReportFreshness> = {}): ReportFreshness {
  return { ...answer(fields), sink: report, report, owner: '', reads: [], oldest: null, slo: null, ...fields };
}
