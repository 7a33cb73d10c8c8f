import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { fitRows, truncate, utf8Bytes } from '../../reporters/truncate.ts';

test('a text within the limit is left alone, one beyond it is cut between code points and marked', () => {
  assert.equal(truncate('告警', 6), '告警');
  assert.equal(truncate('告警告警', 9), '告警…');
  assert.equal(truncate('a😀😀', 6), 'a…', 'half a character is no character');
});

test('whatever the text, the cut fits, never breaks a character and is a beginning of the text', () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 60 });
  fc.assert(
    fc.property(text, fc.integer({ min: 3, max: 120 }), (input, limit) => {
      const cut = truncate(input, limit);
      assert.ok(utf8Bytes(cut) <= limit);
      assert.equal(cut.isWellFormed(), true);
      assert.ok(input.startsWith(cut.endsWith('…') ? cut.slice(0, -1) : cut));
    }),
  );
});

function build(rows: readonly (readonly string[])[], missing: number): string {
  return `HEAD ${rows.map(pieces => pieces.join('')).join('')}${missing > 0 ? `+${missing} ` : ''}LINK`;
}

test('whole rows are dropped from the end, counted, and the link survives', () => {
  const rows = [['one '.repeat(5)], ['two '.repeat(5)], ['three '.repeat(5)]];

  assert.equal(fitRows(rows, build, 60), `HEAD ${rows[0]}${rows[1]}+1 LINK`);
});

test('where not even one row fits, it gives up its last pieces, none of them cut', () => {
  const rows = [['<b>title</b> ', '<i>line</i> ', 'x'.repeat(100)], ['second']];

  assert.equal(fitRows(rows, build, 40), 'HEAD <b>title</b> <i>line</i> +1 LINK');
});

test('everything is shown when everything fits, though one row fewer and its count would not', () => {
  assert.equal(fitRows([['a'], ['b']], build, 11), 'HEAD abLINK');
});

test('whatever the rows and the limit, the result fits, keeps the link, cuts no piece and drops no row it has room for', () => {
  const piece = fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: 30 })
    .map(text => `<${text.replace(/[<>]/g, '')}>`);
  const rows = fc.array(fc.array(piece, { minLength: 1, maxLength: 4 }), { maxLength: 8 });
  fc.assert(
    fc.property(rows, fc.integer({ min: 16, max: 300 }), (input, limit) => {
      const text = fitRows(input, build, limit);

      assert.ok(utf8Bytes(text) <= limit);
      assert.match(text, /LINK$/);
      const missing = Number(/\+(\d+) LINK$/.exec(text)?.[1] ?? 0);
      const shown = input.length - missing;
      const begin = `HEAD ${input
        .slice(0, Math.max(0, shown - 1))
        .flat()
        .join('')}`;
      assert.ok(text.startsWith(begin));
      if (missing > 0) assert.ok(utf8Bytes(build(input.slice(0, shown + 1), missing - 1)) > limit);
    }),
  );
});
