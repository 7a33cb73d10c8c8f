/** Reads a statement's tokens one after the other; every rule of `grammar/` is a function over a `Cursor`. */
import type { Expr, Ident, QName, Query } from './ast.ts';
import type { Token } from './lexer.ts';
import { RESERVED } from './reserved.ts';

/** Parentheses, sub-queries and types may nest this deep; more is refused before the JavaScript stack is in danger. */
const MAX_DEPTH = 200;

/** A statement that is not Flink SQL. Never leaves `lineage/sql`: the parser turns it into an error with line and column. */
export class SqlSyntaxError extends Error {
  readonly pos: number;

  constructor(pos: number, message: string) {
    super(message);
    this.name = 'SqlSyntaxError';
    this.pos = pos;
  }
}

/** Rules that refer to each other across files; handed in so that the files need no import cycle. */
export interface Grammar {
  expression(c: Cursor): Expr;
  /** An expression without comparisons, so that it stops at IN, AND, =. */
  operand(c: Cursor): Expr;
  query(c: Cursor): Query;
  /** Goes on behind a query in parentheses: set operations, ORDER BY, LIMIT. */
  queryTail(c: Cursor, first: Query): Query;
}

export class Cursor {
  readonly grammar: Grammar;
  readonly #tokens: readonly Token[];
  #at = 0;
  #depth = 0;

  constructor(tokens: readonly Token[], grammar: Grammar) {
    this.#tokens = tokens;
    this.grammar = grammar;
  }

  get token(): Token {
    return this.#tokens[this.#at]!;
  }

  get pos(): number {
    return this.token.pos;
  }

  /** The token `n` ahead; the last one (type `end`) stands for everything behind it. */
  peek(n: number): Token {
    return this.#tokens[Math.min(this.#at + n, this.#tokens.length - 1)]!;
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

  /** Like `ident`, but takes reserved words too (behind a dot, as an option's key). */
  anyIdent(what: string): Ident {
    const token = this.token;
    if (token.type !== 'quoted' && token.type !== 'word') this.fail(what);
    this.#at++;
    return { text: token.text, pos: token.pos };
  }

  atIdent(): boolean {
    const { type, word } = this.token;
    return type === 'quoted' || (type === 'word' && !RESERVED.has(word));
  }

  name(what: string): QName {
    const parts = [this.ident(what)];
    while (this.accept('.')) parts.push(this.anyIdent('a name'));
    return parts;
  }

  string(what: string): string {
    if (this.token.type !== 'string') this.fail(what);
    return this.next().text;
  }

  /** `item, item, …` until none follows. */
  list<T>(item: (c: Cursor) => T): T[] {
    const items = [item(this)];
    while (this.accept(',')) items.push(item(this));
    return items;
  }

  /** `( item, … )`. */
  parenthesized<T>(item: (c: Cursor) => T): T[] {
    this.expect('(');
    const items = this.list(item);
    this.expect(')');
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

  fail(expected: string): never {
    throw new SqlSyntaxError(this.pos, `expected ${expected}, found ${describe(this.token)}`);
  }
}

function describe(token: Token): string {
  if (token.type === 'end') return 'the end of the statement';
  if (token.type === 'bad' && token.text.startsWith('/*')) return 'a comment without its end';
  if (token.type === 'bad' && (token.text.includes("'") || token.text.startsWith('`')))
    return 'a literal without its closing quote';
  const text = token.text.length > 40 ? `${token.text.slice(0, 40)}…` : token.text;
  return token.type === 'string' ? `'${text}'` : `"${text}"`;
}
