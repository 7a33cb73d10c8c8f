import fc from 'fast-check';
import { tokenizeStatement } from '../../lineage/sql/lexer.ts';

/** What a typing mistake puts in place of a token. */
const INTRUDERS =
  `SELECT FROM WHERE GROUP BY ORDER JOIN ON AS AND OR NOT NULL IN IS WITH VALUES TABLE INTO ( ) , . = * + - ; 1 'x' a t [ ] < > => || CASE WHEN THEN END OVER PARTITION UNION ALL DISTINCT SET INTERVAL LATERAL USING value count DESC LIMIT`.split(
    ' ',
  );

type Change = readonly [kind: 'drop' | 'double' | 'swap' | 'replace' | 'insert', at: number, intruder: string];

/** `sql` with one or two tokens dropped, doubled, swapped, replaced or put in. */
export function mutations(sql: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const change: fc.Arbitrary<Change> = fc.tuple(
    fc.constantFrom('drop', 'double', 'swap', 'replace', 'insert'),
    fc.nat(1_000_000),
    fc.constantFrom(...INTRUDERS),
  );
  return fc.tuple(sql, fc.array(change, { minLength: 1, maxLength: 2 })).map(([text, changes]) => {
    const tokens = tokensOf(text);
    for (const [kind, seed, intruder] of changes) {
      const at = seed % Math.max(1, tokens.length);
      const token = tokens[at] ?? '';
      if (kind === 'drop') tokens.splice(at, 1);
      else if (kind === 'double') tokens.splice(at, 0, token);
      else if (kind === 'swap') tokens.splice(at, 2, ...tokens.slice(at, at + 2).reverse());
      else if (kind === 'replace') tokens.splice(at, 1, intruder);
      else tokens.splice(at, 0, intruder);
    }
    return tokens.join(' ');
  });
}

function tokensOf(sql: string): string[] {
  const found: string[] = [];
  for (let at = 0; at < sql.length; ) {
    const { tokens, next, closed } = tokenizeStatement(sql, at);
    for (const token of tokens) if (token.type !== 'end') found.push(sql.slice(token.pos, token.end));
    if (closed) found.push(';');
    at = next;
  }
  return found;
}
