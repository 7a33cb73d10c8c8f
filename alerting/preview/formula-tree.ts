import { childrenOf, compileExpression, type Formula, type FormulaOptions, type Inputs } from '../evaluate/formula.ts';
import { toValue } from '../evaluate/intents.ts';
import { BASELINE_FUNCTIONS, type Expression } from '../evaluate/parser.ts';
import { formulaText } from '../evaluate/render.ts';

/** A formula as people check it: every part with what it came to. `value` null: there is none, and `reason` says why. */
export interface FormulaNode {
  /** The part as it is written, names for metrics. */
  readonly text: string;
  readonly value: number | boolean | null;
  readonly reason?: string;
  readonly of?: readonly FormulaNode[];
}

/** The tree of a formula over one group's inputs; the parts of `score({0})` are the value, the median and the MAD. */
export function formulaTree(
  formula: Formula,
  names: readonly (string | null)[],
  inputs: Inputs,
  options: FormulaOptions,
): FormulaNode {
  const nodeOf = (expression: Expression, text: string): FormulaNode => {
    const result = compileExpression(expression, options)(inputs);
    const parts = childrenOf(expression).map((part, i) => nodeOf(part, partText(expression, part, i)));
    return {
      text,
      value: typeof result === 'boolean' ? result : toValue(result),
      ...(typeof result === 'string' ? { reason: result } : {}),
      ...(parts.length === 0 ? {} : { of: parts }),
    };
  };
  const partText = (whole: Expression, part: Expression, i: number): string =>
    whole.kind === 'call' && BASELINE_FUNCTIONS.has(whole.name) && i > 0
      ? i === 1
        ? 'median'
        : 'MAD'
      : formulaText(part, names);
  return nodeOf(formula.root, formulaText(formula.root, names));
}
