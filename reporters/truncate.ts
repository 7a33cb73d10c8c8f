/** Fitting a message into a channel's limit: whole alert rows go first, a text is never cut inside a character, the link stays. */

/** UTF-8 length. */
export function utf8Bytes(text: string): number {
  return Buffer.byteLength(text, 'utf8');
}

/** Length in code points. */
export function codePoints(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
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

/**
 * Builds the message with as many rows as fit, from the first; `missing` is how many were dropped. A row is a list of pieces that
 * are never cut (a tag or link lies within one); where not even the first row fits, it gives up pieces from its end. What `build`
 * makes without any row must fit: it holds the headline and the link.
 */
export function fitRows<Piece>(
  rows: readonly (readonly Piece[])[],
  build: (rows: readonly (readonly Piece[])[], missing: number) => string,
  limit: number,
  measure: (built: string) => number = utf8Bytes,
): string {
  const total = rows.length;
  const all = build(rows, 0);
  if (measure(all) <= limit) return all;
  const some = largest(total - 1, count => measure(build(rows.slice(0, count), total - count)) <= limit);
  if (some > 0) return build(rows.slice(0, some), total - some);
  const first = rows[0] ?? [];
  const brief = (count: number): string => build([first.slice(0, count)], total - 1);
  const pieces = largest(first.length, count => measure(brief(count)) <= limit);
  return pieces > 0 ? brief(pieces) : build([], total);
}

/** The largest count in 1..`high` that fits, 0 when none does; fewer always fit better. */
function largest(high: number, fits: (count: number) => boolean): number {
  let low = 0;
  let top = Math.max(0, high);
  while (low < top) {
    const middle = Math.ceil((low + top) / 2);
    if (fits(middle)) low = middle;
    else top = middle - 1;
  }
  return low;
}
