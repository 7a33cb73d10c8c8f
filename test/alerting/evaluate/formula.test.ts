import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { compileCondition, compileFormula, type Inputs } from '../../../alerting/evaluate/formula.ts';
import { FormulaError } from '../../../alerting/evaluate/lexer.ts';
import { fillIn, formatNumber, hint } from '../../../alerting/evaluate/render.ts';

const NAMES = ['a', 'b', '指标'];
const KEEP = { zeroBaseline: 'unknown' } as const;
const NA = 'not-applicable';
const MISSING = 'missing-current';

function evaluate(text: string, inputs: Inputs = [], zeroBaseline: 'unknown' | 'grow' = 'unknown'): unknown {
  return compileFormula(text, NAMES, { zeroBaseline }).evaluate(inputs);
}

describe('formulas compute', () => {
  const cases: readonly [sentence: string, text: string, inputs: Inputs, expected: unknown][] = [
    ['the rule of the users', '{0}>10000000000 or {1}>100000', [5, 100001], true],
    ['exponents', 'a > 1e10', [1e10 + 1], true],
    ['names in Chinese', '指标 == 3', [0, 0, 3], true],
    ['square brackets like braces', '[0] + [1]', [1, 2], 3],
    ['products before sums', '1 + 2 * 3', [], 7],
    ['differences from the left', '10 - 3 - 2', [], 5],
    ['unary minus before products', '-2 * -3', [], 6],
    ['the sign of the dividend for %', '-7 % 3', [], -1],
    ['not after comparisons', 'not 1 > 2', [], true],
    ['and before or', '1 > 2 and 1 > 2 or 2 > 1', [], true],
    ['keywords in any case', 'NOT (1 > 2) And 3 >= 3', [], true],
    ['functions in any case', 'MAX(1, {0}, 2)', [9], 9],
    ['growth over a baseline', 'pct({0},{1})', [15, 10], 0.5],
    ['growth over a negative baseline', 'pct({0},{1})', [-5, -10], 0.5],
    ['exists of what is known', 'exists({0})', [0], true],
    ['exists of what is missing', 'exists({0})', [MISSING], false],
    ['exists of what is not applicable', 'exists({0})', [NA], false],
    ['coalesce of what is not applicable', 'coalesce({0}, 7)', [NA], 7],
    ['coalesce of a quotient without answer', 'coalesce(1/0, 7)', [], 7],
  ];
  for (const [sentence, text, inputs, expected] of cases) {
    test(sentence, () => assert.equal(evaluate(text, inputs), expected));
  }
});

describe('what has no answer is unknown, and says why', () => {
  const cases: readonly [sentence: string, text: string, inputs: Inputs, expected: unknown][] = [
    ['x / 0 does not fire', '(5 - 0) / 0 > 5', [], 'zero-baseline'],
    ['x % 0', '5 % 0', [], 'zero-baseline'],
    ['log of zero', 'log(0)', [], 'zero-baseline'],
    ['log of a negative number', 'log(-1)', [], 'zero-baseline'],
    ['root of a negative number', 'sqrt(-1)', [], 'zero-baseline'],
    ['overflow', '1e308 * 10', [], 'zero-baseline'],
    ['overflow of exp', 'exp(1000)', [], 'zero-baseline'],
    ['growth from zero', 'pct({0},{1}) > 0.5', [5, 0], 'zero-baseline'],
    ['missing current data outranks a missing baseline', '{0} > {1}', ['missing-baseline', MISSING], MISSING],
    ['a comparison with something not applicable', '{0} - {1} > 5', [MISSING, NA], NA],
    ['true or ? is true', '{0} > 1 or {1} > 1', [MISSING, 2], true],
    ['false and ? is false', '{0} > 1 and {1} > 1', [MISSING, 0], false],
    ['n/a or x is x', '{0} > 1 or {1} > 1', [NA, 0], false],
    ['n/a and x is n/a', '{0} > 1 and {1} > 1', [NA, 0], NA],
    ['not n/a is n/a', 'not {0} > 1', [NA], NA],
  ];
  for (const [sentence, text, inputs, expected] of cases) {
    test(sentence, () => assert.equal(evaluate(text, inputs), expected));
  }

  test('zero_baseline grow makes growth from zero endless, survives a factor, and keeps 0 -> 0 at zero', () => {
    assert.equal(evaluate('pct({0},{1}) > 0.5', [5, 0], 'grow'), true);
    assert.equal(evaluate('pct({0},{1}) * 100 > 50', [5, 0], 'grow'), true);
    assert.equal(evaluate('pct({0},{1}) > 0.5', [0, 0], 'grow'), false);
    assert.equal(evaluate('pct({0},{1}) > 0.5', [-5, 0], 'grow'), 'zero-baseline');
  });
});

