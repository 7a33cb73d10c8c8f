import { words } from '../i18n/language.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Distances of axis ticks that read well as durations, ms. */
export const DURATION_STEPS_MS: readonly number[] = [
  ...[0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30].map(n => n * SECOND),
  ...[1, 2, 5, 10, 20, 30].map(n => n * MINUTE),
  ...[1, 2, 4, 6, 12].map(n => n * HOUR),
  ...[1, 2, 5, 10].map(n => n * DAY),
];

/** A duration for people, at most two units: `850 ms`, `42 s`, `3 min`, `1 h 5 min`. Null is a dash: unknown is not 0. */
export function duration(ms: number | null | undefined): string {
  if (ms === null || ms === undefined || !Number.isFinite(ms)) return '–';
  const unit = words().unit;
  const abs = Math.abs(ms);
  const sign = ms < 0 ? '-' : '';
  if (abs === 0) return `0 ${unit.s}`;
  if (abs < SECOND) return `${sign}${Math.round(abs)} ${unit.ms}`;
  if (abs < 10 * SECOND) return `${sign}${trimmed(abs / SECOND)} ${unit.s}`;
  if (abs < 2 * MINUTE) return `${sign}${Math.round(abs / SECOND)} ${unit.s}`;
  if (abs < HOUR) return `${sign}${Math.round(abs / MINUTE)} ${unit.min}`;
  if (abs < DAY) return `${sign}${two(abs, HOUR, unit.h, MINUTE, unit.min)}`;
  return `${sign}${two(abs, DAY, unit.d, HOUR, unit.h)}`;
}

function trimmed(value: number): string {
  return value.toFixed(1).replace(/\.0$/, '');
}

function two(ms: number, large: number, largeUnit: string, small: number, smallUnit: string): string {
  const rounded = Math.round(ms / small) * small;
  const rest = Math.round((rounded % large) / small);
  const first = `${Math.floor(rounded / large)} ${largeUnit}`;
  return rest === 0 ? first : `${first} ${rest} ${smallUnit}`;
}

/** A range such as `1–3 min`, or one figure when both ends read the same. */
export function durationRange(lowMs: number, highMs: number): string {
  const low = duration(lowMs);
  const high = duration(highMs);
  if (low === high) return low;
  const [lowNumber, lowUnit] = split(low);
  const [highNumber, highUnit] = split(high);
  return lowUnit === highUnit && lowNumber && highNumber ? `${lowNumber}–${high}` : `${low} – ${high}`;
}

function split(text: string): [string, string] {
  const match = /^([\d.]+) (\S+)$/.exec(text);
  return [match?.[1] ?? '', match?.[2] ?? ''];
}
