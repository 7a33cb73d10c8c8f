/** PromQL as rows and a condition. What has no exact counterpart is refused with its place; small differences become notes. */
import { formatDuration } from '../../model/duration.ts';
import {
  ACROSS,
  ARITHMETIC,
  COMMUTES,
  COMPARISONS,
  FUNCTIONS,
  LOOKBACK_MS,
  matchersOf,
  QUANTILES,
  RANGE_OPS,
  type RowInput,
} from './counterparts.ts';
import { parsePromql } from './promql-parser.ts';
import {
  type PromAggregate,
  type PromBinary,
  type PromCall,
  type PromNode,
  PromqlError,
  type PromSelector,
} from './promql-tree.ts';

/** An alert's expression as the parts of a rule document. */
export interface ConvertedExpression {
  readonly metrics: readonly RowInput[];
  readonly groupBy: string[] | '*';
  readonly condition: string;
  /** What Prometheus calls `$value`, as a formula; null where a condition has no single value. */
  readonly value: string | null;
  /** Where the rule differs from Prometheus in something that seldom matters. */
  readonly notes: readonly string[];
}

/** Throws `PromqlError`. */
export function convertExpression(text: string): ConvertedExpression {
  const converter = new Converter();
  const { condition, value } = converter.truth(parsePromql(text));
  return {
    metrics: converter.rows,
    groupBy: converter.groupBy ?? [],
    condition,
    value,
    notes: [...converter.notes],
  };
}

interface Truth {
  readonly condition: string;
  readonly value: string | null;
  /** Formulas that must have a value for the condition to be true in Prometheus. */
  readonly needs: readonly string[];
}

/** A number: its formula, and whether it is one number or one per series. */
interface Numeric {
  readonly text: string;
  readonly isVector: boolean;
}

class Converter {
  readonly rows: RowInput[] = [];
  readonly notes = new Set<string>();
  /** Labels the alerts of the rule have; null before the first selector. */
  groupBy: string[] | '*' | null = null;

  truth(node: PromNode): Truth {
    if (node.kind === 'binary') {
      if (COMPARISONS.has(node.op)) return this.#comparison(node);
      if (node.op === 'and' || node.op === 'or' || node.op === 'unless') return this.#set(node);
    }
    if (isAbsent(node)) return this.#absent(node);
    const { text, isVector } = this.#number(node);
    if (!isVector) throw new PromqlError('a number alone, without a comparison', node.position);
    return { condition: `exists(${text})`, value: text, needs: [text] };
  }

