import { FormulaError, type Token, tokenize } from './lexer.ts';

/** What an expression yields; checked when the formula is read, so that evaluation needs no checks of its own. */
export type ExpressionType = 'number' | 'boolean';

export type CompareOp = '==' | '!=' | '<' | '<=' | '>' | '>=';
export type ArithmeticOp = '+' | '-' | '*' | '/' | '%';

/** A formula as a tree. Chains of one logical operator are one node, so long ones stay shallow. */
export type Expression =
  | { readonly kind: 'number'; readonly value: number }
  /** Metric `index`; `name` as the formula spelled it, null for `{n}`. */
  | { readonly kind: 'input'; readonly index: number; readonly name: string | null }
  | { readonly kind: 'negate'; readonly of: Expression }
  | { readonly kind: 'arithmetic'; readonly op: ArithmeticOp; readonly left: Expression; readonly right: Expression }
  | { readonly kind: 'compare'; readonly op: CompareOp; readonly left: Expression; readonly right: Expression }
  | { readonly kind: 'logic'; readonly op: 'and' | 'or'; readonly of: readonly Expression[] }
  | { readonly kind: 'not'; readonly of: Expression }
  | { readonly kind: 'call'; readonly name: FunctionName; readonly args: readonly Expression[] };

/** The fixed table of functions: how many arguments (at least, at most) and what they yield. */
export const FUNCTIONS = {
  abs: { min: 1, max: 1, type: 'number' },
  min: { min: 1, max: 64, type: 'number' },
  max: { min: 1, max: 64, type: 'number' },
  log: { min: 1, max: 1, type: 'number' },
  exp: { min: 1, max: 1, type: 'number' },
  sqrt: { min: 1, max: 1, type: 'number' },
  round: { min: 1, max: 1, type: 'number' },
  floor: { min: 1, max: 1, type: 'number' },
  ceil: { min: 1, max: 1, type: 'number' },
  pct: { min: 2, max: 2, type: 'number' },
  exists: { min: 1, max: 1, type: 'boolean' },
  coalesce: { min: 2, max: 2, type: 'number' },
  score: { min: 1, max: 1, type: 'number' },
  median: { min: 1, max: 1, type: 'number' },
  mad: { min: 1, max: 1, type: 'number' },
} as const satisfies Record<string, { min: number; max: number; type: ExpressionType }>;
export type FunctionName = keyof typeof FUNCTIONS;

/** Functions of a metric's baseline; the tree gives them the median and the MAD as further arguments. */
export const BASELINE_FUNCTIONS: ReadonlySet<FunctionName> = new Set(['score', 'median', 'mad']);

/** Where the median of a metric's baseline stands among the inputs, its MAD behind it; metrics without a baseline are absent. */
export type BaselineInputs = ReadonlyMap<number, number>;

/** Nesting of a formula; deeper ones are refused. */
const MAX_FORMULA_DEPTH = 64;
/** Longest chain of one arithmetic operator level, which nests to the left. */
const MAX_CHAIN = 512;

const POWER: Readonly<Record<string, number>> = {
  or: 1,
  and: 2,
  '==': 4,
  '!=': 4,
  '<': 4,
  '<=': 4,
  '>': 4,
  '>=': 4,
  '+': 5,
  '-': 5,
  '*': 6,
  '/': 6,
  '%': 6,
};
const NOT_POWER = 3;
const COMPARE_POWER = 4;
const NEGATE_POWER = 7;

/** Reads a formula over metrics named `names` (by position; null = unnamed). Throws `FormulaError` with the 0-based position. */
export function parseFormula(
  text: string,
  names: readonly (string | null)[],
  baselines: BaselineInputs = new Map(),
): { readonly root: Expression; readonly type: ExpressionType } {
  const parser = new Parser(tokenize(text), names, baselines);
  const root = parser.expression(0, 0);
  parser.expectEnd();
  return { root, type: typeOf(root) };
}

/** What an expression yields. */
export function typeOf(node: Expression): ExpressionType {
  if (node.kind === 'call') return FUNCTIONS[node.name].type;
  return node.kind === 'compare' || node.kind === 'logic' || node.kind === 'not' ? 'boolean' : 'number';
}

/** Pratt parser: binding powers as in POWER; comparisons do not chain. */
class Parser {
  readonly #tokens: readonly Token[];
  readonly #names: readonly (string | null)[];
  readonly #baselines: BaselineInputs;
  #next = 0;

  constructor(tokens: readonly Token[], names: readonly (string | null)[], baselines: BaselineInputs) {
    this.#tokens = tokens;
    this.#names = names;
    this.#baselines = baselines;
  }

  expectEnd(): void {
    const token = this.#peek();
    if (token.kind !== 'end') throw new FormulaError(`unexpected ${describe(token)}`, token.position);
  }

