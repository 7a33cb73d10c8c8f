import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { editDistance, nearestName } from '../../../lineage/check/nearest.ts';

describe('nearestName', () => {
  const CASES: readonly (readonly [
    sentence: string,
    name: string,
    candidates: readonly string[],
    found: string | null,
  ])[] = [
    ['one letter too many', 'orderss', ['orders', 'order_items'], 'orders'],
    ['two neighbours swapped', 'oredrs', ['orders', 'borders'], 'orders'],
    ['another case is the nearest of all', 'ORDERS', ['border', 'orders'], 'orders'],
    ['of two the nearer one', 'imeis', ['imsi', 'imei'], 'imei'],
    ['a short name bears one edit', 'abc', ['abx', 'xyz'], 'abx'],
    ['and not two', 'abc', ['xyc'], null],
    ['of two letters one is half the name', 'ab', ['ax'], null],
    ['but one more may be missing', 'ab', ['abc'], 'abc'],
    ['but its case is no edit', 'ab', ['AB'], 'AB'],
    ['nothing resembles it', 'orders', ['customer_accounts'], null],
    ['the name itself is no suggestion', 'orders', ['orders'], null],
    ['no candidates', 'orders', [], null],
  ];
  test('finds what comparing with every candidate finds', () => {
    const word = fc.string({ unit: fc.constantFrom('a', 'b', 'C', '1', '_'), minLength: 3, maxLength: 9 });
    fc.assert(
      fc.property(word, fc.array(word, { maxLength: 20 }), (name, candidates) => {
        const bound = Math.min(3, Math.max(1, Math.floor(name.length / 3)));
        const distances = candidates
          .filter(c => c !== name)
          .map(c => plainDistance(name.toLowerCase(), c.toLowerCase()));
        const least = Math.min(...distances, bound + 1);
        const found = nearestName(name, candidates);

        if (least > bound) assert.equal(found, null);
        else assert.equal(plainDistance(name.toLowerCase(), found!.toLowerCase()), least);
      }),
    );
  });

  for (const [sentence, name, candidates, found] of CASES) {
    test(sentence, () => assert.equal(nearestName(name, candidates), found));
  }
});

/** By the definition, without a bound. */
function plainDistance(a: string, b: string): number {
  const d = Array.from({ length: a.length + 1 }, (_, i) =>
    Array.from({ length: b.length + 1 }, (_, j) => (i === 0 ? j : j === 0 ? i : 0)),
  );
  for (let i = 1; i <= a.length; i++)
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      d[i]![j] = Math.min(d[i - 1]![j]! + 1, d[i]![j - 1]! + 1, d[i - 1]![j - 1]! + same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        d[i]![j] = Math.min(d[i]![j]!, d[i - 2]![j - 2]! + 1);
    }
  return d[a.length]![b.length]!;
}

test('within its bound the distance is that of the definition, beyond it bound + 1', () => {
  const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 8 });
  fc.assert(
    fc.property(word, word, fc.integer({ min: 0, max: 5 }), (a, b, bound) => {
      assert.equal(editDistance(a, b, bound), Math.min(plainDistance(a, b), bound + 1));
      assert.equal(editDistance(a, b, bound), editDistance(b, a, bound));
    }),
  );
});
