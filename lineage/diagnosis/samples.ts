import type { Samples } from './inputs.ts';

/** A predicate holds over samples of which at least this many are known. */
const ENOUGH = 2;

/** Whether every known sample of the last `count` satisfies the predicate; null when fewer than two are known. */
export function throughout(samples: Samples, holds: (value: number) => boolean, count = 3): boolean | null {
  const known = samples.slice(-count).filter(value => value !== null);
  if (known.some(value => !holds(value))) return false;
  return known.length < ENOUGH ? null : true;
}

/** The latest known sample; null without one. */
export function latest(samples: Samples): number | null {
  return samples.findLast(value => value !== null) ?? null;
}

/** Mean of the known samples; null without one. */
export function meanOf(samples: Samples): number | null {
  const known = samples.filter(value => value !== null);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
}

/** The middle value, of an even number the lower of the two: of two subtasks a busy one stands out. Null for none. */
export function lowerMedian(values: readonly number[]): number | null {
  return values.toSorted((a, b) => a - b)[Math.ceil(values.length / 2) - 1] ?? null;
}

/** Change per second between neighbouring samples; null where one is missing. */
export function slopes(samples: Samples, stepMs: number): Samples {
  return samples.slice(1).map((value, i) => {
    const before = samples[i] ?? null;
    return value === null || before === null ? null : ((value - before) * 1000) / stepMs;
  });
}

/** Sample by sample over several series: `combine` sees the known values; null where there is none. */
export function across(series: readonly Samples[], combine: (values: readonly number[]) => number | null): Samples {
  const length = Math.max(0, ...series.map(samples => samples.length));
  return Array.from({ length }, (_, i) => {
    const known = series.flatMap(samples => samples[i] ?? []);
    return known.length === 0 ? null : combine(known);
  });
}

export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

export function max(values: readonly number[]): number {
  return values.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
}
