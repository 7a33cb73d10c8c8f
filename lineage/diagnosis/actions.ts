import type { DiagnosisKind } from './causes.ts';
import type { Action } from './inputs.ts';

/** An ineffective action lowers what it was meant to cure for so long. */
const REMEMBERED_MS = 3_600_000;
/** Before it an action has not had the time to help. */
const SETTLED_MS = 3 * 60_000;
const LEAST_GAIN = 0.1;
/** Without so much lag there was nothing to cure. */
const LAGGING_MS = 60_000;

/** Diagnoses whose suggestion an action carries out. */
const CURES: Readonly<Record<Action['kind'], readonly DiagnosisKind[]>> = {
  rescaled: ['under-provisioned'],
  restarted: ['dead-job', 'slow-instance'],
  changed: ['data-skew', 'external-sink-slow', 'idle-partition', 'checkpoint-bound'],
};

/**
 * Diagnoses whose cure was tried within the last hour and did not help: it gained less than a tenth of what was expected (Dhalion's
 * blacklist). More subtasks were expected to read that many times more, anything else to end the lag.
 */
export function ineffective(actions: readonly Action[], at: number): ReadonlySet<DiagnosisKind> {
  const lowered = new Set<DiagnosisKind>();
  for (const action of actions) {
    const since = at - action.at;
    if (since < SETTLED_MS || since > REMEMBERED_MS) continue;
    const gain = gainOf(action);
    if (gain !== null && gain < LEAST_GAIN) for (const kind of CURES[action.kind]) lowered.add(kind);
  }
  return lowered;
}

/** Share of the expected gain that came; null where it cannot be told. */
function gainOf({ parallelism, lagMs, perSecond }: Action): number | null {
  if (lagMs.before === null || lagMs.before <= LAGGING_MS) return null;
  if (parallelism !== undefined) {
    if (parallelism.to <= parallelism.from || parallelism.from <= 0) return null;
    if (perSecond.before === null || perSecond.after === null || perSecond.before <= 0) return null;
    return (perSecond.after / perSecond.before - 1) / (parallelism.to / parallelism.from - 1);
  }
  return lagMs.after === null ? null : (lagMs.before - lagMs.after) / lagMs.before;
}
