import { asciiTokenizerText } from '../tokenize.ts';
import { INFO_LEVEL } from './log-id.ts';

/**
 * Key tokens of the full-text index. The tokenizer of log text never makes a token with `§` in it, so a search for words cannot
 * meet them; to FTS5's ascii tokenizer it is a token character like any other beyond ASCII.
 */
export type KeyKind = 'run' | 'origin' | 'logger' | 'thread' | 'exception' | 'level' | 'arrival';

const LETTERS: Readonly<Record<KeyKind, string>> = {
  run: 'r',
  origin: 'o',
  logger: 'l',
  thread: 't',
  exception: 'x',
  level: 'v',
  arrival: 'a',
};

export function keyToken(kind: KeyKind, code: number): string {
  return `\u00a7${LETTERS[kind]}${code.toString(36)}`;
}

/** What every key token of a kind begins with. */
export function keyPrefix(kind: KeyKind): string {
  return `\u00a7${LETTERS[kind]}`;
}

export interface IndexedLine {
  readonly message: string;
  /** The searchable trace; empty when there is none. */
  readonly trace: string;
  readonly level: number;
  readonly run: number;
  readonly origin: number;
  readonly logger: number;
  readonly thread: number;
  readonly exception: number | null;
  /** Null in a line from before arrivals were kept. */
  readonly arrival: number | null;
}

/** The columns of the full-text row of a line; the same line always gives the same, which is what deleting it needs. */
export function indexColumns(line: IndexedLine): readonly [message: string, trace: string | null, keys: string] {
  let keys = `${keyToken('run', line.run)} ${keyToken('origin', line.origin)} ${keyToken('logger', line.logger)} ${keyToken('thread', line.thread)}`;
  if (line.exception !== null) keys += ` ${keyToken('exception', line.exception)}`;
  if (line.level !== INFO_LEVEL) keys += ` ${keyToken('level', line.level)}`;
  if (line.arrival !== null) keys += ` ${keyToken('arrival', line.arrival)}`;
  return [asciiTokenizerText(line.message), line.trace === '' ? null : asciiTokenizerText(line.trace), keys];
}