describe('a formula that cannot be read is refused at its place', () => {
  const cases: readonly [text: string, position: number, says: RegExp][] = [
    ['{0} >', 5, /too early/],
    ['{0} = 5', 4, /==/],
    ['{0} > 5 && {1} > 3', 8, /"and"/],
    ['{9} > 5', 0, /no metric \{9\}/],
    ['nope > 5', 0, /named "nope"/],
    ['a > 5 b', 6, /unexpected "b"/],
    ['1 < a < 5', 6, /do not chain/],
    ['a and 1 > 2', 0, /expected a condition/],
    ['(a > 1) + 2 > 3', 0, /expected a number/],
    ['pct(a)', 0, /pct takes 2/],
    ['process(1) > 2', 0, /no function "process"/],
    ['constructor > 1', 0, /no metric named/],
    ['a.constructor > 1', 1, /unexpected "\."/],
    ['(a > 1', 6, /expected "\)"/],
    ['', 0, /too early/],
    ['1e999 > a', 0, /too large/],
  ];
  for (const [text, position, says] of cases) {
    test(JSON.stringify(text), () => {
      assert.throws(
        () => compileFormula(text, NAMES, KEEP),
        (error: unknown) => error instanceof FormulaError && error.position === position && says.test(error.message),
      );
    });
  }

  test('deep nesting and endless text are refused instead of overflowing the stack', () => {
    assert.throws(() => compileFormula(`${'('.repeat(2000)}a > 1`, NAMES, KEEP), FormulaError);
    assert.throws(() => compileFormula(`${'not '.repeat(500)}a > 1`, NAMES, KEEP), FormulaError);
    assert.throws(() => compileFormula(`a > ${'1'.repeat(5000)}`, NAMES, KEEP), FormulaError);
    assert.equal(evaluate(Array.from({ length: 300 }, () => 'a > 1').join(' or '), [2]), true);
  });

  test('a number is no condition', () => assert.equal(compileCondition('a + 1', NAMES, KEEP), null));
});

