import { type PromToken, readPromql } from './promql-lexer.ts';
import { type PromMatcher, type PromNode, PromqlError, type PromSelector } from './promql-tree.ts';

const AGGREGATES = new Set([
  'sum',
  'avg',
  'max',
  'min',
  'count',
  'group',
  'stddev',
  'stdvar',
  'topk',
  'bottomk',
  'quantile',
  'count_values',
  'limitk',
  'limit_ratio',
]);
const POWER: Readonly<Record<string, number>> = {
  or: 1,
  and: 2,
  unless: 2,
  '==': 3,
  '!=': 3,
  '<': 3,
  '<=': 3,
  '>': 3,
  '>=': 3,
  '+': 4,
  '-': 4,
  '*': 5,
  '/': 5,
  '%': 5,
  atan2: 5,
  '^': 7,
};
const NEGATE_POWER = 6;
const MAX_DEPTH = 60;

/** Reads PromQL (precedence as in Prometheus' own documentation). Throws `PromqlError` with the 0-based position. */
export function parsePromql(text: string): PromNode {
  const parser = new Parser(readPromql(text));
  const root = parser.expression(0, 0);
  parser.expectEnd();
  return root;
}

class Parser {
  readonly #tokens: readonly PromToken[];
  #next = 0;

  constructor(tokens: readonly PromToken[]) {
    this.#tokens = tokens;
  }

  expectEnd(): void {
    const token = this.#peek();
    if (token.kind !== 'end') throw new PromqlError(`unexpected ${describe(token)}`, token.position);
  }

