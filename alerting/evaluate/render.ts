/** Writes formulas for people: the condition with its numbers filled in, and hint columns as text. */
import type { Condition, Formula, Inputs } from './formula.ts';
import { BASELINE_FUNCTIONS, type Expression, typeOf } from './parser.ts';
import type { NumberValue, TruthValue } from './value.ts';

const NUMBERS = new Intl.NumberFormat('en-US', { maximumFractionDigits: 4 });

/** A number for people: `12,345`, `0.25`; very small ones keep three digits (`1.5e-7`). */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return value > 0 ? '∞' : '-∞';
  if (Number.isSafeInteger(value) && !Object.is(value, -0)) return grouped(value);
  return value !== 0 && Math.abs(value) < 0.001 ? String(Number(value.toPrecision(3))) : NUMBERS.format(value);
}

/** A whole number as `NUMBERS` writes it, in a tenth of the time: most numbers of most messages are whole. */
function grouped(value: number): string {
  let rest = Math.abs(value);
  let text = '';
  for (; rest >= 1000; rest = Math.floor(rest / 1000)) text = `,${String(rest % 1000).padStart(3, '0')}${text}`;
  return `${value < 0 ? '-' : ''}${rest}${text}`;
}

/** A computed value as a hint column shows it: plain digits a program can read back, `?` unknown, `n/a` not applicable. */
function valueText(value: NumberValue | TruthValue): string {
  if (typeof value === 'string') return value === 'not-applicable' ? 'n/a' : '?';
  return Number.isFinite(value) || typeof value === 'boolean' ? String(value) : formatNumber(value);
}

/**
 * The condition with numbers: `sdk_log 12,345 > 10,000 or uninstall ? > 5`. Branches of an `or` that are not applicable to
 * the group are left out, so a rule with one topic per metric shows the one that counts.
 */
export function fillIn(condition: Condition, names: readonly (string | null)[], inputs: Inputs): string {
  return write(condition.root, { names, inputs }, 0);
}

/** Evaluates a formula and writes the result as a hint column does. */
export function hint(formula: Formula, inputs: Inputs): string {
  return valueText(formula.evaluate(inputs));
}

/** A formula or part of one as it could have been written, names for metrics. */
export function formulaText(expression: Expression, names: readonly (string | null)[]): string {
  return write(expression, { names, inputs: null }, 0);
}

interface Scope {
  readonly names: readonly (string | null)[];
  /** null: the text alone, without numbers. */
  readonly inputs: Inputs | null;
}

const POWER = { or: 1, and: 2, not: 3, compare: 4, sum: 5, product: 6, negate: 7 } as const;

function write(node: Expression, scope: Scope, outer: number): string {
  switch (node.kind) {
    case 'number':
      return formatNumber(node.value);
    case 'input':
      return inputText(node.index, scope);
    case 'negate':
      return wrap(`-${write(node.of, scope, POWER.negate)}`, POWER.negate, outer);
    case 'not':
      return wrap(`not ${write(node.of, scope, POWER.not)}`, POWER.not, outer);
    case 'call':
      return `${node.name}(${shownArguments(node)
        .map(argument => write(argument, scope, 0))
        .join(', ')})`;
    case 'compare':
      return wrap(
        `${write(node.left, scope, POWER.compare)} ${node.op} ${write(node.right, scope, POWER.compare)}`,
        POWER.compare,
        outer,
      );
    case 'arithmetic': {
      const power = node.op === '+' || node.op === '-' ? POWER.sum : POWER.product;
      // One more on the right keeps a - (b - c) in its parentheses.
      return wrap(`${write(node.left, scope, power)} ${node.op} ${write(node.right, scope, power + 1)}`, power, outer);
    }
    case 'logic': {
      const shown = node.op === 'or' && scope.inputs !== null ? applicable(node.of, scope.inputs) : node.of;
      const power = POWER[node.op];
      const [only] = shown;
      if (shown.length === 1 && only !== undefined) return write(only, scope, outer);
      return wrap(shown.map(part => write(part, scope, power)).join(` ${node.op} `), power, outer);
    }
  }
}

/** The arguments as they were written: a baseline's own are not. */
function shownArguments({ name, args }: Expression & { kind: 'call' }): readonly Expression[] {
  return BASELINE_FUNCTIONS.has(name) ? args.slice(0, 1) : args;
}

function applicable(parts: readonly Expression[], inputs: Inputs): readonly Expression[] {
  const kept = parts.filter(part => !excluded(part, inputs));
  return kept.length > 0 ? kept : parts;
}

/** Whether a branch is n/a as a whole: it is when any comparison in an `and`, or every one in an `or`, is. */
function excluded(node: Expression, inputs: Inputs): boolean {
  if (node.kind === 'input') return inputs[node.index] === 'not-applicable';
  if (node.kind === 'logic') return node.of[node.op === 'or' ? 'every' : 'some'](part => excluded(part, inputs));
  if (node.kind === 'negate' || node.kind === 'not') return excluded(node.of, inputs);
  if (node.kind === 'compare' || node.kind === 'arithmetic')
    return excluded(node.left, inputs) || excluded(node.right, inputs);
  // exists is never n/a, coalesce is when its fallback is, the others when any argument is.
  if (node.kind === 'call') {
    if (typeOf(node) === 'boolean') return false;
    return node.name === 'coalesce'
      ? node.args.every(a => excluded(a, inputs))
      : node.args.some(a => excluded(a, inputs));
  }
  return false;
}

function inputText(index: number, { names, inputs }: Scope): string {
  const name = names[index] ?? `{${index}}`;
  if (inputs === null) return name;
  const value = inputs[index] ?? 'missing-current';
  return `${name} ${numberText(value)}`;
}

function numberText(value: NumberValue): string {
  return typeof value === 'number' ? formatNumber(value) : valueText(value);
}

function wrap(text: string, power: number, outer: number): string {
  return power < outer ? `(${text})` : text;
}
