import { badQuery } from './log-query-error.ts';

/** A piece of text with what stood round it: `prefix` when a `*` followed directly. */
export interface QueryText {
  readonly text: string;
  readonly quoted: boolean;
  readonly prefix: boolean;
  readonly position: number;
}

export type Comparison = '=' | '>=' | '>' | '<=' | '<';

export type QueryToken =
  | { readonly kind: 'open' | 'close' | 'and' | 'or' | 'not' | 'everything'; readonly position: number }
  | { readonly kind: 'text'; readonly value: QueryText; readonly position: number }
  | {
      readonly kind: 'field';
      readonly name: string;
      readonly comparison: Comparison;
      readonly value: QueryText;
      readonly position: number;
    };

const KEYWORDS = { AND: 'and', OR: 'or', NOT: 'not' } as const;
/** A field needs its value right behind the colon: `Caused by: x`, `12:30`, `Foo.java:7`, `http://host` and `C:\x` are text. */
const FIELD = /([A-Za-z_][A-Za-z0-9_]*):(?=[^\s()/\\])/y;
const COMPARISON = /[<>]=?/y;
const SPACE = /\s+/y;
const BARE = /[^\s()"]+/y;
/** `-` negates only what can begin an expression, so `-->` and `a - b` stay text. */
const MINUS = /-(?=[\p{L}\p{N}_"(])/uy;

/** Cuts query text into tokens. Throws `UserError` bad-query for an open quote or a misplaced `*`. */
export function readQueryTokens(text: string): QueryToken[] {
  const tokens: QueryToken[] = [];
  for (let at = skip(SPACE, text, 0); at < text.length; at = skip(SPACE, text, at)) {
    const [token, end] = readToken(text, at);
    tokens.push(token);
    at = end;
  }
  return tokens;
}

function readToken(text: string, position: number): [QueryToken, number] {
  const char = text[position];
  if (char === '(') return [{ kind: 'open', position }, position + 1];
  if (char === ')') return [{ kind: 'close', position }, position + 1];
  const minusEnd = skip(MINUS, text, position);
  if (minusEnd > position) return [{ kind: 'not', position }, minusEnd];
  const field = match(FIELD, text, position);
  if (field !== null) return readField(text, position, field[1] ?? '', position + field[0].length);
  const [value, end] = readText(text, position);
  if (!value.quoted) {
    if (value.text === '' && value.prefix) return [{ kind: 'everything', position }, end];
    if (!value.prefix && Object.hasOwn(KEYWORDS, value.text)) {
      return [{ kind: KEYWORDS[value.text as keyof typeof KEYWORDS], position }, end];
    }
  }
  return [{ kind: 'text', value, position }, end];
}

function readField(text: string, position: number, name: string, valueAt: number): [QueryToken, number] {
  const comparison = match(COMPARISON, text, valueAt)?.[0] ?? '';
  const [value, end] = readText(text, valueAt + comparison.length);
  return [{ kind: 'field', name, comparison: (comparison || '=') as Comparison, value, position }, end];
}

function readText(text: string, position: number): [QueryText, number] {
  return text[position] === '"' ? readQuoted(text, position) : readBare(text, position);
}

function readQuoted(text: string, position: number): [QueryText, number] {
  let value = '';
  for (let at = position + 1; at < text.length; at++) {
    const char = text[at];
    if (char === '"') {
      const prefix = text[at + 1] === '*';
      return [{ text: value, quoted: true, prefix, position }, at + (prefix ? 2 : 1)];
    }
    // only \" and \\ are escapes: a Windows path or a regular expression can be pasted as it is
    const escaped = char === '\\' && (text[at + 1] === '"' || text[at + 1] === '\\');
    if (escaped) at++;
    value += text[at];
  }
  throw badQuery('the quote is not closed; add a " at its end', position);
}

function readBare(text: string, position: number): [QueryText, number] {
  const bare = match(BARE, text, position)?.[0] ?? '';
  const star = bare.indexOf('*');
  if (star >= 0 && star < bare.length - 1) {
    throw badQuery(
      'a * may only stand at the end of a word; put the text in quotes to search for a star',
      position + star,
    );
  }
  const prefix = star >= 0;
  return [{ text: prefix ? bare.slice(0, -1) : bare, quoted: false, prefix, position }, position + bare.length];
}

function match(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

function skip(pattern: RegExp, text: string, at: number): number {
  return at + (match(pattern, text, at)?.[0].length ?? 0);
}
