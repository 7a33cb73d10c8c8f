/** Reads a statement's tokens one after the other; every rule of `grammar/` is a function over a `Cursor`. */
import type { Expr, Ident, QName, Query } from './ast.ts';
import type { Token } from './lexer.ts';
import { hintFor } from './mistakes.ts';
import { RESERVED } from './reserved.ts';

/** Parentheses, sub-queries and types may nest this deep; more is refused before the JavaScript stack is in danger. */
const MAX_DEPTH = 200;

/**
 * A statement that is not Flink SQL. Never leaves `lineage/sql`: the parser turns it into an error with line and column. Not an `Error`,
 * whose stack nobody would see and a text full of mistakes would pay for a hundred thousand times.
 */
export class SqlSyntaxError {
  readonly pos: number;
  readonly message: string;

  constructor(pos: number, message: string) {
    this.pos = pos;
    this.message = message;
  }
}

/** Rules that refer to each other across files; handed in so that the files need no import cycle. */
export interface Grammar {
  expression(c: Cursor): Expr;
  /** An expression without comparisons, so that it stops at IN, AND, =. */
  operand(c: Cursor): Expr;
  query(c: Cursor): Query;
  /** The query that stands here without parentheses of its own, `(SELECT …) UNION …` included; null when it is an expression. */
  bareQuery(c: Cursor): Query | null;
}

export class Cursor {
  readonly grammar: Grammar;
  /** False where an expression may hold no query: computed columns, watermarks, PARTITION BY of a window. */
  queries = true;
  readonly #tokens: readonly Token[];
  readonly #quiet: boolean;
  #at = 0;
  #depth = 0;
  #closing: ReadonlyMap<number, number> | null = null;

  /** `quiet`: nobody will read why the statement is none. */
  constructor(tokens: readonly Token[], grammar: Grammar, quiet = false) {
    this.#tokens = tokens;
    this.grammar = grammar;
    this.#quiet = quiet;
  }

  get token(): Token {
    return this.#tokens[this.#at]!;
  }

  get pos(): number {
    return this.token.pos;
  }

  /** Where the token taken last ends. */
  get lastEnd(): number {
    return this.#tokens[this.#at - 1]?.end ?? 0;
  }

  /** The token `n` ahead; the last one (type `end`) stands for everything behind it. */
  peek(n: number): Token {
    return this.#tokens[Math.min(this.#at + n, this.#tokens.length - 1)]!;
  }

