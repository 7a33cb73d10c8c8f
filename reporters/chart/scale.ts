/** Axes of a chart: round tick values, and how they are written. Pure. */

const STEPS = [1, 2, 2.5, 5, 10];
const WANTED = 4;
const MAX_TICKS = 8;

/** A value axis: its ticks, lowest first, and the text of any value on it. */
export interface ValueAxis {
  readonly ticks: readonly number[];
  readonly write: (value: number) => string;
}

/** An axis from at or below `low` to at or above `high`, with round numbers in the unit it is written in. */
export function valueAxis(low: number, high: number, unit: string): ValueAxis {
  const [size, suffix] = scaleOf(Math.max(Math.abs(low), Math.abs(high)), unit);
  const ticks = niceTicks(low / size, high / size).map(tick => tick * size);
  return { ticks, write: value => (value === 0 ? '0' : `${Number((value / size).toPrecision(4))}${suffix}`) };
}

/** Round values from at or below `low` to at or above `high`, two to eight of them, evenly apart. Zero is kept when it is near. */
export function niceTicks(low: number, high: number): readonly number[] {
  const near = low > 0 && low < high / 2 ? 0 : low;
  const span = high - near || Math.abs(high) || 1;
  // Below this, neighbouring ticks would be the same number.
  const raw = Math.max(span / WANTED, Math.abs(high) * 1e-9, 1e-300);
  const magnitude = 10 ** Math.floor(Math.log10(raw));
  const step = magnitude * (STEPS.find(candidate => candidate * magnitude >= raw) ?? 10);
  const from = Math.floor(near / step);
  const to = Math.max(from + 1, Math.ceil(high / step));
  const count = Math.min(MAX_TICKS, to - from + 1);
  return Array.from({ length: count }, (_, i) => Number(((from + i) * step).toPrecision(12)));
}

const MINUTE = 60_000;
const TIME_STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440, 10_080].map(minutes => minutes * MINUTE);
const MAX_TIME_TICKS = 7;

/** Round times between two instants, epoch ms: at most seven, an hour or the like apart. */
export function timeTicks(first: number, last: number): readonly number[] {
  const longest = TIME_STEPS.at(-1) ?? MINUTE;
  const step = TIME_STEPS.find(candidate => (last - first) / candidate <= MAX_TIME_TICKS - 1) ?? longest;
  const from = Math.ceil(first / step);
  const count = Math.min(MAX_TIME_TICKS, Math.floor(last / step) - from + 1);
  return Array.from({ length: Math.max(0, count) }, (_, i) => (from + i) * step);
}

const DURATIONS = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'min'],
  [1_000, 's'],
  [0, 'ms'],
] as const;
const SCALES = [
  [1e12, 'T'],
  [1e9, 'G'],
  [1e6, 'M'],
  [1e3, 'k'],
  [0, ''],
] as const;

/** What a number is divided by and followed by: `M` for millions, `min` for minutes, `%` for a ratio. */
function scaleOf(greatest: number, unit: string): readonly [size: number, suffix: string] {
  if (unit === 'ratio') return [0.01, '%'];
  const [size, suffix] = (unit === 'ms' ? DURATIONS : SCALES).find(([from]) => greatest >= 2 * from) ?? [0, ''];
  return [size || 1, suffix];
}
