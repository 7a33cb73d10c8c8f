/**
 * lineage/sql: Flink SQL text -> what each statement reads and writes, by table and by column. `lexer` and `cursor` feed `grammar/`
 * (recursive descent, Pratt expressions) which builds the tree of `ast.ts`; `parser` splits and recovers; `resolve/` turns
 * trees into lineage; `script` and `batch` are the entries. No I/O, no clock.
 *
 * Lexical rules are those of Flink's parser (Calcite, `Lex.JAVA`): identifiers in backticks, strings in single quotes,
 * comments `--`, `//` and `/* *\/`, hints `/*+ *\/`; names keep their case, keywords do not.
 */

/**
 * word: unquoted name or keyword · quoted: name in backticks, unescaped · string · prefixed: a string behind `u&`, `x`, `n` or
 * a character set · number · op: punctuation, hint marks included ·
 * bad: something no token begins with, or a literal without its end · end: after the last token.
 */
export type TokenType = 'word' | 'quoted' | 'string' | 'prefixed' | 'number' | 'op' | 'bad' | 'end';

export interface Token {
  readonly type: TokenType;
  /** The token's value: unescaped for `quoted` and `string`, as written otherwise. */
  readonly text: string;
  /** Upper-case text of a `word`, the text of an `op`, else ''. What the grammar compares. */
  readonly word: string;
  /** UTF-16 offsets in the script. */
  readonly pos: number;
  readonly end: number;
}

/** Tokens of one statement (last one of type `end`), and where the next statement begins. */
export interface StatementTokens {
  readonly tokens: readonly Token[];
  /** Offset behind the closing `;`, or the text's length. */
  readonly next: number;
  /** True when a `;` closed it. */
  readonly closed: boolean;
}

const TWO_CHAR_OPS = new Set(['<>', '<=', '>=', '!=', '||', '=>', '==', '::', '{-', '-}', '*/', '..']);
const ONE_CHAR_OPS = new Set('()[]{},.;+-*/%<>=:?|^$&~@'.split(''));

/** Lexes from `from` to the next `;` outside quotes and comments, or to the end of the text. Never throws. */
export function tokenizeStatement(sql: string, from: number): StatementTokens {
  const tokens: Token[] = [];
  let at = from;
  for (;;) {
    at = skipBlank(sql, at);
    if (at >= sql.length) break;
    const token = tokenAt(sql, at);
    at = token.end;
    if (token.word === ';') {
      tokens.push(endToken(token.pos));
      return { tokens, next: token.end, closed: true };
    }
    tokens.push(token);
  }
  tokens.push(endToken(sql.length));
  return { tokens, next: sql.length, closed: false };
}

function endToken(pos: number): Token {
  return { type: 'end', text: '', word: '', pos, end: pos };
}

/** Skips white space and comments; a hint (`/*+`) is no comment, and neither is one without its end. */
function skipBlank(sql: string, from: number): number {
  let at = from;
  for (;;) {
    const code = sql.charCodeAt(at);
    if (code === 32 || (code >= 9 && code <= 13) || code === 0xa0 || code === 0xfeff || code === 0x3000) {
      at++;
    } else if ((code === 45 && sql.charCodeAt(at + 1) === 45) || (code === 47 && sql.charCodeAt(at + 1) === 47)) {
      const end = sql.indexOf('\n', at);
      at = end < 0 ? sql.length : end + 1;
    } else if (code === 47 && sql.charCodeAt(at + 1) === 42 && sql.charCodeAt(at + 2) !== 43) {
      const end = sql.indexOf('*/', at + 2);
      if (end < 0) return at;
      at = end + 2;
    } else {
      return at;
    }
  }
}

/** The token that begins at `pos`. */
export function tokenAt(sql: string, pos: number): Token {
  const code = sql.charCodeAt(pos);
  if (isWordStart(code)) return readWord(sql, pos);
  if (isDigit(code) || (code === 46 && isDigit(sql.charCodeAt(pos + 1)))) return readNumber(sql, pos);
  if (code === 39) return readQuoted(sql, pos, pos, "'", 'string');
  if (code === 96) return readQuoted(sql, pos, pos, '`', 'quoted');
  if (sql.startsWith('/*+', pos)) return { type: 'op', text: '/*+', word: '/*+', pos, end: pos + 3 };
  const two = sql.slice(pos, pos + 2);
  if (two === '/*') return { type: 'bad', text: sql.slice(pos), word: '', pos, end: sql.length };
  if (TWO_CHAR_OPS.has(two)) return { type: 'op', text: two, word: two, pos, end: pos + 2 };
  const one = sql[pos] ?? '';
  const type = ONE_CHAR_OPS.has(one) ? 'op' : 'bad';
  return { type, text: one, word: type === 'op' ? one : '', pos, end: pos + 1 };
}