  expression(power: number, depth: number): PromNode {
    if (depth > MAX_DEPTH) throw new PromqlError(`nested deeper than ${MAX_DEPTH}`, this.#peek().position);
    let left = this.#prefix(depth);
    for (;;) {
      const token = this.#peek();
      const op = token.kind === 'symbol' ? token.text : token.kind === 'name' ? token.text.toLowerCase() : '';
      const strength = Object.hasOwn(POWER, op) ? (POWER[op] ?? 0) : 0;
      // ^ binds to the right: 2^3^2 is 2^9.
      if (strength <= power && !(op === '^' && strength === power + 1)) return left;
      this.#next++;
      const on = this.#matching();
      const right = this.expression(op === '^' ? strength - 1 : strength, depth + 1);
      left = { kind: 'binary', position: token.position, op, on, left, right };
    }
  }

  /** `bool`, `on(…)`, `ignoring(…)`, `group_left` behind an operator. */
  #matching(): readonly string[] | null {
    if (this.#acceptName('bool')) this.#refuse('bool: a comparison that yields a number');
    if (this.#acceptName('on')) {
      const labels = this.#labels();
      for (const word of ['group_left', 'group_right'])
        if (this.#acceptName(word)) this.#refuse(`${word}: one series matched with many`);
      return labels;
    }
    if (this.#acceptName('ignoring')) this.#refuse('ignoring: series matched by some of their labels');
    return null;
  }

  #prefix(depth: number): PromNode {
    const token = this.#peek();
    const { position } = token;
    if (token.kind === 'symbol') {
      this.#next++;
      if (token.text === '(') {
        const inner = this.expression(0, depth + 1);
        this.#expect(')');
        return this.#suffix(inner);
      }
      if (token.text === '-') return { kind: 'negate', position, of: this.expression(NEGATE_POWER, depth + 1) };
      if (token.text === '+') return this.expression(NEGATE_POWER, depth + 1);
      if (token.text === '{') {
        this.#next--;
        return this.#suffix(this.#selector('', position));
      }
      throw new PromqlError(`unexpected "${token.text}"`, position);
    }
    if (token.kind === 'number') {
      this.#next++;
      return { kind: 'number', position, value: token.value };
    }
    if (token.kind !== 'name') throw new PromqlError(`unexpected ${describe(token)}`, position);
    this.#next++;
    const lower = token.text.toLowerCase();
    if (lower === 'inf' || lower === 'nan') throw new PromqlError(`${token.text} as a number`, position);
    if (AGGREGATES.has(lower) && this.#startsAggregate()) return this.#aggregate(lower, position, depth);
    if (this.#is('(')) return this.#suffix(this.#call(token.text, position, depth));
    return this.#suffix(this.#selector(token.text, position));
  }

  #startsAggregate(): boolean {
    const token = this.#peek();
    return this.#is('(') || (token.kind === 'name' && /^(by|without)$/i.test(token.text));
  }

  #aggregate(op: string, position: number, depth: number): PromNode {
    let by = this.#grouping();
    this.#expect('(');
    const args = this.#args(depth);
    by ??= this.#grouping();
    const [of, ...others] = args;
    if (of === undefined || others.length > 0) throw new PromqlError(`${op} with a parameter`, position);
    return { kind: 'aggregate', position, op, by: by ?? [], of };
  }

  #grouping(): readonly string[] | null {
    if (this.#acceptName('without')) this.#refuse('without: grouping by every label but some; name the labels with by');
    return this.#acceptName('by') ? this.#labels() : null;
  }

  #call(name: string, position: number, depth: number): PromNode {
    this.#expect('(');
    return { kind: 'call', position, name, args: this.#args(depth) };
  }

  #args(depth: number): PromNode[] {
    const args: PromNode[] = [];
    if (this.#accept(')')) return args;
    do args.push(this.expression(0, depth + 1));
    while (this.#accept(','));
    this.#expect(')');
    return args;
  }

  #selector(name: string, position: number): PromSelector {
    const matchers: PromMatcher[] = [];
    let metric = name;
    if (this.#accept('{')) {
      while (!this.#accept('}')) {
        const matcher = this.#matcher();
        if (matcher.label !== '__name__') matchers.push(matcher);
        else if (matcher.op === '=' && metric === '') metric = matcher.value;
        else throw new PromqlError('a pattern of metric names', position);
        if (!this.#accept(',') && !this.#is('}')) throw new PromqlError('expected , or }', this.#peek().position);
      }
    }
    if (metric === '') throw new PromqlError('a selector without a metric name', position);
    return { kind: 'selector', position, name: metric, matchers, rangeMs: null, offsetMs: 0 };
  }

  #matcher(): PromMatcher {
    const label = this.#take();
    const op = this.#take();
    const value = this.#take();
    if (label.kind !== 'name' || op.kind !== 'symbol' || value.kind !== 'string')
      throw new PromqlError('expected label="value"', label.position);
    if (op.text !== '=' && op.text !== '!=' && op.text !== '=~' && op.text !== '!~')
      throw new PromqlError(`unexpected "${op.text}"`, op.position);
    return { label: label.text, op: op.text, value: value.text };
  }

  /** `[5m]`, `offset 1h` and `@` behind an expression. */
  #suffix(node: PromNode): PromNode {
    let result = node;
    if (this.#accept('[')) {
      const range = this.#take();
      const behind = this.#peek();
      if (behind.kind !== 'end' && 'text' in behind && behind.text.startsWith(':'))
        throw new PromqlError('a subquery', behind.position);
      if (range.kind !== 'duration') throw new PromqlError('expected a duration such as 5m', range.position);
      this.#expect(']');
      if (result.kind !== 'selector') throw new PromqlError('a range of something computed', range.position);
      result = { ...result, rangeMs: range.ms };
    }
    if (this.#is('@')) throw new PromqlError('@: a fixed time', this.#peek().position);
    if (this.#acceptName('offset')) {
      if (this.#is('-')) throw new PromqlError('an offset into the future', this.#peek().position);
      const offset = this.#take();
      if (offset.kind !== 'duration') throw new PromqlError('expected a duration such as 5m', offset.position);
      if (result.kind !== 'selector') throw new PromqlError('an offset of something computed', offset.position);
      result = { ...result, offsetMs: offset.ms };
    }
    return result;
  }

  #labels(): readonly string[] {
    this.#expect('(');
    const labels: string[] = [];
    while (!this.#accept(')')) {
      const token = this.#take();
      if (token.kind !== 'name') throw new PromqlError('expected a label name', token.position);
      labels.push(token.text);
      if (!this.#accept(',') && !this.#is(')')) throw new PromqlError('expected , or )', this.#peek().position);
    }
    return labels;
  }

  #refuse(what: string): never {
    throw new PromqlError(what, this.#tokens[Math.max(0, this.#next - 1)]?.position ?? 0);
  }

  #peek(): PromToken {
    return this.#tokens[Math.min(this.#next, this.#tokens.length - 1)] as PromToken;
  }

  #take(): PromToken {
    const token = this.#peek();
    this.#next++;
    return token;
  }

  #is(symbol: string): boolean {
    const token = this.#peek();
    return token.kind === 'symbol' && token.text === symbol;
  }

  #accept(symbol: string): boolean {
    if (!this.#is(symbol)) return false;
    this.#next++;
    return true;
  }

  #acceptName(name: string): boolean {
    const token = this.#peek();
    if (token.kind !== 'name' || token.text.toLowerCase() !== name) return false;
    this.#next++;
    return true;
  }

  #expect(symbol: string): void {
    const token = this.#peek();
    if (!this.#accept(symbol)) throw new PromqlError(`expected "${symbol}" before ${describe(token)}`, token.position);
  }
}

function describe(token: PromToken): string {
  switch (token.kind) {
    case 'end':
      return 'the end';
    case 'number':
      return String(token.value);
    case 'duration':
      return 'a duration';
    default:
      return `"${token.text}"`;
  }
}
