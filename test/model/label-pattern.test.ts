import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { labelPattern } from '../../model/label-pattern.ts';

describe('patterns of matchers', () => {
  const TAKEN: readonly (readonly [pattern: string, matches: string, not: string])[] = [
    ['', '', 'a'],
    ['dw_.*', 'dw_order', 'xdw_order'],
    ['.*a.*b.*c', 'xaybzc', 'xaybz'],
    ['a.*|b.*|c.*|d.*|e.*|f.*', 'f1', 'g1'],
    ['(?:dw|ods)_[a-z]{2,5}\\d{4}[a-z]{3}\\d{4}[a-z]{3}\\d{4}', 'dw_log2026abc2026abc2026', 'dw_log'],
    ['(foo|bar)?x', 'barx', 'bax'],
    ['([a-z]_){3}\\(', 'a_b_c_(', 'a_b_c'],
    ['(?!test_)[^|(*]+', 'dw', 'test_a'],
    ['(?!(?:.*_tmp_.*|.*a.*b.*)$)(?:.*dw.*x.*|ods)', 'dwx', 'dw_tmp_x'],
    ['[(*+?|\\]]{2}', '(]', 'ab'],
    ['\\p{Script=Han}+', '订单', 'ab'],
    ['(?<part>a|b)c', 'bc', 'c'],
    ['(ab)+', 'abab', 'aba'],
  ];
  for (const [pattern, matches, not] of TAKEN) {
    test(`${pattern || 'an empty one'} is taken, anchored at both ends`, () => {
      assert.equal(labelPattern(pattern).test(matches), true);
      assert.equal(labelPattern(pattern).test(not), false);
    });
  }

  const REFUSED: readonly (readonly [pattern: string, why: RegExp])[] = [
    ['(', /Unterminated group/],
    ['a)|(b', /Unmatched|Unterminated/],
    ['(a+)+', /repeats a group/],
    ['(?:a|aa)*', /repeats a group/],
    ['(a?){30}', /repeats a group/],
    ['((a*)){2,}?', /repeats a group/],
    ['(?:x(?:.*)y)+', /repeats a group/],
    ['(?=.*a.*b.*c.*d.*)a', /repetitions in a row/],
    ['(?:(?=a+)a)+', /repeats a group/],
    ['(a)\\1', /refers back/],
    ['(?<n>a)\\k<n>', /refers back/],
    ['.*a.*b.*c.*d.*', /repetitions in a row/],
    ['a|.*a.*b.*(?:c.*d.*|e)', /repetitions in a row/],
    ['a?'.repeat(30), /optional parts in a row/],
    ['(a|ab)'.repeat(30), /optional parts in a row/],
  ];
  for (const [pattern, why] of REFUSED) {
    test(`${pattern.slice(0, 30)} is refused`, () => {
      assert.throws(
        () => labelPattern(pattern),
        error => error instanceof SyntaxError && why.test(error.message),
      );
    });
  }

  test('no pattern that is taken is slow on the values that make backtracking engines slow', () => {
    const part = fc.constantFrom(
      'a',
      'b',
      '.',
      '[ab]',
      '(',
      '(?:',
      ')',
      '|',
      '*',
      '+',
      '?',
      '{2}',
      '{1,9}',
      '{2,}',
      '\\w',
    );
    const value = `${'a'.repeat(40)}!`;
    fc.assert(
      fc.property(fc.array(part, { maxLength: 14 }), parts => {
        let pattern: RegExp;
        try {
          pattern = labelPattern(parts.join(''));
        } catch {
          return;
        }
        // Exponential ones would not come back.
        pattern.test(value);
      }),
      { numRuns: 3000 },
    );
  });
});
