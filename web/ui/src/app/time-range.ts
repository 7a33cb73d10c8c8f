/** One time range for all screens, in the address: `range=1h` follows the present, `from` and `to` (epoch ms) stand still. */
import { computed } from '@preact/signals';
import { now } from '../api/live.ts';
import { query, setParams } from './router.ts';

/** Relative ranges on offer, with their length in ms. */
export const RANGES = {
  '15m': 900_000,
  '1h': 3_600_000,
  '6h': 21_600_000,
  '24h': 86_400_000,
  '7d': 604_800_000,
} as const;
export type RangeName = keyof typeof RANGES;

const DEFAULT_RANGE: RangeName = '1h';

export interface TimeRange {
  /** The relative range's name, null for an absolute one. */
  readonly name: RangeName | null;
  /** Epoch ms, from <= t < to. */
  readonly from: number;
  readonly to: number;
}

function isRangeName(text: string | null): text is RangeName {
  return text !== null && Object.hasOwn(RANGES, text);
}

/** The range in force. A relative one ends at the last refresh, so everything on a screen shows the same interval. */
export const timeRange = computed<TimeRange>(() => {
  const from = Number(query.value.get('from'));
  const to = Number(query.value.get('to'));
  if (from > 0 && to > from) return { name: null, from, to };
  const text = query.value.get('range');
  const name = isRangeName(text) ? text : DEFAULT_RANGE;
  return { name, from: now.value - RANGES[name], to: now.value };
});

/** Key that changes when the user picks another range, but not when a relative range moves on. */
export const rangeKey = computed(() => {
  const range = timeRange.value;
  return range.name ?? `${range.from}-${range.to}`;
});

export function setRelativeRange(name: RangeName): void {
  setParams({ range: name === DEFAULT_RANGE ? undefined : name, from: undefined, to: undefined }, { push: true });
}

export function setAbsoluteRange(from: number, to: number): void {
  setParams({ range: undefined, from: Math.floor(from), to: Math.ceil(to) }, { push: true });
}

/** A step for charts over the range that gives about 120 points, at least 10 s, as an API duration. */
export function chartStep(range: TimeRange): { readonly ms: number; readonly text: string } {
  const wanted = (range.to - range.from) / 120;
  const seconds = [10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200].find(s => s * 1000 >= wanted) ?? 14_400;
  return { ms: seconds * 1000, text: `${seconds}s` };
}
