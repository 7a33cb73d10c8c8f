import type { FactKind, Facts } from './fact.ts';

export const DIAGNOSIS_KINDS = [
  'data-skew',
  'slow-instance',
  'gc-pressure',
  'external-sink-slow',
  'under-provisioned',
  'upstream-drop',
  'restart-loop',
  'dead-job',
  'checkpoint-bound',
  'idle-partition',
  'catching-up',
  'upstream-hop',
] as const;
export type DiagnosisKind = (typeof DIAGNOSIS_KINDS)[number];

/** A fact, or that it is not so. */
export type Condition = FactKind | `not ${FactKind}`;

/** What a diagnosis rests on (the table of lag.md section 3). */
export interface Cause {
  readonly kind: DiagnosisKind;
  /** The first one has to be known. */
  readonly needs: readonly Condition[];
  readonly against: readonly Condition[];
  readonly base: number;
}

export const CAUSES: readonly Cause[] = [
  { kind: 'data-skew', needs: ['busy-skew', 'rate-skew'], against: ['gc-on-hot-subtask'], base: 0.85 },
  { kind: 'slow-instance', needs: ['busy-skew', 'not rate-skew'], against: [], base: 0.75 },
  { kind: 'gc-pressure', needs: ['gc-on-bottleneck', 'bottleneck'], against: ['rate-skew'], base: 0.8 },
  {
    kind: 'external-sink-slow',
    needs: ['sink-bottleneck', 'slower-records'],
    against: ['gc-on-bottleneck', 'busy-skew'],
    base: 0.8,
  },
  {
    kind: 'under-provisioned',
    needs: ['bottleneck', 'growing', 'not busy-skew', 'not rate-skew', 'capacity-short'],
    against: ['gc-on-bottleneck', 'sink-slow'],
    base: 0.75,
  },
  { kind: 'upstream-drop', needs: ['input-drop', 'level'], against: ['stopped'], base: 0.85 },
  // A job that dies before its first checkpoint never commits again: Burrow calls that STOP.
  { kind: 'restart-loop', needs: ['restart-loop', 'standing-offsets'], against: [], base: 0.8 },
  { kind: 'dead-job', needs: ['silent', 'output-flat'], against: ['restart-loop'], base: 0.9 },
  { kind: 'dead-job', needs: ['stopped'], against: ['restart-loop'], base: 0.9 },
  {
    kind: 'checkpoint-bound',
    needs: ['checkpoint', 'age-grows', 'level', 'visible-on-checkpoint'],
    against: [],
    base: 0.85,
  },
  { kind: 'idle-partition', needs: ['watermark-stuck', 'silent-partition'], against: [], base: 0.8 },
  { kind: 'catching-up', needs: ['falling'], against: [], base: 0.9 },
  { kind: 'upstream-hop', needs: ['age-elsewhere', 'level'], against: [], base: 0.9 },
];

/** Whether a condition is met; null when nobody knows. */
export function isMet(condition: Condition, facts: Facts): boolean | null {
  if (!condition.startsWith('not ')) return facts[condition as FactKind].holds;
  const { holds } = facts[factOf(condition)];
  return holds === null ? null : !holds;
}

/** The fact a condition asks about. */
export function factOf(condition: Condition): FactKind {
  return condition.replace(/^not /, '') as FactKind;
}
