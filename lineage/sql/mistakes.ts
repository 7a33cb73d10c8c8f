/** What people mean when they write what Flink SQL does not take. */
import type { Token } from './lexer.ts';
import { RESERVED } from './reserved.ts';

/** By the text of the token that does not fit. */
const BY_TOKEN: ReadonlyMap<string, string> = new Map([
  ['!=', 'Flink SQL writes <>'],
  ['==', 'Flink SQL writes ='],
  ['&&', 'Flink SQL writes AND'],
  ['MINUS', 'Flink SQL writes EXCEPT'],
  ['"', 'strings stand in single quotes, names in backticks'],
  ['::', 'Flink SQL writes CAST(x AS type)'],
]);

/** Punctuation of Chinese keyboards and word processors -> what SQL wants. */
const FULL_WIDTH: ReadonlyMap<string, string> = new Map(
  [..."，,（(）)；;＝=“'”'‘'’'｀`．.＊*　 ".matchAll(/(.)(.)/gu)].map(([, wide, plain]) => [wide!, plain!]),
);

/** Words that rather begin what comes next than being meant as a name. */
const CLAUSES = new Set([
  'FROM',
  'WHERE',
  'SELECT',
  'ON',
  'JOIN',
  'AS',
  'BY',
  'THEN',
  'WHEN',
  'END',
  'HAVING',
  'UNION',
  'WITH',
  'VALUES',
  'SET',
  'INTO',
]);

const NAME = /\b(expression|name|column|table|alias|catalog|database|function|window|variable|measure|view)\b/;

/** A sentence that helps, or null. `expected` is what the grammar wanted at `token`; `before` stands in front of it. */
export function hintFor(expected: string, token: Token, before: Token | null): string | null {
  const wide = FULL_WIDTH.get(token.text);
  if (wide !== undefined) return `this is a full-width character, write ${wide}`;
  if (token.word === '>' && before?.word === '-' && before.end === token.pos)
    return 'Flink SQL has no -> ; a field is row.field';
  const hint = BY_TOKEN.get(token.text.toUpperCase());
  if (hint !== undefined) return hint;
  if (token.type === 'word' && RESERVED.has(token.word)) {
    if (before?.word === ',' && (token.word === 'FROM' || token.word === 'WHERE'))
      return `one comma too many before ${token.word}`;
    if (NAME.test(expected) && !CLAUSES.has(token.word))
      return `${token.word} is a reserved word, a name is written \`${token.text}\``;
  }
  if (before?.word === ',' && token.word === ')') return 'one comma too many';
  if (expected.startsWith('a quoted') && token.type !== 'string') return 'keys and values stand in single quotes';
  if (token.word === 'FOR' && expected.includes('end of the statement'))
    return 'the alias stands behind FOR SYSTEM_TIME AS OF';
  return null;
}
