/** What of PromQL has a counterpart among our operations, functions and matchers. */
import { labelPattern } from '../../model/label-pattern.ts';
import type { RuleDocumentInput } from '../evaluate/document.ts';
import { type PromMatcher, PromqlError, type PromSelector } from './promql-tree.ts';

export type RowInput = RuleDocumentInput['metrics'][number];

/** How far back an instant selector looks, as in Prometheus. */
export const LOOKBACK_MS = 300_000;

export const RANGE_OPS: Readonly<Record<string, RowInput['op']>> = {
  avg_over_time: 'AVG',
  max_over_time: 'MAX',
  min_over_time: 'MIN',
  sum_over_time: 'SUM',
  count_over_time: 'COUNT',
  last_over_time: 'LAST',
  stddev_over_time: 'STDDEV',
  rate: 'RATE',
  increase: 'RATE',
  delta: 'DELTA',
};
export const QUANTILES: Readonly<Record<string, RowInput['op']>> = {
  '0.5': 'P50',
  '0.75': 'P75',
  '0.9': 'P90',
  '0.95': 'P95',
  '0.99': 'P99',
};
/** Operations of several series that are the same before and after the window, so that one bag of all points answers them. */
export const COMMUTES: Readonly<Record<string, readonly string[]>> = {
  sum: ['rate', 'increase', 'delta', 'sum_over_time', 'count_over_time'],
  max: ['max_over_time'],
  min: ['min_over_time'],
};
export const ACROSS = new Set(['sum', 'max', 'min', 'avg']);
export const FUNCTIONS: Readonly<Record<string, string>> = {
  abs: 'abs',
  ceil: 'ceil',
  floor: 'floor',
  round: 'round',
  sqrt: 'sqrt',
  exp: 'exp',
  ln: 'log',
};
export const COMPARISONS = new Set(['==', '!=', '<', '<=', '>', '>=']);
export const ARITHMETIC = new Set(['+', '-', '*', '/', '%']);

/** Matchers of a row. Throws `PromqlError` for those that cannot be said. */
export function matchersOf(selector: PromSelector): NonNullable<RowInput['matchers']> {
  const matchers: NonNullable<RowInput['matchers']> = {};
  for (const { label, op, value } of selector.matchers) {
    if (Object.hasOwn(matchers, label)) throw new PromqlError(`two matchers of the label ${label}`, selector.position);
    matchers[label] = matcherOf({ label, op, value }, selector.position);
  }
  return matchers;
}

function matcherOf(
  { label, op, value }: PromMatcher,
  position: number,
): string | { op: PromMatcher['op']; value: string } {
  if (op === '=~' || op === '!~') {
    try {
      labelPattern(value);
    } catch {
      throw new PromqlError(`the pattern of ${label} in RE2's own syntax`, position);
    }
    return { op, value };
  }
  // An empty value means any here, and "has no such label" there.
  if (op === '=') return value === '' ? { op: '=~', value: '' } : value;
  return { op, value };
}
