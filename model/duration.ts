const UNIT_MS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;

/**
 * Parses a duration such as `500ms`, `30s`, `5m`, `1h30m`, `1d` to milliseconds; `0` needs no unit.
 * Returns null for anything else, negative or fractional parts included.
 */
export function parseDuration(text: string): number | null {
  if (text === '0') return 0;
  const pattern = /(\d+)(ms|[smhdw])/y;
  let total = 0;
  let end = 0;
  for (let match = pattern.exec(text); match; match = pattern.exec(text)) {
    total += Number(match[1]) * UNIT_MS[match[2] as keyof typeof UNIT_MS];
    end = pattern.lastIndex;
  }
  return end > 0 && end === text.length && Number.isSafeInteger(total) ? total : null;
}

/** Flink's durations (`10 s`, `10 SECONDS`, `500 ms`, `1 min`) in ms; null for what is none. A bare number is milliseconds. */
export function parseFlinkDuration(text: string | undefined): number | null {
  const match = /^\s*(\d+)\s*([a-z]*)\s*$/i.exec(text ?? '');
  if (!match) return null;
  const unit = (match[2] ?? '').toLowerCase();
  return parseDuration(`${match[1]}${unit === '' || /^(ms|milli)/.test(unit) ? 'ms' : unit.charAt(0)}`);
}

/** Writes milliseconds the way `parseDuration` reads them: `90000` is `1m30s`. */
export function formatDuration(ms: number): string {
  if (ms === 0) return '0s';
  let rest = Math.round(ms);
  let text = '';
  for (const unit of ['d', 'h', 'm', 's', 'ms'] as const) {
    const count = Math.floor(rest / UNIT_MS[unit]);
    if (count > 0) text += `${count}${unit}`;
    rest -= count * UNIT_MS[unit];
  }
  return text;
}

/** A duration for people: the two largest units that say something, `2m 26s`, `1h 5m`, `3d`; below a second in ms. */
export function readableDuration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)}ms`;
  const units = ['d', 'h', 'm', 's'] as const;
  const first = units.findIndex(unit => ms >= UNIT_MS[unit]);
  const smallest = UNIT_MS[units[Math.min(first + 1, units.length - 1)] ?? 's'];
  let rest = Math.round(ms / smallest) * smallest;
  const parts: string[] = [];
  for (const unit of units) {
    const count = Math.floor(rest / UNIT_MS[unit]);
    if (count > 0) parts.push(`${count}${unit}`);
    rest -= count * UNIT_MS[unit];
  }
  return parts.join(' ');
}
