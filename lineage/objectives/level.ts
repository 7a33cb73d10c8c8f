import type { FreshnessAnswer } from '../lag/answer.ts';

/** State of a report at a glance. */
export type FreshnessLevel = 'ok' | 'warning' | 'critical' | 'unknown';

/** Without an objective an age beyond these is worth a look; the steps of the UI's lag scale. */
const WARN_AGE_MS = 300_000;
const CRITICAL_AGE_MS = 1_800_000;
/** Share of the limit from which a report is about to miss it. */
const CLOSE = 0.8;

/** By the upper bound of the age against the limit, as minutes are judged; by fixed steps of the age where there is no limit. */
export function freshnessLevel(answer: FreshnessAnswer, limitMs: number | null): FreshnessLevel {
  const { age_ms: age, age_high_ms: high, age_low_ms: low } = answer;
  if (limitMs === null) {
    if (age === null) return 'unknown';
    return age > CRITICAL_AGE_MS ? 'critical' : age > WARN_AGE_MS ? 'warning' : 'ok';
  }
  if (high === null) return low !== null && low > limitMs ? 'critical' : 'unknown';
  return high > limitMs ? 'critical' : high > CLOSE * limitMs ? 'warning' : 'ok';
}