  #comparison(node: PromBinary): Truth {
    if (isAbsent(node.left)) {
      const fires =
        node.right.kind === 'number' &&
        ((node.op === '==' && node.right.value === 1) || (node.op === '>' && node.right.value === 0));
      if (!fires) throw new PromqlError('absent() compared with anything but == 1', node.position);
      return this.#absent(node.left);
    }
    const left = this.#number(node.left);
    const right = this.#number(node.right);
    this.#checkMatching(node, left, right);
    if (!left.isVector && !right.isVector) throw new PromqlError('a comparison of two numbers', node.position);
    return {
      condition: `${left.text} ${node.op} ${right.text}`,
      value: left.isVector ? left.text : right.text,
      needs: [left, right].filter(side => side.isVector).map(side => side.text),
    };
  }

  #set(node: PromBinary): Truth {
    const left = this.truth(node.left);
    const right = this.truth(node.right);
    this.#checkOn(node);
    if (node.op === 'or') {
      return {
        condition: `(${left.condition}) or (${right.condition})`,
        value: left.value === right.value ? left.value : null,
        needs: [],
      };
    }
    if (node.op === 'and') {
      return {
        condition: `(${left.condition}) and (${right.condition})`,
        value: left.value,
        needs: [...left.needs, ...right.needs],
      };
    }
    if (right.needs.length === 0) throw new PromqlError('unless with an "or" on its right', node.position);
    // What is missing on the right takes nothing away.
    const there = right.needs.map(text => `exists(${text})`).join(' and ');
    return {
      condition: `(${left.condition}) and not (${there} and (${right.condition}))`,
      value: left.value,
      needs: left.needs,
    };
  }

  #absent(node: PromCall): Truth {
    const [of, ...others] = node.args;
    if (of?.kind !== 'selector' || others.length > 0)
      throw new PromqlError(`${node.name}() of something computed`, node.position);
    const isRange = node.name === 'absent_over_time';
    if (isRange !== (of.rangeMs !== null))
      throw new PromqlError(`${node.name}() of a ${isRange ? 'moment' : 'range'}`, of.position);
    this.#group([], node.position);
    const row = this.#row(of, 'COUNT', {});
    return { condition: `${row} < 1`, value: null, needs: [row] };
  }

  #number(node: PromNode): Numeric {
    switch (node.kind) {
      case 'number':
        return { text: String(node.value), isVector: false };
      case 'negate': {
        const of = this.#number(node.of);
        return { ...of, text: `-${of.text}` };
      }
      case 'selector':
        if (node.rangeMs !== null) throw new PromqlError('a range without a function such as rate()', node.position);
        this.#group('*', node.position);
        return { text: this.#row(node, 'LAST', {}), isVector: true };
      case 'aggregate':
        return this.#aggregate(node);
      case 'call':
        return this.#call(node);
      case 'binary':
        return this.#arithmetic(node);
    }
  }

  #arithmetic(node: PromBinary): Numeric {
    if (!ARITHMETIC.has(node.op)) throw new PromqlError(`${node.op} as a number`, node.position);
    const left = this.#number(node.left);
    const right = this.#number(node.right);
    this.#checkMatching(node, left, right);
    if (node.op === '/' || node.op === '%')
      this.notes.add('a division by 0 is unknown here, infinite or NaN in Prometheus');
    return { text: `(${left.text} ${node.op} ${right.text})`, isVector: left.isVector || right.isVector };
  }

  #call(node: PromCall): Numeric {
    const { name, args, position } = node;
    const [first, second] = args;
    if (name === 'quantile_over_time') {
      const op = first?.kind === 'number' ? QUANTILES[String(first.value)] : undefined;
      if (op === undefined)
        throw new PromqlError('quantile_over_time() of another quantile than 0.5, 0.75, 0.9, 0.95 and 0.99', position);
      this.#group('*', position);
      return { text: this.#row(rangeOf(second, name, position), op, {}), isVector: true };
    }
    if (Object.hasOwn(RANGE_OPS, name) && args.length === 1) {
      this.#group('*', position);
      return { text: this.#range(name, rangeOf(first, name, position), {}), isVector: true };
    }
    if (first !== undefined && args.length === 1 && Object.hasOwn(FUNCTIONS, name)) {
      const of = this.#number(first);
      return { ...of, text: `${FUNCTIONS[name]}(${of.text})` };
    }
    if (first !== undefined && second?.kind === 'number' && (name === 'clamp_min' || name === 'clamp_max')) {
      const of = this.#number(first);
      return { ...of, text: `${name === 'clamp_min' ? 'max' : 'min'}(${of.text}, ${second.value})` };
    }
    throw new PromqlError(`the function ${name}()`, position);
  }

  #aggregate(node: PromAggregate): Numeric {
    const { op, by, of, position } = node;
    if (of.kind === 'selector' && of.rangeMs === null) {
      if (!ACROSS.has(op))
        throw new PromqlError(`${op}: only sum, avg, max and min of series have a counterpart`, position);
      this.#group([...by], position);
      return { text: this.#row(of, 'LAST', { across: op as 'sum' }), isVector: true };
    }
    if (of.kind === 'call' && Object.hasOwn(RANGE_OPS, of.name) && of.args.length === 1) {
      if (!(COMMUTES[op] ?? []).includes(of.name))
        throw new PromqlError(
          `${op} of ${of.name}(): series would have to be put together after their windows`,
          position,
        );
      this.#group([...by], position);
      return { text: this.#range(of.name, rangeOf(of.args[0], of.name, position), {}), isVector: true };
    }
    throw new PromqlError(`${op} of something computed`, position);
  }

  #range(name: string, selector: PromSelector, extra: Pick<RowInput, 'across'>): string {
    if (name === 'rate' || name === 'increase')
      this.notes.add(`${name}() is not extrapolated to the edges of its window here`);
    if (name === 'delta') this.notes.add('delta() is last minus first here, without extrapolation');
    if (name === 'count_over_time')
      this.notes.add('a known series without points counts 0 here; in Prometheus it is absent');
    const row = this.#row(selector, RANGE_OPS[name], extra);
    return name === 'increase' ? `(${row} * ${(selector.rangeMs ?? 0) / 1000})` : row;
  }

  /** A row for the selector, one for equal ones; answers how formulas call it. */
  #row(selector: PromSelector, op: RowInput['op'], extra: Pick<RowInput, 'across'>): string {
    const row: RowInput = {
      metric: selector.name,
      op,
      ...extra,
      window: formatDuration(selector.rangeMs ?? LOOKBACK_MS),
      ...(selector.offsetMs > 0 ? { offset: formatDuration(selector.offsetMs) } : {}),
      ...(selector.matchers.length > 0 ? { matchers: matchersOf(selector) } : {}),
    };
    if (selector.offsetMs > 0)
      this.notes.add(
        'while the earlier value of an offset is missing, a firing alert is held here; in Prometheus it ends',
      );
    const text = JSON.stringify(row);
    const known = this.rows.findIndex(other => JSON.stringify(other) === text);
    return `{${known >= 0 ? known : this.rows.push(row) - 1}}`;
  }

  #group(by: string[] | '*', position: number): void {
    const sorted = by === '*' ? by : [...by].sort();
    if (this.groupBy !== null && String(this.groupBy) !== String(sorted))
      throw new PromqlError('parts with different labels: a rule has one group_by', position);
    if (this.groupBy !== null && (this.groupBy === '*') !== (sorted === '*'))
      throw new PromqlError('parts with different labels: a rule has one group_by', position);
    this.groupBy = sorted;
  }

  #checkMatching(node: PromBinary, left: Numeric, right: Numeric): void {
    if (left.isVector && right.isVector) this.#checkOn(node);
  }

  /** `on(…)` is what happens anyway where it names the labels of the groups. */
  #checkOn({ on, position }: PromBinary): void {
    if (on === null) return;
    if (this.groupBy === '*' || String([...on].sort()) !== String(this.groupBy))
      throw new PromqlError('on(…) with other labels than those grouped by', position);
  }
}

function isAbsent(node: PromNode): node is PromCall {
  return node.kind === 'call' && (node.name === 'absent' || node.name === 'absent_over_time');
}

function rangeOf(node: PromNode | undefined, name: string, position: number): PromSelector {
  if (node?.kind !== 'selector' || node.rangeMs === null)
    throw new PromqlError(`${name}() of something that is no range`, position);
  return node;
}
