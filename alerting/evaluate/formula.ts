import { MAD_SCALE } from './baseline.ts';
import {
  type BaselineInputs,
  type Expression,
  type ExpressionType,
  type FunctionName,
  parseFormula,
  typeOf,
} from './parser.ts';
import { and, arithmetic, type NumberValue, not, or, type TruthValue, worse } from './value.ts';

/** Values of the metrics {0}, {1}, … of one group at one tick. */
export type Inputs = readonly NumberValue[];

export interface FormulaOptions {
  /** What `pct(a, 0)` is: unknown, or endless growth for a > 0 and 0 for a = 0. */
  readonly zeroBaseline: 'unknown' | 'grow';
  /** Metrics with a baseline: `score`, `median` and `mad` may be asked of these. */
  readonly baselines?: BaselineInputs;
}

/** A formula ready to run: closures over a fixed table of operations; nothing of the text is ever executed. */
export interface Formula {
  readonly text: string;
  readonly root: Expression;
  readonly type: ExpressionType;
  /** Indexes of the metrics it reads, ascending. */
  readonly inputs: readonly number[];
  evaluate(inputs: Inputs): NumberValue | TruthValue;
}

/** A formula that yields a truth value. */
export interface Condition extends Formula {
  evaluate(inputs: Inputs): TruthValue;
}

type NumberClosure = (inputs: Inputs) => NumberValue;
type TruthClosure = (inputs: Inputs) => TruthValue;

/** Compiles any formula. `names[i]` is what metric {i} may be called. Throws `FormulaError` with the 0-based position. */
export function compileFormula(text: string, names: readonly (string | null)[], options: FormulaOptions): Formula {
  const { root, type } = parseFormula(text, names, options.baselines);
  const evaluate = type === 'boolean' ? truth(root, options) : number(root, options);
  return { text, root, type, inputs: inputsOf(root), evaluate };
}

/** Compiles a condition; a formula that yields a number is refused. Throws `FormulaError`. */
export function compileCondition(
  text: string,
  names: readonly (string | null)[],
  options: FormulaOptions,
): Condition | null {
  const { root, type } = parseFormula(text, names, options.baselines);
  return type === 'boolean' ? { text, root, type, inputs: inputsOf(root), evaluate: truth(root, options) } : null;
}

/** A part of a formula, ready to run on its own. */
export function compileExpression(
  node: Expression,
  options: FormulaOptions,
): (inputs: Inputs) => NumberValue | TruthValue {
  return typeOf(node) === 'boolean' ? truth(node, options) : number(node, options);
}

function truth(node: Expression, options: FormulaOptions): TruthClosure {
  switch (node.kind) {
    case 'compare': {
      const left = number(node.left, options);
      const right = number(node.right, options);
      const test = COMPARE[node.op];
      return inputs => {
        const a = left(inputs);
        const b = right(inputs);
        return typeof a === 'number' && typeof b === 'number' ? test(a, b) : worse(a, b);
      };
    }
    case 'logic': {
      const parts = node.of.map(part => truth(part, options));
      const join = node.op === 'and' ? and : or;
      const [first = () => false as const, ...rest] = parts;
      return inputs => {
        let result = first(inputs);
        for (const part of rest) result = join(result, part(inputs));
        return result;
      };
    }
    case 'not': {
      const of = truth(node.of, options);
      return inputs => not(of(inputs));
    }
    case 'call': {
      const of = number(node.args[0] as Expression, options);
      return inputs => typeof of(inputs) === 'number';
    }
    default:
      throw new Error(`not a condition: ${node.kind}`);
  }
}

function number(node: Expression, options: FormulaOptions): NumberClosure {
  switch (node.kind) {
    case 'number': {
      const { value } = node;
      return () => value;
    }
    case 'input': {
      const { index } = node;
      return inputs => inputs[index] ?? 'missing-current';
    }
    case 'negate': {
      const of = number(node.of, options);
      return inputs => {
        const value = of(inputs);
        return typeof value === 'number' ? -value : value;
      };
    }
    case 'arithmetic': {
      const left = number(node.left, options);
      const right = number(node.right, options);
      const fn = ARITHMETIC[node.op];
      return inputs => arithmetic(left(inputs), right(inputs), fn);
    }
    case 'call':
      return call(
        node.name,
        node.args.map(argument => number(argument, options)),
        options,
      );
    default:
      throw new Error(`not a number: ${node.kind}`);
  }
}

