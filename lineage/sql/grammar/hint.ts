/** Hints: `/*+ OPTIONS('k' = 'v'), LOOKUP('table' = 't'), BROADCAST(t) *\/`. */
import type { Hint } from '../ast.ts';
import type { Cursor } from '../cursor.ts';

/** The hints that stand here, none when there are none. */
export function hints(c: Cursor): readonly Hint[] {
  if (!c.accept('/*+')) return [];
  const found = c.list(hint);
  c.expect('*/');
  return found;
}

function hint(c: Cursor): Hint {
  const name = c.ident('a hint').text.toUpperCase();
  const options = new Map<string, string>();
  if (c.accept('(') && !c.accept(')')) {
    if (c.peek(1).word === '=') {
      do {
        const key = c.atString() ? c.stringLiteral('a key') : c.ident('a key').text;
        c.expect('=');
        options.set(key, c.stringLiteral('a quoted value'));
      } while (c.accept(','));
    } else {
      positional(c, options);
    }
    c.expect(')');
  }
  return { name, options };
}

/** Names, strings or numbers: of one sort, as options without a value. */
function positional(c: Cursor, options: Map<string, string>): void {
  const { type } = c.token;
  do {
    const text =
      type === 'number'
        ? c.number('a number')
        : type === 'string'
          ? c.stringLiteral('a string')
          : c.ident('a table name').text;
    options.set(text, '');
  } while (c.accept(','));
}
