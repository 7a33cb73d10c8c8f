/** Tells a query from an expression or a join before either is read. */
import type { Cursor } from '../cursor.ts';

/** Words a query begins with. */
export const QUERY_STARTS: ReadonlySet<string> = new Set(['SELECT', 'WITH', 'VALUES', 'TABLE']);

/** What follows a query in parentheses when it is part of a larger one. */
const TAILS: ReadonlySet<string> = new Set(['UNION', 'INTERSECT', 'EXCEPT', 'ORDER', 'LIMIT', 'OFFSET', 'FETCH']);

/** True at a parenthesis that holds a query, however many more stand around it: `((SELECT …) UNION …)`, not `((SELECT …) AS a JOIN b)`. */
export function atParenthesizedQuery(c: Cursor): boolean {
  let ahead = 1;
  while (c.peek(ahead).word === '(') ahead++;
  const isFunction = c.peek(ahead).word === 'TABLE' && c.peek(ahead + 1).word === '(';
  if (isFunction || !QUERY_STARTS.has(c.peek(ahead).word)) return false;
  for (let level = 1; level < ahead; level++) {
    const behind = wordBehind(c, level);
    if (behind !== null && behind !== ')' && !TAILS.has(behind)) return false;
  }
  return true;
}

/** True at `(SELECT …) UNION …`: a query that goes on behind its first parenthesis. */
export function atQueryWithTail(c: Cursor): boolean {
  const behind = wordBehind(c, 0);
  return behind !== null && TAILS.has(behind) && atParenthesizedQuery(c);
}

/** What stands behind the parenthesis that closes the one `ahead`; null when none does. */
function wordBehind(c: Cursor, ahead: number): string | null {
  const close = c.closing(ahead);
  return close === null ? null : c.peek(close + 1).word;
}