  expression(power: number, depth: number): Expression {
    if (depth > MAX_FORMULA_DEPTH)
      throw new FormulaError(`nested deeper than ${MAX_FORMULA_DEPTH}`, this.#peek().position);
    const start = this.#peek().position;
    let left = this.#prefix(depth);
    for (let links = 0; ; links++) {
      const token = this.#peek();
      const strength = token.kind === 'symbol' ? (POWER[token.text] ?? 0) : 0;
      if (token.kind !== 'symbol' || strength <= power) return left;
      if (links > MAX_CHAIN) throw new FormulaError('too many operators in a row', token.position);
      this.#next++;
      const rightStart = this.#peek().position;
      const right = this.expression(strength, depth + 1);
      left = binary(token.text, left, right, start, rightStart);
      const after = this.#peek();
      if (strength === COMPARE_POWER && after.kind === 'symbol' && POWER[after.text] === COMPARE_POWER) {
        throw new FormulaError('comparisons do not chain; join them with "and"', after.position);
      }
    }
  }

  #prefix(depth: number): Expression {
    const token = this.#peek();
    this.#next++;
    switch (token.kind) {
      case 'number':
        return { kind: 'number', value: token.value };
      case 'input':
        if (token.index >= this.#names.length) {
          throw new FormulaError(
            `there is no metric {${token.index}}; the last is {${this.#names.length - 1}}`,
            token.position,
          );
        }
        return { kind: 'input', index: token.index, name: null };
      case 'name':
        return this.#nameOrCall(token.text, token.position, depth);
      case 'symbol':
        return this.#prefixSymbol(token.text, token.position, depth);
      case 'end':
        throw new FormulaError('the formula ends too early', token.position);
    }
  }

  #prefixSymbol(symbol: string, position: number, depth: number): Expression {
    const start = this.#peek().position;
    if (symbol === '(') {
      const inner = this.expression(0, depth + 1);
      this.#expect(')');
      return inner;
    }
    if (symbol === '-' || symbol === '+') {
      const of = this.expression(NEGATE_POWER, depth + 1);
      demand(of, 'number', start);
      return symbol === '-' ? { kind: 'negate', of } : of;
    }
    if (symbol === 'not') {
      const of = this.expression(NOT_POWER, depth + 1);
      demand(of, 'boolean', start);
      return { kind: 'not', of };
    }
    throw new FormulaError(`unexpected "${symbol}"`, position);
  }

  #nameOrCall(text: string, position: number, depth: number): Expression {
    const after = this.#peek();
    if (after.kind === 'symbol' && after.text === '(') return this.#call(text, position, depth);
    const index = this.#names.indexOf(text);
    if (index < 0) throw new FormulaError(`there is no metric named "${text}"`, position);
    return { kind: 'input', index, name: text };
  }

  #call(text: string, position: number, depth: number): Expression {
    const name = text.toLowerCase();
    if (!isFunction(name)) throw new FormulaError(`there is no function "${text}"`, position);
    this.#expect('(');
    const args: Expression[] = [];
    do {
      const start = this.#peek().position;
      const argument = this.expression(0, depth + 1);
      demand(argument, 'number', start);
      args.push(argument);
    } while (this.#accept(','));
    this.#expect(')');
    const { min, max } = FUNCTIONS[name];
    if (args.length < min || args.length > max) {
      throw new FormulaError(
        `${name} takes ${min === max ? min : `${min} to ${max}`} argument(s), not ${args.length}`,
        position,
      );
    }
    return { kind: 'call', name, args: BASELINE_FUNCTIONS.has(name) ? this.#withBaseline(name, args, position) : args };
  }

  #withBaseline(name: string, [of]: readonly Expression[], position: number): readonly Expression[] {
    if (of?.kind !== 'input') throw new FormulaError(`${name} takes a metric, such as ${name}({0})`, position);
    const median = this.#baselines.get(of.index);
    if (median === undefined)
      throw new FormulaError(`${name} needs "baseline: {weeks: 4}" at metric {${of.index}}`, position);
    return [of, { kind: 'input', index: median, name: null }, { kind: 'input', index: median + 1, name: null }];
  }

  #peek(): Token {
    return this.#tokens[Math.min(this.#next, this.#tokens.length - 1)] as Token;
  }

  #accept(symbol: string): boolean {
    const token = this.#peek();
    if (token.kind !== 'symbol' || token.text !== symbol) return false;
    this.#next++;
    return true;
  }

  #expect(symbol: string): void {
    const token = this.#peek();
    if (!this.#accept(symbol)) throw new FormulaError(`expected "${symbol}" before ${describe(token)}`, token.position);
  }
}

function binary(op: string, left: Expression, right: Expression, leftStart: number, rightStart: number): Expression {
  const operands: ExpressionType = op === 'and' || op === 'or' ? 'boolean' : 'number';
  demand(left, operands, leftStart);
  demand(right, operands, rightStart);
  if (op === 'and' || op === 'or') {
    return left.kind === 'logic' && left.op === op
      ? { kind: 'logic', op, of: [...left.of, right] }
      : { kind: 'logic', op, of: [left, right] };
  }
  if (POWER[op] === COMPARE_POWER) return { kind: 'compare', op: op as CompareOp, left, right };
  return { kind: 'arithmetic', op: op as ArithmeticOp, left, right };
}

function demand(node: Expression, type: ExpressionType, position: number): void {
  if (typeOf(node) === type) return;
  throw new FormulaError(
    type === 'boolean' ? 'expected a condition here, not a number' : 'expected a number here, not a condition',
    position,
  );
}

function isFunction(name: string): name is FunctionName {
  return Object.hasOwn(FUNCTIONS, name);
}

function describe(token: Token): string {
  switch (token.kind) {
    case 'number':
      return `${token.value}`;
    case 'input':
      return `{${token.index}}`;
    case 'end':
      return 'the end of the formula';
    default:
      return `"${token.text}"`;
  }
}
