/** Whatever a broken statement looks like, the lineage of those around it is what it is without it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { tokenizeStatement } from '../../../lineage/sql/lexer.ts';
import { parseScript } from '../../../lineage/sql/lineage.ts';
import { lineageCases } from './fixture-cases.ts';

/** Statements that leave the session as it is. */
const READERS = lineageCases()
  .flatMap(({ sql }) => sql.split(/;\s*/))
  .filter(sql => /^(INSERT|SELECT|WITH)\b/.test(sql.trim()) && parseScript({ sql }).ok);

/** One token left out, doubled, or put in; quotes stay closed. */
const broken = fc
  .record({
    sql: fc.constantFrom(...READERS),
    at: fc.nat(),
    how: fc.constantFrom('drop', 'double', 'put'),
    word: fc.constantFrom(
      'FROM',
      ')',
      '(',
      ',',
      'SELECT',
      'JOIN',
      '=',
      'END',
      'BEGIN',
      "'x'",
      '`y`',
      '*',
      'AS',
      'CASE',
    ),
  })
  .map(({ sql, at, how, word }) => {
    const texts = tokenizeStatement(sql, 0)
      .tokens.slice(0, -1)
      .map(token => sql.slice(token.pos, token.end));
    const place = at % texts.length;
    if (how === 'drop') texts.splice(place, 1);
    else texts.splice(place, 0, how === 'double' ? texts[place]! : word);
    return texts.join(' ');
  })
  .filter(sql => !parseScript({ sql }).ok);

test('a broken statement anywhere in a script leaves the others unchanged', () => {
  const others = fc.array(fc.constantFrom(...READERS), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(others, broken, fc.nat(), (statements, mistake, place) => {
      const clean = parseScript({ sql: statements.join(';\n') });
      const at = place % (statements.length + 1);
      const found = parseScript({ sql: [...statements.slice(0, at), mistake, ...statements.slice(at)].join(';\n') });

      assert.equal(found.ok, false);
      assert.deepEqual({ ...found, ok: true, errors: [] }, clean);
    }),
    { numRuns: 500 },
  );
});
