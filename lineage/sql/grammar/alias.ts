/** `[AS] name [(column, …)]` behind a table expression. */
import type { Alias } from '../ast.ts';
import type { Cursor } from '../cursor.ts';

/** The alias that stands here, or null. */
export function alias(c: Cursor): Alias | null {
  if (!c.accept('AS') && !c.atIdent()) return null;
  const name = c.ident('an alias');
  return { name, columns: c.at('(') ? c.parenthesized(inner => inner.ident('a column')) : [] };
}
