/** One word of a formula with where it starts (0-based). `input` is `{n}` or `[n]`. */
export type Token =
  | { readonly kind: 'number'; readonly value: number; readonly position: number }
  | { readonly kind: 'input'; readonly index: number; readonly position: number }
  | { readonly kind: 'name'; readonly text: string; readonly position: number }
  | { readonly kind: 'symbol'; readonly text: string; readonly position: number }
  | { readonly kind: 'end'; readonly position: number };

/** A formula that cannot be read: what is wrong, and where (0-based). */
export class FormulaError extends Error {
  readonly position: number;

  constructor(message: string, position: number) {
    super(message);
    this.name = 'FormulaError';
    this.position = position;
  }
}

/** Characters of a formula; longer ones are refused. */
const MAX_FORMULA_LENGTH = 4096;

// Sticky and free of nested repetition, so that reading is linear whatever the input.
const SPACE = /\s+/uy;
const NUMBER = /(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y;
const INPUT = /\{\s*(\d{1,4})\s*\}|\[\s*(\d{1,4})\s*\]/y;
const NAME = /[\p{L}_][\p{L}\p{N}_]*/uy;
const SYMBOL = /==|!=|<=|>=|[<>+\-*/%(),]/y;
const KEYWORDS = new Set(['and', 'or', 'not']);

/** Splits a formula into words; keywords come as lower-case symbols. Throws `FormulaError`. */
export function tokenize(text: string): Token[] {
  if (text.length > MAX_FORMULA_LENGTH) {
    throw new FormulaError(`the formula is longer than ${MAX_FORMULA_LENGTH} characters`, MAX_FORMULA_LENGTH);
  }
  const tokens: Token[] = [];
  let position = 0;
  const match = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = position;
    return pattern.exec(text);
  };
  while (position < text.length) {
    let found = match(SPACE);
    if (found === null) {
      if ((found = match(NUMBER))) tokens.push({ kind: 'number', value: literal(found[0], position), position });
      else if ((found = match(INPUT))) tokens.push({ kind: 'input', index: Number(found[1] ?? found[2]), position });
      else if ((found = match(NAME))) tokens.push(word(found[0], position));
      else if ((found = match(SYMBOL))) tokens.push({ kind: 'symbol', text: found[0], position });
      else throw new FormulaError(complaint(text, position), position);
    }
    position += found[0].length;
  }
  tokens.push({ kind: 'end', position });
  return tokens;
}

function literal(text: string, position: number): number {
  const value = Number(text);
  if (!Number.isFinite(value)) throw new FormulaError(`${text} is too large a number`, position);
  return value;
}

function word(text: string, position: number): Token {
  const lower = text.toLowerCase();
  return KEYWORDS.has(lower) ? { kind: 'symbol', text: lower, position } : { kind: 'name', text, position };
}

function complaint(text: string, position: number): string {
  const rest = text.slice(position);
  if (rest.startsWith('=')) return 'use == to compare';
  if (rest.startsWith('&&')) return 'use "and" instead of &&';
  if (rest.startsWith('||')) return 'use "or" instead of ||';
  if (rest.startsWith('!')) return 'use "not" instead of !';
  if (rest.startsWith('{') || rest.startsWith('[')) return 'a metric is written {0} or [0]';
  return `unexpected "${String.fromCodePoint(rest.codePointAt(0) ?? 0)}"`;
}
