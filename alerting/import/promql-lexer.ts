import { PromqlError } from './promql-tree.ts';

export type PromToken =
  | { readonly kind: 'number'; readonly value: number; readonly position: number }
  | { readonly kind: 'duration'; readonly ms: number; readonly position: number }
  | { readonly kind: 'name'; readonly text: string; readonly position: number }
  | { readonly kind: 'string'; readonly text: string; readonly position: number }
  | { readonly kind: 'symbol'; readonly text: string; readonly position: number }
  | { readonly kind: 'end'; readonly position: number };

const MAX_LENGTH = 20_000;
const SPACE = /(?:\s+|#[^\n]*)+/uy;
const DURATION = /(?:\d+(?:ms|[smhdwy]))+(?![\w.])/y;
const NUMBER = /0[xX][\da-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y;
const NAME = /[a-zA-Z_:][a-zA-Z0-9_:]*/y;
const STRING = /"((?:[^"\\\n]|\\.)*)"|'((?:[^'\\\n]|\\.)*)'|`([^`]*)`/y;
const SYMBOL = /==|!=|<=|>=|=~|!~|[-+*/%^<>=(){}[\],:@]/y;

const UNIT_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
  y: 365 * 86_400_000,
};

/** Splits PromQL into words. Throws `PromqlError`. */
export function readPromql(text: string): readonly PromToken[] {
  if (text.length > MAX_LENGTH) throw new PromqlError(`longer than ${MAX_LENGTH} characters`, MAX_LENGTH);
  const tokens: PromToken[] = [];
  let position = 0;
  const match = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = position;
    return pattern.exec(text);
  };
  while (position < text.length) {
    const found = match(SPACE) ?? word(match, tokens, position);
    if (found === null) throw new PromqlError(`unexpected "${text[position]}"`, position);
    position += found[0].length;
  }
  tokens.push({ kind: 'end', position });
  return tokens;
}

function word(
  match: (pattern: RegExp) => RegExpExecArray | null,
  tokens: PromToken[],
  position: number,
): RegExpExecArray | null {
  let found = match(DURATION);
  if (found !== null) {
    tokens.push({ kind: 'duration', ms: durationMs(found[0]), position });
    return found;
  }
  if ((found = match(NUMBER))) tokens.push({ kind: 'number', value: Number(found[0]), position });
  else if ((found = match(NAME))) tokens.push({ kind: 'name', text: found[0], position });
  else if ((found = match(STRING))) tokens.push({ kind: 'string', text: unquoted(found), position });
  else if ((found = match(SYMBOL))) tokens.push({ kind: 'symbol', text: found[0], position });
  return found;
}

/** `1h30m` in ms. */
export function durationMs(text: string): number {
  let total = 0;
  for (const [, count, unit] of text.matchAll(/(\d+)(ms|[smhdwy])/g))
    total += Number(count) * (UNIT_MS[unit ?? ''] ?? 0);
  return total;
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r' };

function unquoted([, double, single, raw]: RegExpExecArray): string {
  if (raw !== undefined) return raw;
  return (double ?? single ?? '').replace(/\\(.)/gs, (_, letter: string) => ESCAPES[letter] ?? letter);
}
