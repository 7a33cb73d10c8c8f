import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { wellFormed } from '../../model/well-formed.ts';

test('halves of characters are replaced in texts and names; whole ones and written escapes stay', () => {
  assert.deepEqual(wellFormed({ 'a\ud800': ['😀', 'x\udc00y', '\\ud800', '\\\\ud800'] }), {
    'a\ufffd': ['😀', 'x\ufffdy', '\\ud800', '\\\\ud800'],
  });
});

test('whatever the text, the result is well formed and what was well formed is unchanged', () => {
  const unit = fc.constantFrom('\\', 'u', 'd800', '\ud800', '\udc00', '😀', '"', 'a');
  fc.assert(
    fc.property(fc.array(unit, { maxLength: 12 }), parts => {
      const text = parts.join('');
      assert.equal(wellFormed([text])[0], text.toWellFormed());
    }),
  );
});