function readWord(sql: string, pos: number): Token {
  let end = pos + 1;
  while (isWordPart(sql.charCodeAt(end))) end++;
  const text = sql.slice(pos, end);
  const next = sql.charCodeAt(end);
  // u&'…', x'…', _utf8'…' and n'…' are strings with a prefix.
  if (next === 39 && isStringPrefix(text)) return readPrefixed(sql, pos, end, text);
  if (next === 38 && sql.charCodeAt(end + 1) === 39 && (text === 'u' || text === 'U')) {
    return readQuoted(sql, pos, end + 1, "'", 'prefixed');
  }
  return { type: 'word', text, word: text.toUpperCase(), pos, end };
}

function isStringPrefix(text: string): boolean {
  return /^(?:[xn]|_.+)$/i.test(text);
}

/** `x'0A'` holds hexadecimal digits. */
function readPrefixed(sql: string, pos: number, open: number, prefix: string): Token {
  const token = readQuoted(sql, pos, open, "'", 'prefixed');
  return prefix.toUpperCase() !== 'X' || /^[0-9a-f]*$/i.test(token.text) ? token : { ...token, type: 'bad' };
}

function readNumber(sql: string, pos: number): Token {
  let end = pos;
  while (isDigit(sql.charCodeAt(end))) end++;
  if (sql.charCodeAt(end) === 46 && sql.charCodeAt(end + 1) !== 46) {
    end++;
    while (isDigit(sql.charCodeAt(end))) end++;
  }
  const code = sql.charCodeAt(end);
  if (code === 69 || code === 101) {
    const sign = sql.charCodeAt(end + 1);
    const digits = sign === 43 || sign === 45 ? end + 2 : end + 1;
    if (isDigit(sql.charCodeAt(digits))) {
      end = digits;
      while (isDigit(sql.charCodeAt(end))) end++;
    }
  }
  return { type: 'number', text: sql.slice(pos, end), word: '', pos, end };
}

/** Reads a literal whose quote stands at `open`; a doubled quote is one quote. Without its end it is `bad` and runs to the end. */
function readQuoted(
  sql: string,
  pos: number,
  open: number,
  quote: string,
  type: 'string' | 'prefixed' | 'quoted',
): Token {
  let at = open + 1;
  for (;;) {
    const close = sql.indexOf(quote, at);
    if (close < 0) return { type: 'bad', text: sql.slice(pos), word: '', pos, end: sql.length };
    if (sql[close + 1] !== quote) {
      const raw = sql.slice(open + 1, close);
      const text = raw.includes(quote) ? raw.replaceAll(quote + quote, quote) : raw;
      // A name has at least one character.
      if (type === 'quoted' && raw === '') return { type: 'bad', text: '``', word: '', pos, end: close + 1 };
      return { type, text, word: '', pos, end: close + 1 };
    }
    at = close + 2;
  }
}

/** Class of each ASCII character: a table look-up instead of six comparisons for every character of a script. */
const START = 1;
const DIGIT = 2;
const ASCII = new Uint8Array(128);
for (let code = 0; code < 128; code++) {
  const letter = (code >= 97 && code <= 122) || (code >= 65 && code <= 90);
  // `$` begins the placeholders of SQL templates.
  if (letter || code === 95 || code === 36) ASCII[code] = START;
  else if (code >= 48 && code <= 57) ASCII[code] = DIGIT;
}

function isDigit(code: number): boolean {
  return ASCII[code] === DIGIT;
}

/** Letters of any script, `_`, `$`. */
function isWordStart(code: number): boolean {
  return code < 128 ? ASCII[code] === START : isLetter(code);
}

function isWordPart(code: number): boolean {
  return code < 128 ? ASCII[code] !== 0 : isLetter(code);
}

function isLetter(code: number): boolean {
  return /[\p{L}\p{N}\p{M}\p{Cs}]/u.test(String.fromCharCode(code));
}
