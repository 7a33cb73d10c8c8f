/**
 * The one tokenizer of log text (contracts.md section 4): it feeds SQLite's FTS5, Elasticsearch's `whitespace` analyzer and the
 * query language, so a search finds the same lines in every store. Lower-case; split at everything but letters, digits and `_`;
 * each Han character a token of its own; tokens cut every 255 UTF-16 units (what Lucene's whitespace tokenizer keeps whole).
 */

/** Longest token, UTF-16 units. A surrogate pair is not torn: such a piece is one unit shorter. */
export const MAX_TOKEN_UNITS = 255;

const TOKEN = /\p{Script=Han}|[[\p{L}\p{Nd}_]--\p{Script=Han}]+/gv;
const ASCII_TOKEN = /[a-z0-9_]+/g;

/** The tokens of a text in order; none for text without letters and digits. */
export function tokenize(text: string): string[] {
  const lower = text.toLowerCase();
  const found = lower.match(isAscii(lower) ? ASCII_TOKEN : TOKEN);
  if (found === null) return [];
  if (found.every(token => token.length <= MAX_TOKEN_UNITS)) return found;
  return found.flatMap(cut);
}

/** The tokens joined by single spaces: what an index with a whitespace tokenizer is given. */
export function tokenText(text: string): string {
  return tokenize(text).join(' ');
}

/**
 * A text from which FTS5's `ascii` tokenizer with `tokenchars '_'` makes the tokens of `tokenize`. Plain ASCII text without an
 * overlong run goes through untouched, which saves cutting and joining nearly every line of a log; anything else is tokenized here.
 */
export function asciiTokenizerText(text: string): string {
  return isAscii(text) && !hasOverlongRun(text) ? text : tokenText(text);
}

/** Every non-ASCII character takes more UTF-8 bytes than UTF-16 units; counting bytes is vectorised, a scan in JS is not. */
function isAscii(text: string): boolean {
  return Buffer.byteLength(text) === text.length;
}

/** Whether ASCII text holds a run longer than a token may be. Such a run covers one of the probed places, so few are looked at. */
function hasOverlongRun(text: string): boolean {
  for (let probe = MAX_TOKEN_UNITS; probe < text.length; probe += MAX_TOKEN_UNITS + 1) {
    let start = probe;
    while (start >= 0 && isAsciiWordUnit(text.charCodeAt(start))) start--;
    let end = probe;
    while (end < text.length && isAsciiWordUnit(text.charCodeAt(end))) end++;
    if (end - start - 1 > MAX_TOKEN_UNITS) return true;
  }
  return false;
}

function isAsciiWordUnit(unit: number): boolean {
  return (unit >= 97 && unit <= 122) || (unit >= 65 && unit <= 90) || (unit >= 48 && unit <= 57) || unit === 95;
}

function cut(token: string): string[] {
  const pieces: string[] = [];
  for (let start = 0; start < token.length; ) {
    let end = Math.min(start + MAX_TOKEN_UNITS, token.length);
    if (end < token.length && isHighSurrogate(token.charCodeAt(end - 1))) end--;
    pieces.push(token.slice(start, end));
    start = end;
  }
  return pieces;
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}
