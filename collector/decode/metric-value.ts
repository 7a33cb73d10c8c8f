import { type Fields, isFields } from './fields.ts';

/** Takes one value of a metric under its full name. */
export type PutValue = (name: string, value: number) => void;
/** Takes the reason why a value was dropped: `not-finite` or `not-a-number`. */
export type DropValue = (code: 'not-finite' | 'not-a-number') => void;

const NUMBER_TEXT = /^[+-]?\d+(\.\d+)?([eE][+-]?\d+)?$/;
const NOT_FINITE_TEXT = /^[+-]?(NaN|Inf|Infinity)$/i;
/** Snapshot fields of a histogram that become series. */
const HISTOGRAM_FIELDS = ['count', 'min', 'max', 'mean', 'p50', 'p75', 'p95', 'p99'] as const;

/**
 * The number a gauge's value stands for: booleans are 0 and 1, BigInteger and BigDecimal arrive as text. NaN and infinities
 * (`null` on the wire) are `not-finite`; other texts and structures are `not-a-number`.
 */
export function metricNumber(value: unknown): number | 'not-finite' | 'not-a-number' {
  if (typeof value === 'number') return Number.isFinite(value) ? value : 'not-finite';
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (value === null) return 'not-finite';
  if (typeof value !== 'string') return 'not-a-number';
  if (NUMBER_TEXT.test(value)) return metricNumber(Number(value));
  return NOT_FINITE_TEXT.test(value) ? 'not-finite' : 'not-a-number';
}

/** Puts a gauge or counter. */
export function putNumber(name: string, value: unknown, put: PutValue, drop: DropValue): void {
  const number = metricNumber(value);
  if (typeof number === 'number') put(name, number);
  else drop(number);
}

/** Puts a meter: its rate under `name`, its count, where given, under `<name>.count`. */
export function putMeter(name: string, rate: unknown, count: unknown, put: PutValue, drop: DropValue): void {
  putNumber(name, rate, put, drop);
  if (count !== undefined) putNumber(`${name}.count`, count, put, drop);
}

/** Puts the fields of a histogram's snapshot that are there: `<name>.p99` and so on. */
export function putHistogram(name: string, snapshot: unknown, put: PutValue, drop: DropValue): void {
  if (!isFields(snapshot)) {
    drop('not-a-number');
    return;
  }
  for (const field of HISTOGRAM_FIELDS) {
    if (snapshot[field] !== undefined) putNumber(`${name}.${field}`, snapshot[field], put, drop);
  }
}

/** A meter of a batched record is its rate, or `{rate, count}`. */
export function meterFields(value: unknown): { readonly rate: unknown; readonly count: unknown } {
  if (!isFields(value)) return { rate: value, count: undefined };
  const fields: Fields = value;
  return { rate: fields['rate'] ?? fields['value'] ?? null, count: fields['count'] };
}
