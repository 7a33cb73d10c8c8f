import { LOG_LEVELS, type LogLevel } from '../../model/log-record.ts';
import type { LogField, LogQuery } from '../log-query.ts';
import { INFO_LEVEL } from './log-id.ts';
import { type KeyKind, keyPrefix, keyToken } from './log-keys.ts';

/**
 * A query over one file as a full-text expression: the lines it finds, or with `negated` all lines but those; `match` null finds
 * none. Full text knows no "every line", and this form is closed under AND, OR and NOT without it.
 */
export interface CompiledQuery {
  readonly negated: boolean;
  readonly match: string | null;
}

/** Looks up what a field's value stands for in the file: the codes of every shared thing of that kind it fits. */
export type CodesOf = (
  field: LogField,
  value: string,
  prefix: boolean,
) => { readonly kind: KeyKind; readonly codes: readonly number[] };

const NOTHING: CompiledQuery = { negated: false, match: null };

/** Compiles a query for one file. */
export function compileLogQuery(query: LogQuery, codesOf: CodesOf): CompiledQuery {
  switch (query.kind) {
    case 'all':
      return not(NOTHING);
    case 'none':
      return NOTHING;
    case 'and':
      return and(query.of.map(part => compileLogQuery(part, codesOf)));
    case 'or':
      return or(query.of.map(part => compileLogQuery(part, codesOf)));
    case 'not':
      return not(compileLogQuery(query.of, codesOf));
    case 'text':
      return { negated: false, match: `"${query.tokens.join(' ')}"${query.prefix ? ' *' : ''}` };
    case 'level':
      return levels(query.levels);
    case 'field':
      return field(query.field, query.value, query.prefix, codesOf);
  }
}

function field(name: LogField, value: string, prefix: boolean, codesOf: CodesOf): CompiledQuery {
  const { kind, codes } = codesOf(name, value, prefix);
  const found = keys(kind, codes);
  // lines without an exception have no key of that kind, and count as lines with an empty one
  if (kind !== 'exception' || (value !== '' && !prefix)) return found;
  return value === '' ? or([found, not({ negated: false, match: `"${keyPrefix(kind)}" *` })]) : found;
}

/** The ordinary level has no key: it is where all the others are not. */
function levels(wanted: readonly LogLevel[]): CompiledQuery {
  const numbers = LOG_LEVELS.map((_, number) => number);
  const isWanted = (number: number): boolean => wanted.includes(LOG_LEVELS[number]!);
  if (!isWanted(INFO_LEVEL)) return keys('level', numbers.filter(isWanted));
  return not(
    keys(
      'level',
      numbers.filter(number => !isWanted(number)),
    ),
  );
}

function keys(kind: KeyKind, codes: readonly number[]): CompiledQuery {
  if (codes.length === 0) return NOTHING;
  return { negated: false, match: codes.map(code => `"${keyToken(kind, code)}"`).join(' OR ') };
}

function not(query: CompiledQuery): CompiledQuery {
  return { negated: !query.negated, match: query.match };
}

function or(parts: readonly CompiledQuery[]): CompiledQuery {
  return not(and(parts.map(not)));
}

/** Flat, however many parts there are: FTS5 bounds the depth of an expression, not its width. */
function and(parts: readonly CompiledQuery[]): CompiledQuery {
  const wanted = parts.filter(part => !part.negated).map(part => part.match);
  if (wanted.includes(null)) return NOTHING;
  const unwanted = parts.filter(part => part.negated && part.match !== null).map(part => part.match);
  const excluded = unwanted.length === 0 ? null : join(unwanted, 'OR');
  if (wanted.length === 0) return { negated: true, match: excluded };
  const found = join(wanted, 'AND');
  return { negated: false, match: excluded === null ? found : `(${found}) NOT (${excluded})` };
}

function join(matches: readonly (string | null)[], operator: 'AND' | 'OR'): string {
  return matches.length === 1 ? `${matches[0]}` : matches.map(match => `(${match})`).join(` ${operator} `);
}
