/** Axis of a chart: round tick values, and how they are written. Pure. */

const STEPS = [1, 2, 2.5, 5, 10];
const WANTED = 4;
const MAX_TICKS = 8;

/** Round values from at or below `low` to at or above `high`, two to eight of them, evenly apart. Zero is kept when it is near. */
export function niceTicks(low: number, high: number): readonly number[] {
  const near = low > 0 && low < high / 2 ? 0 : low;
  const span = high - near || Math.abs(high) || 1;
  const raw = span / WANTED;
  const magnitude = 10 ** Math.floor(Math.log10(raw));
  const step = magnitude * (STEPS.find(candidate => candidate * magnitude >= raw) ?? 10);
  const from = Math.floor(near / step);
  const to = Math.max(from + 1, Math.ceil(high / step));
  const count = Math.min(MAX_TICKS, to - from + 1);
  return Array.from({ length: count }, (_, i) => (from + i) * step);
}

const DURATIONS: readonly [number, string][] = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'min'],
  [1_000, 's'],
];
const SCALES: readonly [number, string][] = [
  [1e12, 'T'],
  [1e9, 'G'],
  [1e6, 'M'],
  [1e3, 'k'],
];

/** `1.2M`, `90s` for milliseconds, `35%` for a ratio; at most four digits. */
export function formatNumber(value: number, unit: string): string {
  if (unit === 'ms' && Math.abs(value) >= 1_000) return scaled(value, DURATIONS);
  if (unit === 'ratio') return `${digits(value * 100)}%`;
  const text = scaled(value, SCALES);
  return unit === 'ms' ? `${text}ms` : text;
}

function scaled(value: number, scales: readonly [number, string][]): string {
  const [size, suffix] = scales.find(([scale]) => Math.abs(value) >= scale) ?? [1, ''];
  return `${digits(value / size)}${suffix}`;
}

function digits(value: number): string {
  return String(Number(value.toPrecision(4)));
}