function call(name: FunctionName, args: readonly NumberClosure[], options: FormulaOptions): NumberClosure {
  const [first, second = first] = args as readonly [NumberClosure, NumberClosure?];
  if (name === 'coalesce') {
    return inputs => {
      const value = first(inputs);
      return typeof value === 'number' ? value : second(inputs);
    };
  }
  if (name === 'pct') {
    return inputs => percentage(first(inputs), second(inputs), options.zeroBaseline);
  }
  if (name === 'score') {
    const [, , third] = args as readonly [NumberClosure, NumberClosure, NumberClosure];
    return inputs => deviation(first(inputs), second(inputs), third(inputs), options.zeroBaseline);
  }
  if (name === 'median') return second;
  if (name === 'mad') return args[2] as NumberClosure;
  if (name === 'min' || name === 'max') {
    const fn = name === 'min' ? Math.min : Math.max;
    return inputs =>
      args.slice(1).reduce<NumberValue>((best, argument) => arithmetic(best, argument(inputs), fn), first(inputs));
  }
  const fn = UNARY[name as keyof typeof UNARY];
  return inputs => {
    const value = first(inputs);
    return arithmetic(value, value, fn);
  };
}

const COMPARE = {
  '==': (a: number, b: number) => a === b,
  '!=': (a: number, b: number) => a !== b,
  '<': (a: number, b: number) => a < b,
  '<=': (a: number, b: number) => a <= b,
  '>': (a: number, b: number) => a > b,
  '>=': (a: number, b: number) => a >= b,
} as const;

const ARITHMETIC = {
  '+': (a: number, b: number) => a + b,
  '-': (a: number, b: number) => a - b,
  '*': (a: number, b: number) => a * b,
  '/': (a: number, b: number) => a / b,
  '%': (a: number, b: number) => a % b,
} as const;

const UNARY = {
  abs: (a: number) => Math.abs(a),
  log: (a: number) => (a <= 0 ? Number.NaN : Math.log(a)),
  exp: (a: number) => Math.exp(a),
  sqrt: (a: number) => Math.sqrt(a),
  round: (a: number) => Math.round(a),
  floor: (a: number) => Math.floor(a),
  ceil: (a: number) => Math.ceil(a),
} as const;

/** Relative change: (a - b) / |b|. From a zero baseline it is unknown, or endless growth where the rule asks for that. */
function percentage(a: NumberValue, b: NumberValue, zeroBaseline: FormulaOptions['zeroBaseline']): NumberValue {
  if (b !== 0 || typeof a === 'string') return arithmetic(a, b, (x, y) => (x - y) / Math.abs(y));
  if (zeroBaseline === 'unknown' || a < 0) return 'zero-baseline';
  return a === 0 ? 0 : Number.POSITIVE_INFINITY;
}

/** How many scaled MADs a value lies from the median. Where all earlier values were equal, any other is unknown or endless growth. */
function deviation(
  value: NumberValue,
  median: NumberValue,
  mad: NumberValue,
  zeroBaseline: FormulaOptions['zeroBaseline'],
): NumberValue {
  const away = arithmetic(value, median, (a, b) => a - b);
  if (mad !== 0 || typeof away === 'string') return arithmetic(away, mad, (a, b) => a / (MAD_SCALE * b));
  if (zeroBaseline === 'unknown') return 'zero-baseline';
  return away === 0 ? 0 : away * Number.POSITIVE_INFINITY;
}

function inputsOf(node: Expression): readonly number[] {
  const found = new Set<number>();
  const visit = (n: Expression): void => {
    if (n.kind === 'input') found.add(n.index);
    for (const child of childrenOf(n)) visit(child);
  };
  visit(node);
  return [...found].sort((a, b) => a - b);
}

/** The parts an expression is made of, in order. */
export function childrenOf(node: Expression): readonly Expression[] {
  switch (node.kind) {
    case 'number':
    case 'input':
      return [];
    case 'negate':
    case 'not':
      return [node.of];
    case 'arithmetic':
    case 'compare':
      return [node.left, node.right];
    case 'logic':
      return node.of;
    case 'call':
      return node.args;
  }
}