describe('properties', () => {
  const truth = fc.constantFrom<'T' | 'F' | '?' | 'N'>('T', 'F', '?', 'N');
  type Truth = 'T' | 'F' | '?' | 'N';
  /** The tables of contracts.md section 6, written down independently of the implementation. */
  const AND: Record<Truth, Record<Truth, Truth>> = {
    T: { T: 'T', F: 'F', '?': '?', N: 'N' },
    F: { T: 'F', F: 'F', '?': 'F', N: 'N' },
    '?': { T: '?', F: 'F', '?': '?', N: 'N' },
    N: { T: 'N', F: 'N', '?': 'N', N: 'N' },
  };
  const OR: Record<Truth, Record<Truth, Truth>> = {
    T: { T: 'T', F: 'T', '?': 'T', N: 'T' },
    F: { T: 'T', F: 'F', '?': '?', N: 'F' },
    '?': { T: 'T', F: '?', '?': '?', N: '?' },
    N: { T: 'T', F: 'F', '?': '?', N: 'N' },
  };
  const NOT: Record<Truth, Truth> = { T: 'F', F: 'T', '?': '?', N: 'N' };
  type Tree = { op: 'leaf'; index: number } | { op: 'not'; of: Tree } | { op: 'and' | 'or'; left: Tree; right: Tree };
  const { tree } = fc.letrec<{ tree: Tree }>(tie => ({
    tree: fc.oneof(
      { maxDepth: 5 },
      fc.record({ op: fc.constant('leaf' as const), index: fc.nat(2) }),
      fc.record({ op: fc.constant('not' as const), of: tie('tree') }),
      fc.record({ op: fc.constantFrom('and' as const, 'or' as const), left: tie('tree'), right: tie('tree') }),
    ),
  }));
  const textOf = (t: Tree): string =>
    t.op === 'leaf'
      ? `{${t.index}} > 0`
      : t.op === 'not'
        ? `not (${textOf(t.of)})`
        : `(${textOf(t.left)}) ${t.op} (${textOf(t.right)})`;
  const truthOf = (t: Tree, leaves: readonly Truth[]): Truth => {
    if (t.op === 'leaf') return leaves[t.index] ?? '?';
    if (t.op === 'not') return NOT[truthOf(t.of, leaves)];
    const table = t.op === 'and' ? AND : OR;
    return table[truthOf(t.left, leaves)][truthOf(t.right, leaves)];
  };
  const INPUT = { T: 1, F: 0, '?': MISSING, N: NA } as const;

  test('logic follows the truth table', () => {
    fc.assert(
      fc.property(tree, fc.tuple(truth, truth, truth), (t, leaves) => {
        const result = evaluate(
          textOf(t),
          leaves.map(leaf => INPUT[leaf]),
        );
        const letter = result === true ? 'T' : result === false ? 'F' : result === NA ? 'N' : '?';
        assert.equal(letter, truthOf(t, leaves));
      }),
      { numRuns: 500 },
    );
  });

  test('no text hangs or throws anything but a named complaint inside the text', () => {
    const word = fc.constantFrom(
      '{0}',
      '[1]',
      'a',
      'and',
      'or',
      'not',
      '(',
      ')',
      '<',
      '==',
      '+',
      '-',
      '*',
      '/',
      '%',
      '1',
      '1e3',
      ',',
      'pct',
      'exists',
      ' ',
      '.',
      '💥',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(word, { maxLength: 40 }).map(words => words.join(' ')),
        ),
        text => {
          try {
            const result = evaluate(text, [1, 2, 3]);
            assert.ok(['number', 'boolean', 'string'].includes(typeof result));
            assert.ok(typeof result !== 'number' || Number.isFinite(result));
          } catch (error) {
            assert.ok(error instanceof FormulaError, String(error));
            assert.ok(error.position >= 0 && error.position <= text.length);
          }
        },
      ),
      { numRuns: 2000 },
    );
  });
});

describe('formulas are written for people', () => {
  const fill = (text: string, inputs: Inputs): string => {
    const condition = compileCondition(text, ['sdk_log', 'uninstall', null], KEEP);
    assert.ok(condition);
    return fillIn(condition, ['sdk_log', 'uninstall', null], inputs);
  };

  test('numbers are filled in, with the names of the metrics', () => {
    assert.equal(fill('{0} > 10000 and [2]<=0.5', [12345, 0, 0.25]), 'sdk_log 12,345 > 10,000 and {2} 0.25 <= 0.5');
  });

  test('what is unknown is a question mark', () => assert.equal(fill('{0} > 1', [MISSING]), 'sdk_log ? > 1'));

  test('branches that are not applicable are left out', () => {
    assert.equal(fill('{0}>1e10 or {1}>1e5', [NA, 200000]), 'uninstall 200,000 > 100,000');
  });

  test('parentheses stay where they mean something', () => {
    assert.equal(fill('{0} - ({1} - 1) > 2', [5, 3]), 'sdk_log 5 - (uninstall 3 - 1) > 2');
    assert.equal(
      fill('({0} > 1 or {1} > 1) and {2} > 1', [5, 3, 2]),
      '(sdk_log 5 > 1 or uninstall 3 > 1) and {2} 2 > 1',
    );
  });

  test('hint columns hold digits a program can read back', () => {
    assert.equal(hint(compileFormula('[0]', NAMES, KEEP), [1234567.5]), '1234567.5');
    assert.equal(hint(compileFormula('[0]', NAMES, KEEP), [MISSING]), '?');
    assert.equal(hint(compileFormula('[0]', NAMES, KEEP), [NA]), 'n/a');
    assert.equal(formatNumber(1.5e-7), '1.5e-7');
  });

  test('whole numbers are written as the locale writes them', () => {
    const locale = new Intl.NumberFormat('en-US', { maximumFractionDigits: 4 });
    const whole = fc.oneof(fc.maxSafeInteger(), fc.integer({ min: -10_000_000, max: 10_000_000 }));
    fc.assert(fc.property(whole, value => assert.equal(formatNumber(value), locale.format(value))));
    for (const value of [0, -0, 999, 1000, -1000, 1_000_000, 2 ** 53, -(2 ** 60), 1e21])
      assert.equal(formatNumber(value), locale.format(value));
  });
});