  /** How many tokens ahead the bracket closes that opens `n` ahead; null when it does not. */
  closing(n: number): number | null {
    if (this.#closing === null) this.#closing = matchingBrackets(this.#tokens);
    const close = this.#closing.get(this.#at + n);
    return close === undefined ? null : close - this.#at;
  }

  next(): Token {
    const token = this.token;
    if (token.type !== 'end') this.#at++;
    return token;
  }

  /** True when the next tokens are these keywords or operators. */
  at(...words: readonly string[]): boolean {
    for (let i = 0; i < words.length; i++) if (this.peek(i).word !== words[i]) return false;
    return true;
  }

  atAny(words: ReadonlySet<string>): boolean {
    const token = this.token;
    return token.word !== '' && words.has(token.word);
  }

  /** Takes all the words, or none. */
  accept(...words: readonly string[]): boolean {
    if (!this.at(...words)) return false;
    this.#at += words.length;
    return true;
  }

  expect(...words: readonly string[]): void {
    for (const word of words) {
      if (this.token.word !== word) this.fail(word.length > 1 ? word : `"${word}"`);
      this.#at++;
    }
  }

  /** Takes an unquoted or backticked name; a reserved word is none. */
  ident(what: string): Ident {
    const token = this.token;
    if (token.type !== 'quoted' && (token.type !== 'word' || RESERVED.has(token.word))) this.fail(what);
    this.#at++;
    return { text: token.text, pos: token.pos };
  }

  /** Like `ident`, but takes reserved words too (time units, keys of SET). */
  anyIdent(what: string): Ident {
    const token = this.token;
    if (token.type !== 'quoted' && token.type !== 'word') this.fail(what);
    this.#at++;
    return { text: token.text, pos: token.pos };
  }

  peekReserved(n: number): boolean {
    return RESERVED.has(this.peek(n).word);
  }

  atIdent(): boolean {
    const { type, word } = this.token;
    return type === 'quoted' || (type === 'word' && !RESERVED.has(word));
  }

  name(what: string): QName {
    const parts = [this.ident(what)];
    while (this.accept('.')) parts.push(this.ident('a name'));
    return parts;
  }

  /** A string in plain quotes. */
  string(what: string): string {
    if (this.token.type !== 'string') this.fail(what);
    return this.next().text;
  }

  /** One string literal: a prefix (`u&`, `x`, `_utf8`) is taken, plain ones behind it are joined to it. */
  stringLiteral(what: string): string {
    if (!this.atString()) this.fail(what);
    let { text } = this.next();
    while (this.token.type === 'string') text += this.next().text;
    return text;
  }

  atString(): boolean {
    return this.token.type === 'string' || this.token.type === 'prefixed';
  }

  /** Takes one of these key words. */
  oneOf(words: readonly string[]): string {
    for (const word of words) if (this.accept(word)) return word;
    return this.fail(words.length > 1 ? `${words.slice(0, -1).join(', ')} or ${words.at(-1)}` : words[0]!);
  }

  number(what: string): string {
    if (this.token.type !== 'number') this.fail(what);
    return this.next().text;
  }

  /** `item, item, …` until none follows. */
  list<T>(item: (c: Cursor) => T): T[] {
    const items = [item(this)];
    while (this.accept(',')) items.push(item(this));
    return items;
  }

  /** A list whose first item may hold no query; Flink's parser asks that of the first alone. */
  listWithoutQuery<T>(item: (c: Cursor) => T): T[] {
    const items = [this.withQueries(false, item)];
    while (this.accept(',')) items.push(this.withQueries(true, item));
    return items;
  }

  /** `( item, … )`. */
  parenthesized<T>(item: (c: Cursor) => T): T[] {
    this.expect('(');
    const items = this.list(item);
    if (!this.accept(')')) this.fail('"," or ")"');
    return items;
  }

  /** Runs a rule one level deeper. */
  nested<T>(rule: (c: Cursor) => T): T {
    if (this.#depth >= MAX_DEPTH) throw new SqlSyntaxError(this.pos, `nested deeper than ${MAX_DEPTH} levels`);
    this.#depth++;
    const result = rule(this);
    this.#depth--;
    return result;
  }

  /** True behind the last token that can be read. */
  ended(): boolean {
    return this.token.type === 'end' || this.token.type === 'bad';
  }

  /** Takes the rest of the statement as it is. */
  skipToEnd(): void {
    while (!this.ended()) this.next();
  }

  mark(): number {
    return this.#at;
  }

  /** Goes back to a position taken with `mark`. */
  reset(mark: number): void {
    this.#at = mark;
  }

  /** Runs a rule with queries inside expressions allowed or not. */
  withQueries<T>(allowed: boolean, rule: (c: Cursor) => T): T {
    const before = this.queries;
    this.queries = allowed;
    const result = rule(this);
    this.queries = before;
    return result;
  }

  /** Refuses something that stands at `pos`, before the next token. */
  refuse(pos: number, expectedAndFound: string): never {
    throw new SqlSyntaxError(pos, `expected ${expectedAndFound}`);
  }

  #around(n: number): Token | null {
    return this.#tokens[this.#at + n] ?? null;
  }

  fail(expected: string): never {
    if (this.#quiet) throw new SqlSyntaxError(this.pos, '');
    const near = {
      expected,
      token: this.token,
      before: this.#around(-1),
      earlier: this.#around(-2),
      after: this.#around(1),
    };
    const hint = hintFor(near);
    const found = `expected ${expected}, found ${describe(this.token)}`;
    throw new SqlSyntaxError(this.pos, hint === null ? found : `${found}: ${hint}`);
  }
}

function matchingBrackets(tokens: readonly Token[]): ReadonlyMap<number, number> {
  const pairs = new Map<number, number>();
  const open: number[] = [];
  tokens.forEach(({ word }, i) => {
    if (word === '(') open.push(i);
    else if (word === ')') {
      const from = open.pop();
      if (from !== undefined) pairs.set(from, i);
    }
  });
  return pairs;
}

function describe(token: Token): string {
  if (token.type === 'end') return 'the end of the statement';
  if (token.type === 'bad' && token.text.startsWith('/*')) return 'a comment without its end';
  if (token.type === 'bad' && (token.text.includes("'") || token.text.startsWith('`')))
    return 'a literal without its closing quote';
  const text = token.text.length > 40 ? `${token.text.slice(0, 40)}…` : token.text;
  return token.type === 'string' ? `'${text}'` : `"${text}"`;
}
