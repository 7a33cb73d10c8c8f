/** Readers of single fields of parsed JSON, for the hand-written checks of the hot paths. */

/** A parsed JSON object whose fields nobody has checked yet. */
export type Fields = { readonly [key: string]: unknown };

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Text of a scalar, `''` for what is absent or not a scalar; cut to `limit` UTF-16 units. */
export function textField(value: unknown, limit = 1024): string {
  if (typeof value === 'string') return value.length > limit ? value.slice(0, limit) : value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return '';
}

/** Epoch ms of a number, a text of digits or an ISO 8601 text; null for anything else. Fractions of ms are cut off. */
export function timeField(value: unknown): number | null {
  if (typeof value === 'number') return Number.isFinite(value) && Math.abs(value) <= 8.64e15 ? Math.trunc(value) : null;
  if (typeof value !== 'string' || value === '') return null;
  if (/^\d{1,16}$/.test(value)) return timeField(Number(value));
  // ECMAScript reads at most milliseconds reliably; Java writes nanoseconds
  const at = Date.parse(value.replace(/(\.\d{3})\d+/, '$1'));
  return Number.isNaN(at) ? null : at;
}

/** A whole number >= 0 that JavaScript holds exactly, also as a text of digits; null for anything else. */
export function countField(value: unknown): number | null {
  const number = typeof value === 'string' && /^\d{1,16}$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isSafeInteger(number) && number >= 0 ? number : null;
}
