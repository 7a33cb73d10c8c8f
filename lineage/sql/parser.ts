/** Splits a script and parses each statement; a broken one never changes how the others are read. */
import type { Ident, QName } from './ast.ts';
import { Cursor, type Grammar, SqlSyntaxError } from './cursor.ts';
import { expression, operand } from './grammar/expression.ts';
import { bareQuery, query } from './grammar/query.ts';
import { isStatementStart, statement } from './grammar/statement.ts';
import { type StatementTokens, type Token, tokenizeStatement } from './lexer.ts';
import { LineIndex } from './line-index.ts';
import type { Statement } from './statement-ast.ts';

/** `line` and `column` count from 1. */
export interface SqlError {
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

/** A statement that could not be read, with the table names a scan of its tokens found. */
export interface BrokenStatement {
  readonly kind: 'broken';
  readonly pos: number;
  readonly reads: readonly QName[];
  readonly writes: readonly QName[];
}

export interface ParsedScript {
  readonly statements: readonly (Statement | BrokenStatement)[];
  readonly errors: readonly SqlError[];
  /** How many there are, the ones that are not listed included. */
  readonly errorCount: number;
}

/** Errors are told one by one up to so many, and then as one number. */
const MAX_ERRORS = 1000;
/** Texts remembered not to be statements, and how long they may be: a script that breaks often breaks alike. */
const MAX_REFUSED = 10_000;
const MAX_REFUSED_LENGTH = 200;

const GRAMMAR: Grammar = { expression, operand, query, bareQuery };

/** Never throws: every failure is in `errors`, at the first token that does not fit. */
export function parseStatements(sql: string): ParsedScript {
  const statements: (Statement | BrokenStatement)[] = [];
  const errors: SqlSyntaxError[] = [];
  const refused = new Set<string>();
  const endings = new Map<number, boolean>();
  let setOpenedAt: number | null = null;
  /** The statement read last, to be taken back when it proves to have swallowed the next one. */
  let last: { readonly lexed: StatementTokens; readonly statements: number; readonly errors: number } | null = null;
  let at = 0;
  while (at < sql.length) {
    const lexed = tokenizeStatement(sql, at);
    at = lexed.next;
    if (lexed.tokens.length === 1) continue;
    const { pos } = lexed.tokens[0]!;
    const before = { lexed, statements: statements.length, errors: errors.length };
    // Behind the errors that are told a script is only searched for what can be read.
    const mark =
      errors.length < MAX_ERRORS ? parseOne(lexed, statements) : parseQuietly(sql, lexed, statements, refused);
    if (typeof mark === 'string') {
      const problem = setProblem(statements[before.statements]!, mark, setOpenedAt !== null);
      if (problem !== null) errors.push(new SqlSyntaxError(pos, problem));
      if (mark === 'set-begin') setOpenedAt = pos;
      else if (mark === 'set-end' || problem !== null) setOpenedAt = null;
      last = before;
      continue;
    }
    const swallowed = last === null ? null : swallowedAt(sql, last.lexed);
    if (last !== null && swallowed !== null && endsInLiteral(sql, lexed, endings)) {
      statements.length = last.statements;
      errors.length = last.errors;
      statements.push(brokenStatement(last.lexed, swallowed.next));
      errors.push(new SqlSyntaxError(swallowed.literal, UNCLOSED));
      at = swallowed.next;
    } else {
      at = resumeAt(sql, lexed);
      statements.push(brokenStatement(lexed, at));
      errors.push(mark);
      // The set is open even when its first INSERT is the broken one.
      if (opensSet(lexed.tokens)) setOpenedAt = pos;
    }
    last = null;
  }
  if (setOpenedAt !== null) errors.push(new SqlSyntaxError(sql.length, UNFINISHED_SET));
  return { statements, errors: told(errors, new LineIndex(sql)), errorCount: errors.length };
}

function told(errors: readonly SqlSyntaxError[], lines: LineIndex): SqlError[] {
  const first = errors.slice(0, MAX_ERRORS).map(({ pos, message }) => ({ ...lines.placeOf(pos), message }));
  const rest = errors[MAX_ERRORS];
  if (rest === undefined) return first;
  const count = (errors.length - MAX_ERRORS).toLocaleString('en');
  return [...first, { ...lines.placeOf(rest.pos), message: `${count} more errors from here on are not listed` }];
}

const UNCLOSED = 'expected the closing quote, found the next statement inside the literal';
const UNFINISHED_SET = 'expected END of the statement set that begins above, found the end of the script';

type SetMark = 'set-begin' | 'set-end' | 'statement';

/**
 * Pushes what one `;`-terminated piece holds: a statement, or BEGIN of a set and its first INSERT. Answers why it is none; `quiet`: without
 * the words.
 */
function parseOne(
  { tokens }: StatementTokens,
  into: (Statement | BrokenStatement)[],
  quiet = false,
): SetMark | SqlSyntaxError {
  try {
    const c = new Cursor(tokens, GRAMMAR, quiet);
    const first = statement(c);
    const mark = setMark(first);
    const found: Statement[] = [first];
    if (mark === 'set-begin' && !c.ended()) {
      if (!c.at('INSERT')) c.fail('INSERT');
      found.push(statement(c));
    }
    if (c.token.type !== 'end') c.fail('";" or the end of the statement');
    into.push(...found);
    return mark;
  } catch (error) {
    if (error instanceof SqlSyntaxError) return error;
    throw error;
  }
}

/** `parseOne` where nobody reads why: what is no statement at all, or was refused before, costs no attempt. */
function parseQuietly(
  sql: string,
  lexed: StatementTokens,
  into: (Statement | BrokenStatement)[],
  refused: Set<string>,
): SetMark | SqlSyntaxError {
  const [first] = lexed.tokens;
  const { pos, word } = first!;
  if (!isStatementStart(word)) return new SqlSyntaxError(pos, '');
  const text = sql.slice(pos, lexed.tokens.at(-1)!.pos);
  if (refused.has(text)) return new SqlSyntaxError(pos, '');
  const mark = parseOne(lexed, into, true);
  if (typeof mark !== 'string' && text.length <= MAX_REFUSED_LENGTH && refused.size < MAX_REFUSED) refused.add(text);
  return mark;
}

/** A statement out of place in or around a statement set is reported, and its lineage still counts. */
function setProblem(first: Statement | BrokenStatement, mark: SetMark, inSet: boolean): string | null {
  if (mark === 'set-end') return inSet ? null : 'expected a statement, found END without BEGIN';
  if (!inSet) return null;
  if (mark === 'set-begin') return 'expected INSERT or END, found a statement set inside a statement set';
  return first.kind === 'insert' ? null : 'expected INSERT or END in a statement set';
}

function setMark(parsed: Statement): SetMark {
  if (parsed.kind === 'explain') return setMark(parsed.of);
  return parsed.kind === 'set-begin' || parsed.kind === 'set-end' ? parsed.kind : 'statement';
}

function opensSet(tokens: readonly Token[]): boolean {
  const first = tokens[0]!.word;
  if (first !== 'EXPLAIN' && first !== 'EXECUTE' && first !== 'STATEMENT' && first !== 'BEGIN') return false;
  const words = tokens
    .slice(0, 6)
    .map(token => token.word)
    .join(' ');
  return /^(EXPLAIN )?(EXECUTE )?STATEMENT SET BEGIN\b/.test(words) || words.startsWith('BEGIN STATEMENT SET');
}

/** What a statement begins with, to see one inside a literal. */
const STATEMENT_START = /^\s*(INSERT|CREATE|SELECT|WITH|SET|EXECUTE|USE|DROP|ALTER|BEGIN|END)\b/i;

/**
 * Where to go on behind a broken statement. A literal that swallowed a `;` and the next statement is one whose closing quote is
 * missing, so the statement ends at that `;`: what stands behind it must be read as if the broken one were not there.
 */
function resumeAt(sql: string, lexed: StatementTokens): number {
  return swallowedAt(sql, lexed)?.next ?? lexed.next;
}

/** The first literal that holds a `;` and the beginning of a statement, and where that begins. */
function swallowedAt(sql: string, lexed: StatementTokens): { readonly literal: number; readonly next: number } | null {
  for (const token of lexed.tokens) {
    if (token.type !== 'bad' && token.type !== 'string' && token.type !== 'quoted') continue;
    for (let at = sql.indexOf(';', token.pos); at >= 0 && at < token.end; at = sql.indexOf(';', at + 1)) {
      if (STATEMENT_START.test(sql.slice(at + 1, at + 200))) return { literal: token.pos, next: at + 1 };
    }
  }
  return null;
}

/**
 * True when the script's quotes do not pair up from here on: its last literal has no end. `known` keeps the answer for every place
 * passed, so that a script is read to its end once and not once per mistake.
 */
function endsInLiteral(sql: string, from: StatementTokens, known: Map<number, boolean>): boolean {
  const passed: number[] = [];
  let lexed = from;
  while (lexed.closed && !known.has(lexed.next)) {
    passed.push(lexed.next);
    lexed = tokenizeStatement(sql, lexed.next);
  }
  const open = (lexed.closed ? known.get(lexed.next) : undefined) ?? lexed.tokens.at(-2)?.type === 'bad';
  for (const place of passed) known.set(place, open);
  return open;
}

function brokenStatement(lexed: StatementTokens, end: number): BrokenStatement {
  const tokens = lexed.next === end ? lexed.tokens : lexed.tokens.filter(token => token.pos < end);
  return { kind: 'broken', pos: tokens[0]!.pos, ...scanTables(tokens) };
}

/** Tables of the statement at `pos`, by their place behind key words: names behind FROM and JOIN are read, names behind INTO and OVERWRITE are written. */
export function scanStatement(sql: string, pos: number): ReturnType<typeof scanTables> {
  return scanTables(tokenizeStatement(sql, pos).tokens);
}

const NO_TABLES = { reads: [], writes: [] };

function scanTables(tokens: readonly Token[]): { reads: readonly QName[]; writes: readonly QName[] } {
  // A key word, a name and the end at least.
  if (tokens.length < 3) return NO_TABLES;
  const reads: QName[] = [];
  const writes: QName[] = [];
  const ctes = new Set<string>();
  tokens.forEach((token, i) => {
    // `WITH a AS (…), b (x) AS (…)`: a name of the statement's own.
    if (token.word === 'AS' && tokens[i + 1]?.word === '(') ctes.add(definedAt(tokens, i - 1));
    const isRead =
      token.word === 'FROM' || token.word === 'JOIN' || (token.word === 'TABLE' && tokens[i - 1]?.word === '(');
    const isWrite = token.word === 'INTO' || token.word === 'OVERWRITE';
    if (!isRead && !isWrite) return;
    const name = nameAt(tokens, i + 1);
    if (name.length > 0) (isRead ? reads : writes).push(name);
  });
  return { reads: reads.filter(([first, ...more]) => more.length > 0 || !ctes.has(first!.text)), writes };
}

/** The name that ends at `at`, before its column list if there is one; '' where none stands behind WITH or a comma. */
function definedAt(tokens: readonly Token[], at: number): string {
  let name = at;
  if (tokens[name]?.word === ')') {
    while (name >= 0 && tokens[name]!.word !== '(') name--;
    name--;
  }
  const before = tokens[name - 1]?.word;
  const { type, text } = tokens[name] ?? { type: 'bad', text: '' };
  return (before === 'WITH' || before === ',') && (type === 'word' || type === 'quoted') ? text : '';
}

const NOT_A_NAME = new Set(['SELECT', 'TABLE', 'LATERAL', 'UNNEST', 'VALUES', 'INTO']);

function nameAt(tokens: readonly Token[], start: number): Ident[] {
  const parts: Ident[] = [];
  for (let i = start; ; i += 2) {
    const token = tokens[i];
    if (token === undefined || (token.type !== 'quoted' && token.type !== 'word') || NOT_A_NAME.has(token.word))
      return parts;
    parts.push({ text: token.text, pos: token.pos });
    const next = tokens[i + 1];
    if (next?.word === '(') return [];
    if (next?.word !== '.') return parts;
  }
}
