/** One statement of a Flink SQL script. */
import type { Cursor } from '../cursor.ts';
import type { Insert, Statement } from '../statement-ast.ts';
import { alter } from './alter.ts';
import { create, drop } from './create.ts';
import { createTable, partitionSpec } from './ddl.ts';
import { hints } from './hint.ts';
import { atParenthesizedQuery, QUERY_STARTS } from './lookahead.ts';
import { deleteFrom, merge, procedure, truncate, update } from './modify.ts';
import { command, describe, isCommand, setOption, use } from './session.ts';

const STARTS: ReadonlySet<string> = new Set([
  ...[...QUERY_STARTS, '(', 'INSERT', 'UPSERT', 'CREATE', 'REPLACE', 'DROP', 'ALTER', 'USE', 'SET', 'RESET', 'EXPLAIN'],
  ...['DESCRIBE', 'DESC', 'EXECUTE', 'COMPILE', 'BEGIN', 'STATEMENT', 'END', 'UPDATE', 'DELETE', 'MERGE', 'TRUNCATE'],
  'CALL',
]);

/** Whether a statement may begin with this word. */
export function isStatementStart(word: string): boolean {
  return STARTS.has(word) || isCommand(word);
}

/** Reads the statement at the cursor; what follows it is the caller's business. */
export function statement(c: Cursor): Statement {
  const pos = c.pos;
  switch (c.token.word) {
    case 'INSERT':
    case 'UPSERT':
      return insert(c);
    case 'SELECT':
    case 'WITH':
    case 'VALUES':
    case 'TABLE':
    case '(':
      return { kind: 'query-statement', pos, query: c.grammar.query(c) };
    case 'CREATE':
      return create(c);
    case 'REPLACE':
      return replaceTable(c);
    case 'DROP':
      return drop(c);
    case 'ALTER':
      return alter(c);
    case 'USE':
      return use(c);
    case 'SET':
    case 'RESET':
      return setOption(c);
    case 'EXPLAIN':
      return explain(c);
    case 'DESCRIBE':
    case 'DESC':
      return describe(c);
    case 'EXECUTE':
      return execute(c);
    case 'COMPILE':
      return compile(c);
    case 'BEGIN':
    case 'STATEMENT':
    case 'END':
      return statementSetMark(c);
    case 'UPDATE':
      return update(c);
    case 'DELETE':
      return deleteFrom(c);
    case 'MERGE':
      return merge(c);
    case 'TRUNCATE':
      return truncate(c);
    case 'CALL':
      return procedure(c);
    default:
      return command(c);
  }
}

function insert(c: Cursor): Insert {
  const pos = c.pos;
  const upsert = c.accept('UPSERT');
  if (!upsert) c.expect('INSERT');
  const overwrite = !upsert && c.accept('OVERWRITE');
  if (!overwrite) c.expect('INTO');
  const target = c.name('a table');
  const given = hints(c);
  const partition = c.accept('PARTITION') ? partitionSpec(c) : [];
  const columns = c.at('(') && !atParenthesizedQuery(c) ? c.parenthesized(inner => inner.name('a column')) : [];
  return { kind: 'insert', pos, overwrite, target, hints: given, partition, columns, query: c.grammar.query(c) };
}

/** `REPLACE TABLE t AS …`. */
function replaceTable(c: Cursor): Statement {
  const pos = c.pos;
  c.expect('REPLACE', 'TABLE');
  return createTable(c, { pos, temporary: false, replace: true });
}

const EXPLAIN_DETAILS = ['ESTIMATED_COST', 'CHANGELOG_MODE', 'JSON_EXECUTION_PLAN', 'PLAN_ADVICE'];

function explain(c: Cursor): Statement {
  const pos = c.pos;
  c.expect('EXPLAIN');
  if (c.accept('PLAN')) c.expect('FOR');
  else if (EXPLAIN_DETAILS.some(word => c.at(word))) c.list(inner => inner.oneOf(EXPLAIN_DETAILS));
  if (c.at('STATEMENT')) return { kind: 'explain', pos, of: statementSetMark(c) };
  if (!EXPLAINED.has(c.token.word)) c.fail('a query, INSERT, EXECUTE or STATEMENT SET');
  const start = c.pos;
  const of = c.nested(statement);
  if (
    of.kind === 'create-table'
      ? of.query === null
      : of.kind !== 'insert' && of.kind !== 'query-statement' && of.kind !== 'set-begin'
  )
    c.refuse(start, 'a statement with a query, found one without');
  return { kind: 'explain', pos, of };
}

const EXPLAINED = new Set([...QUERY_STARTS, '(', 'INSERT', 'UPSERT', 'EXECUTE', 'CREATE', 'REPLACE']);

/** `EXECUTE STATEMENT SET BEGIN …`, `EXECUTE INSERT …`, `EXECUTE PLAN '…'`. */
function execute(c: Cursor): Statement {
  const pos = c.pos;
  c.expect('EXECUTE');
  if (c.at('STATEMENT')) return statementSetMark(c);
  if (c.accept('PLAN')) {
    c.string('a path');
    return { kind: 'other', pos, verb: 'EXECUTE' };
  }
  if (!EXECUTED.has(c.token.word)) c.fail('a query, INSERT, PLAN or STATEMENT SET');
  return c.nested(statement);
}

const EXECUTED = new Set([...QUERY_STARTS, '(', 'INSERT', 'UPSERT']);

/** `COMPILE [AND EXECUTE] PLAN '…' [IF NOT EXISTS] FOR statement`. */
function compile(c: Cursor): Statement {
  c.expect('COMPILE');
  c.accept('AND', 'EXECUTE');
  c.expect('PLAN');
  c.string('a path');
  c.accept('IF', 'NOT', 'EXISTS');
  c.expect('FOR');
  if (c.at('STATEMENT')) return statementSetMark(c);
  return c.at('INSERT') || c.at('UPSERT') ? insert(c) : c.fail('INSERT or STATEMENT SET');
}

/** The parser goes on behind BEGIN with the first INSERT of the set, which may stand before the next `;`. */
function statementSetMark(c: Cursor): Statement {
  const pos = c.pos;
  if (c.accept('END')) return { kind: 'set-end', pos };
  if (c.accept('BEGIN')) c.expect('STATEMENT', 'SET');
  else c.expect('STATEMENT', 'SET', 'BEGIN');
  return { kind: 'set-begin', pos };
}
