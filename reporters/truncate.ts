/** Fitting a message into a channel's limit: whole alert rows go first, a text is never cut inside a character, the link stays. */

/** UTF-8 length. */
export function utf8Bytes(text: string): number {
  return Buffer.byteLength(text, 'utf8');
}

/**
 * The longest beginning of `text` whose `measure` is at most `limit`, with `…` when anything was cut (the mark included in the
 * measure). Cuts between code points. `measure` must not fall when text is added.
 */
export function truncate(text: string, limit: number, measure: (text: string) => number = utf8Bytes): string {
  if (measure(text) <= limit) return text;
  const points = [...text];
  let low = 0;
  let high = points.length;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (measure(`${points.slice(0, middle).join('')}…`) <= limit) low = middle;
    else high = middle - 1;
  }
  const cut = `${points.slice(0, low).join('')}…`;
  return measure(cut) <= limit ? cut : '';
}

/** A text in parts, by importance: `head` and `tail` stay, rows are dropped from the end. */
export interface FitParts {
  readonly head: string;
  readonly rows: readonly string[];
  /** Says how many rows are missing, with the link to them; called with the count, 0 when all are there. */
  readonly tail: (omitted: number) => string;
}

/**
 * Joins the parts so that `measure` stays within `limit`. When not even one row fits, the first is cut; when not even the head
 * does, the head is. The tail, which holds the link, always stays whole.
 */
export function fit(parts: FitParts, limit: number, measure: (text: string) => number = utf8Bytes): string {
  const join = (rows: readonly string[]): string =>
    parts.head + rows.join('') + parts.tail(parts.rows.length - rows.length);
  let low = 0;
  let high = parts.rows.length;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (measure(join(parts.rows.slice(0, middle))) <= limit) low = middle;
    else high = middle - 1;
  }
  if (low > 0) return join(parts.rows.slice(0, low));

  const total = parts.rows.length;
  const [first] = parts.rows;
  const tail = parts.tail(Math.max(0, total - 1));
  if (first !== undefined && measure(parts.head + tail) < limit) {
    const row = truncate(first, limit, text => measure(parts.head + text + tail));
    return parts.head + row + tail;
  }
  const end = parts.tail(total);
  return truncate(parts.head, limit, text => measure(text + end)) + end;
}
