/**
 * Reads the search language of logs (contracts.md section 4). OR binds weaker than AND, which needs no word between its parts;
 * keywords are upper-case, so that the words `and`, `or` and `not` stay searchable.
 *
 *     or  = and { OR and }          not  = { NOT | - } unit
 *     and = not { [AND] not }       unit = ( or ) | field:value | "phrase" | word | *
 */
import type { LogQuery } from './log-query.ts';
import { badQuery } from './log-query-error.ts';
import { fieldQuery } from './log-query-field.ts';
import { idQuery } from './log-query-id.ts';
import { type QueryText, type QueryToken, readQueryTokens } from './log-query-lexer.ts';
import { pastedQuery } from './log-query-paste.ts';
import { tokenize } from './tokenize.ts';

export { combineLogQuery } from './log-query-combine.ts';

/** Longest query, UTF-16 units, and deepest nesting: they keep the compiled form within every store's own limits. */
export const MAX_QUERY_UNITS = 4096;
const MAX_DEPTH = 10;

const NONE: LogQuery = { kind: 'none' };

/** Parses query text; blank text and `*` find every line, what was copied from a log finds itself. Throws `UserError` bad-query with a 0-based position and a remedy. */
export function parseLogQuery(text: string): LogQuery {
  const pasted = pastedQuery(text, MAX_QUERY_UNITS);
  if (pasted !== null) return pasted;
  if (text.length > MAX_QUERY_UNITS)
    throw badQuery(`the query is longer than ${MAX_QUERY_UNITS} characters; shorten it`, MAX_QUERY_UNITS);
  const tokens = readQueryTokens(text);
  return tokens.length === 0 ? { kind: 'all' } : new Parser(tokens, text.length).parse();
}

class Parser {
  readonly #tokens: readonly QueryToken[];
  readonly #end: number;
  #next = 0;
  #depth = 0;

  constructor(tokens: readonly QueryToken[], end: number) {
    this.#tokens = tokens;
    this.#end = end;
  }

  parse(): LogQuery {
    const query = this.#or();
    const rest = this.#tokens[this.#next];
    if (rest !== undefined) throw badQuery('this ) closes nothing; remove it or put it in quotes', rest.position);
    return query;
  }

  #or(): LogQuery {
    const parts = [this.#and()];
    while (this.#accept('or')) parts.push(this.#and());
    return join('or', parts);
  }

  #and(): LogQuery {
    const parts = [this.#not()];
    for (;;) {
      const token = this.#tokens[this.#next];
      if (token === undefined || token.kind === 'or' || token.kind === 'close') break;
      this.#accept('and');
      parts.push(this.#not());
    }
    // punctuation between words (`a -- b`) says nothing; alone it finds nothing
    const meaningful = parts.filter(part => part !== NONE);
    return meaningful.length === 0 ? NONE : join('and', meaningful);
  }

  #not(): LogQuery {
    let negated = false;
    while (this.#accept('not')) negated = !negated;
    const unit = this.#unit();
    return negated ? { kind: 'not', of: unit } : unit;
  }

  #unit(): LogQuery {
    const token = this.#tokens[this.#next++];
    if (token === undefined) {
      throw badQuery('the query ends where a condition is expected; add one or remove the last word', this.#end);
    }
    switch (token.kind) {
      case 'open':
        return this.#group(token.position);
      case 'field':
        return fieldQuery(token.name, token.comparison, token.value, token.position);
      case 'text':
        return textQuery(token.value);
      case 'everything':
        return { kind: 'all' };
      default:
        throw badQuery(
          'a condition is expected here; put AND, OR, NOT and parentheses in quotes to search for them',
          token.position,
        );
    }
  }

  #group(position: number): LogQuery {
    if (++this.#depth > MAX_DEPTH)
      throw badQuery(`parentheses are nested deeper than ${MAX_DEPTH}; simplify the query`, position);
    const query = this.#or();
    if (!this.#accept('close')) throw badQuery('this ( is not closed; add a )', position);
    this.#depth--;
    return query;
  }

  #accept(kind: QueryToken['kind']): boolean {
    if (this.#tokens[this.#next]?.kind !== kind) return false;
    this.#next++;
    return true;
  }
}

/**
 * A word of several tokens (`java.lang.OutOfMemoryError`) is a phrase; the `*` counts only when it touches the last token. An id also finds
 * the lines of what it names.
 */
function textQuery(value: QueryText): LogQuery {
  const tokens = tokenize(value.text);
  if (tokens.length === 0) return NONE;
  const prefix = value.prefix && /[\p{L}\p{Nd}_\p{Script=Han}]$/u.test(value.text);
  const found: LogQuery = { kind: 'text', tokens, prefix };
  const [word, more] = tokens;
  const named = word === undefined || more !== undefined || prefix ? null : idQuery(word);
  return named === null ? found : { kind: 'or', of: [found, named] };
}

function join(kind: 'and' | 'or', parts: readonly LogQuery[]): LogQuery {
  const [first, second] = parts;
  if (first !== undefined && second === undefined) return first;
  return { kind, of: parts.flatMap(part => (part.kind === kind ? part.of : [part])) };
}
