/** Three-valued arithmetic and logic of rules (alerting.md rule 3) plus "not applicable" (contracts.md section 6). */

/**
 * Why a value is not known, most telling first. Only `missing-current` counts as no data. `zero-baseline` stands for every
 * arithmetic that has no answer (x/0, x%0, log of <= 0, overflow). `not-applicable`: the metric's own matchers exclude the group.
 */
export const UNKNOWNS = ['missing-current', 'missing-baseline', 'zero-baseline', 'not-applicable'] as const;
export type Unknown = (typeof UNKNOWNS)[number];

/** A number, or why there is none. Infinity occurs only as the growth from a zero baseline (`zero_baseline: grow`). */
export type NumberValue = number | Unknown;

/** A truth value, or why there is none. */
export type TruthValue = boolean | Unknown;

/** The reason of an operation on two operands of which at least one is unknown: n/a wins, then the most telling reason. */
export function worse(a: number | boolean | Unknown, b: number | boolean | Unknown): Unknown {
  if (a === 'not-applicable' || b === 'not-applicable') return 'not-applicable';
  if (typeof a !== 'string') return b as Unknown;
  if (typeof b !== 'string') return a;
  return UNKNOWNS.indexOf(a) <= UNKNOWNS.indexOf(b) ? a : b;
}

/** true or x = true; n/a or x = x; otherwise ? when any is ?. */
export function or(a: TruthValue, b: TruthValue): TruthValue {
  if (a === true || b === true) return true;
  if (a === 'not-applicable') return b;
  if (b === 'not-applicable') return a;
  if (a === false && b === false) return false;
  return worse(a, b);
}

/** n/a and x = n/a; false and x = false; otherwise ? when any is ?. */
export function and(a: TruthValue, b: TruthValue): TruthValue {
  if (a === 'not-applicable' || b === 'not-applicable') return 'not-applicable';
  if (a === false || b === false) return false;
  if (a === true && b === true) return true;
  return worse(a, b);
}

/** not ? = ?, not n/a = n/a. */
export function not(a: TruthValue): TruthValue {
  return typeof a === 'boolean' ? !a : a;
}

/** Applies `fn` to known operands; NaN and an overflow of finite operands are unknown. */
export function arithmetic(a: NumberValue, b: NumberValue, fn: (a: number, b: number) => number): NumberValue {
  if (typeof a === 'string' || typeof b === 'string') return worse(a, b);
  const result = fn(a, b);
  if (Number.isFinite(result)) return result;
  const grown = !Number.isNaN(result) && !(Number.isFinite(a) && Number.isFinite(b));
  return grown ? result : 'zero-baseline';
}
