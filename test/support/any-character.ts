import fc from 'fast-check';

/**
 * Any code point, halves of surrogate pairs too. What `unit: 'binary'` gives, without the table of all 1.1 million that fast-check makes of
 * it, which takes a second.
 */
export const anyCharacter: fc.Arbitrary<string> = fc
  .integer({ min: 0, max: 0x10_ff_ff })
  .map(point => String.fromCodePoint(point));
