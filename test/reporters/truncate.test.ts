import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { fit, truncate, utf8Bytes } from '../../reporters/truncate.ts';

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

test('whole rows are dropped from the end, counted, and the link survives', () => {
  const rows = ['one '.repeat(5), 'two '.repeat(5), 'three '.repeat(5)];
  const tail = (omitted: number): string => (omitted > 0 ? `+${omitted} LINK` : 'LINK');

  const text = fit({ head: 'HEAD ', rows, tail }, 60);

  assert.equal(text, `HEAD ${rows[0]}${rows[1]}+1 LINK`);
});

test('however small the limit, the tail stays whole and the result fits', () => {
  const parts = fc.record({ head: fc.string(), rows: fc.array(fc.string({ unit: 'grapheme' }), { maxLength: 8 }) });
  fc.assert(
    fc.property(parts, fc.integer({ min: 20, max: 200 }), ({ head, rows }, limit) => {
      const text = fit({ head, rows, tail: omitted => `|${omitted}|LINK` }, limit);
      assert.ok(utf8Bytes(text) <= limit);
      assert.match(text, /\|\d+\|LINK$/);
    }),
  );
});
