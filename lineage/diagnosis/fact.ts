/** The symptoms of lag.md section 3, and what else diagnoses ask of a job. */
export const FACT_KINDS = [
  'lagging',
  'growing',
  'falling',
  'level',
  'back-pressured',
  'saturated',
  'idle',
  'bottleneck',
  'sink-bottleneck',
  'slower-records',
  'sink-slow',
  'busy-skew',
  'rate-skew',
  'gc',
  'gc-on-bottleneck',
  'gc-on-hot-subtask',
  'capacity-short',
  'checkpoint',
  'visible-on-checkpoint',
  'age-grows',
  'restarted',
  'restart-loop',
  'input-drop',
  'silent',
  'output-flat',
  'stopped',
  'standing-offsets',
  'watermark-stuck',
  'silent-partition',
  'age-elsewhere',
] as const;
export type FactKind = (typeof FACT_KINDS)[number];

/** Where in the job, or beside it, something was measured. */
export interface Place {
  readonly task?: string;
  readonly subtask?: number;
  readonly taskManager?: string;
  readonly topic?: string;
  /** Another hop, or a report. */
  readonly hop?: string;
}

/** A predicate and the figures it rests on. Ratios 0..1, times ms, rates per second. */
export interface Fact {
  readonly kind: FactKind;
  /** Null: an input is missing, so nobody knows. */
  readonly holds: boolean | null;
  readonly place: Place;
  readonly values: Readonly<Record<string, number | string>>;
  /** An input was missing and another one stood in for it. */
  readonly standIn?: true;
}

export type Facts = Readonly<Record<FactKind, Fact>>;

/** Makes a fact; figures that are null are left out. */
export function fact(
  kind: FactKind,
  holds: boolean | null,
  values: Readonly<Record<string, number | string | null>> = {},
  place: Place = {},
): Fact {
  const known = Object.entries(values).filter((entry): entry is [string, number | string] => entry[1] !== null);
  return { kind, holds, place, values: Object.fromEntries(known) };
}
