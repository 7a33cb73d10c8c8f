/** Longest text of a value in the list. */
const MAX = 300;

/** A value of the audit trail in one line: JSON, but a text as it is; what is too long is cut and says so. */
export function valueText(value: unknown): string {
  if (value === null || value === undefined) return '–';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const signs = [...text];
  return signs.length > MAX ? `${signs.slice(0, MAX).join('')}… (${signs.length})` : text;
}
