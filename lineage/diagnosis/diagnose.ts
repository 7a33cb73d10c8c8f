import { ineffective } from './actions.ts';
import { CAUSES, type Cause, type DiagnosisKind, factOf, isMet } from './causes.ts';
import type { Fact, FactKind, Facts, Place } from './fact.ts';
import { factsOf, withoutFirstReports } from './facts.ts';
import type { JobInput } from './inputs.ts';
import { operatorsOf } from './job-operators.ts';
import { type Advice, adviseParallelism } from './parallelism.ts';

/** One cause, and what speaks for and against it. */
export interface Diagnosis {
  readonly kind: DiagnosisKind;
  /** 0.05 to 1; judgement, calibrated on injected faults (`bench/diagnosis.ts`). */
  readonly confidence: number;
  readonly place: Place;
  readonly evidence: readonly Fact[];
  readonly against: readonly Fact[];
  /** Needed, but not known. */
  readonly missing: readonly FactKind[];
  /** Its cure was tried within the last hour and did not help. */
  readonly triedInVain: boolean;
}

/** Why no parallelism is advised. */
export type NoAdvice = 'skew' | 'gc' | 'slow-sink' | 'no-tasks';

export interface JobDiagnosis {
  readonly job: string;
  /** Epoch ms. */
  readonly at: number;
  /** At most three, the likeliest first; empty when nothing is wrong that is known of. */
  readonly diagnoses: readonly Diagnosis[];
  /** Everything that holds. */
  readonly symptoms: readonly Fact[];
  /** What nobody could tell. */
  readonly unknown: readonly FactKind[];
  readonly parallelism: readonly Advice[];
  readonly noAdvice: NoAdvice | null;
  /** False when the order of the tasks is only assumed. */
  readonly topologyKnown: boolean;
}

const SHOWN = 3;
const PER_MISSING = 0.8;
const PER_AGAINST = 0.2;
const IN_VAIN = 0.3;
const FLOOR = 0.05;

/** More subtasks do not help where these come first. */
const NOT_BY_PARALLELISM: Partial<Record<DiagnosisKind, NoAdvice>> = {
  'data-skew': 'skew',
  'slow-instance': 'skew',
  'gc-pressure': 'gc',
  'external-sink-slow': 'slow-sink',
};

/** Says what is wrong with a job, as far as its figures tell. Pure. */
export function diagnose(input: JobInput): JobDiagnosis {
  const advice = adviseParallelism(operatorsOf(withoutFirstReports(input)));
  const facts = factsOf(input, advice);
  const inVain = ineffective(input.actions, input.at);
  const ranked = CAUSES.flatMap(cause => judge(cause, facts, inVain) ?? []).toSorted(
    (a, b) => b.confidence - a.confidence,
  );
  const diagnoses = ranked
    .filter(({ kind }, i) => ranked.findIndex(other => other.kind === kind) === i)
    .slice(0, SHOWN);
  const first = diagnoses[0];
  const noAdvice =
    input.tasks.length === 0 ? 'no-tasks' : first === undefined ? null : (NOT_BY_PARALLELISM[first.kind] ?? null);
  const all = Object.values(facts);
  return {
    job: input.job,
    at: input.at,
    diagnoses,
    symptoms: all.filter(known => known.holds === true),
    unknown: all.filter(known => known.holds === null).map(known => known.kind),
    parallelism: noAdvice === null ? advice : [],
    noAdvice,
    topologyKnown: input.topologyKnown,
  };
}

/** A cause that may be it: its first need is known to be met, and none of the others is known not to be. */
function judge(
  { kind, needs, against, base }: Cause,
  facts: Facts,
  inVain: ReadonlySet<DiagnosisKind>,
): Diagnosis | null {
  const met = needs.map(need => ({ need, met: isMet(need, facts), fact: facts[factOf(need)] }));
  if (met[0]?.met !== true || met.some(need => need.met === false)) return null;
  const known = met.filter(need => need.met === true).map(need => need.fact);
  const missing = met.filter(need => need.met === null).map(need => need.fact.kind);
  const contrary = against
    .filter(condition => isMet(condition, facts) === true)
    .map(condition => facts[factOf(condition)]);
  const triedInVain = inVain.has(kind);
  const lacking = missing.length + known.filter(({ standIn }) => standIn).length;
  const confidence = base * PER_MISSING ** lacking - PER_AGAINST * contrary.length - (triedInVain ? IN_VAIN : 0);
  return {
    kind,
    confidence: Math.max(FLOOR, Math.round(confidence * 1000) / 1000),
    place: known[0]?.place ?? {},
    evidence: known,
    against: contrary,
    missing,
    triedInVain,
  };
}
